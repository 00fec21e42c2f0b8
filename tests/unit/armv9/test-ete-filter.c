/*
 * Unit test of ete-filter.c: the tables of D3.2, D3.3 and D6.3.5
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-filter.h"
#include "tap.h"

/* A cell of a table: which control allows trace, if any does */
typedef enum Cell {
    NA, P, E2TRE, E1TRE, E0HTRE, E0TRE,
} Cell;

/* "any" in a column of a table */
#define X -1

static bool is(int want, unsigned value)
{
    return want == X || (unsigned)want == value;
}

static bool cell_allows(Cell cell, unsigned tre)
{
    switch (cell) {
    case E2TRE:
        return tre & 1;
    case E1TRE:
        return tre & 2;
    case E0HTRE:
        return tre & 4;
    case E0TRE:
        return tre & 8;
    default:
        return false;
    }
}

static void set_tre(ETEAllowedControls *c, unsigned tre)
{
    c->e2tre = tre & 1;
    c->e1tre = tre & 2;
    c->e0htre = tre & 4;
    c->e0tre = tre & 8;
}

/* How often the function differs from the cell, over the four enables. */
static unsigned wrong_at(ETEAllowedControls c, Cell cell)
{
    unsigned wrong = 0;

    for (unsigned tre = 0; cell != NA && tre < 16; tre++) {
        set_tre(&c, tre);
        wrong += ete_trace_allowed(&c) != cell_allows(cell, tre);
    }
    return wrong;
}

/* Table D3-1, in its order; el[] is EL0 to EL3, the table's columns reversed */
static const struct {
    const char *name;
    ETESecurity space;
    int rlte, ste, el3_aa32, eel2, tge;
    Cell el[4];
} prohibited[] = {
    { "Non-secure, TGE 0", ETE_NONSECURE, X, X, X, X, 0,
      { E0TRE, E1TRE, E2TRE, NA } },
    { "Non-secure, TGE 1", ETE_NONSECURE, X, X, X, X, 1,
      { E0HTRE, NA, E2TRE, NA } },
    { "Secure, STE 0", ETE_SECURE, X, 0, X, X, X, { P, P, P, P } },
    { "Secure, STE 1, EEL2 0", ETE_SECURE, X, 1, 0, 0, X,
      { E0TRE, E1TRE, NA, P } },
    { "Secure, STE 1, EEL2 1, TGE 0", ETE_SECURE, X, 1, 0, 1, 0,
      { E0TRE, E1TRE, E2TRE, P } },
    { "Secure, STE 1, EEL2 1, TGE 1", ETE_SECURE, X, 1, 0, 1, 1,
      { E0HTRE, NA, E2TRE, P } },
    { "Secure, STE 1, EL3 using AArch32", ETE_SECURE, X, 1, 1, X, X,
      { E0TRE, NA, NA, E1TRE } },
    { "Realm, RLTE 0", ETE_REALM, 0, X, X, X, X, { P, P, P, NA } },
    { "Realm, RLTE 1, TGE 0", ETE_REALM, 1, X, X, X, 0,
      { E0TRE, E1TRE, E2TRE, NA } },
    { "Realm, RLTE 1, TGE 1", ETE_REALM, 1, X, X, X, 1,
      { E0HTRE, NA, E2TRE, NA } },
    { "Root", ETE_ROOT, X, X, X, X, X, { NA, NA, NA, P } },
};

