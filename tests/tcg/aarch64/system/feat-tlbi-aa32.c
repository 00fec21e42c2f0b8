/*
 * TLB invalidation for an AArch32 EL1 or EL2, from AArch64 and AArch32.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hypervisor invalidates for a guest whose EL1 uses AArch32: VA[55:32] of
 * the operand do not count (R_FGPTT).  And EL1 and EL2 invalidate by the
 * instructions of AArch32 (G5.10.4), those for the instruction or the data
 * TLB alone, too.  All runs of a case have the same HCR_EL2, so that nothing
 * but the instruction invalidates.
 *
 * TLBIIPAS2 is about stage 2 alone: there the last table of stage 1 is at an
 * IPA, which comes to be another table, see feat-tlbi-stage2.c.
 */

#include "armv9-tlbi.h"

#define TTBCR_EAE       BIT64(31)
#define VA32            0x12340000ull
#define IPA32           0x23450000ull
#define HIGH_BITS       0x00ffffff00000000ull

/* A32: LDR R7, [R0]; SMC #0, to the monitor at EL3 */
EL_STUB(touch_a32, ".word 0xe5907000, 0xe1600070")

/* A32: MCR p15, op1, R3, c8, CRm, op2; DSB SY; ISB; SMC #0 */
#define OP_MCR(stub, op1, crm, op2)                                     \
    EL_STUB(stub, ".word " EL_STR(0xee083f10 | op1 << 21 | op2 << 5 | crm) \
            ", 0xf57ff04f, 0xf57ff06f, 0xe1600070")
#define OP_A32(stub, crm, op2)  OP_MCR(stub, 0, crm, op2)
#define OP_HYP(stub, crm, op2)  OP_MCR(stub, 4, crm, op2)
EL_STUB(drop, "tlbi alle1\n dsb sy\n isb")

#define OP(stub, op)    EL_STUB(stub, op ", x3\n dsb sy\n isb")
OP(vae1, "tlbi vae1")
OP(vaae1is, "tlbi vaae1is")
OP(rvae1, "sys #0, c8, c6, #1")
OP(rvaae1is, "sys #0, c8, c2, #3")

OP_A32(tlbiallis, 3, 0)
OP_A32(tlbimvais, 3, 1)
OP_A32(tlbiasidis, 3, 2)
OP_A32(tlbimvaais, 3, 3)
OP_A32(tlbimvalis, 3, 5)
OP_A32(tlbimvaalis, 3, 7)
OP_A32(dtlbiall, 6, 0)
OP_A32(dtlbimva, 6, 1)
OP_A32(dtlbiasid, 6, 2)
OP_A32(tlbiall, 7, 0)
OP_A32(tlbimva, 7, 1)
OP_A32(tlbiasid, 7, 2)
OP_A32(tlbimvaa, 7, 3)
OP_A32(tlbimval, 7, 5)
OP_A32(tlbimvaal, 7, 7)

OP_HYP(tlbiallhis, 3, 0)
OP_HYP(tlbimvahis, 3, 1)
OP_HYP(tlbimvalhis, 3, 5)
OP_HYP(tlbiallh, 7, 0)
OP_HYP(tlbimvah, 7, 1)
OP_HYP(tlbimvalh, 7, 5)
OP_HYP(tlbiallnsnhis, 3, 4)
OP_HYP(tlbiallnsnh, 7, 4)

/*
 * IPA[39:12] is in R3.  What combines the stages is invalidated with it, by
 * TLBIMVA of R4: TLBIALL would be everything, here.
 */
#define OP_IPA(stub, crm, op2)                                          \
    EL_STUB(stub, ".word " EL_STR(0xee883f10 | op2 << 5 | crm)          \
            ", 0xf57ff04f, 0xee084f37, 0xf57ff04f, 0xf57ff06f, 0xe1600070")

OP_IPA(tlbiipas2is, 0, 1)
OP_IPA(tlbiipas2lis, 0, 5)
OP_IPA(tlbiipas2, 4, 1)
OP_IPA(tlbiipas2l, 4, 5)

