/*
 * The decoder of FEAT_FP8*, FEAT_FAMINMAX and FEAT_LUT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_TRANSLATE_FP8_H
#define TARGET_ARM_TRANSLATE_FP8_H

/**
 * disas_fp8: translate an instruction of FEAT_FP8*, FEAT_FAMINMAX, FEAT_LUT
 * @s: the translation
 * @insn: the instruction
 *
 * To be called when no other decoder knows @insn.
 *
 * Returns: false when @insn is UNDEFINED: not one of these instructions, or
 * one that the CPU does not have, or CheckFPMREnabled() fails.
 */
bool disas_fp8(DisasContext *s, uint32_t insn);

/**
 * fp_access_check: CheckFPAdvSIMDEnabled(), of translate-a64.c
 * @s: the translation
 *
 * Returns: false when an exception was raised and translation is to end.
 */
bool fp_access_check(DisasContext *s);

#endif
