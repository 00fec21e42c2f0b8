/*
 * System registers of a stream that the guest's ID registers hide (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/idregs-stream.h"

/*
 * Registers from @regs.first to @regs.last belong to a feature that is there
 * when any of @fields is above @below.
 */
typedef struct Family {
    struct {
        unsigned first, last;
    } regs;
    int below;
    struct {
        unsigned index;
        const char *name;
    } fields[3];
} Family;

#define ONE(...) { IDREG_SYSREG(__VA_ARGS__), IDREG_SYSREG(__VA_ARGS__) }
#define RANGE(op0, op1, crn, crm, op2, crm2, op22) \
    { IDREG_SYSREG(op0, op1, crn, crm, op2), \
      IDREG_SYSREG(op0, op1, crn, crm2, op22) }
#define FIELD_OF(reg, field) { IDREG_ID_AA64##reg##_EL1, #field }
#define PAUTH(a, i, a3) \
    { FIELD_OF(ISAR1, a), FIELD_OF(ISAR1, i), FIELD_OF(ISAR2, a3) }

/* In encoding order; the pages of D24.2 say which feature each needs. */
static const Family families[] = {
    /* SCTLR2_EL1 */
    { ONE(3, 0, 1, 0, 3), 0, { FIELD_OF(MMFR3, SCTLRX) } },
    /* RGSR_EL1, GCR_EL1: not with the instructions alone (FEAT_MTE) */
    { RANGE(3, 0, 1, 0, 5, 0, 6), 1, { FIELD_OF(PFR1, MTE) } },
    /* TCR2_EL1 */
    { ONE(3, 0, 2, 0, 3), 0, { FIELD_OF(MMFR3, TCRX) } },
    /* APIAKeyLo_EL1 to APDBKeyHi_EL1 */
    { RANGE(3, 0, 2, 1, 0, 2, 3), 0, PAUTH(APA, API, APA3) },
    /* APGAKeyLo_EL1, APGAKeyHi_EL1 */
    { RANGE(3, 0, 2, 3, 0, 3, 1), 0, PAUTH(GPA, GPI, GPA3) },
    /* TFSR_EL1, TFSRE0_EL1 */
    { RANGE(3, 0, 5, 6, 0, 6, 1), 1, { FIELD_OF(PFR1, MTE) } },
    /* PMINTENSET_EL1, PMINTENCLR_EL1, PMMIR_EL1 */
    { RANGE(3, 0, 9, 14, 1, 14, 6), 0, { FIELD_OF(DFR0, PMUVer) } },
    /* PIRE0_EL1, PIR_EL1 */
    { RANGE(3, 0, 10, 2, 2, 2, 3), 0, { FIELD_OF(MMFR3, S1PIE) } },
    /* POR_EL1 */
    { ONE(3, 0, 10, 2, 4), 0, { FIELD_OF(MMFR3, S1POE) } },
    /* FPMR */
    { ONE(3, 3, 4, 4, 2), 0, { FIELD_OF(PFR2, FPMR) } },
    /* PMCR_EL0 to PMOVSSET_EL0 */
    { RANGE(3, 3, 9, 12, 0, 14, 3), 0, { FIELD_OF(DFR0, PMUVer) } },
    /* POR_EL0 */
    { ONE(3, 3, 10, 2, 4), 0, { FIELD_OF(MMFR3, S1POE) } },
    /* PMEVCNTR0_EL0 to PMCCFILTR_EL0 */
    { RANGE(3, 3, 14, 8, 0, 15, 7), 0, { FIELD_OF(DFR0, PMUVer) } },
};

static bool in_id_space(unsigned sysreg)
{
    return sysreg >= IDREG_SYSREG(3, 0, 0, 1, 0) &&
           sysreg <= IDREG_SYSREG(3, 0, 0, 7, 7);
}

static bool has_family(const Family *family,
                       const uint64_t values[IDREGS_COUNT])
{
    for (size_t i = 0; i < ARRAY_SIZE(family->fields); i++) {
        unsigned index = family->fields[i].index;
        const IDRegField *f;
        uint64_t value;

        if (!family->fields[i].name) {
            break;
        }
        f = idreg_find_field(&idregs[index], family->fields[i].name);
        value = extract64(values[index], f->lsb, f->width);
        if (f->sign == IDREG_PMU && value == MAKE_64BIT_MASK(0, f->width)) {
            value = 0;
        }
        if ((int)value > family->below) {
            return true;
        }
    }
    return false;
}

bool idreg_hides(const uint64_t values[IDREGS_COUNT], unsigned sysreg,
                 uint64_t value)
{
    if (in_id_space(sysreg)) {
        return value == 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        if (sysreg >= families[i].regs.first &&
            sysreg <= families[i].regs.last) {
            return !has_family(&families[i], values);
        }
    }
    return false;
}
