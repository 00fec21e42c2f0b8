/*
 * Broadcast TLB invalidation: what counts is the entry in the other PE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * PE 1 uses an address under its own TCR_EL1; PE 0 invalidates it with an
 * Inner or Outer Shareable form, and PE 1 must see the new page.  That PE 0
 * has another granule or another TBI itself does not matter: TG is compared
 * with the granule of the translation (R_XKMMX), and VA[63:56] take no part
 * in the match (TLBIMatch() compares bits 55:0).  Both are as when a guest
 * is run by one PE while another invalidates for it.
 */

#include "armv9-tlbi.h"

/* What PE 1 is told; the layout is known to the assembly. */
struct {
    uint64_t command;       /* 1: load all and touch; 2: touch; 0: done */
    uint64_t tcr, ttbr, sctlr, va, got;
} smp_box __attribute__((aligned(64)));

/* PE 1; it does not come to the end. */
EL_STUB(smp_entry,
        "adrp x9, smp_box\n"
        "add x9, x9, :lo12:smp_box\n"
        "1: ldar x10, [x9]\n"
        "cbz x10, 1b\n"
        "cmp x10, #2\n"
        "b.eq 2f\n"
        "ldr x11, [x9, #24]\n"
        "bic x12, x11, #1\n"
        "msr sctlr_el1, x12\n"
        "isb\n"
        "mov x12, #0xff\n"
        "msr mair_el1, x12\n"
        "ldp x12, x13, [x9, #8]\n"
        "msr tcr_el1, x12\n"
        "msr ttbr0_el1, x13\n"
        "msr ttbr1_el1, x13\n"
        "isb\n"
        "tlbi vmalle1\n"
        "dsb sy\n"
        "msr sctlr_el1, x11\n"
        "isb\n"
        "2: ldr x12, [x9, #32]\n"
        "ldtr x11, [x12]\n"
        "str x11, [x9, #40]\n"
        "stlr xzr, [x9]\n"
        "b 1b")

#define PSCI_CPU_ON     0xc4000003ull

static uint64_t smp_start(void)
{
    register uint64_t x0 asm("x0") = PSCI_CPU_ON;
    register uint64_t x1 asm("x1") = 1;
    register uint64_t x2 asm("x2") = (uintptr_t)smp_entry;
    register uint64_t x3 asm("x3") = 0;

    asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                 : : "memory");
    return x0;
}

/* PE 1 reads the address; all that is in smp_box is there before. */
static uint64_t smp_touch(unsigned command)
{
    uint64_t busy;

    asm volatile("stlr %0, [%1]" : : "r"((uint64_t)command),
                 "r"(&smp_box.command) : "memory");
    do {
        asm volatile("ldar %0, [%1]" : "=r"(busy)
                     : "r"(&smp_box.command) : "memory");
    } while (busy);
    return smp_box.got;
}

enum { G4K, G16K, G64K };
enum { VAAE1IS, VAE1OS, RVAAE1IS, RVAAE1OS };

#define LOW     0x800000000000ull
#define HIGH    0xffffc00000000000ull
#define TAG     0x5a00000000000000ull

