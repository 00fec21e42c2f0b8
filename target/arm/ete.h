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
 *   ete_exception()           from the exception entry
 *   ete_exception_return()    from ERET
 *   ete_tb_flags()            where the TB flags are made
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
 * ete_enable_changed: TRCPRGCTLR.EN or the OS Lock was written
 * @env: CPU state, with the new values
 *
 * A unit that becomes disabled is drained before this returns, so it is idle
 * and its programmers' model is stable (TRCSTATR).  One that becomes enabled
 * takes TRCCNTRLDVR and SSSTATUS as D4 says and starts a new stream.
 */
void ete_enable_changed(CPUARMState *env);

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
