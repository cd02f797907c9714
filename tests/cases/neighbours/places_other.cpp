#include "places.hpp"

int other_file() {
    return use_all_of_them();
}