static const struct {
    const char *name;
    unsigned op, granule0, granule1;
    uint64_t tcr0, tcr1, va, touch;
} rows[] = {
    { "VAAE1IS", VAAE1IS, G4K, G4K, 0, 0, LOW, LOW },
    { "VAAE1IS, upper half", VAAE1IS, G4K, G4K, 0, 0, HIGH, HIGH },
    { "VAE1OS", VAE1OS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAAE1IS", RVAAE1IS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAAE1IS, 16K", RVAAE1IS, G16K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "RVAAE1OS, 64K", RVAAE1OS, G64K, G64K, 0, 0, LOW, LOW + 0x2000 },
    /* The granule of PE 0 is not that of the translation. */
    { "VAAE1IS, 16K, from 4K", VAAE1IS, G4K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "VAAE1IS, 4K, from 64K", VAAE1IS, G64K, G4K, 0, 0, LOW, LOW },
    { "RVAAE1IS, 16K, from 4K", RVAAE1IS, G4K, G16K, 0, 0,
      LOW, LOW + 0x2000 },
    { "RVAAE1IS, 4K, from 64K", RVAAE1IS, G64K, G4K, 0, 0, LOW, LOW },
    { "RVAAE1OS, 64K, from 16K, upper half", RVAAE1OS, G16K, G64K, 0, 0,
      HIGH, HIGH + 0x2000 },
    /* Nor is its TBI. */
    { "VAAE1IS, tagged, with TBI here, too", VAAE1IS, G4K, G4K,
      TCR_TBI, TCR_TBI, LOW, LOW | TAG },
    { "VAAE1IS, tagged, without TBI here", VAAE1IS, G4K, G4K,
      0, TCR_TBI, LOW, LOW | TAG },
    { "VAAE1IS, tagged in the upper half, without TBI here", VAAE1IS,
      G4K, G4K, 0, TCR_TBI, HIGH, HIGH ^ TAG },
    { "RVAAE1IS, tagged, without TBI here", RVAAE1IS, G4K, G4K,
      0, TCR_TBI, LOW, LOW | TAG },
    { "VAAE1IS, not tagged, with TBI here", VAAE1IS, G4K, G4K,
      TCR_TBI, 0, LOW, LOW },
};

TLBI_SPACE(space0);
TLBI_SPACE(space1);

static void invalidate(unsigned op, unsigned shift, uint64_t va)
{
    uint64_t page = FIELD64(va, 12, 44);
    uint64_t range = (uint64_t)(shift / 2 - 5) << 46 | FIELD64(va, shift, 37);

    asm volatile("dsb sy");
    switch (op) {
    case VAAE1IS:
        asm volatile("tlbi vaae1is, %0" : : "r"(page));
        break;
    case VAE1OS:
        asm volatile("sys #0, c8, c1, #1, %0" : : "r"(page));
        break;
    case RVAAE1IS:
        asm volatile("sys #0, c8, c2, #3, %0" : : "r"(range));
        break;
    case RVAAE1OS:
        asm volatile("sys #0, c8, c5, #3, %0" : : "r"(range));
        break;
    }
    asm volatile("dsb sy\n\tisb");
}

static void test_row(unsigned i)
{
    uint64_t before, after;
    uint64_t *pte;

    tlbi_space_init(&space0, &tlbi_granules[rows[i].granule0], 48, TLBI_AF);
    tlbi_space_init(&space1, &tlbi_granules[rows[i].granule1], 48, TLBI_AF);
    tlbi_mark(TLBI_P1 + (rows[i].touch & 0xffff), 1);
    tlbi_mark(TLBI_P2 + (rows[i].touch & 0xffff), 2);
    tlbi_load_el1(&space0, rows[i].tcr0);
    pte = tlbi_map(&space1, rows[i].va, 3, TLBI_P1 | TLBI_EL0);
    smp_box.tcr = tlbi_tcr(&space1) | rows[i].tcr1;
    smp_box.ttbr = (uintptr_t)space1.t[TLBI_ROOT];
    smp_box.sctlr = SCTLR_OPEN | SCTLR_M;
    smp_box.va = rows[i].touch;
    before = smp_touch(1);
    *pte = tlbi_leaf(TLBI_P2 | TLBI_EL0, 3);
    invalidate(rows[i].op, space1.g->shift, rows[i].va);
    after = smp_touch(2);
    tap_head(before == 1 && after == 2);
    ml_printf("%s", rows[i].name);
    if (before != 1 || after != 2) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  before, after);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i;

    el_setup();
    tap_equal("run at EL1", el_top, 1);
    tap_equal("PE 1 starts", smp_start(), 0);
    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        test_row(i);
    }
    return tap_end();
}