/*
 * Who executes it; EL2_A32_OWN is about EL2's own translations, EL2_A32_IPA
 * about those of stage 2.
 */
enum { EL2_A64, EL1_A32, EL2_A32, EL2_A32_OWN, EL2_A32_IPA };

static const struct {
    const char *name;
    const char *stub;
    bool range;
    uint64_t high;
    int who;
} rows[] = {
    { "VAE1", vae1, false, 0 },
    { "VAE1, VA[55:32] set", vae1, false, HIGH_BITS },
    { "VAAE1IS, VA[55:32] set", vaae1is, false, HIGH_BITS },
    { "VAAE1IS, VA[55] set", vaae1is, false, BIT64(55) },
    { "RVAE1", rvae1, true, 0 },
    { "RVAE1, VA[48:32] set", rvae1, true, HIGH_BITS },
    { "RVAAE1IS, VA[48] set", rvaae1is, true, BIT64(48) },
    { "TLBIALLIS", tlbiallis, .who = EL1_A32 },
    { "TLBIMVAIS", tlbimvais, .who = EL1_A32 },
    { "TLBIASIDIS", tlbiasidis, .who = EL1_A32 },
    { "TLBIMVAAIS", tlbimvaais, .who = EL1_A32 },
    { "TLBIMVALIS", tlbimvalis, .who = EL1_A32 },
    { "TLBIMVAALIS", tlbimvaalis, .who = EL1_A32 },
    { "DTLBIALL", dtlbiall, .who = EL1_A32 },
    { "DTLBIMVA", dtlbimva, .who = EL1_A32 },
    { "DTLBIASID", dtlbiasid, .who = EL1_A32 },
    { "TLBIALL", tlbiall, .who = EL1_A32 },
    { "TLBIMVA", tlbimva, .who = EL1_A32 },
    { "TLBIASID", tlbiasid, .who = EL1_A32 },
    { "TLBIMVAA", tlbimvaa, .who = EL1_A32 },
    { "TLBIMVAL", tlbimval, .who = EL1_A32 },
    { "TLBIMVAAL", tlbimvaal, .who = EL1_A32 },
    { "TLBIALLNSNHIS", tlbiallnsnhis, .who = EL2_A32 },
    { "TLBIALLNSNH", tlbiallnsnh, .who = EL2_A32 },
    { "TLBIALLHIS", tlbiallhis, .who = EL2_A32_OWN },
    { "TLBIMVAHIS", tlbimvahis, .who = EL2_A32_OWN },
    { "TLBIMVALHIS", tlbimvalhis, .who = EL2_A32_OWN },
    { "TLBIALLH", tlbiallh, .who = EL2_A32_OWN },
    { "TLBIMVAH", tlbimvah, .who = EL2_A32_OWN },
    { "TLBIMVALH", tlbimvalh, .who = EL2_A32_OWN },
    { "TLBIIPAS2IS", tlbiipas2is, .who = EL2_A32_IPA },
    { "TLBIIPAS2LIS", tlbiipas2lis, .who = EL2_A32_IPA },
    { "TLBIIPAS2", tlbiipas2, .who = EL2_A32_IPA },
    { "TLBIIPAS2L", tlbiipas2l, .who = EL2_A32_IPA },
};

TLBI_SPACE(space);
TLBI_SPACE(stage2);

/* PSTATE: A, I, F masked; A32; Supervisor or Hyp mode */
#define SVC_A32         0x1d3
#define HYP_A32         0x1da

/* A32 code; whether it came to its SMC */
static bool run_a32(bool hyp, const struct el_regs *regs, const char *stub,
                    struct el_result *res)
{
    el_run_pstate(hyp ? HYP_A32 : SVC_A32, false, regs, stub, res);
    return EL_EC(res->esr) == 0x13;
}

/* What a read in A32 got, or -1 */
static uint64_t touch(bool hyp, const struct el_regs *regs)
{
    struct el_result res;

    return run_a32(hyp, regs, touch_a32, &res) ? res.x[7] : -1ull;
}

