/*
 * ID registers of Arm CPUs under KVM that QEMU 10.0 does not know
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef ACCEL_KVM_ARM_IDREGS_H
#define ACCEL_KVM_ARM_IDREGS_H

#include "cpu.h"

/**
 * kvm_arm_read_idregs: read the ID registers that QEMU 10.0 leaves out
 * @fd: a vCPU of the scratch VM, initialised
 * @isar: where ID_AA64PFR2_EL1, ID_AA64FPFR0_EL1 and ID_AA64ISAR3_EL1 go
 *
 * A register that the host's kernel does not know is 0, as it is for a guest.
 */
void kvm_arm_read_idregs(int fd, ARMISARegisters *isar);

#endif