static void test_prohibited(void)
{
    unsigned wrong[ARRAY_SIZE(prohibited)] = { 0 }, not_one_row = 0;

    for (unsigned n = 0; n < 1 << 7; n++) {
        ETESecurity space = n & 3;
        unsigned rlte = n >> 2 & 1, ste = n >> 3 & 1, aa32 = n >> 4 & 1;
        unsigned eel2 = n >> 5 & 1, tge = n >> 6 & 1;
        /* TGE is effective: EL2 must be there, and enabled. */
        bool has_el2 = space != ETE_SECURE || (eel2 && !aa32);
        unsigned found = 0;

        if ((tge && !has_el2) || (aa32 && space >= ETE_ROOT)) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(prohibited); i++) {
            if (prohibited[i].space != space ||
                !is(prohibited[i].rlte, rlte) || !is(prohibited[i].ste, ste) ||
                !is(prohibited[i].el3_aa32, aa32) ||
                !is(prohibited[i].eel2, eel2) || !is(prohibited[i].tge, tge)) {
                continue;
            }
            found++;
            for (unsigned el = 0; el < 4; el++) {
                wrong[i] += wrong_at((ETEAllowedControls) {
                    .el = el, .space = space, .el3_aa32 = aa32, .ste = ste,
                    .rlte = rlte, .tge = tge,
                }, prohibited[i].el[el]);
            }
        }
        not_one_row += found != 1;
    }
    for (size_t i = 0; i < ARRAY_SIZE(prohibited); i++) {
        tap_ok(!wrong[i], "Table D3-1, %s: %u wrong", prohibited[i].name,
               wrong[i]);
    }
    tap_ok(!not_one_row, "Table D3-1: %u states not in one row", not_one_row);
}

/*
 * The table of D6.3.5, in its order: trace buffer enabled, all Exception levels
 * with AArch64, FEAT_RME.  nstb and e2tb are the upper bit of the field, what
 * the table has as 0b0x and 0b1x.
 */
static const struct {
    int nse, ns, rlte, ste, nstbe, nstb, e2tb, eel2, tge;
    Cell el[4];
} owned[] = {
    { 0, 0, X, 0, X, X, X, X, X, { P, P, P, P } },
    { 0, 0, X, 1, 0, 0, X, 0, X, { E0TRE, E1TRE, NA, P } },
    { 0, 0, X, 1, 0, 0, 0, 1, 0, { E0TRE, E1TRE, E2TRE, P } },
    { 0, 0, X, 1, 0, 0, 0, 1, 1, { E0HTRE, NA, E2TRE, P } },
    { 0, 0, X, 1, 0, 0, 1, 1, 0, { E0TRE, E1TRE, P, P } },
    { 0, 0, X, 1, 0, 0, 1, 1, 1, { P, NA, P, P } },
    { 0, 0, X, 1, X, 1, X, X, X, { P, P, P, P } },
    { 0, 1, X, X, 0, 0, X, X, X, { P, P, P, P } },
    { 0, 1, X, X, 0, 1, 0, X, 0, { E0TRE, E1TRE, E2TRE, P } },
    { 0, 1, X, X, 0, 1, 0, X, 1, { E0HTRE, NA, E2TRE, P } },
    { 0, 1, X, X, 0, 1, 1, X, 0, { E0TRE, E1TRE, P, P } },
    { 0, 1, X, X, 0, 1, 1, X, 1, { P, NA, P, P } },
    { 0, 1, X, X, 1, 1, X, X, X, { P, P, P, P } },
    { 1, 1, 0, X, X, X, X, X, X, { P, P, P, P } },
    { 1, 1, 1, X, 0, X, X, X, X, { P, P, P, P } },
    { 1, 1, 1, X, 1, 1, 0, X, 0, { E0TRE, E1TRE, E2TRE, P } },
    { 1, 1, 1, X, 1, 1, 0, X, 1, { E0HTRE, NA, E2TRE, P } },
    { 1, 1, 1, X, 1, 1, 1, X, 0, { E0TRE, E1TRE, P, P } },
    { 1, 1, 1, X, 1, 1, 1, X, 1, { P, NA, P, P } },
};

