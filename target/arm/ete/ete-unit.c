/*
 * The trace unit: what is executed in, the trace byte stream out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * D4.5: which elements there are for what is executed, and when.  Translated
 * code shifts Atom elements into env->trace.atoms by itself; everything else
 * comes here.  The bytes go to the Trace Buffer Unit.
 *
 * Code is traced when it was translated with the TB flag ETE.  Only a write to
 * a System register, an exception or an exception return changes that, and
 * all of them make the flags anew.
 *
 * Not modelled: Debug state; tracing of AArch32 state, which is as if ViewInst
 * were inactive there; Transactional state, which upstream does not have.
 */

#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "system/cpu-timers.h"
#include "system/tcg.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "syndrome.h"
#include "hw/misc/trbe.h"
#include "trf.h"
#include "ete-fields.h"
#include "ete-unit.h"
#include "trace.h"

bool ete_enabled(CPUARMState *env)
{
    return FIELD_EX64(ete_regs(env)->prgctlr, TRCPRGCTLR, EN)
           && !(env->cp15.oslsr_el1 & 2);
}

/* D4.5.9.1.2: TRCVICTLR.EXLEVEL_* are the levels that are not traced. */
static bool ete_level_traced(CPUARMState *env, int el)
{
    uint64_t victlr = ete_regs(env)->victlr;
    uint64_t mask;

    switch (arm_security_space(env)) {
    case ARMSS_NonSecure:
        mask = FIELD_EX64(victlr, TRCVICTLR, EXLEVEL_NS);
        break;
    case ARMSS_Realm:
        /* As Non-secure, inverted when its own bit is 1 (D24.4, TRCVICTLR) */
        mask = FIELD_EX64(victlr, TRCVICTLR, EXLEVEL_NS)
               ^ FIELD_EX64(victlr, TRCVICTLR, EXLEVEL_RL);
        break;
    default:
        mask = FIELD_EX64(victlr, TRCVICTLR, EXLEVEL_S);
        break;
    }
    return !extract64(mask, el, 1);
}

/*
 * Whether instructions at @el are traced: ViewInst is active (D4.5.9.1), the
 * region is not prohibited, and the buffer takes what comes.
 */
static bool ete_active(CPUARMState *env, int el)
{
    return ete_unit(env) && is_a64(env)
           && ete_enabled(env)
           && ete_level_traced(env, el)
           && ete_event_views(env)
           && trbe_running(env)
           && arm_trace_allowed(env, el);
}

CPUARMTBFlags ete_tb_flags(CPUARMState *env, int el, CPUARMTBFlags flags)
{
    if (ete_active(env, el)) {
        DP_TBFLAG_ANY(flags, ETE, 1);
        DP_TBFLAG_ANY(flags, ETE_START, !ete_unit(env)->viewing);
    }
    return flags;
}

/* What executes is not traced any more, but in blocks that are chained. */
static void ete_view_off(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    u->viewing = false;
    u->word = ETE_NO_ATOMS;
    env->trace.atoms = ETE_NO_ATOMS;
    DP_TBFLAG_ANY(env->hflags, ETE, 0);
    DP_TBFLAG_ANY(env->hflags, ETE_START, 0);
}

void ete_count_bytes(ETEUnit *u)
{
    uint32_t n = u->used - u->counted;

    u->since_sync += n;
    u->since_ts += n;
    u->counted = u->used;
}

/* No more bytes wait. */
static void ete_no_bytes(ETEUnit *u)
{
    ete_count_bytes(u);
    u->used = 0;
    u->counted = 0;
}

/* R_RQHFH: no packet is in parts, and none comes after what was lost. */
static void ete_lose(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    u->lost = true;
    u->synced = false;
    ete_no_bytes(u);
    ete_view_off(env);
}

/* How many bytes may wait: not more than the trace buffer has room for. */
static void ete_set_drain(CPUARMState *env)
{
    const TRBEBuffer *b = &env->trace.trbe;
    uint64_t room = trbe_limit(b) - b->ptr;

    ete_unit(env)->drain = MIN(room, ETE_DRAIN);
    ete_unit(env)->look = 0;
}

static void ete_encode_pending(CPUARMState *env);

/* Give the trace buffer all bytes that wait. */
static void ete_drain(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    ARMCPU *cpu = env_archcpu(env);
    bool flush = false;

    if (u->used) {
        flush = trbe_write(cpu, u->buf, u->used);
        ete_no_bytes(u);
    }
    if (u->trigger) {
        u->trigger = false;
        flush |= trbe_trigger(cpu);
    }
    if (flush) {
        ete_encode_pending(env);
        if (u->used) {
            trbe_write(cpu, u->buf, u->used);
            ete_no_bytes(u);
        }
        trbe_flushed(cpu);
    }
    if (!trbe_running(env)) {
        ete_lose(env);
    }
    ete_set_drain(env);
}

