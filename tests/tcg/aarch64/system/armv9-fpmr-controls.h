/*
 * All controls of FPMR and of floating-point, and what they do to an access
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef ARMV9_FPMR_CONTROLS_H
#define ARMV9_FPMR_CONTROLS_H

#include "armv9-fpmr.h"

/*
 * One combination of controls.  A set bit is a deviation from "everything
 * open, Non-secure, EL2 not in host", so 0 traps nothing.  The two FPEN
 * fields hold 3 - FPEN.  Controls that are expensive to change in an
 * emulator (they throw away translations) have the high bits, because the
 * matrix counts upwards.
 */
#define C_WRITE         BIT64(0)        /* MSR of FPMR, not MRS */
#define C_TFP3          BIT64(1)        /* CPTR_EL3.TFP = 1 */
#define C_CPACR(fpen)   ((3 - (fpen)) << 2)     /* CPACR_EL1.FPEN */
#define C_CPTR2(fpen)   ((3 - (fpen)) << 4)     /* CPTR_EL2.FPEN, E2H = 1 */
#define C_TFP2          BIT64(6)        /* CPTR_EL2.TFP = 1, E2H = 0 */
#define C_NO_HCRX       BIT64(7)        /* HCRX_EL2.EnFPM = 0 */
#define C_NO_S1         BIT64(8)        /* SCTLR_EL1.EnFPM = 0 */
#define C_NO_S2         BIT64(9)        /* SCTLR_EL2.EnFPM = 0 */
#define C_NO_HXEN       BIT64(10)       /* SCR_EL3.HXEn = 0 */
#define C_NO_S3         BIT64(11)       /* SCR_EL3.EnFPM = 0 */
#define C_E2H           BIT64(12)       /* HCR_EL2 */
#define C_TGE           BIT64(13)
#define C_SEC           BIT64(14)       /* SCR_EL3.NS = 0 */
#define C_EEL2          BIT64(15)       /* SCR_EL3.EEL2 = 1, when Secure */
#define C_END           BIT64(16)

#define CPACR_FPEN_OF(c)    (3 - FIELD64(c, 2, 2))
#define CPTR2_FPEN_OF(c)    (3 - FIELD64(c, 4, 2))

#define C_NEEDS_EL3     (C_TFP3 | C_NO_HXEN | C_NO_S3 | C_SEC | C_EEL2)
#define C_NEEDS_EL2     (C_CPTR2(0) | C_TFP2 | C_NO_HCRX | C_NO_S2 |    \
                         C_NO_HXEN | C_E2H | C_TGE | C_EEL2)

static bool el2_enabled(uint32_t c)
{
    return el_has2 && (!(c & C_SEC) || (c & C_EEL2));
}

/* Whether this machine has such a state at all. */
static bool possible(int el, uint32_t c)
{
    if ((!el_has3 && (c & C_NEEDS_EL3)) || (!el_has2 && (c & C_NEEDS_EL2))) {
        return false;
    }
    if ((c & C_EEL2) && (!(c & C_SEC) || !el_has_sel2())) {
        return false;
    }
    if ((c & C_E2H) ? (c & C_TFP2) || !el_has_vhe() : c & C_CPTR2(0)) {
        return false;           /* the bits of the other CPTR_EL2 layout */
    }
    if (!el_has_hcx() && (c & (C_NO_HCRX | C_NO_HXEN))) {
        return false;
    }
    return el <= el_top &&
           !(el == 2 && !el2_enabled(c)) &&
           !(el == 1 && el2_enabled(c) && (c & C_TGE));
}

static void set_controls(struct el_regs *r, uint32_t c)
{
    *r = el_open;
    r->scr_el3 |= c & C_NO_S3 ? 0 : SCR_ENFPM;
    r->scr_el3 &= c & C_NO_HXEN ? ~SCR_HXEN : ~0ull;
    r->scr_el3 |= c & C_EEL2 ? SCR_EEL2 : 0;
    r->cptr_el3 |= c & C_TFP3 ? CPTR_TFP : 0;
    r->sctlr_el1 |= c & C_NO_S1 ? 0 : SCTLR_ENFPM;
    r->sctlr_el2 |= c & C_NO_S2 ? 0 : SCTLR_ENFPM;
    r->cpacr_el1 &= ~CPACR_FPEN(3);
    r->cpacr_el1 |= CPACR_FPEN(CPACR_FPEN_OF(c));
    r->hcr_el2 |= c & C_E2H ? HCR_E2H : 0;
    r->hcr_el2 |= c & C_TGE ? HCR_TGE : 0;
    r->hcrx_el2 |= c & C_NO_HCRX ? 0 : HCRX_ENFPM;
    if (c & C_E2H) {
        r->cptr_el2 = CPACR_SMEN(3) | CPACR_ZEN(3) |
                      CPACR_FPEN(CPTR2_FPEN_OF(c));
    } else {
        r->cptr_el2 |= c & C_TFP2 ? CPTR_TFP : 0;
    }
}

