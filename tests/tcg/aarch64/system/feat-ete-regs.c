/*
 * FEAT_ETE: the registers of the trace unit, every bit and every encoding
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The traps are in feat-ete-trap.c.  Without FEAT_ETE all is UNDEFINED.
 */

#include "armv9-ete.h"

#define OSLAR   "oslar_el1"

static const struct ete_reg *named(const char *name)
{
    const struct ete_reg *r;
    unsigned i;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        for (i = 0; name[i] == r->name[i]; i++) {
            if (!name[i]) {
                return r;
            }
        }
    }
    ml_printf("# no register %s\n", name);
    return NULL;
}

/* An access at EL1; what MRS does not read is bits that nothing has. */
#define NOTHING 0xdeadbeefdeadbeefull

static uint64_t read_reg(const struct ete_reg *r)
{
    struct el_result res;

    ete_make(r->crn, r->crm, r->op2, false);
    el_run(1, false, &el_open, ETE_STUB, &res);
    return res.done ? res.x[7] : NOTHING;
}

static void write_reg(const struct ete_reg *r, uint64_t value)
{
    struct el_result res;

    el_args[9] = value;
    ete_make(r->crn, r->crm, r->op2, true);
    el_run(1, false, &el_open, ETE_STUB, &res);
}

static uint64_t get(const char *name)
{
    return read_reg(named(name));
}

static void set(const char *name, uint64_t value)
{
    write_reg(named(name), value);
}

static void tap_reg(const char *name, const char *what, uint64_t got,
                    uint64_t want)
{
    tap_head(got == want);
    ml_printf("%s %s", name, what);
    if (got != want) {
        ml_printf(" # why: expected %lx, got %lx", want, got);
    }
    ml_printf("\n");
}

/*
 * What is there when nothing was written: UNKNOWN bits are 0 here, the OS
 * Lock is locked.
 */
static void test_reset(void)
{
    const struct ete_reg *r;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        uint64_t want = ete_there(r, r->fixed);

        if (!ete_find(r->crn, r->crm, r->op2)) {
            continue;
        }
        if (r == named("TRCOSLSR")) {
            want |= 2;
        } else if (r == named("TRCIDR1")) {
            want |= FIELD64(el_read("midr_el1"), 24, 8) << 24;
        }
        tap_reg(r->name, "after reset", read_reg(r), want);
    }
}

/* All 2048 encodings, MRS and MSR, at EL1 and EL0 */
static void test_encodings(void)
{
    unsigned n, msr, shown = 0, reads = 0, writes = 0;
    bool undef0 = true;

    for (n = 0; n < 16 * 16 * 8; n++) {
        unsigned crn = n >> 7, crm = n >> 3 & 15, op2 = n & 7;
        const struct ete_reg *r = ete_on ? ete_find(crn, crm, op2) : NULL;

        for (msr = 0; msr < 2; msr++) {
            bool ok = r && (!msr || r->msr);
            struct el_result res;

            el_args[9] = 0;
            ete_make(crn, crm, op2, msr);
            el_run(1, false, &el_open, ETE_STUB, &res);
            if (!el_match(&res, ok ? EL_DONE : EL_TRAP(1, EL_ESR_UNDEF),
                          ETE_STUB) && shown++ < 10) {
                tap_head(false);
                ml_printf("EL1 %s S2_1_C%d_C%d_%d # why: got ",
                          msr ? "MSR" : "MRS", crn, crm, op2);
                tap_got(&res);
                ml_printf("\n");
            }
            *(msr ? &writes : &reads) += res.done;

            el_run(0, false, &el_open, ETE_STUB, &res);
            undef0 = undef0 && el_match(&res, EL_TRAP(1, EL_ESR_UNDEF),
                                        ETE_STUB);
        }
    }
    tap_equal("encodings that are wrong", shown, 0);
    tap_equal("registers that can be read", reads,
              ete_on ? el_has2 ? 48 : 47 : 0);
    tap_equal("registers that can be written", writes,
              ete_on ? el_has2 ? 29 : 28 : 0);
    tap_equal("all are UNDEFINED at EL0", undef0, true);
}

/* Every bit of what can be written, one by one and together */
static void test_bits(void)
{
    const struct ete_reg *r;
    int i;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        uint64_t bits = ete_there(r, r->bits);
        uint64_t fixed = ete_there(r, r->fixed), wrong = 0;

        if (!r->msr || !ete_find(r->crn, r->crm, r->op2) ||
            r == named("TRCPRGCTLR") || r == named("TRCCLAIMSET") ||
            r == named("TRCCLAIMCLR")) {
            continue;
        }
        write_reg(r, ~0ull);
        tap_reg(r->name, "after writing ones", read_reg(r), bits | fixed);
        for (i = 0; i < 64; i++) {
            write_reg(r, BIT64(i));
            if (read_reg(r) != ((BIT64(i) & bits) | fixed)) {
                wrong |= BIT64(i);
            }
        }
        tap_reg(r->name, "bits that are wrong one by one", wrong, 0);
        write_reg(r, 0);
        tap_reg(r->name, "after writing zeros", read_reg(r), fixed);
    }
}