/* TRCSYNCPR: bytes between synchronizations, or UINT64_MAX for never (D24.4) */
static uint64_t ete_sync_distance(CPUARMState *env)
{
    unsigned period = FIELD_EX64(ete_regs(env)->syncpr, TRCSYNCPR, PERIOD);

    return period ? 1ull << period : UINT64_MAX;
}

/* With how many bytes something has to be done that is not for each element */
static uint32_t ete_next_look(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    uint64_t sync = ete_sync_distance(env), look = u->drain;

    if (u->each || u->ts_request || u->trigger
        || (u->events & ETE_EVENTS_ALL & ~ETE_EVENT_TS)
        || ete_resources_use_matches(ete_regs(env))) {
        return 0;
    }
    ete_count_bytes(u);
    if (u->events & ETE_EVENT_TS) {
        sync = MIN(sync, u->since_sync
                         + (ETE_TS_DISTANCE - MIN(u->since_ts,
                                                  ETE_TS_DISTANCE)));
    }
    return MIN(look, u->used + (sync - MIN(u->since_sync, sync)));
}

/*
 * The end of an event; the next one must have ETE_EVENT_BYTES.  The trace
 * buffer may raise its interrupt.
 */
static void ete_end(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if ((u->used >= u->drain || u->trigger) && ete_clock_readable(env)) {
        ete_drain(env);
    } else if (u->used > ETE_BUFFER - ETE_EVENT_BYTES) {
        ete_lose(env);
    }
    if (u->viewing && !ete_event_views(env)) {
        /* It becomes active again when the TB flags are next made. */
        ete_encode_pending(env);
        ete_view_off(env);
    }
    u->look = ete_next_look(env);
}

/* Call an encoder, with where the packet goes and how much room there is. */
#define ete_put(u, encode, ...) \
    ((u)->used += encode(__VA_ARGS__, (u)->buf + (u)->used, \
                         ETE_BUFFER - (u)->used))
#define ete_put_plain(u, encode) \
    ((u)->used += encode((u)->buf + (u)->used, ETE_BUFFER - (u)->used))

/* The string of Atom elements that is not encoded yet */
static uint64_t *ete_atom_word(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    return u->each ? &u->word : &env->trace.atoms;
}

static void ete_encode_pending(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    ete_put(u, ete_encode_atoms, ete_atom_word(env));
}

static void ete_add_atom(CPUARMState *env, bool taken)
{
    ETEUnit *u = ete_unit(env);
    uint64_t *word = ete_atom_word(env);

    *word = *word << 1 | !taken;
    if (*word & ETE_ATOMS_FULL) {
        ete_put(u, ete_encode_old_atoms, word);
    }
}

/* R_MKKZN, R_JNXJT: identifiers that are not traced are 0. */
static ETEContext ete_context(CPUARMState *env)
{
    uint64_t configr = ete_regs(env)->configr;
    ETEContext c = {
        .el = arm_current_el(env),
        .security = (ETESecurity)arm_security_space(env),
        .sf = is_a64(env),
    };

    if (FIELD_EX64(configr, TRCCONFIGR, CID)) {
        c.contextid = env->cp15.contextidr_el[1];
    }
    if (FIELD_EX64(configr, TRCCONFIGR, VMID) && arm_trace_shows_el2(env)) {
        c.vmid = env->cp15.contextidr_el[2];
    }
    return c;
}

static void ete_request_timestamp(CPUARMState *env)
{
    if (FIELD_EX64(ete_regs(env)->configr, TRCCONFIGR, TS)) {
        ete_unit(env)->ts_request = true;
    }
}

/* D4.5.10.1: A-Sync and Trace Info, from which a decoder can start */
static void ete_synchronize(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    const ETERegs *r = ete_regs(env);

    ete_put_plain(u, ete_encode_async);
    ete_count_bytes(u);
    u->since_sync = 0;
    ete_put(u, ete_encode_trace_info, &u->packet,
            FIELD_EX64(r->configr, TRCCONFIGR, CCI),
            FIELD_EX64(r->ccctlr, TRCCCCTLR, THRESHOLD), false);
    u->synced = true;
    ete_request_timestamp(env);
}

static void ete_put_target_context(CPUARMState *env, uint64_t pc)
{
    ETEUnit *u = ete_unit(env);
    ETEContext c = ete_context(env);

    ete_put(u, ete_encode_target_context, &u->packet, pc, ETE_IS0, &c);
}

