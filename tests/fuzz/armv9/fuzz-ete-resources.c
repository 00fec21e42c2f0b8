/*
 * Fuzz the resources against D4.6, one cycle at a time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The slow model is the prose and pseudocode of D4.6.5 and D4.6.9 with bits
 * taken from the registers one by one.  It is slow, so it runs some hundred
 * cycles; for more, it keeps a list of the states it was in until one comes
 * again.
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-resources.h"
#include "fuzz.h"

typedef struct Slow {
    ETERegs regs;
    bool match_cid, match_vmid;
    unsigned value[2];
    bool counter_at_zero[2];
} Slow;

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

static bool bit(uint64_t r, unsigned n)
{
    return r >> n & 1;
}

static unsigned bits(uint64_t r, unsigned msb, unsigned lsb)
{
    unsigned v = 0;

    for (unsigned n = msb + 1; n-- > lsb; ) {
        v = v * 2 + bit(r, n);
    }
    return v;
}

static bool resource_selector(const Slow *s, unsigned n)
{
    uint64_t r = n < 4 ? s->regs.rsctlr[n] : 0;
    bool any = false;

    if (n == 0 || n > 3) {
        return false;
    }
    if (n == 1) {
        return true;
    }
    for (unsigned m = 0; m < 16; m++) {
        bool output = false;

        if (bits(r, 19, 16) == 2 && m < 2) {
            output = s->counter_at_zero[m];
        } else if (bits(r, 19, 16) == 6 && m == 0) {
            output = s->match_cid;
        } else if (bits(r, 19, 16) == 7 && m == 0) {
            output = s->match_vmid;
        }
        any = any || (bit(r, m) && output);
    }
    return bit(r, 20) ? !any : any;
}

static bool is_event_active(const Slow *s, unsigned event)
{
    if (!bit(event, 7)) {
        return resource_selector(s, bits(event, 4, 0));
    }
    if (bits(event, 3, 0) != 1) {
        return false;
    }

    /* Table D4-27; what is reserved there is what the figure gives. */
    bool a = resource_selector(s, 2) ^ bit(s->regs.rsctlr[2], 20);
    bool b = resource_selector(s, 3) ^ bit(s->regs.rsctlr[3], 20);

    switch (bit(s->regs.rsctlr[2], 21) << 2 |
            bit(s->regs.rsctlr[2], 20) << 1 | bit(s->regs.rsctlr[3], 20)) {
    case 0:
        return a && b;
    case 1:
        return a && !b;
    case 2:
        return !a && b;
    case 3:
        return !a && !b;
    case 4:
        return !(a && b);
    case 5:
        return !a || b;
    case 6:
        return a || !b;
    default:
        return a || b;
    }
}

/* One counter, one cycle; whether it reloads */
static bool eval_counter(Slow *next, const Slow *s, unsigned n, bool lower)
{
    uint64_t ctl = s->regs.cntctlr[n];
    bool rldself = bit(ctl, 16);
    bool rldevent = is_event_active(s, bits(ctl, 15, 8));
    bool dec_action = is_event_active(s, bits(ctl, 7, 0)) ||
                      (n == 1 && bit(ctl, 17) && lower);
    unsigned value = s->value[n];

    /* The tables of D4.6.9.1 and D4.6.9.2, row by row */
    next->value[n] = value;
    next->counter_at_zero[n] = false;
    if (rldself) {
        if (rldevent) {
            next->value[n] = s->regs.cntrldvr[n];
            return true;
        }
        if (dec_action && value == 0) {
            next->counter_at_zero[n] = true;
            next->value[n] = s->regs.cntrldvr[n];
            return true;
        }
        if (dec_action) {
            next->value[n] = value - 1;
        }
        return false;
    }
    next->counter_at_zero[n] = value == 0;
    if (rldevent) {
        next->value[n] = s->regs.cntrldvr[n];
        return true;
    }
    if (value && dec_action) {
        next->value[n] = value - 1;
    }
    return false;
}

static unsigned events_now(const Slow *s)
{
    unsigned events = 0;

    for (unsigned n = 0; n < 4; n++) {
        if (is_event_active(s, bits(s->regs.eventctl0r, n * 8 + 7, n * 8))) {
            events |= 1 << n;
        }
    }
    if (is_event_active(s, bits(s->regs.tsctlr, 7, 0))) {
        events |= ETE_EVENT_TS;
    }
    if (is_event_active(s, bits(s->regs.victlr, 7, 0))) {
        events |= ETE_EVENT_VIEWINST;
    }
    return events;
}

static unsigned one_cycle(Slow *s)
{
    unsigned events = events_now(s);
    Slow next = *s;
    bool lower = eval_counter(&next, s, 0, false);

    eval_counter(&next, s, 1, lower);
    *s = next;
    return events;
}

