/*
 * For asm/kvm.h: two structs that hold the general and vector registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_UNIT_ARM64_ASM_PTRACE_H
#define TESTS_UNIT_ARM64_ASM_PTRACE_H

#include <linux/types.h>

struct user_pt_regs {
    __u64 regs[31], sp, pc, pstate;
};

struct user_fpsimd_state {
    __uint128_t vregs[32];
    __u32 fpsr, fpcr, reserved[2];
};

#endif