static void test_claim(void)
{
    set("TRCCLAIMSET", 2);
    tap_equal("claim tag 1 is set", get("TRCCLAIMCLR"), 2);
    set("TRCCLAIMSET", ~0ull);
    tap_equal("four claim tags", get("TRCCLAIMCLR"), 0xf);
    tap_equal("TRCCLAIMSET reads as what there is", get("TRCCLAIMSET"), 0xf);
    set("TRCCLAIMSET", 0);
    tap_equal("writing 0 to TRCCLAIMSET", get("TRCCLAIMCLR"), 0xf);
    set("TRCCLAIMCLR", 0);
    tap_equal("writing 0 to TRCCLAIMCLR", get("TRCCLAIMCLR"), 0xf);
    set("TRCCLAIMCLR", 4);
    tap_equal("claim tag 2 is cleared", get("TRCCLAIMCLR"), 0xb);
    set("TRCCLAIMCLR", ~0ull);
    tap_equal("all claim tags are cleared", get("TRCCLAIMCLR"), 0);
}

/* While the unit is not idle, writes are ignored, but for three registers. */
static void test_enabled(const char *when)
{
    const struct ete_reg *r;
    uint64_t changed = 0;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        uint64_t before;

        if (!r->msr || !ete_find(r->crn, r->crm, r->op2) ||
            r == named("TRCPRGCTLR") || r == named("TRCCLAIMSET") ||
            r == named("TRCCLAIMCLR") || r == named("TRCRSR") ||
            r == named("TRCCNTVR0") || r == named("TRCCNTVR1")) {
            continue;
        }
        before = read_reg(r);
        write_reg(r, ~before);
        changed += read_reg(r) != before;
    }
    tap_reg(when, "registers that changed", changed, 0);
    set("TRCCLAIMSET", 1);
    tap_reg(when, "claim tags can be set", get("TRCCLAIMCLR"), 1);
    set("TRCCLAIMCLR", 1);
    tap_reg(when, "claim tags can be cleared", get("TRCCLAIMCLR"), 0);
}

/* D4.1.6: enabled is TRCPRGCTLR.EN, and the OS Lock unlocked. */
static void test_states(void)
{
    tap_equal("TRCOSLSR, locked", get("TRCOSLSR"), 0x12);
    set("TRCPRGCTLR", ~0ull);
    tap_equal("TRCPRGCTLR has EN only", get("TRCPRGCTLR"), 1);
    tap_equal("TRCSTATR, EN and locked", get("TRCSTATR"), 3);
    set("TRCTRACEIDR", 0x55);
    tap_equal("EN and locked, registers can be written",
              get("TRCTRACEIDR"), 0x55);

    el_write(OSLAR, 0);
    tap_equal("TRCOSLSR, unlocked", get("TRCOSLSR"), 0x10);
    tap_equal("TRCSTATR.IDLE, EN and unlocked", get("TRCSTATR") & 1, 0);
    test_enabled("EN and unlocked");

    el_write(OSLAR, 1);
    tap_equal("TRCSTATR, locked again", get("TRCSTATR"), 3);
    tap_equal("TRCPRGCTLR, locked again", get("TRCPRGCTLR"), 1);
    el_write(OSLAR, 0);
    tap_equal("TRCSTATR.IDLE, unlocked again", get("TRCSTATR") & 1, 0);
    set("TRCPRGCTLR", ~1ull);
    tap_equal("TRCSTATR, disabled", get("TRCSTATR"), 3);
    tap_equal("TRCPRGCTLR, disabled", get("TRCPRGCTLR"), 0);
    tap_equal("TRCVICTLR.SSSTATUS", get("TRCVICTLR") & 0x200, 0x200);

    set("TRCPRGCTLR", 1);
    tap_equal("TRCSTATR.IDLE, enabled", get("TRCSTATR") & 1, 0);
    test_enabled("enabled");
    set("TRCPRGCTLR", 0);
    tap_equal("TRCSTATR, disabled again", get("TRCSTATR"), 3);
    set("TRCTRACEIDR", 0x2a);
    tap_equal("disabled, registers can be written", get("TRCTRACEIDR"), 0x2a);
    el_write(OSLAR, 1);
}

int main(void)
{
    el_setup();
    ete_detect();
    if (ete_on) {
        test_reset();
    }
    test_encodings();
    if (ete_on) {
        test_bits();
        test_claim();
        test_states();
    }
    return tap_end();
}
