/*
 * Unit test of the trace unit's resources, in the order of D4.6
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-resources.h"
#include "tap.h"

#define NEVER UINT64_MAX

/* Values of EVENT fields */
#define SEL(n)      (n)
#define PAIR(n)     (0x80 | (n))

/* TRCRSCTLR<n> */
#define GROUP(g, select)    ((uint64_t)(g) << 16 | (select))
#define INV                 (1ull << 20)
#define PAIRINV             (1ull << 21)

/* TRCCNTCTLR<n> */
#define CNT(event)  ((uint64_t)(event))
#define RLD(event)  ((uint64_t)(event) << 8)
#define RLDSELF     (1ull << 16)
#define CNTCHAIN    (1ull << 17)

static ETEResources state;
static ETEResourceConfig config;

static void begin(const ETERegs *regs, unsigned matches)
{
    ete_resources_config(&config, regs, matches);
    state = (ETEResources) {
        .value = { regs->cntvr[0], regs->cntvr[1] },
    };
}

/* R_NRSGN, R_SXSQT, R_HVNQG, R_WFGMY; what is not implemented */
static void test_selectors(void)
{
    static const struct {
        const char *name;
        unsigned event;
        uint64_t rsctlr2;
        unsigned matches, at_zero;
        bool active;
    } rows[] = {
        { "selector 0", SEL(0), 0, 3, 3, false },
        { "selector 1", SEL(1), 0, 0, 0, true },
        { "selector 2, nothing selected", SEL(2), GROUP(2, 0), 3, 3, false },
        { "selector 2, INV", SEL(2), GROUP(2, 0) | INV, 3, 3, true },
        { "Counter 0 at zero", SEL(2), GROUP(2, 1), 0, 1, true },
        { "Counter 0 not at zero", SEL(2), GROUP(2, 1), 3, 2, false },
        { "Counter 1 at zero", SEL(2), GROUP(2, 2), 0, 2, true },
        { "Counter 0 or 1 at zero", SEL(2), GROUP(2, 3), 0, 2, true },
        { "Counter 0 not at zero, INV", SEL(2), GROUP(2, 1) | INV, 0, 2,
          true },
        { "Counter 0 at zero, INV", SEL(2), GROUP(2, 1) | INV, 0, 1, false },
        { "PAIRINV is not for one", SEL(2), GROUP(2, 1) | PAIRINV, 0, 1,
          true },
        { "no Counter 2, no Sequencer", SEL(2), GROUP(2, 0xfffc), 3, 3,
          false },
        { "Context identifier", SEL(2), GROUP(6, 1), 1, 0, true },
        { "no other Context identifier", SEL(2), GROUP(6, 0xfffe), 3, 3,
          false },
        { "Context identifier, no match", SEL(2), GROUP(6, 1), 2, 3, false },
        { "Virtual context identifier", SEL(2), GROUP(7, 1), 2, 0, true },
        { "Virtual, no match", SEL(2), GROUP(7, 1), 1, 3, false },
        { "External Input", SEL(2), GROUP(0, 0xffff), 3, 3, false },
        { "Address Comparators", SEL(2), GROUP(4, 0xffff), 3, 3, false },
        { "Address Comparators, INV", SEL(2), GROUP(4, 0xffff) | INV, 3, 3,
          true },
        { "reserved group", SEL(2), GROUP(15, 0xffff), 3, 3, false },
        { "selector 4", SEL(4), GROUP(2, 1), 3, 3, false },
        { "selector 31", SEL(31), GROUP(2, 1), 3, 3, false },
        { "pair 0", PAIR(0), GROUP(2, 1), 3, 3, false },
        { "pair 2", PAIR(2), GROUP(2, 1), 3, 3, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ETERegs regs = {
            .tsctlr = rows[i].event, .rsctlr = { [2] = rows[i].rsctlr2 },
            /* What is behind the selectors must not be taken for one. */
            .cidcvr0 = INV, .cidcctlr0 = INV,
        };

        ete_resources_config(&config, &regs, rows[i].matches);
        state.at_zero = rows[i].at_zero;
        tap_ok(ete_resources_active(&state, &config) ==
               (rows[i].active ? ETE_EVENT_TS : 0), "%s", rows[i].name);
    }
}

/* Table D4-27: A is Counter 0 at zero, B is Counter 1 at zero */
static void test_pairs(void)
{
    static const struct {
        const char *name;
        bool pairinv, inv_a, inv_b;
        bool want[4];           /* by B << 1 | A */
    } rows[] = {
        { "A and B", 0, 0, 0, { 0, 0, 0, 1 } },
        { "not (A and B)", 1, 0, 0, { 1, 1, 1, 0 } },
        { "not A or B", 1, 0, 1, { 1, 0, 1, 1 } },
        { "not A and B", 0, 1, 0, { 0, 0, 1, 0 } },
        { "not A and not B", 0, 1, 1, { 1, 0, 0, 0 } },
        { "A or B", 1, 1, 1, { 0, 1, 1, 1 } },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ETERegs regs = {
            .victlr = PAIR(1),
            .rsctlr[2] = GROUP(2, 1) | (rows[i].inv_a ? INV : 0) |
                         (rows[i].pairinv ? PAIRINV : 0),
            .rsctlr[3] = GROUP(2, 2) | (rows[i].inv_b ? INV : 0),
        };

        ete_resources_config(&config, &regs, 0);
        for (state.at_zero = 0; state.at_zero < 4; state.at_zero++) {
            tap_ok(ete_resources_active(&state, &config) ==
                   (rows[i].want[state.at_zero] ? ETE_EVENT_VIEWINST : 0),
                   "%s: A %d B %d", rows[i].name, state.at_zero & 1,
                   state.at_zero >> 1);
        }
    }
}

/* D4.6.7, D4.6.8 */
static void test_matches(void)
{
    ETERegs regs = { .cidcvr0 = 0x11223344, .vmidcvr0 = 0x55667788 };

    tap_ok(ete_resources_matches(&regs, 0x11223344, 0x55667788, true) == 3,
           "both identifiers match");
    tap_ok(ete_resources_matches(&regs, 0x11223344, 0x55667788, false) == 1,
           "TRFCR_EL2.CX hides the virtual one");
    tap_ok(ete_resources_matches(&regs, 0x11223345, 0x55667789, true) == 0,
           "none matches");
    for (unsigned i = 0; i < 4; i++) {
        uint32_t other = 0xffu << i * 8;

        regs.cidcctlr0 = regs.vmidcctlr0 = 0;
        tap_ok(ete_resources_matches(&regs, 0x11223344 ^ other,
                                     0x55667788 ^ other, true) == 0,
               "byte %u is looked at", i);
        regs.cidcctlr0 = 1 << i;
        tap_ok(ete_resources_matches(&regs, 0x11223344 ^ other,
                                     0x55667788 ^ other, true) == 1,
               "byte %u of TRCCIDCVR0 is masked", i);
        regs.cidcctlr0 = 0;
        regs.vmidcctlr0 = 1 << i;
        tap_ok(ete_resources_matches(&regs, 0x11223344 ^ other,
                                     0x55667788 ^ other, true) == 2,
               "byte %u of TRCVMIDCVR0 is masked", i);
    }
    regs.rsctlr[2] = GROUP(2, 3);
    tap_ok(ete_resources_use_matches(&regs) == 0, "no comparator is used");
    regs.rsctlr[3] = GROUP(6, 0xfffe);
    tap_ok(ete_resources_use_matches(&regs) == 0, "comparators we lack");
    regs.rsctlr[3] = GROUP(6, 1);
    tap_ok(ete_resources_use_matches(&regs) == ETE_MATCH_CID, "CID is used");
    regs.rsctlr[2] = GROUP(7, 1);
    tap_ok(ete_resources_use_matches(&regs) == 3, "both are used");
}

/*
 * The tables of D4.6.9.1 and D4.6.9.2: from a value and the two events, which
 * value follows, and is the resource active
 */
static void test_counter(void)
{
    static const struct {
        bool self, reload, dec;
        uint16_t value, next;
        bool active;
    } rows[] = {
        { 0, 0, 0, 0, 0, 1 }, { 0, 0, 1, 0, 0, 1 },
        { 0, 0, 0, 5, 5, 0 }, { 0, 0, 1, 5, 4, 0 }, { 0, 0, 1, 1, 0, 0 },
        { 0, 1, 0, 0, 3, 1 }, { 0, 1, 1, 0, 3, 1 },
        { 0, 1, 0, 5, 3, 0 }, { 0, 1, 1, 5, 3, 0 },
        { 1, 0, 0, 0, 0, 0 }, { 1, 0, 0, 5, 5, 0 },
        { 1, 0, 1, 0, 3, 1 }, { 1, 0, 1, 5, 4, 0 }, { 1, 0, 1, 1, 0, 0 },
        { 1, 1, 0, 0, 3, 0 }, { 1, 1, 1, 0, 3, 0 },
        { 1, 1, 0, 5, 3, 0 }, { 1, 1, 1, 5, 3, 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (unsigned n = 0; n < ETE_COUNTERS; n++) {
            ETERegs regs = { 0 };

            regs.cntctlr[n] = CNT(SEL(rows[i].dec)) |
                              RLD(SEL(rows[i].reload)) |
                              (rows[i].self ? RLDSELF : 0);
            regs.cntrldvr[n] = 3;
            regs.cntvr[n] = rows[i].value;
            regs.cntvr[1 - n] = 7;
            begin(&regs, 0);
            ete_resources_advance(&state, &config, 1);
            tap_ok(state.value[n] == rows[i].next &&
                   state.at_zero == rows[i].active << n &&
                   state.value[1 - n] == 7,
                   "Counter %u %s mode: reload %d count %d value %u", n,
                   rows[i].self ? "Self-reload" : "Normal", rows[i].reload,
                   rows[i].dec, rows[i].value);
        }
    }
}

/* I_FTDHL: 0x1234_0000 is followed by 0x1233_FFFF. */
static void test_chain(void)
{
    ETERegs regs = {
        .cntctlr = { CNT(SEL(1)) | RLDSELF, CNTCHAIN },
        .cntrldvr = { 0xffff, 0 }, .cntvr = { 0, 0x1234 },
        .rsctlr = { [2] = GROUP(2, 2), [3] = INV },
        .eventctl0r = (uint64_t)PAIR(1) << 24,
    };
    unsigned fired;

    begin(&regs, 0);
    ete_resources_advance(&state, &config, 1);
    tap_ok(state.value[1] == 0x1233 && state.value[0] == 0xffff,
           "a larger counter has no tear");
    tap_ok(ete_resources_until(&state, &config, ETE_EVENT_3, 0) ==
           0x12330001, "ETEEvent 3, when the larger counter is at zero");
    fired = ete_resources_advance(&state, &config, 0x12330001);
    tap_ok(fired == 0 && state.value[1] == 0 && state.value[0] == 0xfffe,
           "the larger counter is at zero");
    fired = ete_resources_advance(&state, &config, NEVER);
    tap_ok(fired == ETE_EVENT_3, "and stays there");
    tap_ok(ete_resources_until(&state, &config, ETE_EVENT_3, ETE_EVENT_3) ==
           NEVER, "for ever");

    /* The chain counts reloads of any kind; CNTCHAIN of 0 does not. */
    regs.cntctlr[0] = RLD(SEL(1));
    begin(&regs, 0);
    ete_resources_advance(&state, &config, 0x34);
    tap_ok(state.value[1] == 0x1200, "RLDEVENT of Counter 0 is counted");
    regs.cntctlr[1] = 0;
    begin(&regs, 0);
    ete_resources_advance(&state, &config, 0x34);
    tap_ok(state.value[1] == 0x1234, "without CNTCHAIN it is not");
    regs.cntctlr[0] = CNTCHAIN;
    regs.cntctlr[1] = RLD(SEL(1));
    begin(&regs, 0);
    ete_resources_advance(&state, &config, 0x34);
    tap_ok(state.value[0] == 0, "Counter 0 is in no chain");
}

/*
 * What perf sets up for timestamps: Counter 0 counts every cycle and reloads
 * itself, and at zero there is a timestamp.
 */
static void test_perf(void)
{
    ETERegs regs = {
        .cntctlr = { CNT(SEL(1)) | RLDSELF },
        .cntrldvr = { 63 }, .cntvr = { 63 },
        .rsctlr[2] = GROUP(2, 1), .tsctlr = SEL(2), .victlr = SEL(1),
    };
    bool every = true;

    begin(&regs, 0);
    tap_ok(ete_resources_until(&state, &config, ETE_EVENT_TS, 0) == 64,
           "the first timestamp, after 64 cycles");
    tap_ok(ete_resources_advance(&state, &config, 64) == ETE_EVENT_VIEWINST,
           "not before");
    tap_ok(ete_resources_active(&state, &config) ==
           (ETE_EVENT_TS | ETE_EVENT_VIEWINST), "then");
    for (unsigned i = 0; i < 100; i++) {
        unsigned first = ete_resources_advance(&state, &config, 1);
        unsigned rest = ete_resources_advance(&state, &config, 63);

        every = every && (first & ETE_EVENT_TS) && !(rest & ETE_EVENT_TS);
    }
    tap_ok(every, "one cycle in 64");
    tap_ok(ete_resources_advance(&state, &config, (1ull << 60) + 5) ==
           (ETE_EVENT_TS | ETE_EVENT_VIEWINST) && state.value[0] == 58,
           "after 2^60 cycles");

    regs.cntrldvr[0] = regs.cntvr[0] = 0;
    begin(&regs, 0);
    ete_resources_advance(&state, &config, 1);
    tap_ok(ete_resources_until(&state, &config, ETE_EVENT_TS, ETE_EVENT_TS) ==
           NEVER, "a reload value of 0: always");
    tap_ok(ete_resources_advance(&state, &config, 0) == 0, "no cycles");
}

/* Counter 0 as a clock is a case of its own: against the other way. */
static void test_clock(void)
{
    ETERegs regs = {
        .cntctlr = { CNT(SEL(1)) | RLDSELF },
        .rsctlr = { [2] = GROUP(2, 1), [3] = GROUP(2, 1) | INV },
        .eventctl0r = SEL(2) | SEL(3) << 8,
    };
    unsigned wrong = 0, count = 0;

    for (unsigned i = 0; i < 4 * 4 * 4 * 2 * 12; i++) {
        ETEResourceConfig steps;
        ETEResources a, b;
        uint64_t cycles = i >> 7;
        unsigned fired;

        regs.cntrldvr[0] = i & 3;
        ete_resources_config(&config, &regs, 0);
        steps = config;
        steps.clock = false;
        a = (ETEResources) {
            .value = { i >> 2 & 3, i >> 6 & 1 }, .at_zero = i >> 4 & 3,
        };
        b = a;
        fired = ete_resources_advance(&a, &config, cycles);
        wrong += fired != ete_resources_advance(&b, &steps, cycles) ||
                 a.value[0] != b.value[0] || a.value[1] != b.value[1] ||
                 a.at_zero != b.at_zero;
        count += config.clock;
    }
    tap_ok(count == 4 * 4 * 4 * 2 * 12, "that is a clock");
    tap_ok(wrong == 0, "a clock is what its cycles are");
    regs.cntctlr[1] = CNTCHAIN;
    ete_resources_config(&config, &regs, 0);
    tap_ok(!config.clock, "with a chain there is no clock");
    regs.cntctlr[1] = CNT(SEL(2));
    ete_resources_config(&config, &regs, 0);
    tap_ok(!config.clock, "nor with another counter");
}

/* A counter that its own zero stops, and one that it restarts */
static void test_feedback(void)
{
    ETERegs regs = {
        .cntctlr = { CNT(SEL(1)) | RLD(SEL(2)) },
        .cntrldvr = { 9 }, .cntvr = { 4, 1 },
        .rsctlr[2] = GROUP(2, 1), .eventctl0r = SEL(2),
    };

    begin(&regs, 0);
    /* 4 cycles to zero, one to see it, one to reload */
    ete_resources_advance(&state, &config, 5);
    tap_ok(state.value[0] == 0 && state.at_zero == 1, "at zero, seen");
    tap_ok(ete_resources_advance(&state, &config, 1) == ETE_EVENT_0 &&
           state.value[0] == 9, "its zero reloads it");
    /* The cycle of the reload found it at zero, so there is one more. */
    ete_resources_advance(&state, &config, 1);
    tap_ok(state.value[0] == 9 && state.at_zero == 0, "for two cycles");
    tap_ok(ete_resources_advance(&state, &config, 12 * 1000000ull) ==
           ETE_EVENT_0 && state.value[0] == 9, "again and again");
}

int main(void)
{
    test_selectors();
    test_pairs();
    test_matches();
    test_counter();
    test_chain();
    test_perf();
    test_clock();
    test_feedback();
    return tap_done();
}