/* PSTATE.EL or, for EL0, where its exceptions to EL1 go */
static int own_el(int el, uint32_t c)
{
    return el ? el : el2_enabled(c) && (c & C_TGE) ? 2 : 1;
}

/*
 * The EnFPM chain of C5.2.9, EL1 to EL3: where an access traps to, 0 if it
 * does not.  MRS and MSR do not differ, and CheckFPMREnabled() is the same.
 * EDSCR.SDD (EL3SDDUndef) is for Debug state, which no stub is in.
 */
static int want_enfpm(int el, uint32_t c)
{
    bool el2 = el2_enabled(c);
    bool in_host = el2 && (c & C_E2H) && (c & C_TGE);   /* ELIsInHost(EL0) */

    if (el == 0 && !in_host && (c & C_NO_S1)) {
        return own_el(el, c);
    }
    if (el == 0 && in_host && (c & C_NO_S2)) {
        return 2;
    }
    if (el <= 1 && el2 && !in_host && (c & (C_NO_HXEN | C_NO_HCRX))) {
        return 2;
    }
    return el <= 2 && (c & C_NO_S3) ? 3 : 0;
}

/* AArch64.CheckFPEnabled(): traps with EC 0x07 */
static struct el_want want_fp(int el, uint32_t c)
{
    bool el2 = el2_enabled(c);
    bool tge = el2 && (c & C_TGE);
    bool in_host_2 = el2 && (c & C_E2H);            /* ELIsInHost(EL2) */
    bool in_host_0 = in_host_2 && tge;              /* ELIsInHost(EL0) */

    if (el == 0 && !in_host_0 && CPACR_FPEN_OF(c) != 3) {
        return tge ? EL_TRAP(2, EL_ESR_UNDEF) : EL_TRAP(1, EL_ESR_FP);
    }
    if (el == 0 && in_host_0 && CPTR2_FPEN_OF(c) != 3) {
        return EL_TRAP(2, EL_ESR_FP);
    }
    if (el == 1 && !(CPACR_FPEN_OF(c) & 1)) {
        return EL_TRAP(1, EL_ESR_FP);
    }
    if (el <= 2 && in_host_2 && !(CPTR2_FPEN_OF(c) & 1)) {
        return EL_TRAP(2, EL_ESR_FP);
    }
    if (el <= 2 && el2 && !in_host_2 && (c & C_TFP2)) {
        return EL_TRAP(2, EL_ESR_FP);
    }
    if (c & C_TFP3) {
        return EL_TRAP(3, EL_ESR_FP);
    }
    return EL_DONE;
}

static void print_controls(uint32_t c)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        { C_SEC, "Secure" }, { C_EEL2, "EEL2" },
        { C_E2H, "E2H" }, { C_TGE, "TGE" },
        { C_NO_S1, "SCTLR_EL1.EnFPM=0" }, { C_NO_S2, "SCTLR_EL2.EnFPM=0" },
        { C_NO_HCRX, "HCRX_EL2.EnFPM=0" }, { C_NO_HXEN, "SCR_EL3.HXEn=0" },
        { C_NO_S3, "SCR_EL3.EnFPM=0" },
        { C_TFP2, "CPTR_EL2.TFP" }, { C_TFP3, "CPTR_EL3.TFP" },
    };
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(names); i++) {
        if (c & names[i].bit) {
            ml_printf(" %s", names[i].name);
        }
    }
    ml_printf(" CPACR_EL1.FPEN=%d", (int)CPACR_FPEN_OF(c));
    if (c & C_E2H) {
        ml_printf(" CPTR_EL2.FPEN=%d", (int)CPTR2_FPEN_OF(c));
    }
}

#endif
