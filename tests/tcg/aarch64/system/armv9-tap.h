/*
 * TAP output, and the semihosting calls that minilib lacks, for bare metal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One line for each check, "ok N - name", or
 * "not ok N - name # why: expected ..., got ...", and the plan "1..N" at the
 * end.  main() returns tap_end(), which becomes the exit status of QEMU.
 * tap_head() prints up to the dash for who wants to print the rest.
 *
 * All here and in the file that includes it is compiled without FP
 * registers; minilib's printf is not.  TAP_PREPARE() is called before
 * anything is printed, so that armv9-el.h can switch off FP traps.
 */

#ifndef ARMV9_TAP_H
#define ARMV9_TAP_H

#pragma GCC target("general-regs-only,strict-align")
/* Stubs and vectors are local symbols of the assembly: do not ask a GOT. */
#pragma GCC visibility push(hidden)

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <minilib.h>

#define BIT64(n)            (1ull << (n))
#define ARRAY_SIZE(a)       (sizeof(a) / sizeof((a)[0]))
#define FIELD64(v, lsb, n)  (((v) >> (lsb)) & (BIT64(n) - 1))

/* The compiler calls this for struct copies; there is no C library. */
void *memcpy(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    while (n--) {
        *t++ = *f++;
    }
    return to;
}

static inline uint64_t tap_semihosting(uint64_t number, void *block)
{
    register uint64_t op asm("x0") = number;
    register void *arg asm("x1") = block;

    asm volatile("hlt 0xf000" : "+r"(op) : "r"(arg) : "memory");
    return op;
}

#ifndef TAP_PREPARE
#define TAP_PREPARE()       do { } while (0)
#endif

static unsigned tap_count, tap_bad;

static inline void tap_head(bool ok)
{
    TAP_PREPARE();
    tap_bad += !ok;
    ml_printf("%s %d - ", ok ? "ok" : "not ok", ++tap_count);
}

static inline void tap_equal(const char *name, uint64_t got, uint64_t want)
{
    tap_head(got == want);
    ml_printf("%s", name);
    if (got != want) {
        ml_printf(" # why: expected %lx, got %lx", want, got);
    }
    ml_printf("\n");
}

static inline void tap_skip(const char *name, const char *reason)
{
    tap_head(true);
    ml_printf("%s # SKIP %s\n", name, reason);
}

/* The names of the bits that are set, bit 0 first, each after a space */
static inline void tap_bits(uint64_t set, const char *const names[], unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        if (set & BIT64(i)) {
            ml_printf(" %s", names[i]);
        }
    }
}

/* The plan, and main()'s return value. */
static inline int tap_end(void)
{
    ml_printf("1..%d\n", tap_count);
    return tap_bad ? 1 : 0;
}

/*
 * Whether word was given to the run, as -semihosting-config arg=word.  The
 * first word of the command line is the program; it does not count.
 */
static inline bool tap_arg(const char *word)
{
    static char line[256];
    uint64_t block[2] = { (uintptr_t)line, sizeof(line) };
    const char *p;
    int i;

    if (tap_semihosting(0x15, block)) {          /* SYS_GET_CMDLINE */
        return false;
    }
    for (p = line; *p; p++) {
        if (*p == ' ') {
            for (i = 0; word[i] && p[1 + i] == word[i]; ) {
                i++;
            }
            if (!word[i] && (!p[1 + i] || p[1 + i] == ' ')) {
                return true;
            }
        }
    }
    return false;
}

#endif
