/*
 * FEAT_TLBIRANGE: each range is as long as the manual says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For all NUM, SCALE and TG, the first and the last granule of the range
 * must be seen to change (R_QKRKL of D8.17.5.2), at each EL, in both halves
 * of the address space, with BaseADDR in granules and, with FEAT_LPA2, in
 * units of 64KB; for all forms of the instructions at the corners.
 */

#include "armv9-tlbi.h"

#define EL1(stub, op)   TLBI_STUB(stub, "vmalle1", "ldtr", "sys #0, " op)
#define EL20(stub, op)  TLBI_STUB(stub, "alle2", "ldtr", "sys #4, " op)
#define EL2(stub, op)   TLBI_STUB(stub, "alle2", "ldr", "sys #4, " op)
#define EL3(stub, op)   TLBI_STUB(stub, "alle3", "ldr", "sys #6, " op)

EL1(rvae1, "c8, c6, #1")
EL1(rvaae1, "c8, c6, #3")
EL1(rvale1, "c8, c6, #5")
EL1(rvaale1, "c8, c6, #7")
EL1(rvae1is, "c8, c2, #1")
EL1(rvaae1is, "c8, c2, #3")
EL1(rvale1is, "c8, c2, #5")
EL1(rvaale1is, "c8, c2, #7")
EL1(rvae1os, "c8, c5, #1")
EL1(rvaae1os, "c8, c5, #3")
EL1(rvale1os, "c8, c5, #5")
EL1(rvaale1os, "c8, c5, #7")
EL1(rvae1nxs, "c9, c6, #1")
EL1(rvae1isnxs, "c9, c2, #1")
EL1(rvae1osnxs, "c9, c5, #1")
EL20(rvae2_host, "c8, c6, #1")
EL20(rvale2_host, "c8, c6, #5")
EL20(rvae2is_host, "c8, c2, #1")
EL20(rvae2os_host, "c8, c5, #1")
TLBI_STUB(rvae1_host, "alle2", "ldtr", "sys #0, c8, c6, #1")
EL2(rvae2, "c8, c6, #1")
EL2(rvale2, "c8, c6, #5")
EL2(rvae2is, "c8, c2, #1")
EL2(rvae2os, "c8, c5, #1")
EL3(rvae3, "c8, c6, #1")
EL3(rvale3, "c8, c6, #5")
EL3(rvae3is, "c8, c2, #1")
EL3(rvae3os, "c8, c5, #1")

#define HOST    (HCR_E2H | HCR_TGE)

struct op {
    const char *name;
    const char *stub;
    int el;
    uint64_t hcr;           /* E2H alone or with TGE */
};

/* The first of each regime gets all operands, the others the corners. */
static const struct op ops[] = {
    { "RVAE1", rvae1, 1 }, { "RVAAE1", rvaae1, 1 },
    { "RVALE1", rvale1, 1 }, { "RVAALE1", rvaale1, 1 },
    { "RVAE1IS", rvae1is, 1 }, { "RVAAE1IS", rvaae1is, 1 },
    { "RVALE1IS", rvale1is, 1 }, { "RVAALE1IS", rvaale1is, 1 },
    { "RVAE1OS", rvae1os, 1 }, { "RVAAE1OS", rvaae1os, 1 },
    { "RVALE1OS", rvale1os, 1 }, { "RVAALE1OS", rvaale1os, 1 },
    { "RVAE1NXS", rvae1nxs, 1 }, { "RVAE1ISNXS", rvae1isnxs, 1 },
    { "RVAE1OSNXS", rvae1osnxs, 1 },
    { "RVAE2", rvae2, 2 }, { "RVALE2", rvale2, 2 },
    { "RVAE2IS", rvae2is, 2 }, { "RVAE2OS", rvae2os, 2 },
    { "RVAE2, E2H", rvae2_host, 2, HOST },
    { "RVALE2, E2H", rvale2_host, 2, HOST },
    { "RVAE2IS, E2H", rvae2is_host, 2, HOST },
    { "RVAE2OS, E2H", rvae2os_host, 2, HOST },
    { "RVAE1, E2H", rvae1_host, 2, HOST },
    /* EL2&0 without EL0: at EL2 nothing is unprivileged then. */
    { "RVAE2, E2H without TGE", rvae2, 2, HCR_E2H },
    { "RVALE2, E2H without TGE", rvale2, 2, HCR_E2H },
    { "RVAE2IS, E2H without TGE", rvae2is, 2, HCR_E2H },
    { "RVAE2OS, E2H without TGE", rvae2os, 2, HCR_E2H },
    { "RVAE3", rvae3, 3 }, { "RVALE3", rvale3, 3 },
    { "RVAE3IS", rvae3is, 3 }, { "RVAE3OS", rvae3os, 3 },
};

TLBI_SPACE(space);