/*
 * What the resource events ask for: timestamps, Event elements and a trigger
 * of the trace buffer.  Our capacity for timestamps that an event wants is one
 * in ETE_TS_DISTANCE bytes (I_TQDHQ); perf's counter wants one in each cycle.
 */
static void ete_do_events(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    const ETERegs *r = ete_regs(env);
    unsigned fired, events;

    ete_count_bytes(u);
    if ((u->events & ETE_EVENTS_ALL) == ETE_EVENT_TS
        && u->since_ts < ETE_TS_DISTANCE) {
        return;
    }
    fired = ete_run_resources(env) | u->fired;
    u->fired = 0;
    if (fired & ETE_EVENT_TS) {
        ete_request_timestamp(env);
    }
    events = fired & FIELD_EX64(r->eventctl1r, TRCEVENTCTL1R, INSTEN);
    if (events) {
        ete_encode_pending(env);
        ete_put(u, ete_encode_event, events);
    }
    if (fired & ETE_EVENT_0) {
        u->trigger = true;              /* I_YRQCN */
    }
}

/*
 * What comes after P0 elements, which are encoded in the order of execution:
 * the cycle count that their Commit asks for (R_GWQGS), a timestamp that is
 * due (R_CWHHW), and periodic synchronization, which repeats where execution
 * is (R_MDTYL).  @target is the next instruction.
 */
static void ete_after_p0(CPUARMState *env, uint64_t target)
{
    ETEUnit *u = ete_unit(env);
    const ETERegs *r = ete_regs(env);
    uint32_t cycles = ETE_CYCLES_UNKNOWN;

    if (u->events & ETE_EVENTS_ALL) {
        ete_do_events(env);
    }
    if (u->each) {
        uint64_t now = ete_cycles();

        if (u->cc_known) {
            cycles = MIN(now - u->cc_base, ETE_CYCLES_UNKNOWN);
        }
        if (cycles >= FIELD_EX64(r->ccctlr, TRCCCCTLR, THRESHOLD)) {
            ete_encode_pending(env);
            ete_put(u, ete_encode_cycle_count, &u->packet, cycles);
            u->cc_base = now;
            u->cc_known = true;
            cycles = 0;
        }
    }
    if (u->ts_request) {
        u->ts_request = false;
        ete_count_bytes(u);
        u->since_ts = 0;
        ete_encode_pending(env);
        ete_put(u, ete_encode_timestamp, &u->packet, arm_trace_timestamp(env),
                cycles);
    }
    ete_count_bytes(u);
    if (u->since_sync >= ete_sync_distance(env)) {
        ete_encode_pending(env);
        ete_synchronize(env);
        ete_put_target_context(env, target);
    }
}

/* The end of an event that is a P0 element; mostly there is nothing to do. */
static void ete_end_p0(CPUARMState *env, uint64_t target)
{
    ETEUnit *u = ete_unit(env);

    if (unlikely(u->used >= u->look)) {
        ete_after_p0(env, target);
        ete_end(env);
    }
}

void ete_start(CPUARMState *env, uint64_t pc)
{
    ETEUnit *u = ete_unit(env);

    DP_TBFLAG_ANY(env->hflags, ETE_START, 0);
    ete_set_drain(env);
    if (!u->synced) {
        if (u->lost) {
            ete_put_plain(u, ete_encode_overflow);
            u->lost = false;
            u->cc_known = false;        /* R_HQKWH */
        }
        ete_synchronize(env);
    }
    ete_put_plain(u, ete_encode_trace_on);
    ete_put_target_context(env, pc);
    env->trace.atoms = u->each ? ETE_ATOMS_FULL >> 1 : ETE_NO_ATOMS;
    u->word = ETE_NO_ATOMS;
    u->viewing = true;
    ete_regs(env)->rsr |= R_TRCRSR_TA_MASK;
    if (trace_event_get_state_backends(TRACE_ETE_START)) {
        trace_ete_start(env_cpu(env)->cpu_index, pc, arm_current_el(env),
                        arm_trace_in_guest(env));
    }
    ete_end(env);
}

/* Tracing becomes inactive; what was traced stays in the unit. */
static void ete_stop(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    ete_encode_pending(env);
    env->trace.atoms = ETE_NO_ATOMS;
    u->viewing = false;
    ete_end(env);
}

void ete_atoms(CPUARMState *env, uint64_t target)
{
    ETEUnit *u = ete_unit(env);
    uint64_t word = env->trace.atoms;

    if (!u->viewing) {
        env->trace.atoms = ETE_NO_ATOMS;
        return;
    }
    if (u->each) {
        env->trace.atoms = ETE_ATOMS_FULL >> 1;
        ete_add_atom(env, !(word & 1));
    } else {
        ete_put(u, ete_encode_old_atoms, &env->trace.atoms);
    }
    ete_end_p0(env, target);
}

