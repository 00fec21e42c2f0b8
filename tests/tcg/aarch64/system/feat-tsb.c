/*
 * TSB CSYNC: a NOP or a barrier, never an exception, at every EL
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * C6.2.482 and F5.1: it is a hint, in A64, A32 and T32, with FEAT_TRF and
 * without.
 */

#include "armv9-trf.h"

EL_STUB(tsb_a64, "hint #18")
/* The code ends in UDF, behind the 32 bits of the barrier. */
EL_STUB(tsb_a32, ".inst 0xe320f012\n.inst 0xe7f000f0")
EL_STUB(tsb_t32, ".inst 0x8012f3af\n.short 0xde00, 0xde00")

#define PSTATE_A32      0x1d0ull        /* A, I, F masked; User mode */
#define PSTATE_T        BIT64(5)

static void test_aa32(const char *name, const char *stub, uint64_t pstate)
{
    struct el_regs r = el_open;
    struct el_result res;

    el_run_pstate(pstate, false, &r, stub, &res);
    tap_head(res.el == 1 && EL_EC(res.esr) == EL_EC_UNDEF &&
             res.elr == (uintptr_t)stub + 4);
    ml_printf("EL0 %s\n", name);
}

int main(void)
{
    struct el_regs r = el_open;
    struct el_result res;
    int el;

    el_setup();
    trf_detect();
    /* Nothing that traps the registers of trace traps it. */
    r.mdcr_el3 = MDCR_TTRF;
    r.mdcr_el2 = MDCR_TTRF;
    r.hdfgrtr_el2 = HDFG_TRFCR_EL1;
    r.hdfgwtr_el2 = HDFG_TRFCR_EL1;
    for (el = 0; el <= el_top; el++) {
        if (el == 2 && !el_has2) {
            continue;
        }
        el_run(el, false, &r, tsb_a64, &res);
        tap_head(res.done);
        ml_printf("EL%d A64\n", el);
    }
    test_aa32("A32", tsb_a32, PSTATE_A32);
    test_aa32("T32", tsb_t32, PSTATE_A32 | PSTATE_T);
    return tap_end();
}
