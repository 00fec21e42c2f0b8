/*
 * ESR_EL1.WnR in faults of atomic instructions (FEAT_LSE).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * WnR is 0 when a read of the address would have had the fault, too (ISS
 * encoding for an exception from a Data Abort): all but permission faults of
 * memory that can be read.  The same is true of watchpoints.  With more than
 * one PE, TCG has other code for these instructions, so this is run with one
 * and with two.
 */

#include "armv9-tlbi.h"

/* MSR PAN, #1 and MSR DAIFClr, #8 come before each instruction. */
#define WNR_STUB(stub, insn)                                \
    EL_STUB(stub, ".arch_extension lse\n"                   \
            ".inst 0xd500419f\n msr daifclr, #8\n" insn)

/* DBGWCR0_EL1: 8 bytes, at EL1 */
#define WATCH_READS     (0xff << 5 | 1 << 3 | 1 << 1 | 1)
#define WATCH_WRITES    (0xff << 5 | 2 << 3 | 1 << 1 | 1)
#define WATCH_BOTH      (0xff << 5 | 3 << 3 | 1 << 1 | 1)

WNR_STUB(ldr, "ldr x8, [x0]")
WNR_STUB(str, "str x8, [x0]")
WNR_STUB(cas, "cas x8, x10, [x0]")
WNR_STUB(casal_w, "casal w8, w10, [x0]")
WNR_STUB(casp, "casp x8, x9, x10, x11, [x0]")
WNR_STUB(caspal_w, "caspal w8, w9, w10, w11, [x0]")
WNR_STUB(swp, "swp x8, x10, [x0]")
WNR_STUB(swpal_w, "swpal w8, w10, [x0]")
WNR_STUB(ldadd, "ldadd x8, x10, [x0]")
WNR_STUB(ldclral, "ldclral x8, x10, [x0]")
WNR_STUB(ldsmaxa_w, "ldsmaxa w8, w10, [x0]")
WNR_STUB(stset, "stset x8, [x0]")

enum { READ, WRITE, BOTH };

static const struct {
    const char *name;
    const char *stub;
    int access;
} insns[] = {
    { "LDR", ldr, READ }, { "STR", str, WRITE }, { "CAS", cas, BOTH },
    { "CASAL, 32 bits", casal_w, BOTH }, { "CASP", casp, BOTH },
    { "CASPAL, 32 bits", caspal_w, BOTH }, { "SWP", swp, BOTH },
    { "SWPAL, 32 bits", swpal_w, BOTH }, { "LDADD", ldadd, BOTH },
    { "LDCLRAL", ldclral, BOTH }, { "LDSMAXA, 32 bits", ldsmaxa_w, BOTH },
    { "STSET", stset, BOTH },
};

#define NO_ACCESS   (-1)

static const struct {
    const char *name;
    uint64_t descriptor;
    unsigned offset;
    unsigned dfsc;
    int wnr[3];             /* by access; NO_ACCESS: there is no fault */
    unsigned watch;
} pages[] = {
    { "no page", 0, 0, 0x07, { 0, 1, 0 } },
    { "no access flag", TLBI_P1 | 3, 0, 0x0b, { 0, 1, 0 } },
    { "read-only", TLBI_P1 | TLBI_AF | BIT64(7) | 3, 0, 0x0f,
      { NO_ACCESS, 1, 1 } },
    { "PAN", TLBI_P1 | TLBI_EL0 | 3, 0, 0x0f, { 0, 1, 0 } },
    { "unaligned", TLBI_P1 | TLBI_AF | 3, 14, 0x21,
      { NO_ACCESS, NO_ACCESS, 0 } },
    { "a page", TLBI_P1 | TLBI_AF | 3, 0, 0,
      { NO_ACCESS, NO_ACCESS, NO_ACCESS } },
    { "reads are watched", TLBI_P1 | TLBI_AF | 3, 0, 0x22,
      { 0, NO_ACCESS, 0 }, WATCH_READS },
    { "writes are watched", TLBI_P1 | TLBI_AF | 3, 0, 0x22,
      { NO_ACCESS, 1, 1 }, WATCH_WRITES },
    { "both are watched", TLBI_P1 | TLBI_AF | 3, 0, 0x22,
      { 0, 1, 0 }, WATCH_BOTH },
};

TLBI_SPACE(space);

static void test_access(unsigned page, unsigned insn)
{
    uint64_t va = BIT64(47);
    int wnr = pages[page].wnr[insns[insn].access];
    struct el_regs regs = el_open;
    struct el_result res;
    struct el_want want;
    char name[64], *p = name;
    const char *s;

    el_reset();
    tlbi_load_el1(&space, 0);
    asm volatile("tlbi vmalle1\n\tdsb sy");
    regs.sctlr_el1 |= SCTLR_M;
    *tlbi_map(&space, va, 3, TLBI_P1) = pages[page].descriptor;
    el_args[0] = va + pages[page].offset;
    el_write("dbgwvr0_el1", va);
    el_write("dbgwcr0_el1", pages[page].watch);
    el_run(1, false, &regs, insns[insn].stub, &res);
    el_write("dbgwcr0_el1", 0);
    want = wnr == NO_ACCESS ? EL_DONE
                            : EL_TRAP(1, EL_ESR(pages[page].watch ? 0x35
                                                                  : 0x25,
                                                wnr << 6 |
                                                pages[page].dfsc));
    for (s = insns[insn].name; *s; s++) {
        *p++ = *s;
    }
    *p++ = ':';
    *p++ = ' ';
    for (s = pages[page].name; *s; s++) {
        *p++ = *s;
    }
    *p = 0;
    tap_outcome(name, &res, want, insns[insn].stub + 8);
}

int main(void)
{
    unsigned page, insn;

    el_setup();
    tap_equal("FEAT_LSE", FIELD64(el_read("id_aa64isar0_el1"), 20, 4), 2);
    /* MDE and KDE; the OS Lock is open, EL2 takes nothing. */
    el_write("oslar_el1", 0);
    el_write("mdscr_el1", BIT64(15) | BIT64(13));
    tlbi_space_init(&space, &tlbi_granules[0], 48, TLBI_AF);
    for (page = 0; page < ARRAY_SIZE(pages); page++) {
        for (insn = 0; insn < ARRAY_SIZE(insns); insn++) {
            test_access(page, insn);
        }
    }
    return tap_end();
}
