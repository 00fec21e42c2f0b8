/*
 * The frequency of a KVM guest's counter, which is the host's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "cpu.h"
#include "arm-idregs.h"

bool kvm_arm_check_cntfrq(ARMCPU *cpu, Error **errp)
{
    uint64_t asked = cpu->idregs->cntfrq, hz;

    asm("mrs %0, cntfrq_el0" : "=r" (hz));
    if (asked && asked != hz) {
        error_setg(errp, "cntfrq=%" PRIu64 " is not possible with KVM: the "
                   "guest's counter is the host's, of %" PRIu64 " Hz", asked,
                   hz);
        error_append_hint(errp, "Leave out cntfrq=.\n");
        return false;
    }
    return true;
}