static uint64_t range_operand(uint64_t va, unsigned scale, unsigned num)
{
    unsigned unit = space.bits > 48 ? 16 : space.g->shift;

    return (uint64_t)space.g->tg << 46 | (uint64_t)scale << 44 |
           (uint64_t)num << 39 | FIELD64(va, unit, 37);
}

/* NUM + 1 times 2^(5 * SCALE + 1) granules, counted without a shift */
static uint64_t range_length(unsigned scale, unsigned num)
{
    static const uint64_t pages[] = { 2, 64, 2048, 65536 };

    return (num + 1) * pages[scale] * BIT64(space.g->shift);
}

/* Whether P2 is seen at va after the range was invalidated. */
static bool seen(const struct op *op, uint64_t va, uint64_t operand)
{
    struct el_regs regs = el_open;
    struct el_result res;

    el_args[0] = va;
    el_args[1] = (uintptr_t)tlbi_map(&space, va, 3, TLBI_P1 | TLBI_EL0);
    el_args[2] = tlbi_leaf(TLBI_P2 | TLBI_EL0, 3);
    el_args[3] = operand;
    if (op->el == 1) {
        regs.sctlr_el1 |= SCTLR_M;
    } else if (op->el == 2) {
        regs.sctlr_el2 |= SCTLR_M;
        regs.hcr_el2 |= op->hcr;
    } else {
        el_write("sctlr_el3", SCTLR_OPEN | SCTLR_M);
        asm volatile("isb");
    }
    el_run(op->el, false, &regs, op->stub, &res);
    if (op->el == 3) {
        el_write("sctlr_el3", SCTLR_OPEN);
        asm volatile("isb");
    }
    if (!res.done || res.x[7] != 1) {
        tap_head(false);
        ml_printf("%s at %lx # why: the case itself: ", op->name, va);
        tap_got(&res);
        ml_printf(", %lx FAR %lx\n", res.x[7], res.far);
    }
    return res.done && res.x[8] == 2;
}

struct bad {
    unsigned count, scale, num;
    uint64_t va;
};

/* All NUM and SCALE, or the corners of NUM; first and last granule. */
static void test_half(const struct op *op, uint64_t base, bool all,
                      struct bad *bad)
{
    unsigned scale, num;

    for (scale = 0; scale < 4; scale++) {
        for (num = 0; num < 32; num += all || num >= 30 ? 1 : 15) {
            uint64_t operand = range_operand(base, scale, num);
            uint64_t last = base + range_length(scale, num) -
                            BIT64(space.g->shift);
            bool first_seen = seen(op, base, operand);

            if ((!first_seen || !seen(op, last, operand)) && !bad->count++) {
                bad->scale = scale;
                bad->num = num;
                bad->va = first_seen ? last : base;
            }
        }
    }
}

/* One line for both halves of the address space, where there are two. */
static void test_op(const struct op *op, bool all)
{
    uint64_t low = BIT64(space.bits - 1) + 0x123450000ull;
    struct bad bad = { };

    test_half(op, low, all, &bad);
    if (op->el == 1 || op->hcr) {
        test_half(op, low - BIT64(space.bits), all, &bad);
    }
    tap_head(!bad.count);
    ml_printf("%s %s, %d bits", op->name, space.g->name, space.bits);
    if (bad.count) {
        ml_printf(" # why: expected the new page, got the old one for %d "
                  "operands, first NUM %d SCALE %d at %lx",
                  bad.count, bad.num, bad.scale, bad.va);
    }
    ml_printf("\n");
}

static void test_space(unsigned g, unsigned bits)
{
    int last_el = 0;
    uint64_t last_hcr = 0;
    unsigned i;

    tlbi_space_init(&space, &tlbi_granules[g], bits, TLBI_AF);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        const struct op *op = &ops[i];
        bool all = op->el != last_el || op->hcr != last_hcr;

        if (op->el > el_top || (op->el == 2 && !el_has2) ||
            (op->hcr && (!el_has_vhe() || el_top < 3))) {
            continue;
        }
        last_el = op->el;
        last_hcr = op->hcr;
        el_reset();
        if (op->el == 1) {
            tlbi_load_el1(&space, 0);
        } else if (op->el == 2) {
            tlbi_load_el2(&space, op->hcr, 0);
        } else {
            tlbi_load_el3(&space, 0);
        }
        test_op(op, all);
    }
}

int main(void)
{
    uint64_t mmfr0;
    bool lpa2;
    unsigned g;

    el_setup();
    mmfr0 = el_read("id_aa64mmfr0_el1");
    lpa2 = FIELD64(mmfr0, 28, 4) == 1 && FIELD64(mmfr0, 20, 4) == 2;
    tap_equal("FEAT_TLBIRANGE", FIELD64(el_read("id_aa64isar0_el1"), 56, 4),
              2);
    tap_equal("FEAT_LPA2", lpa2, !tap_arg("lpa2-off"));
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (g = 0; g < ARRAY_SIZE(tlbi_granules); g++) {
        test_space(g, 48);
        if (lpa2) {
            test_space(g, 52);
        }
    }
    return tap_end();
}
