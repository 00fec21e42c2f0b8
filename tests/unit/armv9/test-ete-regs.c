/*
 * Unit test of the trace unit's registers as data
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/ete/ete-regs.h"
#include "tap.h"

#define FULL (ETE_EL2 | ETE_EL3 | ETE_SEL2 | ETE_RME)

/*
 * What can be written and what is there after a reset, in full and on a PE
 * with EL1 and EL0 only; from the pages, in the order of their names.
 */
static const struct {
    const char *name;
    uint64_t writable, reset, el1_writable, el1_reset;
} rows[] = {
    { "TRCAUTHSTATUS", 0, 0x0800808c, 0, 0x0000000c },
    { "TRCAUXCTLR", 0, 0, 0, 0 },
    { "TRCBBCTLR", 0, 0, 0, 0 },
    { "TRCCCCTLR", 0xfff, 0, 0xfff, 0 },
    { "TRCCIDCCTLR0", 0xf, 0, 0xf, 0 },
    { "TRCCIDCVR0", 0xffffffff, 0, 0xffffffff, 0 },
    { "TRCCLAIMCLR", 0xf, 0, 0xf, 0 },
    { "TRCCLAIMSET", 0, 0xf, 0, 0xf },
    { "TRCCNTCTLR0", 0x19f9f, 0, 0x19f9f, 0 },
    { "TRCCNTCTLR1", 0x39f9f, 0, 0x39f9f, 0 },
    { "TRCCNTRLDVR0", 0xffff, 0, 0xffff, 0 },
    { "TRCCNTRLDVR1", 0xffff, 0, 0xffff, 0 },
    { "TRCCNTVR0", 0xffff, 0, 0xffff, 0 },
    { "TRCCNTVR1", 0xffff, 0, 0xffff, 0 },
    { "TRCCONFIGR", 0x8d0, 0x8001, 0x850, 0x1 },
    { "TRCDEVARCH", 0, 0x47725a13, 0, 0x47705a13 },
    { "TRCDEVID", 0, 0, 0, 0 },
    { "TRCEVENTCTL0R", 0x9f9f9f9f, 0, 0x9f9f9f9f, 0 },
    { "TRCEVENTCTL1R", 0xf, 0, 0xf, 0 },
    { "TRCIDR0", 0, 0x28000c81, 0, 0x28000c81 },
    { "TRCIDR1", 0, 0x0000fff0, 0, 0x0000fff0 },
    { "TRCIDR10", 0, 0, 0, 0 },
    { "TRCIDR11", 0, 0, 0, 0 },
    { "TRCIDR12", 0, 0, 0, 0 },
    { "TRCIDR13", 0, 0, 0, 0 },
    { "TRCIDR2", 0, 0xd0001088, 0, 0x90000088 },
    { "TRCIDR3", 0, 0x017f0004, 0, 0x01300004 },
    { "TRCIDR4", 0, 0x11010000, 0, 0x01010000 },
    { "TRCIDR5", 0, 0x200701ff, 0, 0x200701ff },
    { "TRCIDR6", 0, 0x7, 0, 0 },
    { "TRCIDR7", 0, 0, 0, 0 },
    { "TRCIDR8", 0, 0, 0, 0 },
    { "TRCIDR9", 0, 0, 0, 0 },
    { "TRCIMSPEC0", 0, 0, 0, 0 },
    { "TRCOSLSR", 0, 0x10, 0, 0x10 },
    { "TRCPRGCTLR", 1, 0, 1, 0 },
    { "TRCRSCTLR2", 0x3fffff, 0, 0x3fffff, 0 },
    { "TRCRSCTLR3", 0x1fffff, 0, 0x1fffff, 0 },
    { "TRCRSR", 0x1f00, 0, 0x1f00, 0 },
    { "TRCSTATR", 0, 0, 0, 0 },
    { "TRCSYNCPR", 0x1f, 0, 0x1f, 0 },
    { "TRCTRACEIDR", 0x7f, 0, 0x7f, 0 },
    { "TRCTSCTLR", 0x9f, 0, 0x9f, 0 },
    { "TRCVICTLR", 0x077f0c9f, 0x200, 0x00300c9f, 0x200 },
    { "TRCVIIECTLR", 0, 0, 0, 0 },
    { "TRCVISSCTLR", 0, 0, 0, 0 },
    { "TRCVMIDCCTLR0", 0xf, 0, 0, 0 },
    { "TRCVMIDCVR0", 0xffffffff, 0, 0, 0 },
};

