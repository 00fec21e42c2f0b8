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
    uint64_t tcr, ttbr, sctlr, va, got, hcr;
} smp_box __attribute__((aligned(64)));

/* PE 1, at EL1, EL2 or EL3; it does not come to the end. */
#define SMP_ENTRY(stub, el, hcr, ttbr1, all, load)          \
    EL_STUB(stub,                                           \
            "adrp x9, smp_box\n"                            \
            "add x9, x9, :lo12:smp_box\n"                   \
            "1: ldar x10, [x9]\n"                           \
            "cbz x10, 1b\n"                                 \
            "cmp x10, #2\n"                                 \
            "b.eq 2f\n"                                     \
            "ldr x11, [x9, #24]\n"                          \
            "bic x12, x11, #1\n"                            \
            "msr sctlr_" el ", x12\n"                       \
            "isb\n"                                         \
            hcr                                             \
            "mov x12, #0xff\n"                              \
            "msr mair_" el ", x12\n"                        \
            "ldp x12, x13, [x9, #8]\n"                      \
            "msr tcr_" el ", x12\n"                         \
            "msr ttbr0_" el ", x13\n"                       \
            "msr " ttbr1 ", x13\n"                          \
            "isb\n"                                         \
            "tlbi " all "\n"                                \
            "dsb sy\n"                                      \
            "msr sctlr_" el ", x11\n"                       \
            "isb\n"                                         \
            "2: ldr x12, [x9, #32]\n"                       \
            load " x11, [x12]\n"                            \
            "str x11, [x9, #40]\n"                          \
            "stlr xzr, [x9]\n"                              \
            "b 1b")

SMP_ENTRY(smp_entry1, "el1", "", "ttbr1_el1", "vmalle1", "ldtr")
SMP_ENTRY(smp_entry2, "el2",
          "ldr x12, [x9, #48]\n msr hcr_el2, x12\n isb\n",
          "s3_4_c2_c0_1", "alle2", "ldr")

SMP_ENTRY(smp_entry3, "el3", "", "ttbr0_el3", "alle3", "ldr")

/*
 * With EL3 there is no PSCI; all PEs start at once.  PE 1 does in a loop that
 * the command line puts here, until there is something else.
 */
#define SMP_PARK        0x47000000ull
#define A64_LDR_X9_8    0x58000049      /* LDR X9, .+8 */
#define A64_BR_X9       0xd61f0120

static void smp_leave_park(void)
{
    tlbi_mark(SMP_PARK + 8, (uintptr_t)smp_entry3);
    asm volatile("dsb sy");
    tlbi_mark(SMP_PARK, A64_LDR_X9_8 | (uint64_t)A64_BR_X9 << 32);
    asm volatile("dsb sy\n\tic ialluis\n\tdsb sy");
}

#define PSCI_CPU_ON     0xc4000003ull

