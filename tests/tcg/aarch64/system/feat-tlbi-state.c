/*
 * TLB invalidation for EL1 in each Security state, from EL3 and from EL1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * At EL3, SCR_EL3.{NSE, NS} say whose EL1&0 regime an instruction is about.
 * EL1 has read an address in that state, the descriptor changes, EL3 or EL1
 * invalidates, and EL1 must see the new page.  All runs of a case have the
 * same control registers, so that nothing but the instruction invalidates.
 */

#include "armv9-tlbi.h"

#define SCR_NSE         BIT64(62)

EL_STUB(touch, "ldr x7, [x0]")
EL_STUB(drop, "tlbi alle1\n dsb sy\n isb")

#define OP(stub, op)    EL_STUB(stub, op "\n dsb sy\n isb")
OP(vmalle1, "tlbi vmalle1")
OP(vmalle1is, "tlbi vmalle1is")
OP(vmalle1os, "sys #0, c8, c1, #0, xzr")
OP(vae1, "tlbi vae1, x3")
OP(vae1is, "tlbi vae1is, x3")
OP(vale1os, "sys #0, c8, c1, #5, x3")
OP(vaae1is, "tlbi vaae1is, x3")
OP(aside1, "tlbi aside1, x4")
OP(aside1is, "tlbi aside1is, x4")
OP(rvae1, "sys #0, c8, c6, #1, x3")
OP(rvaae1is, "sys #0, c8, c2, #3, x3")
OP(rvale1os, "sys #0, c8, c5, #5, x3")
OP(alle1, "tlbi alle1")
OP(alle1is, "tlbi alle1is")
OP(vmalls12e1, "tlbi vmalls12e1")
OP(vmalls12e1is, "tlbi vmalls12e1is")

/* Those of EL2 and EL3 */
enum { ANY, ABOVE_EL1 };

static const struct op {
    const char *name;
    const char *stub;
    bool range;
    int where;
} ops[] = {
    { "VMALLE1", vmalle1 }, { "VMALLE1IS", vmalle1is },
    { "VMALLE1OS", vmalle1os },
    { "VAE1", vae1 }, { "VAE1IS", vae1is }, { "VALE1OS", vale1os },
    { "VAAE1IS", vaae1is },
    { "ASIDE1", aside1 }, { "ASIDE1IS", aside1is },
    { "RVAE1", rvae1, true }, { "RVAAE1IS", rvaae1is, true },
    { "RVALE1OS", rvale1os, true },
    { "ALLE1", alle1, false, ABOVE_EL1 },
    { "ALLE1IS", alle1is, false, ABOVE_EL1 },
    { "VMALLS12E1", vmalls12e1, false, ABOVE_EL1 },
    { "VMALLS12E1IS", vmalls12e1is, false, ABOVE_EL1 },
};

static const struct state {
    const char *name;
    bool secure;
    uint64_t scr;
} states[] = {
    { "Non-secure", false, 0 },
    { "Secure", true, 0 },
    { "Secure, with EL2", true, SCR_EEL2 },
    { "Realm", false, SCR_NSE },
};

#define LOW     0x800000000000ull
#define HIGH    0xffff800000000000ull

TLBI_SPACE(space);

static void test_op(const struct state *state, const struct op *op, int el,
                    uint64_t va)
{
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t before, after;
    uint64_t *pte;
    bool ok;

    el_reset();
    regs.sctlr_el1 |= SCTLR_M;
    regs.scr_el3 |= state->scr;
    tlbi_load_el1(&space, 0);
    pte = tlbi_map(&space, va, 3, TLBI_P1 | TLBI_AF);
    el_args[0] = va;
    el_args[3] = op->range ? BIT64(46) | FIELD64(va, 12, 37)
                           : FIELD64(va, 12, 44);
    el_args[4] = 0;
    el_run(3, state->secure, &regs, drop, &res);
    el_run(1, state->secure, &regs, touch, &res);
    before = res.done ? res.x[7] : -1ull;
    *pte = tlbi_leaf(TLBI_P2 | TLBI_AF, 3);
    asm volatile("dsb sy");
    el_run(el, state->secure, &regs, op->stub, &res);
    ok = res.done;
    el_run(1, state->secure, &regs, touch, &res);
    after = res.done ? res.x[7] : -1ull;
    ok = ok && before == 1 && after == 2;
    tap_head(ok);
    ml_printf("%s, %s at EL%d, %s half", state->name, op->name, el,
              va == LOW ? "lower" : "upper");
    if (!ok) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  before, after);
    }
    ml_printf("\n");
}

int main(void)
{
    bool rme = tap_arg("rme-on");
    unsigned s, i;

    el_setup();
    tap_equal("FEAT_RME", FIELD64(el_read("id_aa64pfr0_el1"), 52, 4) != 0,
              rme);
    tlbi_space_init(&space, &tlbi_granules[0], 48, TLBI_AF);
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (s = 0; s < ARRAY_SIZE(states); s++) {
        if ((states[s].scr & SCR_NSE) && !rme) {
            continue;
        }
        for (i = 0; i < ARRAY_SIZE(ops); i++) {
            test_op(&states[s], &ops[i], 3, LOW);
            test_op(&states[s], &ops[i], 3, HIGH);
            if (ops[i].where == ANY) {
                test_op(&states[s], &ops[i], 1, HIGH);
            }
        }
    }
    return tap_end();
}