static void test_owned(void)
{
    static const ETESecurity spaces[] = {
        ETE_SECURE, ETE_NONSECURE, ETE_ROOT, ETE_REALM
    };
    unsigned wrong[ARRAY_SIZE(owned)] = { 0 }, not_one_row = 0;

    for (unsigned n = 0; n < 1 << 11; n++) {
        unsigned ns = n & 1, nse = n >> 1 & 1;
        unsigned rlte = n >> 2 & 1, ste = n >> 3 & 1, nstbe = n >> 4 & 1;
        unsigned nstb = n >> 5 & 3, e2tb = n >> 7 & 3;
        unsigned eel2 = n >> 9 & 1, tge = n >> 10 & 1;
        unsigned found = 0;
        ETEOwnerControls owner = {
            .has_el2 = true, .has_el3 = true, .has_rme = true,
            .secure_el2 = eel2, .nstb = nstb, .nstbe = nstbe, .e2tb = e2tb,
        };

        /* Root has EL3 only; reserved values; TGE is effective */
        if ((nse && !ns) || (nstbe && nstb < 2) || e2tb == 1 ||
            (tge && !ns && !eel2)) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
            if (!is(owned[i].nse, nse) || !is(owned[i].ns, ns) ||
                !is(owned[i].rlte, rlte) || !is(owned[i].ste, ste) ||
                !is(owned[i].nstbe, nstbe) || !is(owned[i].nstb, nstb >> 1) ||
                !is(owned[i].e2tb, e2tb >> 1) || !is(owned[i].eel2, eel2) ||
                !is(owned[i].tge, tge)) {
                continue;
            }
            found++;
            for (unsigned el = 0; el < 4; el++) {
                wrong[i] += wrong_at((ETEAllowedControls) {
                    .el = el,
                    .space = el == 3 ? ETE_ROOT : spaces[nse * 2 + ns],
                    .ste = ste, .rlte = rlte, .tge = tge,
                    .buffer_enabled = true, .owner = ete_buffer_owner(&owner),
                }, owned[i].el[el]);
            }
        }
        not_one_row += found != 1;
    }
    for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
        tap_ok(!wrong[i], "D6.3.5, row %zu: %u wrong", i + 1, wrong[i]);
    }
    tap_ok(!not_one_row, "D6.3.5: %u states not in one row", not_one_row);
}

/* Table D6-2, in its order, then what it does not have */
static const struct {
    const char *name;
    ETEOwnerControls c;
    ETESecurity space;
    unsigned el;
} owners[] = {
#define OWNER(NSTBE, NSTB, E2TB, EEL2)                                  \
    { true, true, true, .nstbe = NSTBE, .nstb = NSTB, .e2tb = E2TB,     \
      .secure_el2 = EEL2 }
    { "Secure, EEL2 0", OWNER(0, 0, 0, 0), ETE_SECURE, 1 },
    { "Secure, EEL2 0, E2TB 0b11", OWNER(0, 1, 3, 0), ETE_SECURE, 1 },
    { "Secure, E2TB 0b00", OWNER(0, 1, 0, 1), ETE_SECURE, 2 },
    { "Secure, E2TB 0b10", OWNER(0, 0, 2, 1), ETE_SECURE, 1 },
    { "Secure, E2TB 0b11", OWNER(0, 1, 3, 1), ETE_SECURE, 1 },
    { "Non-secure, E2TB 0b00", OWNER(0, 2, 0, 0), ETE_NONSECURE, 2 },
    { "Non-secure, E2TB 0b10", OWNER(0, 3, 2, 0), ETE_NONSECURE, 1 },
    { "Non-secure, E2TB 0b11", OWNER(0, 2, 3, 1), ETE_NONSECURE, 1 },
    { "Realm, E2TB 0b00", OWNER(1, 2, 0, 0), ETE_REALM, 2 },
    { "Realm, E2TB 0b10", OWNER(1, 3, 2, 0), ETE_REALM, 1 },
    { "Realm, E2TB 0b11", OWNER(1, 2, 3, 1), ETE_REALM, 1 },
    { "reserved {NSTBE, NSTB} 0b100", OWNER(1, 0, 0, 1), ETE_SECURE, 2 },
    { "reserved {NSTBE, NSTB} 0b101", OWNER(1, 1, 0, 1), ETE_SECURE, 2 },
    { "reserved E2TB 0b01", OWNER(0, 3, 1, 0), ETE_NONSECURE, 1 },
#undef OWNER
    { "NSTBE 1 without FEAT_RME",
      { .has_el2 = true, .has_el3 = true, .nstbe = true, .nstb = 3 },
      ETE_NONSECURE, 2 },
    { "no EL3", { .has_el2 = true, .nstb = 0 }, ETE_NONSECURE, 2 },
    { "no EL3, E2TB 0b11", { .has_el2 = true, .e2tb = 3 },
      ETE_NONSECURE, 1 },
    { "no EL2", { .has_el3 = true, .nstb = 3 }, ETE_NONSECURE, 1 },
    { "no EL2, no EL3", { .nstb = 0 }, ETE_NONSECURE, 1 },
};

