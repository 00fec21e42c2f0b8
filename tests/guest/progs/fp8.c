/*
 * FP8, FAMINMAX, LUT in a program: the hwcaps, and an instruction of each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: fp8 with [but WORD]   FEAT_FP8, FEAT_FAMINMAX, FEAT_LUT are expected
 *        fp8 without            no, and the instructions must end in SIGILL
 *        fp8 hidden             no, but the CPU has them
 *
 * A hypervisor can hide features from a guest that no control takes away: then
 * there is no hwcap, and it does not matter what the instructions do.  The
 * kernel of the hypervisor may not know the feature with the hwcap WORD.
 */

#include "guest.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>

/* AT_HWCAP2 of Linux, the word in /proc/cpuinfo; the last ones need SME2 */
#define FIRST_SME_BIT 57
static const struct {
    int bit;
    const char *word;
} hwcaps[] = {
    { 49, "lut" }, { 50, "faminmax" }, { 51, "f8cvt" }, { 52, "f8fma" },
    { 53, "f8dp4" }, { 54, "f8dp2" }, { 55, "f8e4m3" }, { 56, "f8e5m2" },
    { 57, "smelutv2" }, { 58, "smef8f16" },
    { 59, "smef8f32" }, { 60, "smesf8fma" },
    { 61, "smesf8dp4" }, { 62, "smesf8dp2" },
};

/*
 * I(number, name, encoding, FPMR, V0, V1, V2, result): V0 = op(V0, V1, V2);
 * a register has the same 64 bits all over, and P0 is true.
 */
#define INSNS(I)                                                        \
    I(0, "FAMAX V0.4S: |-3| and 2", 0x4ea2dc20, 0, 0,                   \
      0xc0400000c0400000, 0x4000000040000000, 0x4040000040400000)       \
    I(1, "FAMIN V0.8H: |-3| and 2", 0x6ec21c20, 0, 0,                   \
      0xc200c200c200c200, 0x4000400040004000, 0x4000400040004000)       \
    I(2, "LUTI2 V0.16B", 0x4e821020, 0, 0,                              \
      0x1716151413121110, 0xe4e4e4e4e4e4e4e4, 0x1312111013121110)       \
    I(3, "LUTI4 V0.8H", 0x4e421020, 0, 0,                               \
      0x0007000600050004, 0x3210321032103210, 0x0007000600050004)       \
    I(4, "FSCALE V0.4S: 1 * 2^3", 0x6ea2fc20, 0, 0,                     \
      0x3f8000003f800000, 0x0000000300000003, 0x4100000041000000)       \
    I(5, "F1CVTL of E5M2", 0x2e217820, 0, 0,                            \
      0x3c3c3c3c3c3c3c3c, 0, 0x3c003c003c003c00)                        \
    I(6, "F1CVTL of E4M3, 2^-1", 0x2e217820, 0x10001, 0,                \
      0x3838383838383838, 0, 0x3800380038003800)                        \
    I(7, "FCVTN V0.8B of 4S to E4M3", 0x0e02f420, 1 << 6, 0,            \
      0x3f8000003f800000, 0x4000000040000000, 0x4040404038383838)       \
    I(8, "FMLALB: 1 + 1 * 1", 0x0ec2fc20, 0, 0x3c003c003c003c00,        \
      0x003c003c003c003c, 0x7b3c7b3c7b3c7b3c, 0x4000400040004000)       \
    I(9, "FMLALLTT: 1 + 1 * 1", 0x4e42c420, 0, 0x3f8000003f800000,      \
      0x3c0000003c000000, 0x3c7b7b7b3c7b7b7b, 0x4000000040000000)       \
    I(10, "FDOT V0.8H: 1 + 1 + 1", 0x4e42fc20, 0, 0x3c003c003c003c00,   \
      0x3c3c3c3c3c3c3c3c, 0x3c3c3c3c3c3c3c3c, 0x4200420042004200)       \
    I(11, "FDOT V0.4S: 1 + 4", 0x4e02fc20, 0, 0x3f8000003f800000,       \
      0x3c3c3c3c3c3c3c3c, 0x3c3c3c3c3c3c3c3c, 0x40a0000040a00000)       \
    I(12, "FAMAX Z0.S: |-3| and 2", 0x658e8020, 0, 0xc0400000c0400000,  \
      0x4000000040000000, 0, 0x4040000040400000)                        \
    I(13, "LUTI2 Z0.B", 0x4522b020, 0, 0,                               \
      0x1716151413121110, 0xe4e4e4e4e4e4e4e4, 0x1312111013121110)       \
    I(14, "F1CVT Z0.H", 0x65083020, 0, 0,                               \
      0x7b3c7b3c7b3c7b3c, 0, 0x3c003c003c003c00)                        \
    I(15, "FDOT Z0.S: 1 + 4", 0x64628420, 0, 0x3f8000003f800000,        \
      0x3c3c3c3c3c3c3c3c, 0x3c3c3c3c3c3c3c3c, 0x40a0000040a00000)

