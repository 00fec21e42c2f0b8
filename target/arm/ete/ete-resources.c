/*
 * Resources of the trace unit: selectors, counters and events (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/ete/ete-resources.h"

/* TRCRSCTLR<n> */
#define RSCTLR_SELECT(r)    extract64(r, 0, 16)
#define RSCTLR_GROUP(r)     extract64(r, 16, 4)
#define RSCTLR_INV(r)       extract64(r, 20, 1)
#define RSCTLR_PAIRINV(r)   extract64(r, 21, 1)

/* Table D4-26, as far as TRCIDR4 and TRCIDR5 promise */
enum {
    GROUP_COUNTERS = 2,
    GROUP_CID = 6,
    GROUP_VMID = 7,
};

/* TRCCNTCTLR<n>; an event is SEL and, in bit 7, TYPE */
#define CNTCTLR_CNTEVENT(r) extract64(r, 0, 8)
#define CNTCTLR_RLDEVENT(r) extract64(r, 8, 8)
#define CNTCTLR_RLDSELF(r)  extract64(r, 16, 1)
#define CNTCTLR_CNTCHAIN(r) extract64(r, 17, 1)

#define FIRST_SELECTOR 2

/* R_HVNQG, R_WFGMY: Resource Selector n, which has a register */
static bool selector(const ETERegs *regs, unsigned n, unsigned at_zero,
                     unsigned matches)
{
    uint64_t r = regs->rsctlr[n];
    unsigned high = 0;

    switch (RSCTLR_GROUP(r)) {
    case GROUP_COUNTERS:
        high = at_zero;
        break;
    case GROUP_CID:
        high = matches & ETE_MATCH_CID ? 1 : 0;
        break;
    case GROUP_VMID:
        high = matches & ETE_MATCH_VMID ? 1 : 0;
        break;
    }
    return ((RSCTLR_SELECT(r) & high) != 0) != RSCTLR_INV(r);
}

/* Whether the resource event with this TYPE and SEL is active */
static bool event_active(const ETERegs *regs, unsigned event,
                         unsigned at_zero, unsigned matches)
{
    unsigned n = extract32(event, 0, 5);

    if (extract32(event, 7, 1)) {
        /* Table D4-27.  SEL[4] is RES0. */
        n = extract32(event, 0, 4) * 2;
        if (n < FIRST_SELECTOR || n >= ETE_SELECTORS) {
            return false;
        }
        return (selector(regs, n, at_zero, matches) &&
                selector(regs, n + 1, at_zero, matches)) !=
               RSCTLR_PAIRINV(regs->rsctlr[n]);
    }
    /* R_NRSGN, R_SXSQT: 0 is FALSE, 1 is TRUE */
    if (n < FIRST_SELECTOR || n >= ETE_SELECTORS) {
        return n == 1;
    }
    return selector(regs, n, at_zero, matches);
}

void ete_resources_config(ETEResourceConfig *config, const ETERegs *regs,
                          unsigned matches)
{
    memset(config, 0, sizeof(*config));
    for (unsigned zero = 0; zero < 1 << ETE_COUNTERS; zero++) {
        for (unsigned n = 0; n < ETE_EVENTS; n++) {
            if (event_active(regs, extract64(regs->eventctl0r, n * 8, 8),
                             zero, matches)) {
                config->events[zero] |= ETE_EVENT_0 << n;
            }
        }
        if (event_active(regs, regs->tsctlr, zero, matches)) {
            config->events[zero] |= ETE_EVENT_TS;
        }
        if (event_active(regs, extract64(regs->victlr, 0, 8), zero,
                         matches)) {
            config->events[zero] |= ETE_EVENT_VIEWINST;
        }
        for (unsigned n = 0; n < ETE_COUNTERS; n++) {
            uint64_t r = regs->cntctlr[n];

            if (event_active(regs, CNTCTLR_CNTEVENT(r), zero, matches)) {
                config->count[zero] |= 1 << n;
            }
            if (event_active(regs, CNTCTLR_RLDEVENT(r), zero, matches)) {
                config->reload[zero] |= 1 << n;
            }
        }
    }
    for (unsigned n = 0; n < ETE_COUNTERS; n++) {
        config->reload_value[n] = regs->cntrldvr[n];
        config->self |= CNTCTLR_RLDSELF(regs->cntctlr[n]) << n;
        /* RES0 for Counter 0 */
        config->chain |= n % 2 ? CNTCTLR_CNTCHAIN(regs->cntctlr[n]) << n : 0;
    }
    config->clock = (config->self & 1) && !config->chain;
    for (unsigned zero = 0; zero < 1 << ETE_COUNTERS; zero++) {
        config->clock = config->clock && config->count[zero] == 1 &&
                        config->reload[zero] == 0;
    }
}

/* A 1 in the mask ignores a byte. */
static bool identifier_matches(uint32_t id, uint64_t wanted, uint64_t mask)
{
    for (unsigned i = 0; i < 4; i++) {
        if (!extract64(mask, i, 1) &&
            extract32(id, i * 8, 8) != extract64(wanted, i * 8, 8)) {
            return false;
        }
    }
    return true;
}

unsigned ete_resources_matches(const ETERegs *regs, uint32_t cid,
                               uint32_t vmid, bool show_vmid)
{
    unsigned matches = 0;

    if (identifier_matches(cid, regs->cidcvr0, regs->cidcctlr0)) {
        matches |= ETE_MATCH_CID;
    }
    if (show_vmid &&
        identifier_matches(vmid, regs->vmidcvr0, regs->vmidcctlr0)) {
        matches |= ETE_MATCH_VMID;
    }
    return matches;
}

