/*
 * The TLBI instructions: what the rest of target/arm calls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_TLBI_H
#define TARGET_ARM_TLBI_H

/**
 * define_tlbi_cpregs: take over the AArch64 TLBI instructions
 * @cpu: whose instructions are registered already
 *
 * Access rules and traps stay as they are; what is written to goes to the
 * decoders of ours.  Adds the instructions of FEAT_TLBIW where that is on.
 * Programs of user mode have none of them.
 */
#ifndef CONFIG_USER_ONLY
void define_tlbi_cpregs(ARMCPU *cpu);
#else
static inline void define_tlbi_cpregs(ARMCPU *cpu)
{
}
#endif

/**
 * aarch64_add_tlbi_properties: "tlbiw" of a CPU model
 * @obj: the CPU
 */
void aarch64_add_tlbi_properties(Object *obj);

/**
 * arm_cpu_tlbi_finalize: check what FEAT_TLBIW needs
 * @cpu: with all properties set
 * @errp: names option and remedy
 */
void arm_cpu_tlbi_finalize(ARMCPU *cpu, Error **errp);

#endif
