/*
 * TLB invalidation by intermediate physical address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The last translation table of stage 1 is at an IPA of its own.  Stage 2
 * maps that to another table, an instruction invalidates the IPA, and then
 * VMALLE1IS what combines the stages (D8.17.6.1): EL1 must see what the other
 * table says.  Run from EL3, so that no control register changes in between.
 */

#include "armv9-tlbi.h"

#define VTCR_DS         BIT64(32)
#define VTCR_SL2        BIT64(33)
#define OPERAND_NS      BIT64(63)
#define NSTABLE         BIT64(63)

#define OP(stub, op)                                        \
    EL_STUB(stub, op "\n dsb sy\n tlbi vmalle1is\n dsb sy\n isb")

OP(ipas2e1, "sys #4, c8, c4, #1, x3")
OP(ipas2le1, "sys #4, c8, c4, #5, x3")
OP(ipas2e1is, "sys #4, c8, c0, #1, x3")
OP(ipas2le1is, "sys #4, c8, c0, #5, x3")
OP(ipas2e1os, "sys #4, c8, c4, #0, x3")
OP(ipas2le1os, "sys #4, c8, c4, #4, x3")
OP(ipas2e1osnxs, "sys #4, c9, c4, #0, x3")
OP(ripas2e1, "sys #4, c8, c4, #2, x3")
OP(ripas2le1, "sys #4, c8, c4, #6, x3")
OP(ripas2e1is, "sys #4, c8, c0, #2, x3")
OP(ripas2le1is, "sys #4, c8, c0, #6, x3")
OP(ripas2e1os, "sys #4, c8, c4, #3, x3")
OP(ripas2le1os, "sys #4, c8, c4, #7, x3")
OP(ripas2e1osnxs, "sys #4, c9, c4, #3, x3")
OP(vmalls12e1, "tlbi vmalls12e1")
EL_STUB(drop, "tlbi alle1\n dsb sy\n isb")
EL_STUB(touch, "ldr x7, [x0]")

static const struct op {
    const char *name;
    const char *stub;
    bool range;
} ops[] = {
    { "VMALLS12E1", vmalls12e1 },
    { "IPAS2E1", ipas2e1 }, { "IPAS2LE1", ipas2le1 },
    { "IPAS2E1IS", ipas2e1is }, { "IPAS2LE1IS", ipas2le1is },
    { "IPAS2E1OS", ipas2e1os }, { "IPAS2LE1OS", ipas2le1os },
    { "IPAS2E1OSNXS", ipas2e1osnxs },
    { "RIPAS2E1", ripas2e1, true }, { "RIPAS2LE1", ripas2le1, true },
    { "RIPAS2E1IS", ripas2e1is, true }, { "RIPAS2LE1IS", ripas2le1is, true },
    { "RIPAS2E1OS", ripas2e1os, true }, { "RIPAS2LE1OS", ripas2le1os, true },
    { "RIPAS2E1OSNXS", ripas2e1osnxs, true },
};

TLBI_SPACE(s1);
TLBI_SPACE(s2);

static bool secure;     /* EL2 and EL1 are Secure, and all IPAs, but: */
static bool ns_ipa;     /* NSTable and NS: those of the case are Non-secure */

/* SL0 and SL2 of VTCR_EL2, for a level of the root */
static uint64_t vtcr_level(unsigned shift, int level)
{
    if (shift > 12) {
        return (uint64_t)(3 - level) << 6;
    }
    return level < 0 ? VTCR_SL2 : (uint64_t)(2 - level) << 6;
}

static void load_stage2(void)
{
    bool ds = s2.bits > 48 && s2.g->shift < 16;
    uint64_t size = (64 - s2.bits) | vtcr_level(s2.g->shift, s2.start) |
                    s2.g->tg0 << 14 | BIT64(31);

    el_write("vtcr_el2", size | (s2.bits > 48 ? 6 : 5) << 16 |
             (ds ? VTCR_DS : 0));
    el_write("vttbr_el2", secure && !ns_ipa ? 0
                                            : (uintptr_t)s2.t[TLBI_ROOT]);
    if (el_has_sel2()) {
        /* VSTCR_EL2 and VSTTBR_EL2: walks in, and to, Secure memory */
        el_write("s3_4_c2_c6_2", size);
        el_write("s3_4_c2_c6_0", secure ? (uintptr_t)s2.t[TLBI_ROOT] : 0);
    }
    asm volatile("dsb sy\n\tisb");
}

/* Bits 51:48 of an address in a descriptor; bits 51:50 are 0 here (D8.3.1) */
static uint64_t table_high(uint64_t ipa)
{
    return s1.g->shift == 16 ? FIELD64(ipa, 48, 4) << 12
                             : FIELD64(ipa, 48, 2) << 48;
}

