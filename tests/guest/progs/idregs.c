/*
 * Prints the AArch64 ID registers as EL0 sees them; checks those of FPMR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: idregs with|without     (is FEAT_FPMR expected?)
 *
 * Linux emulates MRS of ID registers at EL0 from its own sanitised copy, so
 * the values are those the kernel believes in.
 */

#include "guest.h"
#include <sys/auxv.h>

#define MRS(enc) ({ \
    uint64_t v_; \
    asm volatile("mrs %0, " enc : "=r" (v_)); \
    v_; \
})

static uint64_t show(const char *name, uint64_t v)
{
    printf("%s=0x%016llx\n", name, (unsigned long long)v);
    return v;
}

static uint64_t pfr2, fpfr0;

static void read_all(void)
{
    show("ID_AA64PFR0_EL1", MRS("S3_0_C0_C4_0"));
    show("ID_AA64PFR1_EL1", MRS("S3_0_C0_C4_1"));
    pfr2 = show("ID_AA64PFR2_EL1", MRS("S3_0_C0_C4_2"));
    show("ID_AA64ZFR0_EL1", MRS("S3_0_C0_C4_4"));
    show("ID_AA64SMFR0_EL1", MRS("S3_0_C0_C4_5"));
    fpfr0 = show("ID_AA64FPFR0_EL1", MRS("S3_0_C0_C4_7"));
    show("ID_AA64DFR0_EL1", MRS("S3_0_C0_C5_0"));
    show("ID_AA64DFR1_EL1", MRS("S3_0_C0_C5_1"));
    show("ID_AA64ISAR0_EL1", MRS("S3_0_C0_C6_0"));
    show("ID_AA64ISAR1_EL1", MRS("S3_0_C0_C6_1"));
    show("ID_AA64ISAR2_EL1", MRS("S3_0_C0_C6_2"));
    show("ID_AA64ISAR3_EL1", MRS("S3_0_C0_C6_3"));
    show("ID_AA64MMFR0_EL1", MRS("S3_0_C0_C7_0"));
    show("ID_AA64MMFR1_EL1", MRS("S3_0_C0_C7_1"));
    show("ID_AA64MMFR2_EL1", MRS("S3_0_C0_C7_2"));
    show("ID_AA64MMFR3_EL1", MRS("S3_0_C0_C7_3"));
    show("ID_AA64MMFR4_EL1", MRS("S3_0_C0_C7_4"));
}

/* FP8: bit of ID_AA64FPFR0_EL1, bit of AT_HWCAP2, word in /proc/cpuinfo. */
static const struct {
    int id_bit, hwcap2_bit;
    const char *word;
} fp8[] = {
    { 31, 51, "f8cvt" },
    { 30, 52, "f8fma" },
    { 29, 53, "f8dp4" },
    { 28, 54, "f8dp2" },
    { 1, 55, "f8e4m3" },
    { 0, 56, "f8e5m2" },
};

#define N_FP8 (int)(sizeof(fp8) / sizeof(fp8[0]))

int main(int argc, char **argv)
{
    unsigned long hwcap2 = getauxval(AT_HWCAP2);
    bool with;

    if (argc != 2 || (strcmp(argv[1], "with") && strcmp(argv[1], "without"))) {
        fprintf(stderr, "usage: idregs with|without\n");
        return 2;
    }
    with = !strcmp(argv[1], "with");

    tap_plan(5 + N_FP8);
    tap_ok(getauxval(AT_HWCAP) >> 11 & 1,
           "the kernel emulates MRS of ID registers");
    read_all();
    printf("HWCAP2=0x%016lx\n", hwcap2);

    tap_ok((pfr2 >> 32 & 0xf) == with,
           "ID_AA64PFR2_EL1.FPMR is %d", with);
    tap_ok((hwcap2 >> HWCAP2_FPMR_BIT & 1) == with, "HWCAP2_FPMR is %d", with);
    tap_ok(cpuinfo_has("fpmr") == with, "/proc/cpuinfo %s fpmr",
           with ? "has" : "does not have");
    /* FEAT_FP8 requires FEAT_FPMR: its formats are chosen by FPMR. */
    tap_ok(with || fpfr0 == 0, "no FP8 without FPMR");
    for (int i = 0; i < N_FP8; i++) {
        bool id = fpfr0 >> fp8[i].id_bit & 1;

        tap_ok((hwcap2 >> fp8[i].hwcap2_bit & 1) == id
               && cpuinfo_has(fp8[i].word) == id,
               "HWCAP2 and cpuinfo agree with ID_AA64FPFR0_EL1: %s is %d",
               fp8[i].word, id);
    }
    return tap_done();
}
