/*
 * FEAT_TRF with a trace unit: prohibited regions, timestamps, TSB CSYNC
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stub runs with the trace unit and the trace buffer on.  Whether TRBPTR_EL1
 * has moved says whether anything was traced.  All controls of the table of
 * D6.3.5 and of Table D3-2 are gone through.  The monitor must be at EL3, which
 * is never traced.
 */

#include "armv9-trf.h"

#define TRBLIMITR       "s3_0_c9_c11_0"
#define TRBPTR          "s3_0_c9_c11_1"
#define TRBBASER        "s3_0_c9_c11_2"
#define TRBSR           "s3_0_c9_c11_3"
#define TRCTRACEIDR     "s2_1_c0_c0_1"
#define TRCVICTLR       "s2_1_c0_c0_2"
#define TRCPRGCTLR      "s2_1_c0_c1_0"
#define TRCCONFIGR      "s2_1_c0_c4_0"

#define LIMITR_E_IGNORE 0x19            /* E, fill, no trigger */
#define VICTLR_ALWAYS   0x201           /* EVENT is TRUE, SSSTATUS */

#define SCR_NSE         BIT64(62)
#define MDCR_RLTE       BIT64(0)
#define MDCR_STE        BIT64(18)
#define MDCR_NSTB(n)    ((uint64_t)(n) << 24)       /* {NSTBE, NSTB} */
#define MDCR_E2TB(n)    ((uint64_t)(n) << 24)

EL_STUB(branches, "b 1f\n1: b 2f\n2: nop")
EL_STUB(branches_tsb, "b 1f\n1: b 2f\n2: hint #18")
EL_STUB(tsb_a32, ".inst 0xe320f012\n.inst 0xe7f000f0")
EL_STUB(tsb_t32, ".inst 0x8012f3af\n.short 0xde00, 0xde00")

static uint8_t buffer[8192 + 16] __attribute__((aligned(4096)));
#define BUFFER_SIZE     8192            /* the rest is to look ahead */

static bool has_rme(void)
{
    return FIELD64(el_read("id_aa64pfr0_el1"), 52, 4) != 0;
}

/* The Security states, and what of EL2 there is in them */
static const struct space {
    const char *name;
    bool secure, realm, eel2, tge;
} spaces[] = {
    { "Non-secure", false, false, false, false },
    { "Non-secure, TGE", false, false, false, true },
    { "Secure, EL2 off", true, false, false, false },
    { "Secure, EL2 on", true, false, true, false },
    { "Secure, EL2 on, TGE", true, false, true, true },
    { "Realm", false, true, false, false },
    { "Realm, TGE", false, true, false, true },
};

struct controls {
    unsigned tre;       /* E2TRE, E0HTRE, E1TRE, E0TRE */
    unsigned nstb;      /* {NSTBE, NSTB} */
    unsigned e2tb;
    bool ste, rlte, e2h;
};

static bool el2_enabled(const struct space *s)
{
    return el_has2 && (!s->secure || s->eel2);
}

static bool possible(int el, const struct space *s)
{
    if ((s->realm && !has_rme()) || (s->eel2 && !el_has_sel2()) ||
        (s->tge && !el_has2)) {
        return false;
    }
    return !(el == 2 && !el2_enabled(s)) && !(el == 1 && s->tge);
}

/* The table of D6.3.5: the column of the Exception level, for a row */
static bool allowed(int el, const struct space *s, const struct controls *c)
{
    bool owner_realm = c->nstb >= 6;
    bool owner_ns = c->nstb == 2 || c->nstb == 3;
    bool owner_el2 = el2_enabled(s) && c->e2tb == 0;

    if (el == 3 || (s->secure && !c->ste) || (s->realm && !c->rlte)) {
        return false;
    }
    if (s->secure ? owner_realm || owner_ns : s->realm ? !owner_realm
                                                       : !owner_ns) {
        return false;
    }
    if (!owner_el2 && (el == 2 || s->tge)) {
        return false;
    }
    return c->tre & BIT64(el == 2 ? 3 : el == 0 && s->tge ? 2 : el);
}

static void trace_start(const struct controls *c)
{
    el_write(TRFCR_EL1, 0x20 | (c->tre & 3));
    if (el_has2) {
        el_write(TRFCR_EL2, c->tre >> 2);
    }
    el_write(TRBLIMITR, 0);
    asm volatile("isb");
    el_write(TRBSR, 0);
    el_write(TRBBASER, (uintptr_t)buffer);
    el_write(TRBPTR, (uintptr_t)buffer);
    asm volatile("isb");
    el_write(TRBLIMITR, ((uintptr_t)buffer + BUFFER_SIZE) |
                        LIMITR_E_IGNORE);
    asm volatile("isb");
    el_write(TRCPRGCTLR, 1);
    asm volatile("isb");
}

static uint64_t written(void)
{
    return el_read(TRBPTR) - (uintptr_t)buffer;
}

