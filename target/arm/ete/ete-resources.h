/*
 * Resources of the trace unit: selectors, counters and events (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * D4.6.  A resource event is a resource selector, or a pair of them, that a
 * register has chosen for some purpose; it is active or not in each cycle of
 * the resources.  What it depends on are counters at zero and whether the
 * comparators match, so for as long as these do not match otherwise, all that
 * happens follows from the counters.  Nothing is done cycle by cycle:
 *
 *     ete_resources_config(&config, regs, matches);
 *     ...
 *     fired = ete_resources_advance(&state, &config, cycles);
 *     if (fired & ETE_EVENT_TS) {
 *         ...
 *     }
 *
 * matches is constant meanwhile: advance first, then make another config.
 * In a trace prohibited region, and while the trace unit is disabled, the
 * resources are paused and nobody advances them (R_FHFMP, R_YWQNQ).
 *
 * A resource is seen one cycle late: in a cycle, all selectors see the
 * counters at zero that the cycle before found (S_JVYQP and I_KJSDV leave the
 * time to us).  So an event may depend on a counter that depends on the event,
 * and when the resources pause nothing is lost (R_FHYQW).
 */

#ifndef TARGET_ARM_ETE_ETE_RESOURCES_H
#define TARGET_ARM_ETE_ETE_RESOURCES_H

#include "target/arm/ete/ete-state.h"

/* Resource events that the rest of the trace unit looks at */
enum {
    ETE_EVENT_0 = 1,            /* TRCEVENTCTL0R.EVENT<n>: ETEEvent <n> */
    ETE_EVENT_1 = 2,
    ETE_EVENT_2 = 4,
    ETE_EVENT_3 = 8,
    ETE_EVENT_TS = 16,          /* TRCTSCTLR.EVENT */
    ETE_EVENT_VIEWINST = 32,    /* TRCVICTLR.EVENT */
    ETE_EVENTS_ALL = 63,
};

/* Comparators that match */
enum {
    ETE_MATCH_CID = 1,          /* Context Identifier Comparator 0 */
    ETE_MATCH_VMID = 2,         /* Virtual Context Identifier Comparator 0 */
};

/**
 * ETEResources: what changes from cycle to cycle
 * @value: TRCCNTVR<n>
 * @at_zero: bit n: the last cycle found Counter <n> at zero, as a resource
 */
typedef struct ETEResources {
    uint16_t value[ETE_COUNTERS];
    uint8_t at_zero;
} ETEResources;

/**
 * ETEResourceConfig: what the registers say, and what matches
 * @events: ETE_EVENT bits that are active, by ETEResources.at_zero
 * @count: bit n: CNTEVENT of Counter <n> is active; the same index
 * @reload: bit n: RLDEVENT of Counter <n> is active; the same index
 * @reload_value: TRCCNTRLDVR<n>
 * @self: bit n: Counter <n> reloads itself, RLDSELF
 * @chain: bit n: Counter <n> counts reloads of Counter <n - 1>, CNTCHAIN
 * @clock: Counter 0 counts each cycle and reloads itself, and the other one
 *         never changes: what perf asks for
 */
typedef struct ETEResourceConfig {
    uint8_t events[1 << ETE_COUNTERS];
    uint8_t count[1 << ETE_COUNTERS];
    uint8_t reload[1 << ETE_COUNTERS];
    uint16_t reload_value[ETE_COUNTERS];
    uint8_t self;
    uint8_t chain;
    bool clock;
} ETEResourceConfig;

/**
 * ete_resources_config: prepare the resources
 * @config: gets what @regs and @matches mean
 * @regs: TRCRSCTLR<n>, TRCCNTCTLR<n>, TRCCNTRLDVR<n>, and the registers that
 *      have events
 * @matches: ETE_MATCH bits of comparators that match now
 *
 * Selectors that are not implemented, and pair 0, never fire (UNPREDICTABLE).
 */
void ete_resources_config(ETEResourceConfig *config, const ETERegs *regs,
                          unsigned matches);

/**
 * ete_resources_matches: the comparators that match
 * @regs: TRCCIDCVR0, TRCCIDCCTLR0, TRCVMIDCVR0, TRCVMIDCCTLR0
 * @cid: the Context identifier, CONTEXTIDR_EL1
 * @vmid: the Virtual context identifier, CONTEXTIDR_EL2
 * @show_vmid: EL2 is implemented and TRFCR_EL2.CX does not hide it (R_FLXQL)
 *
 * Returns: ETE_MATCH bits
 */
unsigned ete_resources_matches(const ETERegs *regs, uint32_t cid,
                               uint32_t vmid, bool show_vmid);

/**
 * ete_resources_use_matches: whether comparators can make a difference
 * @regs: TRCRSCTLR<n>
 *
 * Returns: ETE_MATCH bits that a selector has selected.  When there are none,
 * a change of CONTEXTIDR_EL1 and CONTEXTIDR_EL2 is nothing to the resources.
 */
unsigned ete_resources_use_matches(const ETERegs *regs);

/**
 * ete_resources_active: the events that are active in the next cycle
 * @state: counters
 * @config: what the registers say
 *
 * Returns: ETE_EVENT bits
 */
static inline unsigned ete_resources_active(const ETEResources *state,
                                            const ETEResourceConfig *config)
{
    return config->events[state->at_zero];
}

/**
 * ete_resources_advance: let cycles go by
 * @state: counters
 * @config: what the registers say
 * @cycles: how many; any number
 *
 * Returns: ETE_EVENT bits that were active in at least one of the cycles
 *
 * Costs some instructions for each time that a counter gets to zero, and not
 * more than for all values that the counters can have, whatever @cycles is.
 * Counter 0 as a clock costs a division.
 */
unsigned ete_resources_advance(ETEResources *state,
                               const ETEResourceConfig *config,
                               uint64_t cycles);

/**
 * ete_resources_until: when an event will change
 * @state: counters
 * @config: what the registers say
 * @events: ETE_EVENT bits to look at
 * @active: those of them that are expected to be active
 *
 * Returns: the number of cycles, beginning with the next one, in which
 * exactly @active of @events are active; UINT64_MAX if that is for ever.
 * With @active 0: the cycles before one of @events fires.
 */
uint64_t ete_resources_until(const ETEResources *state,
                             const ETEResourceConfig *config,
                             unsigned events, unsigned active);

#endif
