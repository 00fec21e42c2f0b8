/*
 * CPUs for tests of accel/kvm/arm-idregs*.c, and QEMU's part in starting them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     fake_qemu_start(FAKE_LINUX_6_12);
 *     cpu = fake_cpu_new("host", "fpmr=off", NULL);
 *     ok = fake_cpu_start(cpu);
 *     g_assert_cmpstr(fake_said(), ==, "...");
 *     fake_cpu_free(cpu);
 */

#ifndef TESTS_UNIT_FAKE_CPU_H
#define TESTS_UNIT_FAKE_CPU_H

#include "target/arm/idregs-cpu.h"
#include "fake-kernel.h"

/**
 * fake_cpu_register: the CPU models, once, after g_test_init()
 *
 * "host"; "named", of another core; "same", of the very core of the host.
 */
void fake_cpu_register(void);

/**
 * fake_qemu_start: a new QEMU on a new kernel
 *
 * Rules of the kernel can be changed until the first CPU is made.
 */
void fake_qemu_start(FakeVersion version);

/* The registers of the model "named": at first the kernel's defaults */
extern uint64_t fake_model[IDREGS_COUNT];

/* Whether a migration is awaited; no VM can be probed; -cpu ...,mte */
extern bool fake_incoming, fake_no_probe, fake_mte;

/**
 * fake_model_field: set a field of the model "named"
 * @name: "ID_AA64PFR0_EL1_FP"
 */
void fake_model_field(const char *name, uint64_t value);

/**
 * fake_cpu_new: a CPU, and what follows its name in -cpu
 * @model: "host"
 * @properties: "fpmr=off,lpa2=off", or NULL
 *
 * Returns: the CPU, or NULL if a property is refused; fake_said() has why.
 */
ARMCPU *fake_cpu_new(const char *model, const char *properties);

/**
 * fake_cpu_start: all that is done until a vCPU can run
 *
 * Returns: whether it can; if not, fake_said() has why.
 */
bool fake_cpu_start(ARMCPU *cpu);

/**
 * fake_cpu_free: unplug it, or nothing for NULL
 */
void fake_cpu_free(ARMCPU *cpu);

/**
 * fake_said: all lines for the user since the last call
 *
 * They are in the output of the test, too.  fake_said_quietly() is without.
 */
const char *fake_said(void);
const char *fake_said_quietly(void);

/**
 * fake_reads: what the guest reads in a field
 */
uint64_t fake_reads(const char *name);

#endif
