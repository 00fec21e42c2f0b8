/*
 * Self-hosted trace of a CPU model: the properties trf, ete and trbe
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_CPU_TRACE_H
#define TARGET_ARM_CPU_TRACE_H

#include "cpu.h"

/**
 * aarch64_add_trace_properties: add "trf", "ete" and "trbe" to a CPU
 * @obj: the CPU, before it is realized
 *
 * For CPU models that have FEAT_TRF, FEAT_ETE and FEAT_TRBE, and for those
 * of another accelerator, which may hear that they cannot.
 */
void aarch64_add_trace_properties(Object *obj);

/**
 * arm_cpu_trace_finalize: settle self-hosted trace, properties being known
 * @cpu: any CPU
 * @errp: set when something was asked for by name that cannot be
 *
 * FEAT_TRBE needs FEAT_ETE, and that needs FEAT_TRF (A2.3.1).  What was asked
 * for brings what it needs along; what was not asked for goes away without a
 * word when what it needs is off.  A CPU without the properties gets ID fields
 * of zero: its silicon may have a trace unit, but one that we do not have.
 */
void arm_cpu_trace_finalize(ARMCPU *cpu, Error **errp);

#endif
