/*
 * FEAT_TRBE: the Trace Buffer Unit, as the CPU sees it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D6.  The registers are in target/arm/cpregs-trbe.c; the unit, which
 * writes memory and raises the interrupt, is hw/misc/trbe/trbe.c.
 */

#ifndef HW_MISC_TRBE_H
#define HW_MISC_TRBE_H

#include "hw/registerfields.h"
#include "cpu.h"

/* Whose the trace buffer is (D6.3.5) */
FIELD(MDCR_EL2, E2TB, 24, 2)
FIELD(MDCR_EL3, NSTB, 24, 2)
FIELD(MDCR_EL3, NSTBE, 26, 1)       /* FEAT_RME */

static inline bool isar_feature_aa64_trbe(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64dfr0, ID_AA64DFR0, TRACEBUFFER) != 0;
}

/**
 * define_trbe_cpregs: register TRBLIMITR_EL1 and its like
 * @cpu: CPU whose final feature set is known
 *
 * Does nothing when @cpu does not have FEAT_TRBE.
 */
void define_trbe_cpregs(ARMCPU *cpu);

/**
 * trbe_firmware_reset: play the firmware before a kernel is entered
 * @cpu: CPU to be started
 * @target_el: EL the kernel starts at
 *
 * Sets what Linux demands (booting.rst): Non-secure state owns the buffer, and
 * EL1 may use it when a kernel starts there.
 */
#ifdef CONFIG_USER_ONLY
static inline void trbe_firmware_reset(ARMCPU *cpu, int target_el) { }
#else
void trbe_firmware_reset(ARMCPU *cpu, int target_el);
#endif

/**
 * trbe_owner: who owns the trace buffer
 * @env: CPU state
 * @space: where to put the owning Security state, or NULL
 *
 * Returns: the owning Exception level, 1 or 2 (D6.3.5, TraceBufferOwner())
 */
int trbe_owner(CPUARMState *env, ARMSecuritySpace *space);

/**
 * trbe_enabled: whether the unit is enabled
 * @env: CPU state
 *
 * R_YCHKJ, TraceBufferEnabled(): TRBLIMITR_EL1.E and self-hosted trace.
 */
bool trbe_enabled(CPUARMState *env);

/**
 * trbe_running: whether trace that is written now gets into the buffer
 * @env: CPU state
 *
 * TraceBufferRunning(): enabled, and collection is not stopped (R_FRHXV).
 */
bool trbe_running(CPUARMState *env);

/**
 * trbe_write: trace data from the trace unit
 * @cpu: the CPU
 * @buf: the bytes
 * @len: how many
 *
 * Puts the bytes into memory through the owning translation regime, moves
 * TRBPTR_EL1, and reports whatever happens in TRBSR_EL1 and by interrupt.
 * What comes after a stop is discarded (R_YMVZL), as is everything while the
 * unit is disabled (R_HNTLG).
 *
 * Returns: true when the trace unit must be flushed: write what it still
 * holds, then call trbe_flushed()
 */
bool trbe_write(ARMCPU *cpu, const uint8_t *buf, size_t len);

/**
 * trbe_trigger: the trace unit signals a Detected Trigger
 * @cpu: the CPU
 *
 * Returns: true when the trace unit must be flushed, as for trbe_write()
 */
bool trbe_trigger(ARMCPU *cpu);

/**
 * trbe_flushed: end of a flush that trbe_write() or trbe_trigger() asked for
 * @cpu: the CPU
 */
void trbe_flushed(ARMCPU *cpu);

/**
 * trbe_update_irq: make the interrupt follow TRBSR_EL1.IRQ
 * @cpu: the CPU
 */
void trbe_update_irq(ARMCPU *cpu);

/**
 * trbe_events_supported: whether the PMU has TRB_WRAP and TRB_TRIG
 * @env: CPU state
 */
bool trbe_events_supported(CPUARMState *env);

/* How often TRB_WRAP (0x400C) and TRB_TRIG (0x400E) happened */
uint64_t trbe_wrap_count(CPUARMState *env);
uint64_t trbe_trig_count(CPUARMState *env);

/* The bit of an event in PMCEID<n>_EL0: from 0x4000 on in the upper half */
static inline uint64_t trbe_pmceid_bit(uint16_t number)
{
    return BIT_ULL((number & 0x1f) | (number & 0x4000 ? 0x20 : 0));
}

/* What a migration stream needs besides the registers */
extern const VMStateDescription vmstate_trbe;

#endif
