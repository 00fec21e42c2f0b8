/*
 * FEAT_TLBIW of a CPU model: property, prerequisite
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "system/kvm.h"
#include "cpu.h"
#include "target/arm/tlbi/tlbi.h"
#include "target/arm/tlbi/tlbi-id.h"

static bool cpu_arm_get_tlbiw(Object *obj, Error **errp)
{
    return FIELD_EX64(ARM_CPU(obj)->isar.id_aa64isar3, ID_AA64ISAR3, TLBIW);
}

static void cpu_arm_set_tlbiw(Object *obj, bool value, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);

#ifdef CONFIG_USER_ONLY
    if (value) {
        error_setg(errp, "tlbiw=on is not supported in user mode; "
                   "use tlbiw=off");
        return;
    }
#endif
    /* The instructions are made when the CPU is: later it is half a change. */
    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), "tlbiw", errp);
        return;
    }
    cpu->isar.id_aa64isar3 = FIELD_DP64(cpu->isar.id_aa64isar3,
                                        ID_AA64ISAR3, TLBIW, value);
}

void aarch64_add_tlbi_properties(Object *obj)
{
    object_property_add_bool(obj, "tlbiw", cpu_arm_get_tlbiw,
                             cpu_arm_set_tlbiw);
    object_property_set_description(obj, "tlbiw",
        "Set on to enable FEAT_TLBIW (TLBI VMALL for Dirty state)");
}

void arm_cpu_tlbi_finalize(ARMCPU *cpu, Error **errp)
{
    /* Under KVM the ID registers are the host's, not ours to judge. */
    if (kvm_enabled() || cpu->has_el2 ||
        !cpu_arm_get_tlbiw(OBJECT(cpu), NULL)) {
        return;
    }
    error_setg(errp, "tlbiw=on needs EL2, which this CPU does not have");
    error_append_hint(errp, "Use -machine virt,virtualization=on, "
                      "or tlbiw=off.\n");
}
