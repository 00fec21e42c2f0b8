/*
 * What the guest programs share: TAP output, FPMR access, pinning.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * These programs are built static by the cross compiler of the build machine,
 * which may know nothing of FPMR: registers and ABI constants are therefore
 * written here by number, with the name the Arm ARM or the Linux ABI gives.
 */

#ifndef GUEST_H
#define GUEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Linux: AT_HWCAP2 bit of FPMR, signal frame record, ptrace register set. */
#define HWCAP2_FPMR_BIT 48
#define FPMR_MAGIC 0x46504d52
#define NT_ARM_FPMR 0x40e

/*
 * FPMR bits that may hold any value here: LSCALE2, NSCALE, LSCALE, OSC, OSM
 * whole; of F8D, F8S2 and F8S1 only bit 0, the other formats are reserved.
 */
#define FPMR_TEST_BITS 0x3fff7fc049ull

static inline uint64_t fpmr_read(void)
{
    uint64_t v;

    asm volatile("mrs %0, S3_3_C4_C4_2" : "=r" (v) : : "memory");
    return v;
}

static inline void fpmr_write(uint64_t v)
{
    asm volatile("msr S3_3_C4_C4_2, %0" : : "r" (v) : "memory");
}

/* A value for FPMR, different for each seed up to some thousands, never 0. */
static inline uint64_t fpmr_value(uint32_t seed)
{
    uint64_t n = (uint64_t)(seed + 1) * 0x9e3779b97f4a7c15ull;

    /* The scales carry the seed itself, the other bits a mix of it. */
    return (((n >> 13) & 0xc049)
            | (uint64_t)(seed & 0x7f) << 16
            | (uint64_t)((seed >> 7) & 0xff) << 24
            | 0x2100000000ull) & FPMR_TEST_BITS;
}

/*
 * So long may something take, in seconds, that takes this long on a machine
 * that does nothing else: armv9.slow=N on the command line has the factor.
 */
static inline int patience(int seconds)
{
    char line[4096] = "";
    FILE *f = fopen("/proc/cmdline", "r");
    const char *word;
    double slow = 3;

    if (f) {
        line[fread(line, 1, sizeof(line) - 1, f)] = 0;
        fclose(f);
    }
    word = strstr(line, " armv9.slow=");
    if (word) {
        sscanf(word, " armv9.slow=%lf", &slow);
    }
    return seconds * slow;
}

/* TAP: plan first, one line for each check, the exit status at the end. */
static int tap_planned, tap_count, tap_failed;

static inline void tap_plan(int n)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_planned = n;
    printf("1..%d\n", n);
}

static inline bool __attribute__((format(printf, 2, 3)))
tap_ok(bool good, const char *fmt, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    tap_failed += !good;
    printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, line);
    return good;
}

static inline int tap_done(void)
{
    if (tap_count != tap_planned) {
        printf("# planned %d checks, made %d\n", tap_planned, tap_count);
        return 1;
    }
    return tap_failed != 0;
}

static inline void __attribute__((noreturn)) die(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(2);
}

static inline void pin_to_cpu(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set)) {
        die("sched_setaffinity");
    }
}

/* Does the Features line of /proc/cpuinfo hold this word? */
static inline bool cpuinfo_has(const char *word)
{
    char line[4096], *tok;
    bool found = false;
    FILE *f = fopen("/proc/cpuinfo", "r");

    if (!f) {
        die("/proc/cpuinfo");
    }
    while (!found && fgets(line, sizeof(line), f)) {
        if (strncmp(line, "Features", 8)) {
            continue;
        }
        for (tok = strtok(line, " \t\n"); tok; tok = strtok(NULL, " \t\n")) {
            found |= !strcmp(tok, word);
        }
    }
    fclose(f);
    return found;
}

#endif