/* One case; whether EL1 sees the second table at the end. */
static bool seen(const struct op *op, uint64_t va, uint64_t ipa,
                 uint64_t operand)
{
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *slot, *stage2;
    unsigned level3;

    regs.sctlr_el1 |= SCTLR_M;
    regs.hcr_el2 |= HCR_VM;
    regs.scr_el3 |= secure ? SCR_EEL2 : 0;
    operand |= ns_ipa ? OPERAND_NS : 0;

    /* The last table of stage 1, at ipa, is TABLE1 and then TABLE2. */
    level3 = tlbi_index(&s1, va, 3) * 8;
    tlbi_mark(TABLE1 + level3, tlbi_leaf(TLBI_P1 | TLBI_AF, 3));
    tlbi_mark(TABLE2 + level3, tlbi_leaf(TLBI_P2 | TLBI_AF, 3));
    slot = tlbi_map(&s1, va, 2, 0);
    *slot = FIELD64(ipa, 0, 48) | table_high(ipa) | (ns_ipa ? NSTABLE : 0) | 3;
    stage2 = tlbi_map(&s2, ipa, 3, TABLE1 | S2_ATTR);

    el_args[0] = va;
    el_args[3] = operand;
    el_run(2, secure, &regs, drop, &res);
    el_run(1, secure, &regs, touch, &res);
    if (!res.done || res.x[7] != 1) {
        tap_head(false);
        ml_printf("%s of %lx # why: the case itself: ", op->name, ipa);
        tap_got(&res);
        ml_printf(", %lx FAR %lx\n", res.x[7], res.far);
        return false;
    }
    *stage2 = tlbi_leaf(TABLE2 | S2_ATTR, 3);
    el_run(2, secure, &regs, op->stub, &res);
    el_run(1, secure, &regs, touch, &res);
    return res.done && res.x[7] == 2;
}

static bool range_seen(const struct op *op, uint64_t va, uint64_t base,
                       unsigned scale, unsigned num)
{
    static const uint64_t pages[] = { 2, 64, 2048, 65536 };
    unsigned unit = s2.bits > 48 ? 16 : s2.g->shift;
    uint64_t last = (num + 1) * pages[scale] - 1;
    uint64_t operand = (uint64_t)s2.g->tg << 46 | (uint64_t)scale << 44 |
                       (uint64_t)num << 39 | base >> unit;

    return seen(op, va, base, operand) &&
           seen(op, va, base + last * BIT64(s2.g->shift), operand);
}

/* All instructions in one combination of the stages */
static void test_stages(const struct tlbi_granule *g, unsigned bits1,
                        unsigned bits2)
{
    uint64_t va = BIT64(bits1 - 1);
    uint64_t ipa = bits1 > 48 && bits2 > 48 ? BIT64(49) : BIT64(45);
    unsigned i, scale, num;

    el_reset();
    tlbi_space_init(&s1, g, bits1, TLBI_AF);
    tlbi_space_init(&s2, g, bits2, S2_ATTR);
    tlbi_load_el1(&s1, 0);
    load_stage2();
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        const struct op *op = &ops[i];
        bool ok;

        if (!op->range) {
            ok = seen(op, va, ipa, ipa >> 12);
        } else {
            ok = true;
            for (scale = 0; scale < 4; scale++) {
                for (num = 0; num < 32; num += num == 30 ? 1 : 15) {
                    ok = ok && range_seen(op, va, ipa, scale, num);
                }
            }
        }
        tap_head(ok);
        ml_printf("%s%s, %s, VA %d bits, IPA %d bits\n",
                  ns_ipa ? "Secure, IPA not: " : secure ? "Secure: " : "",
                  op->name, g->name, bits1, bits2);
    }
}

static void test_state(void)
{
    test_stages(&tlbi_granules[0], 48, 48);
    test_stages(&tlbi_granules[1], 48, 47);
    test_stages(&tlbi_granules[2], 48, 48);
    /*
     * FEAT_LPA2.  BaseADDR of RIPAS2 counts 64KB when VTCR_EL2.DS is 1: so
     * say C5.5.21 and KVM, while I_HKYNQ and TLBIRange() say TCR_EL1.DS.  In
     * the last two the stages differ in that.
     */
    if (!tap_arg("lpa2-off")) {
        test_stages(&tlbi_granules[0], 52, 52);
        test_stages(&tlbi_granules[1], 52, 52);
        test_stages(&tlbi_granules[2], 52, 52);
        test_stages(&tlbi_granules[0], 48, 52);
        test_stages(&tlbi_granules[1], 48, 52);
    }
}

int main(void)
{
    bool lpa2 = !tap_arg("lpa2-off");
    uint64_t mmfr0;

    el_setup();
    if (el_top < 3 || !el_has2) {
        tap_equal("run with EL3 and EL2", el_top, 3);
        return tap_end();
    }
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    tap_equal("FEAT_SEL2", el_has_sel2(), 1);
    mmfr0 = el_read("id_aa64mmfr0_el1");
    tap_equal("TGran4", FIELD64(mmfr0, 28, 4), lpa2 ? 1 : 0);
    tap_equal("TGran16", FIELD64(mmfr0, 20, 4), lpa2 ? 2 : 1);
    tap_equal("TGran4_2", FIELD64(mmfr0, 40, 4), lpa2 ? 3 : 2);
    tap_equal("TGran16_2", FIELD64(mmfr0, 32, 4), lpa2 ? 3 : 2);
    test_state();
    secure = true;
    test_state();
    ns_ipa = true;
    test_state();
    return tap_end();
}
