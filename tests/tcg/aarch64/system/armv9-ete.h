/*
 * The registers of the trace unit, for bare-metal tests of FEAT_ETE
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table is from the register pages, D24.4.13 to D24.4.73, and not from
 * the one that QEMU is made of.  Accesses are put together at run time, so
 * that a test can go over all encodings.
 */

#ifndef ARMV9_ETE_H
#define ARMV9_ETE_H

#define HDFGRTR_EL2     "s3_4_c3_c1_4"
#define HDFGWTR_EL2     "s3_4_c3_c1_5"

#define EL_MORE_REGS(R)                                             \
    R(hdfgrtr_el2, 2, ete_has_fgt(), HDFGRTR_EL2, 0)                \
    R(hdfgwtr_el2, 2, ete_has_fgt(), HDFGWTR_EL2, 0)

#include <stdbool.h>

static bool ete_has_fgt(void);

#include "armv9-el.h"

static bool ete_has_fgt(void)
{
    return FIELD64(el_read("id_aa64mmfr0_el1"), 56, 4) != 0;
}

/*
 * What a register needs beyond FEAT_ETE, and its bits do.  Bits of EL2 and
 * so on are RES0 without it.
 */
struct ete_reg {
    const char *name;
    uint8_t crn, crm, op2;
    uint8_t fgt;                /* bit of HDFGRTR_EL2 and HDFGWTR_EL2 */
    bool msr;                   /* can be written */
    uint64_t bits;              /* keep what is written */
    uint64_t fixed;             /* RES1, or constant */
    uint64_t el2, el3, sel2, rme;
};

#define ETE_NS_EL2  0x00400000
#define ETE_S       0x000b0000          /* EL3, Secure EL1 and EL0 */
#define ETE_S_EL2   0x00040000
#define ETE_RL      0x07000000

static const struct ete_reg ete_regs[] = {
    { "TRCTRACEIDR", 0, 0, 1, 33, true, 0x7f },
    { "TRCVICTLR", 0, 0, 2, 48, true, 0x077f0c9f, 0x200,
      ETE_NS_EL2, ETE_S, ETE_S_EL2, ETE_RL },
    { "TRCCNTRLDVR0", 0, 0, 5, 33, true, 0xffff },
    { "TRCIDR8", 0, 0, 6, 40, false, 0 },
    { "TRCIMSPEC0", 0, 0, 7, 41, true, 0 },
    { "TRCPRGCTLR", 0, 1, 0, 44, true, 1 },
    { "TRCVIIECTLR", 0, 1, 2, 33, true, 0 },
    { "TRCCNTRLDVR1", 0, 1, 5, 33, true, 0xffff },
    { "TRCIDR9", 0, 1, 6, 40, false, 0 },
    { "TRCVISSCTLR", 0, 2, 2, 33, true, 0 },
    { "TRCIDR10", 0, 2, 6, 40, false, 0 },
    { "TRCSTATR", 0, 3, 0, 47, false, 0, 3 },
    { "TRCIDR11", 0, 3, 6, 40, false, 0 },
    { "TRCCONFIGR", 0, 4, 0, 33, true, 0x08d0, 0x8001, 0x8080 },
    { "TRCCNTCTLR0", 0, 4, 5, 33, true, 0x19f9f },
    { "TRCIDR12", 0, 4, 6, 40, false, 0 },
    { "TRCCNTCTLR1", 0, 5, 5, 33, true, 0x39f9f },
    { "TRCIDR13", 0, 5, 6, 40, false, 0 },
    { "TRCAUXCTLR", 0, 6, 0, 35, true, 0 },
    { "TRCEVENTCTL0R", 0, 8, 0, 33, true, 0x9f9f9f9f },
    { "TRCCNTVR0", 0, 8, 5, 37, true, 0xffff },
    { "TRCIDR0", 0, 8, 7, 40, false, 0, 0x28000c81 },
    { "TRCEVENTCTL1R", 0, 9, 0, 33, true, 0xf },
    { "TRCCNTVR1", 0, 9, 5, 37, true, 0xffff },
    { "TRCIDR1", 0, 9, 7, 40, false, 0, 0xfff0 },
    { "TRCRSR", 0, 10, 0, 33, true, 0x1f00 },
    { "TRCIDR2", 0, 10, 7, 40, false, 0, 0xd0001088, 0x40001000 },
    { "TRCIDR3", 0, 11, 7, 40, false, 0, 0x017f0004,
      ETE_NS_EL2, ETE_S, ETE_S_EL2 },
    { "TRCTSCTLR", 0, 12, 0, 33, true, 0x9f },
    { "TRCIDR4", 0, 12, 7, 40, false, 0, 0x11010000, 0x10000000 },
    { "TRCSYNCPR", 0, 13, 0, 33, true, 0x1f },
    { "TRCIDR5", 0, 13, 7, 40, false, 0, 0x200701ff },
    { "TRCCCCTLR", 0, 14, 0, 33, true, 0xfff },
    { "TRCIDR6", 0, 14, 7, 40, false, 0, 7, 0, 0, 0, 7 },
    { "TRCBBCTLR", 0, 15, 0, 33, true, 0 },
    { "TRCIDR7", 0, 15, 7, 40, false, 0 },
    { "TRCOSLSR", 1, 1, 4, 43, false, 0, 0x10 },
    { "TRCRSCTLR2", 1, 2, 0, 33, true, 0x3fffff },
    { "TRCRSCTLR3", 1, 3, 0, 33, true, 0x1fffff },
    { "TRCCIDCVR0", 3, 0, 0, 33, true, 0xffffffff },
    { "TRCVMIDCVR0", 3, 0, 1, 33, true, 0xffffffff, 0, 0xffffffff },
    { "TRCCIDCCTLR0", 3, 0, 2, 33, true, 0xf },
    { "TRCVMIDCCTLR0", 3, 2, 2, 33, true, 0xf, 0, 0xf },
    { "TRCDEVID", 7, 2, 7, 40, false, 0 },
    { "TRCCLAIMSET", 7, 8, 6, 36, true, 0, 0xf },
    { "TRCCLAIMCLR", 7, 9, 6, 36, true, 0xf },
    { "TRCAUTHSTATUS", 7, 14, 6, 34, false, 0, 0x0800808c,
      0, 0x80, 0, 0x08008000 },
    { "TRCDEVARCH", 7, 15, 6, 40, false, 0, 0x47725a13, 0, 0, 0, 0x20000 },
};