static void test_owner(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
        ETEOwner owner = ete_buffer_owner(&owners[i].c);

        tap_ok(owner.space == owners[i].space && owner.el == owners[i].el,
               "owner, %s: got space %u, EL%u", owners[i].name,
               owner.space, owner.el);
    }
}

/* Table D3-2 with EL2 and FEAT_ECV: rows are TRFCR_EL2.TS */
static const ETETime times[4][4] = {
    /* 0b00 of TRFCR_EL1 is reserved */
    { ETE_TIME_VIRTUAL, ETE_TIME_VIRTUAL,
      ETE_TIME_GUEST_PHYSICAL, ETE_TIME_PHYSICAL },
    { ETE_TIME_VIRTUAL, ETE_TIME_VIRTUAL,
      ETE_TIME_VIRTUAL, ETE_TIME_VIRTUAL },
    { ETE_TIME_GUEST_PHYSICAL, ETE_TIME_GUEST_PHYSICAL,
      ETE_TIME_GUEST_PHYSICAL, ETE_TIME_GUEST_PHYSICAL },
    { ETE_TIME_PHYSICAL, ETE_TIME_PHYSICAL,
      ETE_TIME_PHYSICAL, ETE_TIME_PHYSICAL },
};

static void test_time(void)
{
    for (unsigned n = 0; n < 64; n++) {
        unsigned ts_el1 = n & 3, ts_el2 = n >> 2 & 3;
        bool has_el2 = n >> 4 & 1, has_ecv = n >> 5 & 1;
        ETETime want = times[has_el2 ? ts_el2 : 0][ts_el1];
        ETETime got = ete_time(has_el2, has_ecv, ts_el2, ts_el1);

        if (want == ETE_TIME_GUEST_PHYSICAL && !has_ecv) {
            want = ETE_TIME_VIRTUAL;
        }
        tap_ok(got == want, "Table D3-2, EL2 %d, ECV %d, TRFCR_EL2.TS %u, "
               "TRFCR_EL1.TS %u: expected %u, got %u", has_el2, has_ecv,
               ts_el2, ts_el1, want, got);
    }
}

static void test_offset(void)
{
    /* All that D3.3 asks for, then one of its conditions after the other */
    static const ETEOffsetControls all = {
        .has_el2 = true, .has_el3 = true, .has_ecv_poff = true,
        .scr_ecven = true, .cnthctl_ecv = true,
    };
    ETEOffsetControls c = all;

    tap_ok(ete_time_has_offset(&c), "offset: all that it needs");
    c.el3_aa32 = true;
    tap_ok(!ete_time_has_offset(&c), "offset: EL3 using AArch32");
    c = all;
    c.has_el2 = false;
    tap_ok(!ete_time_has_offset(&c), "offset: EL2 not implemented");
    c = all;
    c.has_ecv_poff = false;
    tap_ok(!ete_time_has_offset(&c), "offset: no FEAT_ECV_POFF");
    c = all;
    c.lower_aa32 = true;
    tap_ok(!ete_time_has_offset(&c), "offset: {NSE, NS, RW} {0, 1, 0}");
    c = all;
    c.cnthctl_ecv = false;
    tap_ok(!ete_time_has_offset(&c), "offset: CNTHCTL_EL2.ECV 0");
    c = all;
    c.scr_ecven = false;
    tap_ok(!ete_time_has_offset(&c), "offset: SCR_EL3.ECVEn 0");
    c.has_el3 = false;
    tap_ok(ete_time_has_offset(&c), "offset: no EL3, no SCR_EL3.ECVEn");
    c.lower_aa32 = true;
    tap_ok(ete_time_has_offset(&c), "offset: no EL3, no SCR_EL3.RW");
}

int main(void)
{
    test_prohibited();
    test_owned();
    test_owner();
    test_time();
    test_offset();
    return tap_done();
}