void ete_indirect(CPUARMState *env, uint64_t target)
{
    ETEUnit *u = ete_unit(env);
    uint64_t *word;

    if (!u->viewing) {
        env->trace.atoms = ETE_NO_ATOMS;
        return;
    }
    word = ete_atom_word(env);
    *word <<= 1;                        /* E; not full before */
    ete_put(u, ete_encode_atoms, word);
    ete_put(u, ete_encode_target, &u->packet, target, ETE_IS0);
    ete_end_p0(env, target);
}

void ete_isb(CPUARMState *env, uint64_t next)
{
    if (!ete_unit(env)->viewing) {
        return;
    }
    ete_add_atom(env, true);
    ete_request_timestamp(env);
    ete_after_p0(env, next);
    ete_end(env);
}

void ete_wfx_slow(CPUARMState *env)
{
    /* A PSCI call may suspend the CPU in the same way, but is no WFI. */
    if (ete_unit(env)->viewing && env_cpu(env)->exception_index == -1) {
        ete_add_atom(env, true);
        ete_after_p0(env, env->pc);
        ete_end(env);
    }
}

void ete_eret_begin(CPUARMState *env)
{
    if (ete_unit(env)->viewing) {
        ete_add_atom(env, true);
        ete_unit(env)->exception = true;
    }
}

void ete_eret_end(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (!u->exception) {
        return;
    }
    u->exception = false;
    ete_encode_pending(env);
    if (EX_TBFLAG_ANY(env->hflags, ETE)) {
        ete_request_timestamp(env);
        ete_put_target_context(env, env->pc);
        ete_after_p0(env, env->pc);
        ete_end(env);
    } else {
        /* I_FGSBW: the target is not traced, so its address needs not be. */
        ete_flags_rebuilt(env);
    }
}

/* Table D4-19 */
static ETEExceptionType ete_exception_type(int excp, uint32_t syndrome)
{
    switch (excp) {
    case EXCP_IRQ:
    case EXCP_VIRQ:
    case EXCP_NMI:
    case EXCP_VINMI:
        return ETE_EXC_IRQ;
    case EXCP_FIQ:
    case EXCP_VFIQ:
    case EXCP_VFNMI:
        return ETE_EXC_FIQ;
    case EXCP_VSERR:
        return ETE_EXC_SYSTEM_ERROR;
    case EXCP_SWI:
    case EXCP_HVC:
    case EXCP_SMC:
        return ETE_EXC_CALL;
    case EXCP_GPC:
        return syn_get_ec(syndrome) == EC_GPC && extract32(syndrome, 20, 1)
               ? ETE_EXC_INST_FAULT : ETE_EXC_DATA_FAULT;
    }
    switch (syn_get_ec(syndrome)) {
    case EC_BTITRAP:
    case EC_INSNABORT:
    case EC_INSNABORT_SAME_EL:
        return ETE_EXC_INST_FAULT;
    case EC_PCALIGNMENT:
    case EC_SPALIGNMENT:
        return ETE_EXC_ALIGNMENT;
    case EC_DATAABORT:
    case EC_DATAABORT_SAME_EL:
    case EC_PACFAIL:
        return ETE_EXC_DATA_FAULT;
    case EC_SERROR:
        return ETE_EXC_SYSTEM_ERROR;
    case EC_BREAKPOINT:
    case EC_BREAKPOINT_SAME_EL:
    case EC_SOFTWARESTEP:
    case EC_SOFTWARESTEP_SAME_EL:
    case EC_AA64_BKPT:
        return ETE_EXC_INST_DEBUG;
    case EC_WATCHPOINT:
    case EC_WATCHPOINT_SAME_EL:
        return ETE_EXC_DATA_DEBUG;
    default:
        return ETE_EXC_TRAP;
    }
}

void ete_exception_begin_slow(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    bool serror = env_cpu(env)->exception_index == EXCP_VSERR;

    /*
     * I_DMXPF: between leaving a prohibited region and the first instruction
     * TRCRSR.TA tells.  R_LTLBB: SErrors may be forced.
     */
    if (EX_TBFLAG_ANY(env->hflags, ETE_START)
        && FIELD_EX64(ete_regs(env)->rsr, TRCRSR, TA)) {
        ete_start(env, env->pc);
    } else if (serror && !u->viewing && is_a64(env)
               && FIELD_EX64(ete_regs(env)->victlr, TRCVICTLR, TRCERR)
               && ete_enabled(env) && trbe_running(env)
               && arm_trace_allowed(env, arm_current_el(env))) {
        ete_start(env, env->pc);
    }
    u->exception = u->viewing;
}

