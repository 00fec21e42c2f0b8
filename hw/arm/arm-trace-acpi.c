/*
 * Self-hosted trace of a board: ACPI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/arm/arm-trace.h"

/* ACPI 6.5, 5.2.12: the first revision with the TRBE's interrupt is 6. */
int arm_trace_madt_revision(int revision)
{
    return arm_trace_all_trbe() ? 6 : revision;
}

int arm_trace_gicc_length(int length)
{
    return arm_trace_all_trbe() ? length + 2 : length;
}

void arm_trace_build_gicc(GArray *madt)
{
    if (arm_trace_all_trbe()) {
        build_append_int_noprefix(madt, ARCH_TRBE_IRQ, 2);
    }
}

/*
 * ARMHC500 is the trace unit of a processor, ETM or ETE.  It has no memory
 * resource, as there are only System registers, and no graph of connections:
 * the TRBE of the same processor takes what it makes.
 */
void arm_trace_dsdt_add_ete(Aml *dev, int uid)
{
    Aml *ete;

    if (!arm_trace_all_ete()) {
        return;
    }
    ete = aml_device("ETE0");
    aml_append(ete, aml_name_decl("_HID", aml_string("ARMHC500")));
    aml_append(ete, aml_name_decl("_UID", aml_int(uid)));
    aml_append(dev, ete);
}
