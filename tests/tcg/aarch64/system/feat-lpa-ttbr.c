/*
 * Roots of stage 1 above 48 bits, with few entries (FEAT_LPA2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TTBR0_EL1[5:2] are bits 51 to 48 of the root's address when IPS says 52
 * bits.  A root of less than 64 bytes is at a multiple of 64 all the same.
 * The root is at an IPA of its own, which stage 2 maps to where it is.
 */

#include "armv9-tlbi.h"

#define TCR_IPS_52      (6ull << 32)

TLBI_SPACE(space);

/* Stage 2: 64K granule, 52 bits, blocks of 4 TiB at level 1, all to 0 */
static uint64_t stage2[1024] __attribute__((aligned(8192)));

static void load_stage2(void)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(stage2); i++) {
        /* AF, Inner Shareable, read and write, Normal memory */
        stage2[i] = BIT64(10) | 3 << 8 | 3 << 6 | 0xf << 2 | 1;
    }
    el_write("vtcr_el2", BIT64(31) | 6 << 16 | 1 << 14 | 2 << 6 | 12);
    el_write("vttbr_el2", (uintptr_t)stage2);
    asm volatile("dsb sy\n\tisb");
}

static void test_root(const struct tlbi_granule *g, unsigned bits,
                      unsigned entries, unsigned high)
{
    uint64_t va = BIT64(bits - 1);
    uint64_t par;
    bool ok;

    tlbi_space_init(&space, g, bits, TLBI_AF);
    tlbi_map(&space, va, 3, TLBI_P1 | TLBI_AF);
    el_write("mair_el1", 0xff);
    el_write("tcr_el1", (tlbi_tcr(&space) & ~(7ull << 32)) | TCR_IPS_52 |
             (g->shift < 16 ? TCR_DS : 0));
    el_write("ttbr0_el1", (uintptr_t)space.t[TLBI_ROOT] | high << 2);
    asm volatile("tlbi alle1\n\tdsb sy\n\tisb\n\t"
                 "at s12e1r, %1\n\tisb\n\tmrs %0, par_el1"
                 : "=r"(par) : "r"(va) : "memory");
    ok = !(par & 1) && (par & 0xffffffffff000ull) == TLBI_P1;
    tap_head(ok);
    ml_printf("%s, %d bits: %d entries at %x000000000000 and more", g->name,
              bits, entries, high);
    if (!ok) {
        ml_printf(" # why: expected PAR_EL1 with %lx, got %lx",
                  (uint64_t)TLBI_P1, par);
    }
    ml_printf("\n");
}

int main(void)
{
    static const struct {
        unsigned granule, bits, entries;
    } roots[] = {
        { 0, 48, 512 }, { 0, 50, 4 }, { 0, 51, 8 }, { 0, 52, 16 },
        { 1, 48, 2 }, { 1, 49, 4 }, { 1, 50, 8 }, { 1, 52, 32 },
        { 2, 48, 64 }, { 2, 52, 1024 },
    };
    unsigned i, high;

    el_setup();
    tap_equal("52 bits", FIELD64(el_read("id_aa64mmfr0_el1"), 0, 4), 6);
    el_write("sctlr_el1", SCTLR_OPEN | SCTLR_M);
    load_stage2();
    el_write("hcr_el2", HCR_RW | HCR_VM);
    for (i = 0; i < ARRAY_SIZE(roots); i++) {
        for (high = 0; high < 16; high += 5) {
            test_root(&tlbi_granules[roots[i].granule], roots[i].bits,
                      roots[i].entries, high);
        }
    }
    return tap_end();
}
