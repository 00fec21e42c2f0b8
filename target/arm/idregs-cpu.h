/*
 * The ID registers of one CPU: what was asked for, and what came of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Registers are numbers here, IDREG_ID_AA64PFR0_EL1 and so on, which index
 * idregs[] (idregs.h) too:
 *
 *     for (unsigned i = 0; i < IDREGS_COUNT; i++) {
 *         ARMCPUIDReg reg;
 *
 *         arm_cpu_get_idreg(cpu, i, &reg);
 *         if (reg.present) {
 *             printf("%s 0x%" PRIx64 "\n", idregs[i].name, reg.value);
 *         }
 *     }
 */

#ifndef TARGET_ARM_IDREGS_CPU_H
#define TARGET_ARM_IDREGS_CPU_H

#include "cpu.h"
#include "target/arm/idregs.h"

/**
 * ARMCPUIDReg: an ID register of a CPU
 * @present: the guest can read it; all else is 0 if not
 * @host: the limit.  Under KVM what the kernel shows a guest with these vCPU
 *      features by default; otherwise the same as @value.
 * @writable: bits that the kernel lets differ from @host; 0 without KVM
 * @requested: what was asked for; @host where nothing was
 * @named: bits of @requested that properties asked for by name
 * @wanted: these, and those that are a named model's; others are as the VM
 *      has them
 * @value: what the guest reads.  Before the CPU is realized: what the model
 *      has, with the properties that were set so far.
 */
typedef struct ARMCPUIDReg {
    bool present;
    uint64_t host;
    uint64_t writable;
    uint64_t requested;
    uint64_t named;
    uint64_t wanted;
    uint64_t value;
} ARMCPUIDReg;

/**
 * ARMCPUIDRegs: the ID registers of a CPU under KVM; ARMCPU.idregs, or NULL
 * @reg: by IDREG_...
 * @asked: bits that SYSREG_... properties were set for
 * @asked_value: what they were set to
 * @features_on: properties as "fpmr" that were set to on (arm-idregs-props.c)
 * @features_off: and to off
 * @model: not the host's own CPU: the model's registers are requests
 * @clamp: its enforce=off
 * @midr: the model's, before properties
 * @cntfrq: cntfrq=, in Hz; 0 if it was not set
 * @settled: .value is what the guest will read
 */
typedef struct ARMCPUIDRegs {
    ARMCPUIDReg reg[IDREGS_COUNT];
    uint64_t asked[IDREGS_COUNT];
    uint64_t asked_value[IDREGS_COUNT];
    uint32_t features_on, features_off;
    bool model;
    bool clamp;
    uint64_t midr;
    uint64_t cntfrq;
    bool settled;
} ARMCPUIDRegs;

/**
 * arm_cpu_get_idreg: an ID register of a CPU, with any accelerator
 * @cpu: any A-profile CPU
 * @index: IDREG_...
 * @out: filled in
 */
void arm_cpu_get_idreg(ARMCPU *cpu, unsigned index, ARMCPUIDReg *out);

/**
 * arm_cpu_model_has_idreg: whether QEMU's model of a CPU holds a register
 * @index: IDREG_...
 *
 * QEMU 10.0 has no place for some, as ID_AA64MMFR4_EL1; they are 0 for TCG.
 */
bool arm_cpu_model_has_idreg(unsigned index);

/**
 * arm_cpu_model_idreg: what QEMU's own model of a CPU has for a register
 * @cpu: before or after it is realized
 * @index: IDREG_...
 *
 * Returns: cpu->isar.id_aa64pfr0 and so on; 0 when there is no such place.
 */
uint64_t arm_cpu_model_idreg(ARMCPU *cpu, unsigned index);

/**
 * arm_cpu_set_model_idreg: change what QEMU itself takes a CPU for
 * @cpu: before it is realized
 * @index: IDREG_...; nothing is done for one that the model does not hold
 * @value: of the register
 */
void arm_cpu_set_model_idreg(ARMCPU *cpu, unsigned index, uint64_t value);

/**
 * arm_cpu_change_idreg: the same for a CPU under KVM that is realized
 * @cpu: realized; its guest has another value than was thought
 * @index: IDREG_...
 * @value: of the register
 *
 * What a debugger sees among the system registers changes with it.
 */
void arm_cpu_change_idreg(ARMCPU *cpu, unsigned index, uint64_t value);

#endif
