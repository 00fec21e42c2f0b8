/*
 * Unit test of what ID registers hide
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/idregs-stream.h"
#include "tap.h"

typedef struct Reg {
    const char *name;
    unsigned sysreg;
} Reg;

/* A field, a value that takes the registers away, one that does not */
static const struct {
    unsigned index;
    const char *field;
    unsigned without, with;
    Reg regs[8];
} cases[] = {
    { IDREG_ID_AA64PFR2_EL1, "FPMR", 0, 1,
      { { "FPMR", IDREG_SYSREG(3, 3, 4, 4, 2) } } },
    { IDREG_ID_AA64MMFR3_EL1, "TCRX", 0, 1,
      { { "TCR2_EL1", IDREG_SYSREG(3, 0, 2, 0, 3) } } },
    { IDREG_ID_AA64MMFR3_EL1, "SCTLRX", 0, 1,
      { { "SCTLR2_EL1", IDREG_SYSREG(3, 0, 1, 0, 3) } } },
    { IDREG_ID_AA64MMFR3_EL1, "S1PIE", 0, 1,
      { { "PIRE0_EL1", IDREG_SYSREG(3, 0, 10, 2, 2) },
        { "PIR_EL1", IDREG_SYSREG(3, 0, 10, 2, 3) } } },
    { IDREG_ID_AA64MMFR3_EL1, "S1POE", 0, 1,
      { { "POR_EL1", IDREG_SYSREG(3, 0, 10, 2, 4) },
        { "POR_EL0", IDREG_SYSREG(3, 3, 10, 2, 4) } } },
    { IDREG_ID_AA64PFR1_EL1, "MTE", 1, 2,
      { { "RGSR_EL1", IDREG_SYSREG(3, 0, 1, 0, 5) },
        { "GCR_EL1", IDREG_SYSREG(3, 0, 1, 0, 6) },
        { "TFSR_EL1", IDREG_SYSREG(3, 0, 5, 6, 0) },
        { "TFSRE0_EL1", IDREG_SYSREG(3, 0, 5, 6, 1) } } },
    { IDREG_ID_AA64DFR0_EL1, "PMUVer", 0, 1,
      { { "PMCR_EL0", IDREG_SYSREG(3, 3, 9, 12, 0) },
        { "PMCCNTR_EL0", IDREG_SYSREG(3, 3, 9, 13, 0) },
        { "PMUSERENR_EL0", IDREG_SYSREG(3, 3, 9, 14, 0) },
        { "PMOVSSET_EL0", IDREG_SYSREG(3, 3, 9, 14, 3) },
        { "PMEVCNTR0_EL0", IDREG_SYSREG(3, 3, 14, 8, 0) },
        { "PMCCFILTR_EL0", IDREG_SYSREG(3, 3, 14, 15, 7) },
        { "PMINTENSET_EL1", IDREG_SYSREG(3, 0, 9, 14, 1) },
        { "PMMIR_EL1", IDREG_SYSREG(3, 0, 9, 14, 6) } } },
    { IDREG_ID_AA64DFR0_EL1, "PMUVer", 0xf, 9,
      { { "PMSELR_EL0", IDREG_SYSREG(3, 3, 9, 12, 5) } } },
    { IDREG_ID_AA64ISAR1_EL1, "APA", 0, 1,
      { { "APIAKeyLo_EL1", IDREG_SYSREG(3, 0, 2, 1, 0) },
        { "APIBKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 1, 3) },
        { "APDAKeyLo_EL1", IDREG_SYSREG(3, 0, 2, 2, 0) },
        { "APDBKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 2, 3) } } },
    { IDREG_ID_AA64ISAR1_EL1, "API", 0, 5,
      { { "APIAKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 1, 1) } } },
    { IDREG_ID_AA64ISAR2_EL1, "APA3", 0, 3,
      { { "APIAKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 1, 1) } } },
    { IDREG_ID_AA64ISAR1_EL1, "GPA", 0, 1,
      { { "APGAKeyLo_EL1", IDREG_SYSREG(3, 0, 2, 3, 0) },
        { "APGAKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 3, 1) } } },
    { IDREG_ID_AA64ISAR2_EL1, "GPA3", 0, 1,
      { { "APGAKeyHi_EL1", IDREG_SYSREG(3, 0, 2, 3, 1) } } },
};

/* Every guest has these, whatever its ID registers say. */
static const Reg always[] = {
    { "SCTLR_EL1", IDREG_SYSREG(3, 0, 1, 0, 0) },
    { "CPACR_EL1", IDREG_SYSREG(3, 0, 1, 0, 2) },
    { "TCR_EL1", IDREG_SYSREG(3, 0, 2, 0, 2) },
    { "AFSR0_EL1", IDREG_SYSREG(3, 0, 5, 1, 0) },
    { "MAIR_EL1", IDREG_SYSREG(3, 0, 10, 2, 0) },
    { "AMAIR_EL1", IDREG_SYSREG(3, 0, 10, 3, 0) },
    { "TPIDR_EL0", IDREG_SYSREG(3, 3, 13, 0, 2) },
    { "CNTVCT_EL0", IDREG_SYSREG(3, 3, 14, 0, 2) },
    { "CNTV_CVAL_EL0", IDREG_SYSREG(3, 3, 14, 3, 2) },
    { "DBGBVR0_EL1", IDREG_SYSREG(2, 0, 0, 0, 4) },
    { "DACR32_EL2", IDREG_SYSREG(3, 4, 3, 0, 0) },
    { "MIDR_EL1", IDREG_SYSREG(3, 0, 0, 0, 0) },
    { "MPIDR_EL1", IDREG_SYSREG(3, 0, 0, 0, 5) },
    { "CLIDR_EL1", IDREG_SYSREG(3, 1, 0, 0, 1) },
    { "CTR_EL0", IDREG_SYSREG(3, 3, 0, 0, 1) },
};

int main(void)
{
    uint64_t values[IDREGS_COUNT] = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const IDRegField *f = idreg_find_field(&idregs[cases[i].index],
                                               cases[i].field);

        for (size_t j = 0; j < ARRAY_SIZE(cases[i].regs); j++) {
            const Reg *r = &cases[i].regs[j];
            bool without, with;

            if (!r->name) {
                break;
            }
            values[cases[i].index] = (uint64_t)cases[i].without << f->lsb;
            without = idreg_hides(values, r->sysreg, 1);
            values[cases[i].index] = (uint64_t)cases[i].with << f->lsb;
            with = idreg_hides(values, r->sysreg, 0);
            values[cases[i].index] = 0;
            tap_ok(without && !with, "%s with %s %u, not %u", r->name,
                   cases[i].field, cases[i].without, cases[i].with);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(always); i++) {
        tap_ok(!idreg_hides(values, always[i].sysreg, 0) &&
               !idreg_hides(values, always[i].sysreg, 1),
               "%s, always", always[i].name);
    }
    tap_ok(idreg_hides(values, IDREG_SYSREG(3, 0, 0, 6, 3), 0) &&
           idreg_hides(values, IDREG_SYSREG(3, 0, 0, 7, 7), 0),
           "an ID register that is 0 says nothing");
    tap_ok(!idreg_hides(values, IDREG_SYSREG(3, 0, 0, 6, 3), 1),
           "one that is not 0 does");
    return tap_done();
}
