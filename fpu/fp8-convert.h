/*
 * FP8: conversions from and to it, and sums of products of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The formats are OFP8 E5M2 and OFP8 E4M3 (Arm ARM A1.4.7); what all FP8
 * instructions have in common is in A1.5.5.  Each function here is one
 * function of the pseudocode (J1.3.3), bit for bit, and works on one element:
 * values in, value and exceptions out.  Decisions where the manual leaves a
 * choice, and who calls what, are in docs/devel/fp8.rst.
 *
 * Arguments that all of them have:
 *
 * @fpmr: FPMR as the register holds it.  Formats, scales and saturation are
 *        taken from it; RES0 bits do not matter.
 * @ah: FPCR.AH.  It gives the sign of the default NaN, and says whether
 *      underflow is detected after rounding.  No other field of FPCR matters:
 *      the rounding is to nearest with ties to even, nothing is flushed to
 *      zero, and NaN results are the default NaN.
 * @fpsr: exceptions are ORed into it, in the layout of FPSR.  Only IOC, OFC,
 *        UFC and IXC can be set; IDC and DZC cannot.
 */

#ifndef FPU_FP8_CONVERT_H
#define FPU_FP8_CONVERT_H

/* Values of FPMR.{F8S1, F8S2, F8D}; 2 to 7 are reserved: "unsupported". */
enum {
    FP8_OFP8_E5M2 = 0,
    FP8_OFP8_E4M3 = 1,
};

/* The result of a conversion to an unsupported format */
#define FP8_UNSUPPORTED_RESULT 0xff

/* Cumulative exceptions, at their place in FPSR */
enum {
    FP8_FPSR_IOC = 1 << 0,
    FP8_FPSR_OFC = 1 << 2,
    FP8_FPSR_UFC = 1 << 3,
    FP8_FPSR_IXC = 1 << 4,
};

/* Elements of the longest sum of products: FMMLA to single-precision */
#define FP8_DOT_MAX 8

/**
 * fp8_convert_fp: FP8ConvertFP(), FP8 to half-precision
 * @op: the FP8 value
 * @issrc2: @op is of the second input data stream (F8S2 and LSCALE2),
 *          not of the first (F8S1 and LSCALE)
 *
 * The value is scaled by 2^-LSCALE[3:0]; bits 4 and up do not matter.
 * An input of unsupported format is a signaling NaN.
 *
 * Returns: the half-precision value.
 */
uint16_t fp8_convert_fp(uint8_t op, bool issrc2, uint64_t fpmr, bool ah,
                        uint32_t *fpsr);

/**
 * fp8_convert_bf: FP8ConvertBF(), FP8 to BFloat16
 * @op: the FP8 value
 * @issrc2: as of fp8_convert_fp()
 *
 * The value is scaled by 2^-LSCALE[5:0]; bit 6 does not matter.
 *
 * Returns: the BFloat16 value.
 */
uint16_t fp8_convert_bf(uint8_t op, bool issrc2, uint64_t fpmr, bool ah,
                        uint32_t *fpsr);

/**
 * fp16_convert_fp8: FPConvertFP8() of a half-precision value
 * @op: the half-precision value, IEEE format whatever FPCR.AHP says
 *
 * The value is scaled by 2^NSCALE[4:0], a signed number; bits 5 to 7 do not
 * matter.  OSC chooses the result of an overflow and of an infinity.
 *
 * Returns: the FP8 value, of format F8D; FP8_UNSUPPORTED_RESULT and IOC when
 * that is unsupported.
 */
uint8_t fp16_convert_fp8(uint16_t op, uint64_t fpmr, bool ah, uint32_t *fpsr);

/**
 * fp32_convert_fp8: FPConvertFP8() of a single-precision value
 * @op: the single-precision value
 *
 * As fp16_convert_fp8(), but the value is scaled by 2^NSCALE[7:0].
 */
uint8_t fp32_convert_fp8(uint32_t op, uint64_t fpmr, bool ah, uint32_t *fpsr);

/**
 * bf_convert_fp8: BFConvertFP8(), BFloat16 to FP8
 * @op: the BFloat16 value
 *
 * As fp32_convert_fp8().
 */
uint8_t bf_convert_fp8(uint16_t op, uint64_t fpmr, bool ah, uint32_t *fpsr);

/**
 * fp8_dot_add_fp16: FP8DotAddFP() to half-precision
 * @addend: the half-precision value to add to
 * @op1: @n FP8 values of format F8S1, the first in the lowest byte
 * @op2: @n FP8 values of format F8S2, likewise
 * @n: number of products, 1 to FP8_DOT_MAX
 *
 * @addend + 2^-LSCALE[3:0] * (the sum of the products), rounded once.  OSM
 * chooses between infinity and the maximum normal number as the result of an
 * overflow.  There are no exceptions.  FP8MulAddFP() is this with @n of 1.
 *
 * Returns: the half-precision sum.
 */
uint16_t fp8_dot_add_fp16(uint16_t addend, uint64_t op1, uint64_t op2,
                          unsigned n, uint64_t fpmr, bool ah);

/**
 * fp8_dot_add_fp32: FP8DotAddFP() to single-precision
 * @addend: the single-precision value to add to
 * @op1: as of fp8_dot_add_fp16()
 * @op2: as of fp8_dot_add_fp16()
 * @n: as of fp8_dot_add_fp16()
 *
 * As fp8_dot_add_fp16(), but scaled by 2^-LSCALE[6:0].
 *
 * Returns: the single-precision sum.
 */
uint32_t fp8_dot_add_fp32(uint32_t addend, uint64_t op1, uint64_t op2,
                          unsigned n, uint64_t fpmr, bool ah);

#endif
