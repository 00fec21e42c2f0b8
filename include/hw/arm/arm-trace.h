/*
 * Self-hosted trace of a board: the TRBE's interrupt, device tree, ACPI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ETE and TRBE are reached by System registers: a board has nothing to map.
 * What it does is connect the interrupt, and tell the guest's kernel.  Device
 * tree and tables stay as they are unless every CPU has what is described.
 */

#ifndef HW_ARM_ARM_TRACE_H
#define HW_ARM_ARM_TRACE_H

#include "hw/acpi/aml-build.h"

/* INTID of the trace buffer management interrupt: PPI 15 */
#define ARCH_TRBE_IRQ 31

/**
 * arm_trace_all_ete: whether every CPU has FEAT_ETE
 */
bool arm_trace_all_ete(void);

/**
 * arm_trace_all_trbe: whether every CPU has FEAT_TRBE
 */
bool arm_trace_all_trbe(void);

/**
 * arm_trace_connect_irq: connect a CPU's TRBE, if it has one, to its PPI
 * @cpu: the CPU
 * @gic: the interrupt controller
 * @intid_base: GPIO input of @gic that is INTID 0 of @cpu
 */
void arm_trace_connect_irq(DeviceState *cpu, DeviceState *gic, int intid_base);

/**
 * arm_trace_fdt_add_nodes: describe ETE and TRBE in a device tree
 * @fdt: device tree with the nodes /cpus/cpu@<n> of all CPUs
 * @gicv2: interrupts bear the mask of CPUs that GICv2's binding wants
 *
 * Adds /ete<n> (arm,embedded-trace-extension) for each CPU and /trbe
 * (arm,trace-buffer-extension).
 */
void arm_trace_fdt_add_nodes(void *fdt, bool gicv2);

/**
 * arm_trace_madt_revision: the MADT revision that the TRBE's interrupt needs
 * @revision: of the MADT without it
 */
int arm_trace_madt_revision(int revision);

/**
 * arm_trace_gicc_length: bytes of a GICC structure
 * @length: of the structure without the field TRBE Interrupt
 */
int arm_trace_gicc_length(int length);

/**
 * arm_trace_build_gicc: finish a GICC structure with the field TRBE Interrupt
 * @madt: the table, which ends with the rest of the structure
 */
void arm_trace_build_gicc(GArray *madt);

/**
 * arm_trace_dsdt_add_ete: describe a CPU's ETE in the DSDT
 * @dev: the processor device
 * @uid: its _UID
 */
void arm_trace_dsdt_add_ete(Aml *dev, int uid);

#endif
