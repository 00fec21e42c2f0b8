/*
 * ID registers of Arm CPUs under KVM: ask the host, settle, write
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In the order in which they are called for a CPU:
 *
 *     kvm_arm_read_idregs()       once, on the scratch VM
 *     kvm_arm_idregs_init()       properties; the record (idregs-cpu.h)
 *     kvm_arm_idregs_finalize()   what was asked for becomes values, or errors
 *     kvm_arm_idregs_realize()    what belongs to the VM, before its vCPUs
 *     kvm_arm_idregs_write()      into the kernel, before its register list
 *
 * A CPU of which nothing was asked, as "-cpu host", is not written to.
 */

#ifndef ACCEL_KVM_ARM_IDREGS_H
#define ACCEL_KVM_ARM_IDREGS_H

#include "target/arm/idregs-cpu.h"

#ifdef CONFIG_KVM

/**
 * KVMArmHostIDRegs: what the host's kernel offers to a guest with all features
 * @present: the kernel knows the register
 * @value: the default, which is the limit; 0 when not @present
 * @writable: bits that can differ from it; MIDR, REVIDR and AIDR only after
 *      KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
 * @identity: the kernel has that capability
 * @masks: the kernel says what is writable (Linux 6.7 and later)
 */
typedef struct KVMArmHostIDRegs {
    bool present[IDREGS_COUNT];
    uint64_t value[IDREGS_COUNT];
    uint64_t writable[IDREGS_COUNT];
    bool identity;
    bool masks;
} KVMArmHostIDRegs;

/**
 * kvm_arm_read_idregs: read all ID registers, and what can be written
 * @fdarray: KVM, the scratch VM, and its vCPU, which is initialised
 * @isar: where those go that QEMU 10.0 leaves out
 *
 * A register that the host's kernel does not know is 0, as it is for a guest.
 */
void kvm_arm_read_idregs(const int *fdarray, ARMISARegisters *isar);

/**
 * kvm_arm_host_idregs: what kvm_arm_read_idregs() found
 */
const KVMArmHostIDRegs *kvm_arm_host_idregs(void);

/**
 * kvm_arm_idregs_init: the record of a CPU, and its properties
 * @cpu: after its model's init function and upstream's properties, before
 *      anything is set
 */
void kvm_arm_idregs_init(ARMCPU *cpu);

/**
 * kvm_arm_idregs_finalize: make values of what was asked for
 * @cpu: all properties are set; not realized
 * @errp: every field that cannot be as requested
 *
 * Fills in the record, and makes QEMU's own model of the CPU agree with it:
 * from here on SVE, pointer authentication and PMU are what the vCPU gets.
 *
 * Returns: false with @errp set if something cannot be.
 */
bool kvm_arm_idregs_finalize(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_idregs_realize: prepare the VM, as long as it has no vCPU
 * @cpu: finalized
 * @errp: the kernel refuses
 *
 * Returns: false with @errp set if the VM cannot give what was asked for.
 */
bool kvm_arm_idregs_realize(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_idregs_write: give the vCPU its ID registers, and read them back
 * @cpu: its vCPU is initialised and has not run
 *
 * Returns: 0, or a negative errno after telling which field was refused.
 */
int kvm_arm_idregs_write(ARMCPU *cpu);

/**
 * kvm_arm_vcpu_init_failed: tell which features the kernel does not take
 * @cpu: of which KVM_ARM_VCPU_INIT was refused
 */
void kvm_arm_vcpu_init_failed(ARMCPU *cpu);

/* Between the sources of accel/kvm/arm-idregs-*.c */

/**
 * kvm_arm_add_idreg_properties: SYSREG_*, fpmr, lpa2, revidr, enforce, ...
 */
void kvm_arm_add_idreg_properties(ARMCPU *cpu);

/**
 * kvm_arm_apply_idreg_properties: put what was set into the request
 * @cpu: its record has in .requested what it is without properties
 * @errp: two properties contradict each other
 *
 * Returns: false with @errp set if they do.
 */
bool kvm_arm_apply_idreg_properties(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_check_cntfrq: whether the guest's counter can be as asked with cntfrq
 * @cpu: all properties are set
 * @errp: the frequency of the host, which is that of every guest
 */
bool kvm_arm_check_cntfrq(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_idregs_follow: take the CPU for what its guest reads
 * @cpu: realized; its record has in .value what the kernel has
 *
 * For QEMU itself, its monitor and debugger: cpu->isar, the constants among
 * the system registers, FPMR.
 */
void kvm_arm_idregs_follow(ARMCPU *cpu);

/**
 * kvm_arm_only_at_el2: the fields that nothing in a guest depends on
 * @index: IDREG_...
 *
 * Returns: the bits of those that only EL2, or stage 2, has a use for.
 */
uint64_t kvm_arm_only_at_el2(unsigned index);

/**
 * kvm_arm_idreg_feature_asked: whether sve, pauth or pmu was set, and how
 * @name: of the property
 */
OnOffAuto kvm_arm_idreg_feature_asked(ARMCPU *cpu, const char *name);

#else

static inline bool kvm_arm_idregs_finalize(ARMCPU *cpu, Error **errp)
{
    return true;
}

static inline bool kvm_arm_idregs_realize(ARMCPU *cpu, Error **errp)
{
    return true;
}

#endif

#endif
