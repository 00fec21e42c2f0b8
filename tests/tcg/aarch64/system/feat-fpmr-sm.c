/*
 * FEAT_FPMR: entry to and exit from Streaming SVE mode set FPMR to 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Arm ARM C5.2.9, Configuration.  What does not change PSTATE.SM leaves
 * FPMR as it is: ZA alone, SM written with the value it has, a trapped
 * SMSTART.
 */

#include "armv9-fpmr.h"

#define SMSTART_SM      ".inst 0xd503437f"
#define SMSTOP_SM       ".inst 0xd503427f"
#define SMSTART_ZA      ".inst 0xd503457f"
#define SMSTOP_ZA       ".inst 0xd503447f"
#define SMSTART         ".inst 0xd503477f"
#define SMSTOP          ".inst 0xd503467f"
#define SVCR(value)     "mov x6, #" #value "\nmsr s3_3_c4_c2_2, x6"
#define NOTHING         "nop"

#define SM_STUB(stub, before, op)                                       \
    EL_STUB(stub, SMSTOP "\n" before "\nmsr " FPMR ", x9\n" op          \
            "\nmrs x7, " FPMR "\n" SMSTOP)

/* name, what comes before, the operation, whether FPMR becomes 0 */
#define SM_CASES(S)                                                     \
    S(sm1, "SMSTART SM", NOTHING, SMSTART_SM, true)                     \
    S(sm2, "SMSTOP SM", SMSTART_SM, SMSTOP_SM, true)                    \
    S(sm3, "SMSTART", NOTHING, SMSTART, true)                           \
    S(sm4, "SMSTOP", SMSTART, SMSTOP, true)                             \
    S(sm5, "SMSTART SM in streaming mode", SMSTART_SM, SMSTART_SM, false) \
    S(sm6, "SMSTOP SM out of streaming mode", NOTHING, SMSTOP_SM, false) \
    S(sm7, "SMSTART ZA", NOTHING, SMSTART_ZA, false)                    \
    S(sm8, "SMSTOP ZA", SMSTART_ZA, SMSTOP_ZA, false)                   \
    S(sm9, "SMSTART ZA in streaming mode", SMSTART_SM, SMSTART_ZA, false) \
    S(sm10, "SMSTART in streaming mode", SMSTART_SM, SMSTART, false)    \
    S(sm11, "MSR SVCR: SM 0 to 1", NOTHING, SVCR(1), true)              \
    S(sm12, "MSR SVCR: SM 1 to 0", SMSTART_SM, SVCR(0), true)           \
    S(sm13, "MSR SVCR: SM, ZA 0 to 1", NOTHING, SVCR(3), true)          \
    S(sm14, "MSR SVCR: SM 1 to 0, ZA stays 1", SMSTART, SVCR(2), true)  \
    S(sm15, "MSR SVCR: SM stays 1", SMSTART_SM, SVCR(1), false)         \
    S(sm16, "MSR SVCR: ZA 0 to 1", NOTHING, SVCR(2), false)             \
    S(sm17, "MSR SVCR: ZA 0 to 1, SM stays 1", SMSTART_SM, SVCR(3), false)

#define S(stub, name, before, op, zero) SM_STUB(stub, before, op)
SM_CASES(S)
#undef S
EL_STUB(smstart_only, SMSTART_SM)

int main(void)
{
    static const struct {
        const char *stub, *name;
        bool zero;
    } cases[] = {
#define S(stub, name, before, op, zero) { stub, name, zero },
        SM_CASES(S)
#undef S
    }, *s;
    struct el_result res;
    struct el_regs r;
    uint64_t want, got;
    int el;

    el_setup();
    fpmr_detect();
    if (!on || !FIELD64(el_read("id_aa64pfr1_el1"), 24, 4)) {
        tap_skip("Streaming SVE mode and FPMR", "no FEAT_FPMR or FEAT_SME");
        return tap_end();
    }
    fpmr_open(&r);
    for (s = cases; s < cases + ARRAY_SIZE(cases); s++) {
        for (el = 0; el <= el_top; el++) {
            if (el == 2 && !el_has2) {
                continue;
            }
            el_args[9] = 0x1234567890ull & FPMR_FIELDS;
            want = s->zero ? 0 : el_args[9];
            el_run(el, false, &r, s->stub, &res);
            got = res.done ? res.x[7] : ~0ull;
            tap_head(got == want);
            ml_printf("EL%d FPMR after %s", el, s->name);
            if (got != want) {
                ml_printf(" # why: expected %lx, got %lx, ", want, got);
                tap_got(&res);
            }
            ml_printf("\n");
        }
    }

    /* Trapped, it enters no streaming mode and leaves FPMR alone. */
    el_reset();
    el_write(FPMR, 0x3300000055);
    r.cpacr_el1 &= ~CPACR_SMEN(3);
    check("EL0 SMSTART trapped by CPACR_EL1.SMEN", 0, &r, smstart_only,
          EL_TRAP(1, EL_ESR(0x1d, 0)));
    tap_equal("FPMR after the trapped SMSTART", el_read(FPMR), 0x3300000055);
    return tap_end();
}
