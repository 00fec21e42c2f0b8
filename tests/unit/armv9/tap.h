/*
 * Test Anything Protocol, for unit tests that stand alone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdarg.h>

static int tap_count, tap_failures;

/* One result: @ok, and its name as for printf. */
__attribute__((format(printf, 2, 3)))
static inline void tap_ok(bool ok, const char *name, ...)
{
    va_list ap;

    tap_failures += !ok;
    printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
    va_start(ap, name);
    vprintf(name, ap);
    va_end(ap);
    putchar('\n');
}

/* The plan, and the exit status of main(). */
static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failures != 0;
}

#endif
