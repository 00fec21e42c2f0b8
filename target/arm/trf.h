/*
 * FEAT_TRF: the self-hosted trace extension
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D3: where trace is allowed, and which time it bears.
 */

#ifndef TARGET_ARM_TRF_H
#define TARGET_ARM_TRF_H

#include "hw/registerfields.h"
#include "cpu.h"

/* D24.3.  E0TRE and E1TRE of TRFCR_EL1 and TRFCR, E0HTRE and E2TRE of EL2. */
FIELD(TRFCR, E0TRE, 0, 1)
FIELD(TRFCR, ExTRE, 1, 1)
FIELD(TRFCR, CX, 3, 1)          /* TRFCR_EL2 and HTRFCR */
FIELD(TRFCR, TS, 5, 2)          /* ETETime in ete/ete-filter.h */

FIELD(MDCR_EL3, RLTE, 0, 1)     /* FEAT_RME */

static inline bool isar_feature_aa64_trf(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64dfr0, ID_AA64DFR0, TRACEFILT) != 0;
}

static inline bool isar_feature_aa32_trf(const ARMISARegisters *id)
{
    return FIELD_EX32(id->id_dfr0, ID_DFR0, TRACEFILT) != 0;
}

/**
 * define_trf_cpregs: register TRFCR_EL1, TRFCR_EL2, TRFCR and HTRFCR
 * @cpu: CPU whose final feature set is known
 *
 * Does nothing when @cpu does not have FEAT_TRF.
 */
void define_trf_cpregs(ARMCPU *cpu);

/**
 * arm_trace_allowed: whether instructions may be traced
 * @env: CPU state; FEAT_TRF is implemented
 * @el: the current Exception level
 *
 * TraceAllowed() of J1.3 (D3.2), with what the trace buffer's owner adds
 * (D6.3.5): not in a prohibited region.
 */
bool arm_trace_allowed(CPUARMState *env, int el);

/**
 * arm_trace_timestamp: the time that a Timestamp element bears now
 * @env: CPU state; FEAT_TRF is implemented
 *
 * Returns: the count that TRFCR_EL1.TS and TRFCR_EL2.TS select (D3.3)
 */
uint64_t arm_trace_timestamp(CPUARMState *env);

/**
 * arm_trace_shows_el2: whether CONTEXTIDR_EL2 may be traced
 * @env: CPU state; FEAT_TRF is implemented
 *
 * D3.2.2: EL2 is implemented and TRFCR_EL2.CX is 1.
 */
bool arm_trace_shows_el2(CPUARMState *env);

/**
 * arm_trace_in_guest: whether this is EL0 or EL1 with stage 2 translation
 * @env: CPU state
 *
 * For trace events: on Linux, a virtual machine of KVM is running.
 */
bool arm_trace_in_guest(CPUARMState *env);

#endif
