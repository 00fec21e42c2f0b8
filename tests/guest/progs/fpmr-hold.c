/*
 * Keeps FPMR in use until a debugger on the host has changed it twice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: fpmr-hold SEED
 *
 * Writes fpmr_value(SEED), then does nothing but read it back. The first
 * change that it finds must be to fpmr_value(SEED + 1), the second to 0;
 * kvm-state on the host makes them. Says now and then that it goes on.
 */

#include "guest.h"

#define READS 1000000

/* Read FPMR until it is not v; what it is then. */
static uint64_t hold(uint64_t v)
{
    uint64_t got;

    printf("fpmr-hold: has 0x%016llx\n", (unsigned long long)v);
    for (;;) {
        for (int i = 0; i < READS; i++) {
            got = fpmr_read();
            if (got != v) {
                return got;
            }
        }
        printf("fpmr-hold: keeps 0x%016llx\n", (unsigned long long)v);
    }
}

int main(int argc, char **argv)
{
    unsigned seed = argc == 2 ? atoi(argv[1]) : 0;
    uint64_t got;

    if (!seed) {
        fprintf(stderr, "usage: fpmr-hold SEED\n");
        return 2;
    }
    tap_plan(2);
    fpmr_write(fpmr_value(seed));
    got = hold(fpmr_value(seed));
    tap_ok(got == fpmr_value(seed + 1),
           "FPMR kept until the debugger changed it (0x%llx)",
           (unsigned long long)got);
    got = hold(got);
    tap_ok(got == 0, "that value kept until the debugger cleared it (0x%llx)",
           (unsigned long long)got);
    return tap_done();
}
