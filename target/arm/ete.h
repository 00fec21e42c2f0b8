/*
 * FEAT_ETE: the trace unit, as the rest of the CPU sees it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapters D4 and D5.  The registers are in cpregs-ete.c; the unit, which makes
 * a stream of what the CPU executes, is in ete/.  What executes calls:
 *
 *   ete_gen_*()               while it is translated, when the TB flag ETE says
 *                             that it is traced (tcg/translate-ete.h)
 *   ete_tb_flags()            where the TB flags are made (hflags-lazy.h)
 *   ete_exception*()          from exception entry
 *   ete_context_changed()     when an identifier is written
 *   ete_sync()                from TSB CSYNC
 *   ete_discontinuity()       wherever else the PC changes
 */

#ifndef TARGET_ARM_ETE_H
#define TARGET_ARM_ETE_H

#include "hw/registerfields.h"
#include "cpu.h"

/*
 * ID_AA64DFR0_EL1.TraceVer: System register access to a trace unit; ours
 * implements FEAT_ETE.
 */
static inline bool isar_feature_aa64_ete(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64dfr0, ID_AA64DFR0, TRACEVER) != 0;
}

/**
 * define_ete_cpregs: register the TRC registers
 * @cpu: CPU whose final feature set is known
 *
 * Does nothing when @cpu does not have FEAT_ETE.
 */
void define_ete_cpregs(ARMCPU *cpu);

/**
 * ete_sync: make everything traced so far observable in the trace buffer
 * @env: CPU state
 *
 * The trace unit's part of TSB CSYNC (D6.6) and of becoming idle (D4.2): no
 * element is left in the unit, TRBPTR_EL1 and TRBSR_EL1 are up to date.
 * Does nothing without FEAT_ETE.
 */
void ete_sync(CPUARMState *env);

/**
 * ete_tb_flags: add the TB flags ETE and ETE_START
 * @env: CPU state
 * @el: the current Exception level
 * @flags: the other flags
 *
 * Returns: the flags; depends on nothing but @env, and changes nothing
 */
CPUARMTBFlags ete_tb_flags(CPUARMState *env, int el, CPUARMTBFlags flags);

/**
 * ete_flags_rebuilt: the TB flags were made anew, and may have changed
 * @env: CPU state
 */
void ete_flags_rebuilt(CPUARMState *env);

/*
 * The following are called from where code is executed: they cost a test
 * of TRCPRGCTLR when there is nothing to do, and it is 0 without FEAT_ETE.
 */

void ete_exception_begin_slow(CPUARMState *env);
void ete_exception_slow(CPUARMState *env);
void ete_context_changed_slow(CPUARMState *env);
void ete_discontinuity_slow(CPUARMState *env);
void ete_wfx_slow(CPUARMState *env);

/* Whether the trace unit may be enabled; ete_enabled() knows for sure. */
#ifdef CONFIG_USER_ONLY
#define ete_maybe(env) false
#else
#define ete_maybe(env) unlikely((env)->trace.ete.prgctlr & 1)
#endif

/**
 * ete_exception_begin: an exception is about to be taken
 * @env: CPU state; env->exception and cs->exception_index describe it
 */
static inline void ete_exception_begin(CPUARMState *env)
{
    if (ete_maybe(env)) {
        ete_exception_begin_slow(env);
    }
}

/**
 * ete_exception: an exception was taken
 * @env: CPU state, at the vector
 */
static inline void ete_exception(CPUARMState *env)
{
    if (ete_maybe(env)) {
        ete_exception_slow(env);
    }
}

/**
 * ete_context_changed: CONTEXTIDR_EL1 or CONTEXTIDR_EL2 was written
 * @env: CPU state, with the new value (R_HXNXF)
 */
static inline void ete_context_changed(CPUARMState *env)
{
    if (ete_maybe(env)) {
        ete_context_changed_slow(env);
    }
}

/**
 * ete_discontinuity: the PC changes in a way that no element describes
 * @env: CPU state
 *
 * By a debugger, for example.  The next instruction has a Trace On element.
 */
static inline void ete_discontinuity(CPUARMState *env)
{
    if (ete_maybe(env)) {
        ete_discontinuity_slow(env);
    }
}

/**
 * ete_wfx: a WFI or WFIT that may halt the CPU
 * @env: CPU state, the PC after the instruction
 * @executed: it is not trapped
 */
static inline void ete_wfx(CPUARMState *env, bool executed)
{
    if (ete_maybe(env) && executed) {
        ete_wfx_slow(env);
    }
}

/* The subsection of the CPU's migration stream, while the unit is enabled */
extern const VMStateDescription vmstate_ete;

/* ete_reset: reset the trace unit; its registers are reset as others are. */
void ete_reset(ARMCPU *cpu);

/**
 * ete_realize: make the trace unit of a CPU that has FEAT_ETE
 * @cpu: CPU whose final feature set is known
 */
void ete_realize(ARMCPU *cpu);

/**
 * ete_sink_enabled: the Trace Buffer Unit becomes enabled
 * @env: CPU state
 *
 * The new buffer begins with trace protocol synchronization, which the trace
 * capture infrastructure may request (I_NTFYC): Linux re-programs a buffer that
 * was full and leaves the trace unit alone, and perf decodes each buffer for
 * itself.
 */
void ete_sink_enabled(CPUARMState *env);

/**
 * ete_enable_changed: TRCPRGCTLR.EN or the OS Lock was written
 * @env: CPU state, with the new values
 *
 * A unit that becomes disabled is drained before this returns, so it is idle
 * and its programmers' model is stable (TRCSTATR).  One that becomes enabled
 * takes TRCCNTRLDVR and SSSTATUS as D4 says and starts a new stream.
 */
void ete_enable_changed(CPUARMState *env);

/**
 * ete_os_lock_write: OSLAR_EL1 or DBGOSLAR is being written
 * @env: CPU state, with the OSLSR_EL1.OSLK of before
 * @locked: the new one
 *
 * Tells the trace unit, if it is enabled otherwise, of a lock that changes.
 */
#ifndef CONFIG_USER_ONLY
void ete_os_lock_write(CPUARMState *env, bool locked);
#else
static inline void ete_os_lock_write(CPUARMState *env, bool locked)
{
}
#endif

/**
 * ete_enabled: whether the trace unit is enabled
 * @env: CPU state
 *
 * TRCPRGCTLR.EN is 1 and the OS Lock is unlocked (D4.2).
 */
bool ete_enabled(CPUARMState *env);

/**
 * ete_counters_sync: bring TRCCNTVR<n> up to now
 * @env: CPU state
 *
 * Counters are computed when somebody looks.
 */
void ete_counters_sync(CPUARMState *env);

#endif
