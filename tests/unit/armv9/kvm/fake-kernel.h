/*
 * A host kernel with KVM, as far as ID registers go, that is told its rules
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     fake_kernel_start(FAKE_LINUX_7_2);
 *     fake.mask[IDREG_ID_AA64PFR0_EL1] = ~0ull;    another rule
 *     fake.set_error[IDREG_CTR_EL0] = EIO;         something that goes wrong
 *
 * The rules of two kernels were measured with what a guest of them reads; the
 * kernel knows nothing of idregs.h.inc but where a field is.
 */

#ifndef TESTS_UNIT_FAKE_KERNEL_H
#define TESTS_UNIT_FAKE_KERNEL_H

#include "target/arm/idregs.h"

/* File descriptors of /dev/kvm, of a scratch VM and of its vCPU */
#define FAKE_KVM_FD 1000
#define FAKE_VM_FD 1001
#define FAKE_VCPU_FD 1002

typedef enum FakeVersion {
    FAKE_LINUX_6_12,
    FAKE_LINUX_7_2,
} FakeVersion;

/**
 * FakeVM: what a VM of the kernel holds
 * @limit: the default of its registers, by the features of its vCPUs
 * @value: the registers
 * @identity: KVM_CAP_ARM_WRITABLE_IMP_ID_REGS was enabled
 * @ran: one of its vCPUs
 */
typedef struct FakeVM {
    uint64_t limit[IDREGS_COUNT];
    uint64_t value[IDREGS_COUNT];
    bool identity;
    bool ran;
} FakeVM;

/**
 * FakeKernel: the rules, the VMs, and what was asked for
 * @masks: has KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES
 * @identity: has KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
 * @features: bits of KVM_ARM_VCPU_... that a vCPU can have
 * @refused: bits of them that no vCPU gets nevertheless
 * @together: bits of them that no vCPU can have all
 * @present: knows the register
 * @limit: its default, with all features
 * @mask: bits that the kernel says can be written
 * @stuck: bits of fields that it refuses although it says so
 * @needs_one: bits that it does not take all as 0
 * @drops: bits that it clears in what is written, without a word
 * @get_error, @set_error: errno instead of an answer; 0 without
 * @hides: registers that cannot be read once they were written
 * @masks_error, @identity_error, @list_error: the same of other ioctls
 * @differs: of a VM's default, from that of the scratch VM
 * @scratch, @vm: VMs; the scratch VM has all features
 * @writes: how many registers were changed in @vm
 */
typedef struct FakeKernel {
    bool masks, identity;
    uint32_t features, refused, together;
    bool present[IDREGS_COUNT];
    uint64_t limit[IDREGS_COUNT];
    uint64_t mask[IDREGS_COUNT];
    uint64_t stuck[IDREGS_COUNT];
    uint64_t needs_one[IDREGS_COUNT];
    uint64_t drops[IDREGS_COUNT];
    int get_error[IDREGS_COUNT];
    int set_error[IDREGS_COUNT];
    bool hides[IDREGS_COUNT];
    int masks_error, identity_error, list_error;
    uint64_t differs[IDREGS_COUNT];
    FakeVM scratch, vm;
    unsigned writes;
} FakeKernel;

extern FakeKernel fake;

/**
 * fake_kernel_start: a kernel, on a core that has all it knows
 */
void fake_kernel_start(FakeVersion version);

/**
 * fake_field: bits of a field, and its value of them
 * @name: "ID_AA64PFR0_EL1_FP", as in SYSREG_...
 * @index: set to the register, IDREG_...
 *
 * Returns: the mask of the field.
 */
uint64_t fake_field(const char *name, unsigned *index);

/**
 * fake_limit: set a field of what the core has
 */
void fake_limit(const char *name, uint64_t value);

/**
 * fake_vcpu_init: KVM_ARM_VCPU_INIT
 * @vm: of which this is the first vCPU, or another with the same features
 * @features: BIT(KVM_ARM_VCPU_...)
 *
 * Returns: 0 or a negative errno.
 */
int fake_vcpu_init(FakeVM *vm, uint32_t features);

/**
 * fake_get, fake_set: KVM_GET_ONE_REG and KVM_SET_ONE_REG
 *
 * Return: 0 or a negative errno.
 */
int fake_get(FakeVM *vm, uint64_t id, uint64_t *value);
int fake_set(FakeVM *vm, uint64_t id, uint64_t value);

/**
 * fake_list: KVM_GET_REG_LIST, of a few registers besides
 * @ids: in ascending order; room for all
 *
 * Returns: how many, or a negative errno.
 */
#define FAKE_LIST_MAX (IDREGS_COUNT + 8)
int fake_list(const FakeVM *vm, uint64_t ids[FAKE_LIST_MAX]);

/**
 * __wrap_ioctl: what ioctl() is, as the test is linked with --wrap=ioctl
 */
int __wrap_ioctl(int fd, unsigned long request, ...);

#endif
