/*
 * The trace unit: what it has besides its registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For the files of the trace unit only; the rest of the CPU uses ete.h.
 */

#ifndef TARGET_ARM_ETE_ETE_UNIT_H
#define TARGET_ARM_ETE_ETE_UNIT_H

#include "ete.h"
#include "ete/ete-packet.h"
#include "ete/ete-resources.h"

/*
 * Bytes that wait for the trace buffer.  They go there when ETE_DRAIN are
 * there, so that a page is translated once for many of them, or when they
 * reach the end of the buffer: what does not fit there is lost (R_YMVZL).
 */
#define ETE_BUFFER      4096
#define ETE_DRAIN       2048

/* Bytes between timestamps that TRCTSCTLR.EVENT asks for, at least */
#define ETE_TS_DISTANCE 128

/* In ETEUnit.events: a counter counts, and may be read */
#define ETE_COUNTS 0x80

/* The most that one event makes: synchronization, atoms, an address ... */
#define ETE_EVENT_BYTES 256

/**
 * ETEUnit: the trace unit of a CPU; a new member belongs into ete-vmstate.c
 * @packet: what packets are compressed against
 * @word: Atom elements, while each of them is looked at (@each)
 * @each: cycle counting: translated code calls for each atom
 * @viewing: the last instruction was traced, so that no Trace On is needed
 * @synced: there was a Trace Info, and no loss since
 * @lost: bytes or elements were lost, and no Overflow told of it
 * @exception: an exception is being taken: its source, not its target, decides
 * @ts_request: a Timestamp element is due after the next P0 element
 * @cc_known: @cc_base is the time of the last Cycle Count element
 * @cc_base: cycles at the last Cycle Count element
 * @resources: counters
 * @resource_config: what the registers say about them, and what matches
 * @configured: @resource_config is made; not migrated
 * @resource_time: cycles up to which @resources ran
 * @events: ETE_EVENT bits that anything can come of, and ETE_COUNTS; 0 when
 *          no resources are used
 * @fired: ETE_EVENT bits that nothing has come of yet
 * @paused: the resources are paused
 * @trigger: the trace buffer is to be told of a Detected Trigger
 * @since_ts: bytes from the last timestamp to @counted
 * @since_sync: bytes from the last Alignment Synchronization packet to @counted
 * @drain: how many bytes may wait; up to ETE_DRAIN
 * @used: how many bytes do
 * @counted: up to which of them @since_ts and @since_sync count; not migrated
 * @look: with fewer bytes than this, a P0 element needs no more than its
 *        packets; 0 while each is looked at; not migrated
 * @buf: the bytes
 */
typedef struct ETEUnit {
    ETEPacketState packet;
    uint64_t word;
    bool each;
    bool viewing;
    bool synced;
    bool lost;
    bool exception;
    bool ts_request;
    bool cc_known;
    uint64_t cc_base;
    ETEResources resources;
    ETEResourceConfig resource_config;
    bool configured;
    uint64_t resource_time;
    uint8_t events;
    uint8_t fired;
    bool paused;
    bool trigger;
    uint64_t since_ts;
    uint64_t since_sync;
    uint32_t drain;
    uint32_t used;
    uint32_t counted;
    uint32_t look;
    uint8_t buf[ETE_BUFFER];
} ETEUnit;

static inline ETERegs *ete_regs(CPUARMState *env)
{
    return &env->trace.ete;
}

static inline ETEUnit *ete_unit(CPUARMState *env)
{
    return env_archcpu(env)->ete;
}

/*
 * ete-events.c
 */

/* PE clock cycles now */
uint64_t ete_cycles(void);

/* With -icount, devices and clocks are only for the end of a block. */
bool ete_clock_readable(CPUARMState *env);

/* The resource event of ViewInst, as of when it was looked at (D4.5.9.1.1) */
bool ete_event_views(CPUARMState *env);

/**
 * ete_run_resources: let the resources run until now
 * @env: CPU state
 *
 * They do not, while they are paused.
 *
 * Returns: ETE_EVENT bits that were active meanwhile
 */
unsigned ete_run_resources(CPUARMState *env);

/* Pause the resources in prohibited regions (R_FHFMP), or let them go on. */
void ete_pause_resources(CPUARMState *env);

/* CONTEXTIDR_EL1 or CONTEXTIDR_EL2 was written. */
void ete_match_context(CPUARMState *env);

/* The unit becomes enabled; the counters begin with TRCCNTVR<n>. */
void ete_start_resources(CPUARMState *env);

/* The unit becomes disabled; TRCCNTVR<n> are stable (R_TMVLW). */
void ete_stop_resources(CPUARMState *env);

/*
 * ete-watch.c
 */

/* Be told when upstream's registers that matter to trace are written. */
void ete_watch_registers(ARMCPU *cpu);

/*
 * ete-unit.c
 */

/* ete_count_bytes: bring @since_ts and @since_sync up to @used */
void ete_count_bytes(ETEUnit *u);

/**
 * ete_start: the next instruction is traced, the one before it was not
 * @env: CPU state
 * @pc: address of the next instruction
 */
void ete_start(CPUARMState *env, uint64_t pc);

/**
 * ete_atoms: the string of Atom elements is full, or each one is looked at
 * @env: CPU state
 * @target: address of the next instruction
 */
void ete_atoms(CPUARMState *env, uint64_t target);

/**
 * ete_indirect: an indirect branch was executed
 * @env: CPU state
 * @target: where it went
 */
void ete_indirect(CPUARMState *env, uint64_t target);

/* ete_eret_begin: an ERET is about to be executed */
void ete_eret_begin(CPUARMState *env);

/* ete_eret_end: it was, legal or not; the PC is where it went */
void ete_eret_end(CPUARMState *env);

/**
 * ete_isb: a context synchronization event between two instructions
 * @env: CPU state
 * @next: address of the next instruction
 *
 * The instruction is an E Atom, and asks for a timestamp (R_YYWTR).
 */
void ete_isb(CPUARMState *env, uint64_t next);

#endif