/* Bytes that the stub's trace has; ~0 for a fault */
static uint64_t trace_stop(void)
{
    el_write(TRCPRGCTLR, 0);
    asm volatile("isb\n hint #18\n dsb sy" : : : "memory");
    return el_read(TRBSR) ? ~0ull : written();
}

static void set_controls(struct el_regs *r, const struct space *s,
                         const struct controls *c)
{
    *r = el_open;
    r->scr_el3 |= (s->realm ? SCR_NSE : 0) | (s->eel2 ? SCR_EEL2 : 0);
    r->mdcr_el3 = MDCR_NSTB(c->nstb) | (c->ste ? MDCR_STE : 0) |
                  (c->rlte ? MDCR_RLTE : 0);
    r->mdcr_el2 = MDCR_E2TB(c->e2tb);
    r->hcr_el2 |= (s->tge ? HCR_TGE : 0) | (c->e2h ? HCR_E2H : 0);
    r->cptr_el2 = c->e2h ? CPACR_OPEN : r->cptr_el2;
}

static uint64_t trace(int el, const struct space *s, const struct controls *c)
{
    struct el_regs r;
    struct el_result res;

    set_controls(&r, s, c);
    trace_start(c);
    el_run(el, s->secure, &r, branches, &res);
    return res.done ? trace_stop() : ~0ull;
}

static void test_space(int el, const struct space *s)
{
    static const unsigned nstb[] = { 0, 1, 2, 3, 6, 7 };
    static const unsigned e2tb[] = { 0, 2, 3 };
    unsigned n, count = 0, wrong = 0, some = 0;
    struct controls c, bad;
    uint64_t bytes, bad_bytes = 0;
    bool want;

    for (n = 0; n < ARRAY_SIZE(nstb) * ARRAY_SIZE(e2tb) << 7; n++) {
        c.tre = n & 15;
        c.ste = n >> 4 & 1;
        c.rlte = n >> 5 & 1;
        c.e2h = n >> 6 & 1;
        c.nstb = nstb[(n >> 7) % ARRAY_SIZE(nstb)];
        c.e2tb = e2tb[(n >> 7) / ARRAY_SIZE(nstb)];
        if ((!has_rme() && (c.rlte || c.nstb > 3)) ||
            (c.e2h && !(el_has_vhe() && s->tge)) || (!el_has2 && c.e2tb)) {
            continue;
        }
        /* The exception is taken to an EL that may be traced, too. */
        want = allowed(el, s, &c) ||
               (el == 0 && allowed(s->tge ? 2 : 1, s, &c));
        bytes = trace(el, s, &c);
        count++;
        some += want;
        if ((bytes != 0) != want || bytes == ~0ull) {
            if (!wrong++) {
                bad = c;
                bad_bytes = bytes;
            }
        }
    }
    tap_head(!wrong && (el == 3 || some));
    ml_printf("EL%d %s: %d combinations, %d traced", el, s->name, count, some);
    if (wrong) {
        ml_printf(" # why: expected 0 differences, got %d, first TRE %x "
                  "NSTB %x E2TB %d STE %d RLTE %d E2H %d bytes %lx", wrong,
                  bad.tre, bad.nstb, bad.e2tb, bad.ste, bad.rlte, bad.e2h,
                  bad_bytes);
    }
    ml_printf("\n");
}

#define CNTVOFF_EL2     "s3_4_c14_c0_3"
#define CNTPOFF_EL2     "s3_4_c14_c0_6"
#define CNTHCTL_ECV     BIT64(12)
#define SCR_ECVEN       BIT64(28)
#define CONFIGR_TS      BIT64(11)
#define VOFF            (3ull << 60)
#define POFF            (5ull << 50)

/* D5.3.57: 0x02 or 0x03, then up to 9 bytes with 7, the last with 8 bits */
static uint64_t timestamp_at(const uint8_t *p)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < 9; i++) {
        value |= (uint64_t)(i < 8 ? p[1 + i] & 0x7f : p[1 + i]) << (7 * i);
        if (i < 8 && !(p[1 + i] & 0x80)) {
            break;
        }
    }
    return value;
}

/*
 * The trace has a timestamp of this time and of no other: the offsets are far
 * from each other, and from what else a trace may look like.
 */
static bool has_time(uint64_t bytes, uint64_t from, uint64_t to)
{
    uint64_t i;

    for (i = 0; bytes <= BUFFER_SIZE && i < bytes; i++) {
        if ((buffer[i] & ~1) == 2 &&
            timestamp_at(buffer + i) - from <= to - from) {
            return true;
        }
    }
    return false;
}

/* Table D3-2, and the offset of D3.3 */
static uint64_t offset_of(unsigned ts2, unsigned ts1, bool poff)
{
    switch (el_has2 && ts2 ? ts2 : ts1) {
    case 2:
        return el_has2 && poff ? POFF : 0;
    case 3:
        return 0;
    default:
        return el_has2 ? VOFF : 0;
    }
}