static bool same(const Slow *s, const ETEResources *r)
{
    return s->value[0] == r->value[0] && s->value[1] == r->value[1] &&
           (s->counter_at_zero[0] | s->counter_at_zero[1] << 1) == r->at_zero;
}

/*
 * Far away: with counters below 16 there are 1024 states, so it must come to
 * one of them again.
 */
static void check_far(Slow s, ETEResources r, const ETEResourceConfig *config,
                      uint64_t cycles)
{
    static uint32_t when[1024];
    unsigned fired = ete_resources_advance(&r, config, cycles);
    unsigned expected = 0;
    uint32_t now = 1;

    memset(when, 0, sizeof(when));
    while (cycles) {
        unsigned i = s.value[0] | s.value[1] << 4 |
                     s.counter_at_zero[0] << 8 | s.counter_at_zero[1] << 9;

        if (when[i]) {
            cycles %= now - when[i];
            memset(when, 0, sizeof(when));
            now = 1;
            if (!cycles) {
                break;
            }
        }
        when[i] = now++;
        expected |= one_cycle(&s);
        cycles--;
    }
    check(fired == expected && same(&s, &r));
}

/* More cycles than small counters have states */
#define UNTIL 1100

/* How long events stay as they are */
static void check_until(Slow s, const ETEResources *r,
                        const ETEResourceConfig *config, unsigned events)
{
    unsigned active = events_now(&s) & events;
    uint64_t until = ete_resources_until(r, config, events, active);
    uint64_t n = 0;

    check(ete_resources_until(r, config, events, active ^ events) ==
          (events ? 0 : UINT64_MAX));
    while (n < UNTIL && (events_now(&s) & events) == active) {
        one_cycle(&s);
        n++;
    }
    if (n < UNTIL) {
        check(until == n);
    } else {
        check(until == UINT64_MAX ||
              (until >= n && (r->value[0] > 15 || r->value[1] > 15 ||
                              config->reload_value[0] > 15 ||
                              config->reload_value[1] > 15)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t events[] = {
        0x00, 0x01, 0x02, 0x03, 0x81, 0x80, 0x04, 0x91, 0x82, 0x1f,
    };
    static const uint8_t groups[] = { 2, 2, 2, 6, 7, 0, 3, 12 };
    Slow s = { 0 };
    ETEResourceConfig config;
    ETEResources r = { 0 };
    unsigned matches, expected = 0;
    bool small;
    uint64_t n;

    if (size < 32) {
        return 0;
    }
    matches = data[0] & 3;
    s.match_cid = matches & 1;
    s.match_vmid = matches & 2;
    small = data[0] & 4;
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t *d = data + 1 + i * 7;
        unsigned mask = small ? 15 : 0xffff;

        s.regs.cntctlr[i] = events[d[0] % 10] | events[d[1] % 10] << 8 |
                            (uint64_t)(d[2] & 3) << 16;
        s.regs.cntrldvr[i] = (d[3] | (d[2] & 4 ? d[4] << 8 : 0)) & mask;
        s.value[i] = (d[5] | (d[2] & 8 ? d[6] << 8 : 0)) & mask;
        s.counter_at_zero[i] = d[2] & 16;
        r.value[i] = s.value[i];
        r.at_zero |= s.counter_at_zero[i] << i;
    }
    if (data[0] & 8) {
        /* Counter 0 as a clock, which is a case of its own */
        s.regs.cntctlr[0] = 0x10001;
        s.regs.cntctlr[1] &= 0x10000;
    }
    for (unsigned i = 2; i < 4; i++) {
        const uint8_t *d = data + 15 + (i - 2) * 3;

        s.regs.rsctlr[i] = d[0] | (d[1] & 1 ? d[2] << 8 : 0) |
                           (uint64_t)groups[d[1] >> 1 & 7] << 16 |
                           (uint64_t)(d[1] >> 4 & 3) << 20;
    }
    for (unsigned i = 0; i < 4; i++) {
        s.regs.eventctl0r |= (uint64_t)events[data[21 + i] % 10] << i * 8;
    }
    s.regs.tsctlr = events[data[25] % 10];
    s.regs.victlr = 0x200 | events[data[26] % 10];
    ete_resources_config(&config, &s.regs, matches);

    check(ete_resources_active(&r, &config) == events_now(&s));
    check_until(s, &r, &config, data[27] & ETE_EVENTS_ALL);
    if (small) {
        memcpy(&n, data + 24, sizeof(n));
        check_far(s, r, &config, n);
    }
    n = (data[28] | data[29] << 8) % 500;
    for (unsigned i = 0; i < n; i++) {
        expected |= one_cycle(&s);
    }
    check(ete_resources_advance(&r, &config, n) == expected);
    check(same(&s, &r));
    return 0;
}
