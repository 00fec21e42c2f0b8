/*
 * Self-hosted trace of a board: the TRBE's interrupt, and the device tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <libfdt.h>
#include "system/device_tree.h"
#include "hw/arm/arm-trace.h"
#include "hw/arm/bsa.h"
#include "hw/arm/fdt.h"
#include "hw/irq.h"
#include "hw/misc/trbe.h"
#include "hw/qdev-core.h"
#include "cpu.h"
#include "cpu-features.h"
#include "target/arm/ete.h"

bool arm_trace_all_ete(void)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        if (!cpu_isar_feature(aa64_ete, ARM_CPU(cs))) {
            return false;
        }
    }
    return true;
}

bool arm_trace_all_trbe(void)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        if (!cpu_isar_feature(aa64_trbe, ARM_CPU(cs))) {
            return false;
        }
    }
    return true;
}

void arm_trace_connect_irq(DeviceState *cpu, DeviceState *gic, int intid_base)
{
    if (cpu_isar_feature(aa64_trbe, ARM_CPU(cpu))) {
        qdev_connect_gpio_out_named(cpu, "trbe-interrupt", 0,
                                    qdev_get_gpio_in(gic, intid_base +
                                                     ARCH_TRBE_IRQ));
    }
}

static void fdt_add_ete(void *fdt, int cpu)
{
    g_autofree char *node = g_strdup_printf("/ete%d", cpu);
    g_autofree char *path = g_strdup_printf("/cpus/cpu@%d", cpu);

    /* Before virt-6.2, CPUs have no phandle. */
    if (fdt_get_phandle(fdt, fdt_path_offset(fdt, path)) == 0) {
        qemu_fdt_setprop_cell(fdt, path, "phandle",
                              qemu_fdt_alloc_phandle(fdt));
    }
    qemu_fdt_add_subnode(fdt, node);
    qemu_fdt_setprop_string(fdt, node, "compatible",
                            "arm,embedded-trace-extension");
    qemu_fdt_setprop_phandle(fdt, node, "cpu", path);
}

void arm_trace_fdt_add_nodes(void *fdt, bool gicv2)
{
    uint32_t flags = GIC_FDT_IRQ_FLAGS_LEVEL_HI;
    CPUState *cs;
    int cpus = 0;

    CPU_FOREACH(cs) {
        cpus++;
    }
    if (arm_trace_all_trbe()) {
        if (gicv2) {
            flags = deposit32(flags, GIC_FDT_IRQ_PPI_CPU_START,
                              GIC_FDT_IRQ_PPI_CPU_WIDTH, (1 << cpus) - 1);
        }
        qemu_fdt_add_subnode(fdt, "/trbe");
        qemu_fdt_setprop_string(fdt, "/trbe", "compatible",
                                "arm,trace-buffer-extension");
        qemu_fdt_setprop_cells(fdt, "/trbe", "interrupts",
                               GIC_FDT_IRQ_TYPE_PPI,
                               INTID_TO_PPI(ARCH_TRBE_IRQ), flags);
    }
    if (arm_trace_all_ete()) {
        /* A node appears before those that are there: the last one first. */
        while (cpus--) {
            fdt_add_ete(fdt, cpus);
        }
    }
}