static bool ete_on;             /* the machine has FEAT_ETE */

/* Find out; arg words "ete-on" and "ete-off" say what must be. */
static void ete_detect(void)
{
    unsigned ver = FIELD64(el_read("id_aa64dfr0_el1"), 4, 4);

    ete_on = ver != 0;
    tap_equal("ID_AA64DFR0_EL1.TraceVer is 0 or 1", ver > 1, 0);
    if (tap_arg("ete-on") || tap_arg("ete-off")) {
        tap_equal("FEAT_ETE is as the run wants it", ete_on,
                  tap_arg("ete-on"));
    }
    /* No AArch32 interface */
    tap_equal("ID_DFR0_EL1.CopTrc", FIELD64(el_read("id_dfr0_el1"), 12, 4), 0);
}

static bool ete_has_rme(void)
{
    return FIELD64(el_read("id_aa64pfr0_el1"), 52, 4) != 0;
}

/* These bits of a register, as far as the PE has what they are for */
static inline uint64_t ete_there(const struct ete_reg *r, uint64_t bits)
{
    return bits & ~(el_has2 ? 0 : r->el2) & ~(el_has3 ? 0 : r->el3) &
           ~(el_has_sel2() ? 0 : r->sel2) & ~(ete_has_rme() ? 0 : r->rme);
}

static inline const struct ete_reg *ete_find(unsigned crn, unsigned crm,
                                             unsigned op2)
{
    const struct ete_reg *r;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        if (r->crn == crn && r->crm == crm && r->op2 == op2) {
            /* TRCVMIDCVR0 is the one register that needs EL2. */
            return crn == 3 && crm == 0 && op2 == 1 && !el_has2 ? NULL : r;
        }
    }
    return NULL;
}

/* MRS X7 or MSR from X9, and the BRK that ends a stub */
static uint32_t ete_code[2] __attribute__((aligned(64)));
#define ETE_STUB ((const char *)ete_code)

static inline void ete_make(unsigned crn, unsigned crm, unsigned op2,
                            bool msr)
{
    uint32_t code = (msr ? 0xd5110009 : 0xd5310007) | crn << 12 | crm << 8 |
                    op2 << 5;

    if (ete_code[0] == code) {
        return;
    }
    ete_code[0] = code;
    ete_code[1] = 0xd4200000 | EL_END_IMM << 5;
    asm volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb"
                 : : "r"(ete_code) : "memory");
}

static inline uint32_t ete_esr(unsigned crn, unsigned crm, unsigned op2,
                               bool msr)
{
    return EL_ESR_SYSREG(2, 1, crn, crm, op2, msr ? 9 : 7, !msr);
}

#endif
