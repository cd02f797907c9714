// Another file with the same header units.
import <usdtpp/fosdem.hpp>;
import shapes;

int other(int number) {
    FOSDEM_PROBE(request_end, number);
    return area(number, 2) + twice(number);
}
