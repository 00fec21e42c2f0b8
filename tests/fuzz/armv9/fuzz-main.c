/*
 * Feed a fuzz target with pseudo-random input where libFuzzer is not at hand
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <time.h>
#include "fuzz.h"

int main(int argc, char **argv)
{
    uint64_t x = 0x9e3779b97f4a7c15ull;
    unsigned long rounds = 0;
    int seconds = 5;
    time_t end;

    for (int i = 1; i < argc; i++) {
        sscanf(argv[i], "-max_total_time=%d", &seconds);
    }
    end = time(NULL) + seconds;
    do {
        for (int i = 0; i < 1000; i++, rounds++) {
            uint8_t data[64];
            size_t size = x % (sizeof(data) + 1);

            for (size_t j = 0; j < size; j++) {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                data[j] = x >> 32;
            }
            x += rounds;
            LLVMFuzzerTestOneInput(data, size);
        }
    } while (time(NULL) < end);
    printf("%lu inputs\n", rounds);
    return 0;
}