unsigned ete_resources_use_matches(const ETERegs *regs)
{
    unsigned used = 0;

    for (unsigned n = FIRST_SELECTOR; n < ETE_SELECTORS; n++) {
        uint64_t r = regs->rsctlr[n];

        if (RSCTLR_SELECT(r) & 1) {
            used |= RSCTLR_GROUP(r) == GROUP_CID ? ETE_MATCH_CID :
                    RSCTLR_GROUP(r) == GROUP_VMID ? ETE_MATCH_VMID : 0;
        }
    }
    return used;
}

/*
 * EvalAllCounters() of D4.6.9.4, for as many cycles as all of them do the
 * same, but not more than @most (which is not 0).
 *
 * A counter that counts does so until it is at zero, one that stays as it is
 * (because it is stopped, or reloads the value that it has) does so for ever,
 * while the selectors see the same.  The first cycle is evaluated; the others
 * only if it has changed nothing but counters that count.
 */
static uint64_t step(ETEResources *s, const ETEResourceConfig *c,
                     uint64_t most)
{
    unsigned count = c->count[s->at_zero], at_zero = 0, counting = 0;
    bool reloads = false, again = true;
    uint64_t cycles = most;

    for (unsigned n = 0; n < ETE_COUNTERS; n++) {
        unsigned bit = 1 << n;
        bool reload_event = c->reload[s->at_zero] & bit;
        bool dec = (count & bit) || ((c->chain & bit) && reloads);
        bool zero = s->value[n] == 0;

        /* The order of the conditions is that of D4.6.9.1 and D4.6.9.2. */
        if (zero && (!(c->self & bit) || (dec && !reload_event))) {
            at_zero |= bit;
        }
        reloads = reload_event || ((c->self & bit) && dec && zero);
        if (reloads) {
            again = again && s->value[n] == c->reload_value[n];
            s->value[n] = c->reload_value[n];
        } else if (dec && !zero) {
            counting |= bit;
            cycles = cycles < s->value[n] ? cycles : s->value[n];
        }
    }
    if (!again || at_zero != s->at_zero) {
        cycles = 1;
    }
    for (unsigned n = 0; n < ETE_COUNTERS; n++) {
        s->value[n] -= counting & 1 << n ? cycles : 0;
    }
    s->at_zero = at_zero;
    return cycles;
}

static bool same(const ETEResources *a, const ETEResources *b)
{
    return !memcmp(a->value, b->value, sizeof(a->value)) &&
           a->at_zero == b->at_zero;
}

/*
 * Where the counters come back to a state they were in, all repeats: after 1,
 * 2, 4, 8 ... steps one is kept to compare with (Brent).
 */
typedef struct Loop {
    ETEResources seen;
    uint64_t cycles;            /* since then */
    unsigned steps, power;
} Loop;

static void loop_begin(Loop *loop, const ETEResources *s)
{
    *loop = (Loop) { .seen = *s, .power = 1 };
}

/* After a step: the length of the loop if there is one, or 0 */
static uint64_t loop_step(Loop *loop, const ETEResources *s, uint64_t cycles)
{
    loop->cycles += cycles;
    if (same(&loop->seen, s)) {
        return loop->cycles;
    }
    if (++loop->steps == loop->power) {
        loop->seen = *s;
        loop->cycles = 0;
        loop->steps = 0;
        loop->power *= 2;
    }
    return 0;
}

/* The value of Counter 0 after some cycles, if it is a clock */
static uint16_t clock_value(const ETEResources *s, const ETEResourceConfig *c,
                            uint64_t cycles)
{
    if (cycles <= s->value[0]) {
        return s->value[0] - cycles;
    }
    return c->reload_value[0] -
           (cycles - s->value[0] - 1) % (c->reload_value[0] + 1ull);
}

/* ete_resources_advance() of a clock: the sum of what step() would do */
static unsigned clock_advance(ETEResources *s, const ETEResourceConfig *c,
                              uint64_t cycles)
{
    unsigned fired = c->events[s->at_zero];
    /* What Counter 1, which never changes, is in each cycle */
    unsigned other = s->value[1] == 0 && !(c->self & 2) ? 2 : 0;
    uint64_t before = cycles - 1;

    /* All but the first cycle see what the one before it found. */
    if (before > s->value[0]) {
        fired |= c->events[other | 1];
    }
    if (before && (s->value[0] || (c->reload_value[0] && before > 1))) {
        fired |= c->events[other];
    }
    s->at_zero = other | (clock_value(s, c, before) == 0);
    s->value[0] = clock_value(s, c, cycles);
    return fired;
}

unsigned ete_resources_advance(ETEResources *state,
                               const ETEResourceConfig *config,
                               uint64_t cycles)
{
    unsigned fired = 0;
    bool looking = true;
    Loop loop;

    if (config->clock && cycles) {
        return clock_advance(state, config, cycles);
    }
    loop_begin(&loop, state);
    while (cycles) {
        uint64_t done, length;

        fired |= ete_resources_active(state, config);
        done = step(state, config, cycles);
        cycles -= done;
        if (looking) {
            length = loop_step(&loop, state, done);
            if (length) {
                /* Each event of the loop has been seen; skip it. */
                cycles %= length;
                looking = false;
            }
        }
    }
    return fired;
}

uint64_t ete_resources_until(const ETEResources *state,
                             const ETEResourceConfig *config,
                             unsigned events, unsigned active)
{
    ETEResources s = *state;
    uint64_t cycles = 0;
    Loop loop;

    loop_begin(&loop, &s);
    while ((ete_resources_active(&s, config) & events) == active) {
        uint64_t done = step(&s, config, UINT64_MAX);

        if (done == UINT64_MAX || loop_step(&loop, &s, done)) {
            return UINT64_MAX;
        }
        cycles += done;
    }
    return cycles;
}
