/*
 * ID registers of Arm CPUs under KVM that QEMU 10.0 does not know
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/ioctl.h>
#include <linux/kvm.h>
#include "qemu/error-report.h"
#include "cpu.h"
#include "kvm_arm.h"
#include "arm-idregs.h"

/* A register that this host's kernel does not know reads as zero. */
static uint64_t read_id_reg(int fd, uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

    if (ioctl(fd, KVM_GET_ONE_REG, &reg) < 0) {
        if (errno != ENOENT) {
            warn_report("KVM does not let ID register 0x%" PRIx64 " be read:"
                        " %s; it is taken as 0", id, strerror(errno));
        }
        return 0;
    }
    return value;
}

void kvm_arm_read_idregs(int fd, ARMISARegisters *isar)
{
    isar->id_aa64pfr2 = read_id_reg(fd, ARM64_SYS_REG(3, 0, 0, 4, 2));
    isar->id_aa64fpfr0 = read_id_reg(fd, ARM64_SYS_REG(3, 0, 0, 4, 7));
    isar->id_aa64isar3 = read_id_reg(fd, ARM64_SYS_REG(3, 0, 0, 6, 3));
}