#define N_HWCAPS (int)(sizeof(hwcaps) / sizeof(hwcaps[0]))

static sigjmp_buf undefined;

static void on_sigill(int signal)
{
    siglongjmp(undefined, 1);
}

/* One function for each: code cannot be written here as on bare metal. */
#define EXECUTE(number, name, insn, fpmr, d, n, m, want)                \
static uint64_t execute_##number(uint64_t v0, uint64_t v1, uint64_t v2) \
{                                                                       \
    uint64_t result;                                                    \
                                                                        \
    asm volatile(".arch armv8-a+sve\n"                                  \
                 "ptrue p0.b\n"                                         \
                 "mov z0.d, %1\n"                                       \
                 "mov z1.d, %2\n"                                       \
                 "mov z2.d, %3\n"                                       \
                 ".inst " #insn "\n"                                    \
                 "umov %0, v0.d[0]\n"                                   \
                 : "=&r" (result) : "r" (v0), "r" (v1), "r" (v2)        \
                 : "v0", "v1", "v2");                                   \
    return result;                                                      \
}
INSNS(EXECUTE)

static const struct {
    const char *name;
    uint64_t (*execute)(uint64_t v0, uint64_t v1, uint64_t v2);
    uint64_t fpmr, d, n, m, want;
} insns[] = {
#define ROW(number, name, insn, fpmr, d, n, m, want)                    \
    { name, execute_##number, fpmr, d, n, m, want },
    INSNS(ROW)
#undef ROW
};

#define N_INSNS (int)(sizeof(insns) / sizeof(insns[0]))

static void check_hwcaps(bool with, const char *but)
{
    unsigned long hwcap2 = getauxval(AT_HWCAP2);

    for (int i = 0; i < N_HWCAPS; i++) {
        bool want = with && hwcaps[i].bit < FIRST_SME_BIT &&
                    !(but && !strcmp(but, hwcaps[i].word));

        tap_ok((hwcap2 >> hwcaps[i].bit & 1) == want &&
               cpuinfo_has(hwcaps[i].word) == want,
               "HWCAP2 and cpuinfo: %s is %d", hwcaps[i].word, want);
    }
}

static void check_insns(bool with)
{
    for (int i = 0; i < N_INSNS; i++) {
        uint64_t got;

        if (sigsetjmp(undefined, 1)) {
            tap_ok(!with, "%s: SIGILL", insns[i].name);
            continue;
        }
        if (with) {
            fpmr_write(insns[i].fpmr);
        }
        got = insns[i].execute(insns[i].d, insns[i].n, insns[i].m);
        tap_ok(with && got == insns[i].want, "%s: %016llx", insns[i].name,
               (unsigned long long)got);
    }
}

int main(int argc, char **argv)
{
    bool with = argc >= 2 && !strcmp(argv[1], "with");
    bool hidden = argc == 2 && !strcmp(argv[1], "hidden");
    const char *but = with && argc == 4 && !strcmp(argv[2], "but")
                      ? argv[3] : NULL;

    if (!hidden && !(with && (but || argc == 2)) &&
        !(argc == 2 && !strcmp(argv[1], "without"))) {
        fprintf(stderr, "usage: fp8 with [but WORD]|without|hidden\n");
        return 2;
    }
    sigaction(SIGILL, &(struct sigaction) { .sa_handler = on_sigill }, NULL);

    tap_plan(N_HWCAPS + (hidden ? 0 : N_INSNS));
    check_hwcaps(with, but);
    if (!hidden) {
        check_insns(with);
    }
    return tap_done();
}