/*
 * Stage 1 has its last table at IPA32, where stage 2 has TABLE1; the
 * descriptor of that.
 */
static uint64_t *map_by_ipa(void)
{
    unsigned at = tlbi_index(&space, VA32, 3) * 8;

    tlbi_mark(TABLE1 + at, tlbi_leaf(TLBI_P1 | TLBI_AF, 3));
    tlbi_mark(TABLE2 + at, tlbi_leaf(TLBI_P2 | TLBI_AF, 3));
    *tlbi_map(&space, VA32, 2, 0) = IPA32 | 3;
    tlbi_space_init(&stage2, &tlbi_granules[0], 32, S2_ATTR);
    /* VTCR of AArch32: T0SZ 0 is 32 bits, SL0 1 is level 1. */
    el_write("vtcr_el2", BIT64(31) | BIT64(6));
    el_write("vttbr_el2", (uintptr_t)stage2.t[TLBI_ROOT]);
    return tlbi_map(&stage2, IPA32, 3, TABLE1 | S2_ATTR);
}

static void test_row(unsigned i)
{
    uint64_t before, after, page = (VA32 | rows[i].high) >> 12;
    int who = rows[i].who;
    bool hyp = who >= EL2_A32;
    bool own = who == EL2_A32_OWN, ipa = who == EL2_A32_IPA;
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *pte;
    bool ok;

    el_reset();
    if (hyp) {
        regs.scr_el3 &= ~SCR_RW;
    }
    regs.hcr_el2 &= ~HCR_RW;
    regs.hcr_el2 |= ipa ? HCR_VM : 0;
    regs.sctlr_el1 |= SCTLR_M;
    regs.sctlr_el2 |= own ? SCTLR_M : 0;
    tlbi_space_init(&space, &tlbi_granules[0], 32, TLBI_AF);
    el_write("mair_el1", 0xff);
    el_write("tcr_el1", TTBCR_EAE);
    el_write("ttbr0_el1", (uintptr_t)space.t[TLBI_ROOT]);
    el_write("mair_el2", 0xff);
    el_write("tcr_el2", BIT64(31) | BIT64(23));
    el_write("ttbr0_el2", (uintptr_t)space.t[TLBI_ROOT]);
    asm volatile("tlbi alle2\n\tdsb sy\n\tisb");
    pte = ipa ? map_by_ipa() : tlbi_map(&space, VA32, 3, TLBI_P1 | TLBI_AF);
    el_args[0] = el_args[4] = VA32;
    el_args[3] = ipa ? IPA32 >> 12 :
                 who != EL2_A64 ? VA32 :
                 rows[i].range ? FIELD64(page, 0, 37) | BIT64(46)
                               : FIELD64(page, 0, 44);
    if (who == EL2_A64) {
        el_run(2, false, &regs, drop, &res);
    } else {
        asm volatile("tlbi alle1\n\tdsb sy\n\tisb");
    }
    before = touch(own, &regs);
    *pte = tlbi_leaf(ipa ? TABLE2 | S2_ATTR : TLBI_P2 | TLBI_AF, 3);
    asm volatile("dsb sy");
    if (who == EL2_A64) {
        el_run(2, false, &regs, rows[i].stub, &res);
        ok = res.done;
    } else {
        ok = run_a32(hyp, &regs, rows[i].stub, &res);
    }
    after = touch(own, &regs);
    ok = ok && before == 1 && after == 2;
    tap_head(ok);
    ml_printf("%s", rows[i].name);
    if (!ok) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  before, after);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i;

    el_setup();
    tap_equal("EL1 can use AArch32",
              FIELD64(el_read("id_aa64pfr0_el1"), 4, 4), 2);
    tap_equal("EL2 can use AArch32",
              FIELD64(el_read("id_aa64pfr0_el1"), 8, 4), 2);
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        test_row(i);
    }
    return tap_end();
}
