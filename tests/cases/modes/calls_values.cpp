// main() for tests/cases/values.cpp compiled with -Dmain=values_main.
int values_main();

int main() {
    return values_main();
}
