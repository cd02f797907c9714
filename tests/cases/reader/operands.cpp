// Operands as compilers choose them with sys/sdt.h's own macros: registers, memory of all kinds, constants. To be read;
// nobody runs it.
#include <sys/sdt.h>

int counter = 5;
int table[16];
thread_local int per_thread = 7;

struct pair {
    int first;
    int second;
} both;

__attribute__((noinline)) int compute(int x, long index, const int* values, double real) {
    int local[4] = {x, x + 1, x + 2, x + 3};
    DTRACE_PROBE1(operands, constant, -5);
    DTRACE_PROBE2(operands, registers, x, index);
    DTRACE_PROBE1(operands, global, counter);
    DTRACE_PROBE1(operands, member, both.second);
    DTRACE_PROBE1(operands, local, local[2]);
    DTRACE_PROBE1(operands, indexed, values[index]);
    DTRACE_PROBE1(operands, element, table[index]);
    DTRACE_PROBE1(operands, thread, per_thread);
    DTRACE_PROBE1(operands, real, real);
    return local[x & 3];
}

int main(int count, char**) {
    return compute(count, count, table, count);
}
