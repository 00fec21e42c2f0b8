/*
 * FEAT_SME: to AArch32 and back in Streaming SVE mode resets the SVE state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Arm ARM J1.1, AArch64.ExceptionReturn() and AArch64.TakeException(): when
 * PSTATE.SM is 1, a return to AArch32 and an exception from it do
 * ResetSVEState(), whether FP is trapped or not.  PSTATE.SM stays 1.  Out of
 * streaming mode, and to AArch64, the state is kept.
 */

#include "armv9-fpmr.h"

#define SVCR            "s3_3_c4_c2_2"
#define SVCR_SM         1
#define FPMR_BEFORE     (0x1234567890ull & FPMR_FIELDS)
#define FPSR_BEFORE     0x10            /* IXC */
#define FPSR_RESET      0x0800009f
#define Z_BEFORE        0x123456789abcdef0ull
#define EL_EC_SVC32     0x11

EL_STUB(nothing, "nop")
EL_STUB(svc32, ".inst 0xef000000")      /* SVC #0 */

struct state {
    uint64_t fpmr, fpsr, z, p, svcr;
};

static void state_write(bool sm)
{
    uint64_t z = Z_BEFORE;

    el_write(SVCR, sm ? SVCR_SM : 0);
    if (on) {
        el_write(FPMR, FPMR_BEFORE);
    }
    asm volatile("mov x9, %0\n"
                 ".inst 0x9e670120\n"           /* fmov d0, x9 */
                 ".inst 0x2518e3e0\n"           /* ptrue p0.b */
                 : : "r"(z) : "x9");
    el_write("fpsr", FPSR_BEFORE);
}

static void state_read(struct state *s)
{
    s->fpmr = on ? el_read(FPMR) : 0;
    s->fpsr = el_read("fpsr");
    asm volatile(".inst 0x9e660009\n"           /* fmov x9, d0 */
                 ".inst 0x2520800a\n"           /* cntp x10, p0, p0.b */
                 "mov %0, x9\n"
                 "mov %1, x10\n"
                 : "=&r"(s->z), "=&r"(s->p) : : "x9", "x10");
    s->svcr = el_read(SVCR);
    el_write(SVCR, 0);
}

static void line(const char *traps, bool a32, bool sm, const char *what,
                 uint64_t got, uint64_t want)
{
    tap_head(got == want);
    ml_printf("%s with SM=%d, %s: %s", a32 ? "AArch32" : "AArch64", sm,
              traps, what);
    if (got != want) {
        ml_printf(" # why: expected %lx, got %lx", want, got);
    }
    ml_printf("\n");
}

/* To EL0 and, with an SVC or a BRK, back. */
static void round_trip(const char *traps, const struct el_regs *r,
                       bool a32, bool sm)
{
    bool reset = a32 && sm;
    struct el_result res;
    struct state s;

    el_reset();
    state_write(sm);
    if (a32) {
        el_run_a32(false, r, svc32, &res);
    } else {
        el_run(0, false, r, nothing, &res);
    }
    el_reset();
    state_read(&s);

    if (a32) {
        line(traps, a32, sm, "ESR of the SVC", res.esr,
             EL_ESR(EL_EC_SVC32, 0));
        line(traps, a32, sm, "vector", res.vector, 12);
    } else {
        line(traps, a32, sm, "BRK reached", res.done, true);
    }
    if (on) {
        line(traps, a32, sm, "FPMR", s.fpmr, reset ? 0 : FPMR_BEFORE);
    }
    line(traps, a32, sm, "FPSR", s.fpsr, reset ? FPSR_RESET : FPSR_BEFORE);
    line(traps, a32, sm, "Z0", s.z, reset ? 0 : Z_BEFORE);
    line(traps, a32, sm, "P0 has bits", s.p != 0, !reset);
    line(traps, a32, sm, "SVCR", s.svcr, sm ? SVCR_SM : 0);
}

static void round_trips(const char *traps, const struct el_regs *r)
{
    round_trip(traps, r, false, true);
    if (FIELD64(el_read("id_aa64pfr0_el1"), 0, 4) != 2) {
        tap_skip("AArch32", "EL0 has no AArch32");
        return;
    }
    round_trip(traps, r, true, true);
    round_trip(traps, r, true, false);
}

int main(void)
{
    struct el_regs open, r;

    el_setup();
    fpmr_detect();
    if (!FIELD64(el_read("id_aa64pfr1_el1"), 24, 4) ||
        !FIELD64(el_read("id_aa64pfr0_el1"), 32, 4)) {
        tap_skip("the SVE state and AArch32", "no FEAT_SME or FEAT_SVE");
        return tap_end();
    }
    if (tap_arg("aa32")) {
        tap_equal("ID_AA64PFR0_EL1.EL0 as the run demands",
                  FIELD64(el_read("id_aa64pfr0_el1"), 0, 4), 2);
    }
    fpmr_open(&open);
    round_trips("FP open", &open);

    r = open;
    r.cpacr_el1 &= ~CPACR_FPEN(2);
    round_trips("CPACR_EL1.FPEN=1 (EL0)", &r);
    r.cpacr_el1 &= ~CPACR_FPEN(3);
    round_trips("CPACR_EL1.FPEN=0 (EL0, EL1)", &r);
    if (el_has2) {
        r = open;
        r.cptr_el2 |= CPTR_TFP;
        round_trips("CPTR_EL2.TFP", &r);
    }
    if (el_has3) {
        r = open;
        r.cptr_el3 |= CPTR_TFP;
        round_trips("CPTR_EL3.TFP", &r);
    }
    return tap_end();
}
