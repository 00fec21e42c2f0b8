/*
 * ID registers of an incoming guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stream has the system registers as a list, by number, ID registers among
 * them.  Upstream takes no list that is longer than the CPU's own, and writes
 * the values in the order of their numbers.  Here the ID registers are looked
 * at first, so that what does not fit is named by register and field; under
 * KVM they are written first, too, as the others come and go with them.
 */

#ifndef TARGET_ARM_IDREGS_VMSTATE_H
#define TARGET_ARM_IDREGS_VMSTATE_H

#include "cpu.h"

/**
 * arm_cpu_pre_load_idregs: make room for a longer list
 * @cpu: before its section is loaded
 */
void arm_cpu_pre_load_idregs(ARMCPU *cpu);

/**
 * arm_cpu_post_load_idregs: compare, and under KVM write, the ID registers
 * @cpu: cpreg_vmstate_* hold the list of the stream
 *
 * Under KVM, cpreg_vmstate_* and cpreg_indexes are the same list afterwards:
 * that of the kernel, as the guest's ID registers make it.
 *
 * Returns: false, after saying why, if this CPU cannot be the stream's.
 */
bool arm_cpu_post_load_idregs(ARMCPU *cpu);

/* Between idregs-vmstate.c, accel/kvm/arm-idregs-load.c and kvm.c */

/**
 * ARMCPUStream: the list of a stream
 * @indexes: ascending
 * @values: one for each
 * @count: of both
 */
typedef struct ARMCPUStream {
    uint64_t *indexes;
    uint64_t *values;
    size_t count;
} ARMCPUStream;

/**
 * arm_cpu_stream_find: a register of the stream
 * @stream: the list
 * @index: its number
 *
 * Returns: where its value is, or NULL.
 */
uint64_t *arm_cpu_stream_find(const ARMCPUStream *stream, uint64_t index);

/**
 * arm_cpu_stream_id: the number of an ID register
 * @index: IDREG_...
 */
uint64_t arm_cpu_stream_id(unsigned index);

/**
 * arm_cpu_tell_unknown: say that this CPU does not have a register
 * @cpu: who may know its name
 * @index: its number
 * @count: so many have been told
 *
 * On the terminal: "FPMR (S3_3_C4_C4_2): the guest has it, this CPU has not".
 */
void arm_cpu_tell_unknown(ARMCPU *cpu, uint64_t index, unsigned count);

/**
 * arm_cpu_tell_idreg_feature: the feature that a field stands for
 * @field: "FPMR"
 * @more: whether the guest has more of it than this CPU
 *
 * Adds a line to the message on the terminal if there is a property for it.
 */
void arm_cpu_tell_idreg_feature(const char *field, bool more);

/**
 * kvm_arm_idregs_load: write the stream's ID registers, make the list anew
 * @cpu: of which no vCPU has run, unless the stream's values are its own
 * @stream: in cpreg_vmstate_*; freed
 *
 * Returns: false, after saying why, if the kernel does not take them.
 */
bool kvm_arm_idregs_load(ARMCPU *cpu, ARMCPUStream *stream);

/**
 * kvm_arm_init_cpreg_list: ask the kernel which registers there are
 * @cpu: initialised; all cpreg_* arrays are made anew
 *
 * Upstream's, in kvm.c.  Returns: 0, or a negative errno.
 */
int kvm_arm_init_cpreg_list(ARMCPU *cpu);

#endif