static void test_time(unsigned ts2)
{
    static const struct controls c = { .nstb = 3, .e2tb = 3, .tre = 2 };
    const uint64_t offsets[] = { 0, VOFF, POFF };
    unsigned n, i, wrong = 0;
    struct el_result res;
    struct el_regs r;

    for (n = 0; n < 16; n++) {
        bool ecv = n & 4, ecven = n & 8;
        uint64_t bytes, from, to, want;

        set_controls(&r, &spaces[0], &c);
        r.scr_el3 |= ecven ? SCR_ECVEN : 0;
        if (el_has2) {
            el_write("cnthctl_el2", ecv ? CNTHCTL_ECV : 0);
        }
        el_load(&r);
        trace_start(&c);
        el_write(TRFCR_EL1, 2 | (n & 3) << 5);
        if (el_has2) {
            el_write(TRFCR_EL2, ts2 << 5);
        }
        asm volatile("isb");
        from = el_read("cntpct_el0");
        el_run(1, false, &r, branches, &res);
        bytes = trace_stop();
        to = el_read("cntpct_el0");
        want = offset_of(ts2, n & 3, ecv && ecven);
        for (i = 0; i < ARRAY_SIZE(offsets); i++) {
            wrong += has_time(bytes, from - offsets[i], to - offsets[i]) !=
                     (offsets[i] == want);
        }
    }
    tap_head(!wrong);
    ml_printf("TRFCR_EL2.TS %d: all TRFCR_EL1.TS, ECV and ECVEn", ts2);
    if (wrong) {
        ml_printf(" # why: expected 0 differences, got %d", wrong);
    }
    ml_printf("\n");
}

static void test_times(void)
{
    unsigned ts2;

    if (el_has2) {
        tap_equal("FEAT_ECV_POFF",
                  FIELD64(el_read("id_aa64mmfr0_el1"), 60, 4), 2);
        el_write(CNTVOFF_EL2, VOFF);
        el_reset();
        el_write("scr_el3", SCR_OPEN | SCR_ECVEN);
        asm volatile("isb");
        el_write(CNTPOFF_EL2, POFF);
        el_write("scr_el3", SCR_OPEN);
    }
    el_write(TRCCONFIGR, CONFIGR_TS);
    for (ts2 = 0; ts2 < (el_has2 ? 4 : 1); ts2++) {
        test_time(ts2);
    }
    el_write(TRCCONFIGR, 0);
}

/* The unit holds some bytes back, or this could show nothing. */
static void test_tsb(int el)
{
    struct controls c = { .nstb = 3, .tre = el == 2 ? 8 : BIT64(el) };
    struct el_result res;
    struct el_regs r;
    uint64_t before, after;

    set_controls(&r, &spaces[0], &c);
    trace_start(&c);
    el_run(el, false, &r, branches, &res);
    before = written();
    trace_stop();
    trace_start(&c);
    el_run(el, false, &r, branches_tsb, &res);
    after = written();
    trace_stop();
    tap_head(res.done && !before && after);
    ml_printf("EL%d TSB CSYNC: %d bytes without, %d with\n", el,
              (int)before, (int)after);

    if (el == 1) {
        trace_start(&c);
        el_run(1, false, &r, branches, &res);
        el_write(TRFCR_EL1, 0);
        el_run_a32(false, &r, tsb_a32, &res);
        tap_head(res.elr == (uintptr_t)tsb_a32 + 4 && written());
        ml_printf("EL0 TSB CSYNC in A32\n");
        trace_stop();

        trace_start(&c);
        el_run(1, false, &r, branches, &res);
        el_write(TRFCR_EL1, 0);
        el_run_pstate(0x1f0, false, &r, tsb_t32, &res);
        tap_head(res.elr == (uintptr_t)tsb_t32 + 4 && written());
        ml_printf("EL0 TSB CSYNC in T32\n");
        trace_stop();
    }
}

int main(void)
{
    unsigned i;
    int el;

    el_setup();
    tap_equal("the monitor is at EL3", el_top, 3);
    trf_detect();
    tap_equal("ID_AA64DFR0_EL1.{TraceBuffer, TraceFilt}",
              FIELD64(el_read("id_aa64dfr0_el1"), 40, 8), 0x11);
    tap_equal("FEAT_RME as the run demands", has_rme(), tap_arg("rme"));
    if (tap_bad) {
        return tap_end();
    }
    el_write("oslar_el1", 0);
    el_write(TRCPRGCTLR, 0);
    asm volatile("isb");
    el_write(TRCCONFIGR, 0);
    el_write(TRCTRACEIDR, 1);
    el_write(TRCVICTLR, VICTLR_ALWAYS);
    for (i = 0; i < ARRAY_SIZE(spaces); i++) {
        for (el = 0; el <= 3; el++) {
            if (possible(el, &spaces[i])) {
                test_space(el, &spaces[i]);
            }
        }
    }
    test_times();
    for (el = 0; el <= 2; el++) {
        if (el < 2 || el_has2) {
            test_tsb(el);
        }
    }
    return tap_end();
}