static uint64_t smp_start(void)
{
    uint64_t smc = el_top == 2;
    uint64_t entry = (uintptr_t)(el_top == 2 ? smp_entry2 : smp_entry1);
    register uint64_t x0 asm("x0") = PSCI_CPU_ON;
    register uint64_t x1 asm("x1") = 1;
    register uint64_t x2 asm("x2") = entry;
    register uint64_t x3 asm("x3") = 0;

    if (el_top == 3) {
        smp_leave_park();
        return 0;
    }
    /* SMC or HVC; nothing but this between here and the registers */
    asm volatile("cbz %4, 1f\n\tsmc #0\n\tb 2f\n1:\thvc #0\n2:"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                 : "r"(smc) : "memory");
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

enum { VAAE1IS, VAE1OS, RVAAE1IS, RVAAE1OS,
       VAE2IS, VAE2OS, RVAE2IS, RVAE2OS, ALLE2IS, ALLE2OS,
       VAE3IS, VALE3OS, RVAE3IS, RVALE3OS, ALLE3IS, ALLE3OS };
enum { E2H = 1 };

#define LOW     0x800000000000ull
#define HIGH    0xffffc00000000000ull
#define TAG     0x5a00000000000000ull

static const struct row {
    const char *name;
    unsigned op, granule0, granule1;
    uint64_t tcr0, tcr1, va, touch;
    unsigned how;
} el1_rows[] = {
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

static const struct row el2_rows[] = {
    { "VAE2IS", VAE2IS, G4K, G4K, 0, 0, LOW, LOW },
    { "VAE2OS", VAE2OS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAE2IS", RVAE2IS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAE2OS", RVAE2OS, G16K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "ALLE2IS", ALLE2IS, G4K, G4K, 0, 0, LOW, LOW },
    { "ALLE2OS", ALLE2OS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAE2IS, 16K, from 4K", RVAE2IS, G4K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "VAE2IS, tagged, without TBI here", VAE2IS, G4K, G4K, 0, TCR1_TBI,
      LOW, LOW | TAG },
    { "RVAE2IS, tagged, without TBI here", RVAE2IS, G4K, G4K, 0, TCR1_TBI,
      LOW, LOW | TAG },
    { "VAE2IS, E2H", VAE2IS, G4K, G4K, 0, 0, LOW, LOW, E2H },
    { "VAE2IS, E2H, upper half", VAE2IS, G4K, G4K, 0, 0, HIGH, HIGH, E2H },
    { "RVAE2OS, E2H, upper half", RVAE2OS, G64K, G64K, 0, 0,
      HIGH, HIGH + 0x2000, E2H },
    { "VAE2IS, E2H, tagged in the upper half, without TBI here", VAE2IS,
      G4K, G4K, 0, TCR_TBI, HIGH, HIGH ^ TAG, E2H },
    { "ALLE2IS, E2H", ALLE2IS, G4K, G4K, 0, 0, HIGH, HIGH, E2H },
};

static const struct row el3_rows[] = {
    { "VAE3IS", VAE3IS, G4K, G4K, 0, 0, LOW, LOW },
    { "VALE3OS", VALE3OS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVAE3IS", RVAE3IS, G4K, G4K, 0, 0, LOW, LOW },
    { "RVALE3OS", RVALE3OS, G16K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "ALLE3IS", ALLE3IS, G4K, G4K, 0, 0, LOW, LOW },
    { "ALLE3OS", ALLE3OS, G64K, G64K, 0, 0, LOW, LOW + 0x2000 },
    { "VAE3IS, 64K, from 4K", VAE3IS, G4K, G64K, 0, 0, LOW, LOW + 0x2000 },
    { "RVAE3IS, 16K, from 4K", RVAE3IS, G4K, G16K, 0, 0, LOW, LOW + 0x2000 },
    { "RVALE3OS, 4K, from 64K", RVALE3OS, G64K, G4K, 0, 0, LOW, LOW },
    { "VAE3IS, tagged, with TBI here, too", VAE3IS, G4K, G4K,
      TCR1_TBI, TCR1_TBI, LOW, LOW | TAG },
    { "VAE3IS, tagged, without TBI here", VAE3IS, G4K, G4K, 0, TCR1_TBI,
      LOW, LOW | TAG },
    { "RVAE3IS, tagged, without TBI here", RVAE3IS, G4K, G4K, 0, TCR1_TBI,
      LOW, LOW | TAG },
};

TLBI_SPACE(space0);
TLBI_SPACE(space1);

static void invalidate(unsigned op, unsigned shift, uint64_t va)
{
    uint64_t page = OF_VA(va);
    uint64_t range = OF_RANGE(shift, va, 0, 0);

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
    case VAE2IS:
        asm volatile("tlbi vae2is, %0" : : "r"(page));
        break;
    case VAE2OS:
        asm volatile("sys #4, c8, c1, #1, %0" : : "r"(page));
        break;
    case RVAE2IS:
        asm volatile("sys #4, c8, c2, #1, %0" : : "r"(range));
        break;
    case RVAE2OS:
        asm volatile("sys #4, c8, c5, #1, %0" : : "r"(range));
        break;
    case ALLE2IS:
        asm volatile("tlbi alle2is");
        break;
    case ALLE2OS:
        asm volatile("sys #4, c8, c1, #0, xzr");
        break;
    case VAE3IS:
        asm volatile("tlbi vae3is, %0" : : "r"(page));
        break;
    case VALE3OS:
        asm volatile("sys #6, c8, c1, #5, %0" : : "r"(page));
        break;
    case RVAE3IS:
        asm volatile("sys #6, c8, c2, #1, %0" : : "r"(range));
        break;
    case RVALE3OS:
        asm volatile("sys #6, c8, c5, #5, %0" : : "r"(range));
        break;
    case ALLE3IS:
        asm volatile("tlbi alle3is");
        break;
    case ALLE3OS:
        asm volatile("sys #6, c8, c1, #0, xzr");
        break;
    }
    asm volatile("dsb sy\n\tisb");
}

static void test_row(const struct row *row)
{
    uint64_t before, after;
    uint64_t *pte;

    tlbi_space_init(&space0, &tlbi_granules[row->granule0], 48, TLBI_AF);
    tlbi_space_init(&space1, &tlbi_granules[row->granule1], 48, TLBI_AF);
    tlbi_mark(TLBI_P1 + (row->touch & 0xffff), 1);
    tlbi_mark(TLBI_P2 + (row->touch & 0xffff), 2);
    pte = tlbi_map(&space1, row->va, 3, TLBI_P1 | TLBI_EL0);
    if (el_top == 3) {
        tlbi_load_el3(&space0, row->tcr0);
        smp_box.tcr = tlbi_tcr1(&space1) | row->tcr1;
    } else if (el_top == 2) {
        tlbi_load_el2(&space0, row->how & E2H, row->tcr0);
        smp_box.tcr = row->tcr1 | (row->how & E2H ? tlbi_tcr(&space1)
                                                  : tlbi_tcr1(&space1));
    } else {
        tlbi_load_el1(&space0, row->tcr0);
        smp_box.tcr = tlbi_tcr(&space1) | row->tcr1;
    }
    smp_box.ttbr = (uintptr_t)space1.t[TLBI_ROOT];
    smp_box.sctlr = SCTLR_OPEN | SCTLR_M;
    smp_box.va = row->touch;
    smp_box.hcr = HCR_RW | (row->how & E2H ? HCR_E2H : 0);
    before = smp_touch(1);
    *pte = tlbi_leaf(TLBI_P2 | TLBI_EL0, 3);
    if (el_top == 2) {
        el_write("hcr_el2", smp_box.hcr);
        asm volatile("isb");
    }
    invalidate(row->op, space1.g->shift, row->va);
    if (el_top == 2) {
        el_write("hcr_el2", HCR_RW);
        asm volatile("isb");
    }
    after = smp_touch(2);
    tap_head(before == 1 && after == 2);
    ml_printf("%s", row->name);
    if (before != 1 || after != 2) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  before, after);
    }
    ml_printf("\n");
}

int main(void)
{
    static const struct row *const rows[] = {
        NULL, el1_rows, el2_rows, el3_rows
    };
    static const unsigned n[] = {
        0, ARRAY_SIZE(el1_rows), ARRAY_SIZE(el2_rows), ARRAY_SIZE(el3_rows)
    };
    unsigned i;

    el_setup();
    tap_equal("run at this EL", el_top, tap_arg("el3") ? 3 :
                                        tap_arg("el2") ? 2 : 1);
    tap_equal("PE 1 starts", smp_start(), 0);
    for (i = 0; i < n[el_top]; i++) {
        test_row(&rows[el_top][i]);
    }
    return tap_end();
}