void ete_exception_slow(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    CPUState *cs = env_cpu(env);
    int new_el = env->exception.target_el;
    uint64_t elr;

    if (!u->exception) {
        return;
    }
    u->exception = false;
    elr = is_a64(env) ? env->elr_el[new_el] : env->regs[14];
    ete_encode_pending(env);
    ete_put(u, ete_encode_exception, &u->packet,
            ete_exception_type(cs->exception_index, env->exception.syndrome),
            ETE_EXCEPTION, elr, ETE_IS0, NULL);
    ete_request_timestamp(env);
    if (EX_TBFLAG_ANY(env->hflags, ETE)) {
        ete_put_target_context(env, env->pc);
        ete_after_p0(env, env->pc);
        ete_end(env);
    } else {
        ete_flags_rebuilt(env);
    }
}

/* What the TB flags say of where the PE is now */
static void ete_trace_flags(CPUARMState *env)
{
    int buffer = trbe_enabled(env) ? trbe_owner(env, NULL) : 0;

    trace_ete_flags(env_cpu(env)->cpu_index, arm_current_el(env),
                    arm_trace_in_guest(env),
                    EX_TBFLAG_ANY(env->hflags, ETE), buffer,
                    ete_unit(env)->used);
}

void ete_flags_rebuilt(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (trace_event_get_state_backends(TRACE_ETE_FLAGS) && ete_enabled(env)) {
        ete_trace_flags(env);
    }
    if (u->events) {
        ete_pause_resources(env);
    }
    if (u->exception || EX_TBFLAG_ANY(env->hflags, ETE)) {
        return;
    }
    if (u->viewing && trbe_running(env)) {
        ete_stop(env);
    } else if (u->viewing) {
        ete_lose(env);
    }
    /* R_MLTTK, R_BJQDP */
    if (ete_enabled(env) && arm_trace_allowed(env, arm_current_el(env))
        && !ete_level_traced(env, arm_current_el(env))) {
        ete_regs(env)->rsr &= ~R_TRCRSR_TA_MASK;
    }
}

void ete_context_changed_slow(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    ETEContext c;

    ete_match_context(env);
    if (u->viewing && EX_TBFLAG_ANY(env->hflags, ETE)) {
        ete_encode_pending(env);
        c = ete_context(env);
        ete_put(u, ete_encode_context, &u->packet, &c);
        ete_end(env);
    }
}

/*
 * A debugger stops between two instructions, where no element may tell how far
 * execution came.  Entry to Debug state does (Table D4-19).
 */
void ete_discontinuity_slow(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (tcg_enabled() && u->viewing) {
        ete_encode_pending(env);
        ete_put(u, ete_encode_exception, &u->packet, ETE_EXC_DEBUG_HALT,
                ETE_EXCEPTION, env->pc, ETE_IS0, NULL);
        ete_stop(env);
        arm_rebuild_hflags(env);
    }
}

void ete_sync(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (!u || !(u->used || u->viewing)) {
        return;
    }
    if (u->viewing) {
        ete_encode_pending(env);
    }
    ete_drain(env);
}

void ete_sink_enabled(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (u) {
        u->synced = false;
    }
}

/* The trace unit becomes enabled (D4.5.2.1) */
static void ete_enable(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    const ETERegs *r = ete_regs(env);

    u->synced = false;
    u->lost = false;
    u->cc_known = false;        /* R_YFMWB */
    u->ts_request = false;
    u->each = FIELD_EX64(r->configr, TRCCONFIGR, CCI);
    ete_set_drain(env);
    ete_start_resources(env);
}

void ete_enable_changed(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (ete_enabled(env)) {
        ete_enable(env);
        return;
    }
    ete_stop_resources(env);
    if (u->viewing) {
        ete_stop(env);
    }
    if (u->used) {
        ete_drain(env);
    }
}

void ete_reset(ARMCPU *cpu)
{
    if (cpu->ete) {
        memset(cpu->ete, 0, sizeof(*cpu->ete));
        cpu->ete->word = ETE_NO_ATOMS;
        cpu->env.trace.atoms = ETE_NO_ATOMS;
    }
}

void ete_realize(ARMCPU *cpu)
{
    if (cpu_isar_feature(aa64_ete, cpu)) {
        cpu->ete = g_new0(ETEUnit, 1);
        ete_init_atoms();
        ete_watch_registers(cpu);
    }
}