static unsigned encoding(const ETEReg *r)
{
    return r->crn << 7 | r->crm << 3 | r->op2;
}

/* The shape of the table: order, and every bit once. */
static void test_table(void)
{
    for (size_t i = 0; i < ETE_REGS; i++) {
        const ETEReg *r = &ete_registers[i];
        unsigned next = 64;
        bool bits = true, kinds = true, state = true;

        for (size_t j = 0; j < r->count; j++) {
            const ETEField *f = &r->fields[j];

            bits = bits && f->width && f->lsb + f->width == next;
            next = f->lsb;
            kinds = kinds &&
                    (f->width > 31 || f->value >> f->width == 0) &&
                    (f->kind == ETE_RO || !f->value) &&
                    (f->kind != ETE_RW || r->writable) &&
                    !strcmp(f->name, "RES0") == (f->kind == ETE_RES0);
        }
        tap_ok(bits && next == 0, "%s: every bit, once", r->name);
        tap_ok(kinds, "%s: fields make sense", r->name);
        tap_ok(i == 0 || encoding(r) > encoding(r - 1),
               "%s: in encoding order", r->name);

        /* What can be written is kept somewhere, and nowhere twice. */
        for (size_t j = 0; j < i; j++) {
            state = state && (r->state == ETE_NO_STATE ||
                              r->state != ete_registers[j].state);
        }
        tap_ok(state && !ete_reg_writable_bits(r, FULL) ==
               (r->state == ETE_NO_STATE), "%s: state", r->name);
    }
}

static void test_rows(void)
{
    bool seen[ETE_REGS] = { false };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const ETEReg *r = ete_registers;

        while (r < ete_registers + ETE_REGS && strcmp(r->name, rows[i].name)) {
            r++;
        }
        if (r == ete_registers + ETE_REGS) {
            tap_ok(false, "%s: is there", rows[i].name);
            continue;
        }
        seen[r - ete_registers] = true;
        tap_ok(ete_reg_writable_bits(r, FULL) == rows[i].writable,
               "%s: writable bits, all features", r->name);
        tap_ok(ete_reg_reset(r, FULL) == rows[i].reset,
               "%s: reset, all features", r->name);
        tap_ok(ete_reg_writable_bits(r, 0) == rows[i].el1_writable,
               "%s: writable bits, EL1 only", r->name);
        tap_ok(ete_reg_reset(r, 0) == rows[i].el1_reset,
               "%s: reset, EL1 only", r->name);
        tap_ok((r->need == ETE_EL2) == !strcmp(r->name, "TRCVMIDCVR0"),
               "%s: is there without EL2", r->name);
    }
    for (size_t i = 0; i < ETE_REGS; i++) {
        tap_ok(seen[i], "%s: has a row in this test", ete_registers[i].name);
    }
}

/* What TRCIDR<n> promise is what ETERegs has. */
static void test_promises(void)
{
    uint64_t idr0 = ete_reg_reset(&ete_registers[ETE_REG(TRCIDR0)], FULL);
    uint64_t idr4 = ete_reg_reset(&ete_registers[ETE_REG(TRCIDR4)], FULL);
    uint64_t idr5 = ete_reg_reset(&ete_registers[ETE_REG(TRCIDR5)], FULL);
    uint64_t tags = ete_reg_reset(&ete_registers[ETE_REG(TRCCLAIMSET)], FULL);

    tap_ok(extract64(idr0, 10, 2) + 1 == ETE_EVENTS, "TRCIDR0.NUMEVENT");
    tap_ok((extract64(idr4, 16, 4) + 1) * 2 == ETE_SELECTORS,
           "TRCIDR4.NUMRSPAIR");
    tap_ok(extract64(idr5, 28, 3) == ETE_COUNTERS, "TRCIDR5.NUMCNTR");
    tap_ok(tags == MAKE_64BIT_MASK(0, ETE_CLAIM_TAGS), "TRCCLAIMSET");
}

int main(void)
{
    test_table();
    test_rows();
    test_promises();
    return tap_done();
}
