/*
 * Helpers of FEAT_FP8*, FEAT_FAMINMAX and FEAT_LUT: whole vectors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The arithmetic of FP8 is in fpu/fp8-convert.c.  Those of Advanced SIMD and
 * of SVE are the same where the instructions are, with another size.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/exec-all.h"
#include "exec/helper-proto.h"
#include "tcg/tcg-gvec-desc.h"
#include "fpu/softfloat.h"
#include "fpu/fp8-convert.h"
#include "internals.h"
#include "syndrome.h"
#include "vec_internal.h"
#include "hflags-lazy.h"
#include "fp8.h"
#include "fpmr.h"

void HELPER(fpmr_check)(CPUARMState *env)
{
    uintptr_t ra = GETPC();

    if (!fpmr_indirect_enabled(env, arm_current_el(env))) {
        raise_exception_ra(env, EXCP_UDEF, syn_uncategorized(),
                           exception_target_el(env), ra);
    }
    /* Once more, now with the TB flag */
    env->lazy_hflags |= LAZY_HFLAGS_FPMR;
    arm_rebuild_hflags(env);
    cpu_loop_exit_restore(env_cpu(env), ra);
}

/* FPCR.AH; the base has FEAT_AFP wherever it has FEAT_FP8 */
static bool fpcr_ah(CPUARMState *env)
{
    return env->vfp.fpcr & FPCR_AH;
}

/*
 * FEAT_FP8: conversions
 */

typedef uint16_t WidenFn(uint8_t op, bool issrc2, uint64_t fpmr, bool ah,
                         uint32_t *fpsr);

/* Half of the source fills the destination. */
static inline void do_cvtl(void *vd, const void *vn, CPUARMState *env,
                           uint32_t desc, WidenFn *fn)
{
    intptr_t oprsz = simd_oprsz(desc);
    bool part = extract32(simd_data(desc), 0, 1);
    bool issrc2 = extract32(simd_data(desc), 1, 1);
    uint64_t n = *((const uint64_t *)vn + part);
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    uint16_t *d = vd;

    for (int e = 0; e < 8; e++) {
        d[H2(e)] = fn(n >> (8 * e), issrc2, fpmr, ah, &fpsr);
    }
    env->vfp.fpsr |= fpsr;
    clear_tail(vd, oprsz, simd_maxsz(desc));
}

void HELPER(fp8_cvtl_fp)(void *vd, void *vn, CPUARMState *env, uint32_t desc)
{
    do_cvtl(vd, vn, env, desc, fp8_convert_fp);
}

void HELPER(fp8_cvtl_bf)(void *vd, void *vn, CPUARMState *env, uint32_t desc)
{
    do_cvtl(vd, vn, env, desc, fp8_convert_bf);
}

/* The even or the odd elements of the source */
static inline void do_cvt(void *vd, const void *vn, CPUARMState *env,
                          uint32_t desc, WidenFn *fn)
{
    intptr_t elements = simd_oprsz(desc) / 2;
    unsigned shift = 8 * extract32(simd_data(desc), 0, 1);
    bool issrc2 = extract32(simd_data(desc), 1, 1);
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    const uint16_t *n = vn;
    uint16_t *d = vd;

    for (intptr_t e = 0; e < elements; e++) {
        d[e] = fn(n[e] >> shift, issrc2, fpmr, ah, &fpsr);
    }
    env->vfp.fpsr |= fpsr;
}

void HELPER(fp8_cvt_fp)(void *vd, void *vn, CPUARMState *env, uint32_t desc)
{
    do_cvt(vd, vn, env, desc, fp8_convert_fp);
}

void HELPER(fp8_cvt_bf)(void *vd, void *vn, CPUARMState *env, uint32_t desc)
{
    do_cvt(vd, vn, env, desc, fp8_convert_bf);
}

/* The results of the first source, then those of the second */
void HELPER(fp8_fcvtn_h)(void *vd, void *vn, void *vm, CPUARMState *env,
                         uint32_t desc)
{
    intptr_t oprsz = simd_oprsz(desc);
    intptr_t elements = oprsz / 2;
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    const uint16_t *n = vn, *m = vm;
    uint64_t res[2] = { 0 };

    for (intptr_t e = 0; e < elements; e++) {
        uint64_t r1 = fp16_convert_fp8(n[H2(e)], fpmr, ah, &fpsr);
        uint64_t r2 = fp16_convert_fp8(m[H2(e)], fpmr, ah, &fpsr);

        res[0] |= r1 << (8 * e);
        res[1] |= r2 << (8 * e);
    }
    if (oprsz == 8) {
        res[0] |= res[1] << 32;
    }
    memcpy(vd, res, oprsz);
    env->vfp.fpsr |= fpsr;
    clear_tail(vd, oprsz, simd_maxsz(desc));
}

/* The same to the lower half, clearing the upper, or to the upper half */
void HELPER(fp8_fcvtn_s)(void *vd, void *vn, void *vm, CPUARMState *env,
                         uint32_t desc)
{
    bool part = simd_data(desc);
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    const uint32_t *n = vn, *m = vm;
    uint64_t *d = vd;
    uint64_t res = 0;

    for (int e = 0; e < 4; e++) {
        uint64_t r1 = fp32_convert_fp8(n[H4(e)], fpmr, ah, &fpsr);
        uint64_t r2 = fp32_convert_fp8(m[H4(e)], fpmr, ah, &fpsr);

        res |= r1 << (8 * e) | r2 << (32 + 8 * e);
    }
    if (part) {
        d[1] = res;
    } else {
        d[0] = res;
        d[1] = 0;
    }
    env->vfp.fpsr |= fpsr;
    clear_tail(vd, simd_oprsz(desc), simd_maxsz(desc));
}

typedef uint8_t Narrow16Fn(uint16_t op, uint64_t fpmr, bool ah,
                           uint32_t *fpsr);

/* The first source to the even elements, the second to the odd ones */
static inline void do_fcvtn_hh(void *vd, const void *vn, const void *vm,
                               CPUARMState *env, uint32_t desc,
                               Narrow16Fn *fn)
{
    intptr_t elements = simd_oprsz(desc) / 2;
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    const uint16_t *n = vn, *m = vm;
    uint16_t *d = vd;

    for (intptr_t e = 0; e < elements; e++) {
        uint8_t r1 = fn(n[e], fpmr, ah, &fpsr);
        uint8_t r2 = fn(m[e], fpmr, ah, &fpsr);

        d[e] = r1 | r2 << 8;
    }
    env->vfp.fpsr |= fpsr;
}

void HELPER(fp8_fcvtn_hh)(void *vd, void *vn, void *vm, CPUARMState *env,
                          uint32_t desc)
{
    do_fcvtn_hh(vd, vn, vm, env, desc, fp16_convert_fp8);
}

void HELPER(fp8_bfcvtn_hh)(void *vd, void *vn, void *vm, CPUARMState *env,
                           uint32_t desc)
{
    do_fcvtn_hh(vd, vn, vm, env, desc, bf_convert_fp8);
}

/* Likewise to the even or odd bytes of that; FCVTNT leaves the even ones. */
static inline void do_fcvtn_ss(void *vd, const void *vn, const void *vm,
                               CPUARMState *env, uint32_t desc, bool top)
{
    intptr_t elements = simd_oprsz(desc) / 4;
    uint64_t fpmr = env->vfp.fpmr;
    bool ah = fpcr_ah(env);
    uint32_t fpsr = 0;
    const uint32_t *n = vn, *m = vm;
    uint32_t *d = vd;

    for (intptr_t e = 0; e < elements; e++) {
        uint32_t r1 = fp32_convert_fp8(n[e], fpmr, ah, &fpsr);
        uint32_t r2 = fp32_convert_fp8(m[e], fpmr, ah, &fpsr);
        uint32_t res = r1 | r2 << 16;

        d[e] = top ? (d[e] & 0x00ff00ff) | res << 8 : res;
    }
    env->vfp.fpsr |= fpsr;
}

void HELPER(fp8_fcvtnb_ss)(void *vd, void *vn, void *vm, CPUARMState *env,
                           uint32_t desc)
{
    do_fcvtn_ss(vd, vn, vm, env, desc, false);
}

void HELPER(fp8_fcvtnt_ss)(void *vd, void *vn, void *vm, CPUARMState *env,
                           uint32_t desc)
{
    do_fcvtn_ss(vd, vn, vm, env, desc, true);
}

/* FPScale(): softfloat takes an int and saturates it itself. */
static float64 scale_d(float64 op, int64_t scale, float_status *status)
{
    return float64_scalbn(op, MIN(MAX(scale, INT_MIN), INT_MAX), status);
}

#define DO_FSCALE(NAME, TYPE, SCALE, FN)                                \
void HELPER(NAME)(void *vd, void *vn, void *vm, float_status *status,   \
                  uint32_t desc)                                        \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    TYPE *d = vd, *n = vn;                                              \
    SCALE *m = vm;                                                      \
                                                                        \
    for (intptr_t e = 0; e < oprsz / sizeof(TYPE); e++) {               \
        d[e] = FN(n[e], m[e], status);                                  \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}

DO_FSCALE(fp8_fscale_h, float16, int16_t, float16_scalbn)
DO_FSCALE(fp8_fscale_s, float32, int32_t, float32_scalbn)
DO_FSCALE(fp8_fscale_d, float64, int64_t, scale_d)

#undef DO_FSCALE

/*
 * FEAT_FP8FMA, FEAT_FP8DOT2, FEAT_FP8DOT4: no exceptions.  Elements are in
 * the same container of all registers, so their order does not matter.
 */

#define DO_FMLA(NAME, TYPE, SUM)                                        \
void HELPER(NAME)(void *vd, void *vn, void *vm, CPUARMState *env,       \
                  uint32_t desc)                                        \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    unsigned shift = 8 * simd_data(desc);                               \
    uint64_t fpmr = env->vfp.fpmr;                                      \
    bool ah = fpcr_ah(env);                                             \
    TYPE *d = vd, *n = vn, *m = vm;                                     \
                                                                        \
    for (intptr_t e = 0; e < oprsz / sizeof(TYPE); e++) {               \
        d[e] = SUM(d[e], (uint8_t)(n[e] >> shift),                      \
                   (uint8_t)(m[e] >> shift), 1, fpmr, ah);              \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}

DO_FMLA(fp8_fmlal, uint16_t, fp8_dot_add_fp16)
DO_FMLA(fp8_fmlall, uint32_t, fp8_dot_add_fp32)

#undef DO_FMLA

/* One element of each segment of 128 bits for all of the segment */
#define DO_FMLA_IDX(NAME, TYPE, SUM)                                    \
void HELPER(NAME)(void *vd, void *vn, void *vm, CPUARMState *env,       \
                  uint32_t desc)                                        \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    unsigned shift = 8 * extract32(simd_data(desc), 0, 2);              \
    unsigned index = extract32(simd_data(desc), 2, 4);                  \
    uint64_t fpmr = env->vfp.fpmr;                                      \
    bool ah = fpcr_ah(env);                                             \
    TYPE *d = vd, *n = vn;                                              \
    uint8_t *m = vm;                                                    \
                                                                        \
    for (intptr_t seg = 0; seg < oprsz; seg += 16) {                    \
        uint8_t op2 = m[H1(seg + index)];                               \
                                                                        \
        for (int i = 0; i < 16 / sizeof(TYPE); i++) {                   \
            intptr_t e = seg / sizeof(TYPE) + i;                        \
                                                                        \
            d[e] = SUM(d[e], (uint8_t)(n[e] >> shift), op2, 1, fpmr,    \
                       ah);                                             \
        }                                                               \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}

DO_FMLA_IDX(fp8_fmlal_idx, uint16_t, fp8_dot_add_fp16)
DO_FMLA_IDX(fp8_fmlall_idx, uint32_t, fp8_dot_add_fp32)

#undef DO_FMLA_IDX

/* As many products as bytes in a container */
#define DO_FDOT(NAME, TYPE, SUM)                                        \
void HELPER(NAME)(void *vd, void *vn, void *vm, CPUARMState *env,       \
                  uint32_t desc)                                        \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    uint64_t fpmr = env->vfp.fpmr;                                      \
    bool ah = fpcr_ah(env);                                             \
    TYPE *d = vd, *n = vn, *m = vm;                                     \
                                                                        \
    for (intptr_t e = 0; e < oprsz / sizeof(TYPE); e++) {               \
        d[e] = SUM(d[e], n[e], m[e], sizeof(TYPE), fpmr, ah);           \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}

DO_FDOT(fp8_fdot_h, uint16_t, fp8_dot_add_fp16)
DO_FDOT(fp8_fdot_s, uint32_t, fp8_dot_add_fp32)

#undef DO_FDOT

#define DO_FDOT_IDX(NAME, TYPE, H, SUM)                                 \
void HELPER(NAME)(void *vd, void *vn, void *vm, CPUARMState *env,       \
                  uint32_t desc)                                        \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    intptr_t elements = oprsz / sizeof(TYPE);                           \
    intptr_t per_segment = MIN(elements, 16 / sizeof(TYPE));            \
    unsigned index = simd_data(desc);                                   \
    uint64_t fpmr = env->vfp.fpmr;                                      \
    bool ah = fpcr_ah(env);                                             \
    TYPE *d = vd, *n = vn, *m = vm;                                     \
                                                                        \
    for (intptr_t base = 0; base < elements; base += per_segment) {     \
        TYPE op2 = m[H(base + index)];                                  \
                                                                        \
        for (intptr_t e = base; e < base + per_segment; e++) {          \
            d[e] = SUM(d[e], n[e], op2, sizeof(TYPE), fpmr, ah);        \
        }                                                               \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}

DO_FDOT_IDX(fp8_fdot_idx_h, uint16_t, H2, fp8_dot_add_fp16)
DO_FDOT_IDX(fp8_fdot_idx_s, uint32_t, H4, fp8_dot_add_fp32)

#undef DO_FDOT_IDX

/*
 * FEAT_FAMINMAX.  FPAbsMax() and FPAbsMin() neither round nor flush, and
 * without their signs numbers and infinities are in the order of integers.
 */

/* FPProcessNaNs() with FPCR.AH as 0, for two operands that are not numbers */
static uint64_t abs_nan(uint64_t op1, uint64_t op2, uint64_t sign,
                        uint64_t infinity, uint64_t quiet, CPUARMState *env)
{
    bool nan1 = (op1 & ~sign) > infinity;
    bool snan1 = nan1 && !(op1 & quiet);
    bool snan2 = (op2 & ~sign) > infinity && !(op2 & quiet);

    if (snan1 || snan2) {
        env->vfp.fpsr |= FPSR_IOC;
    }
    if (env->vfp.fpcr & FPCR_DN) {
        return infinity | quiet;
    }
    return (snan1 || (nan1 && !snan2) ? op1 : op2) | quiet;
}

#define DO_FAMINMAX(OP, SUFFIX, TYPE, BITS, FRAC, PICK)                 \
static inline TYPE OP##_##SUFFIX(TYPE op1, TYPE op2, CPUARMState *env)  \
{                                                                       \
    const uint64_t sign = 1ull << (BITS - 1), quiet = 1ull << (FRAC - 1); \
    const uint64_t infinity = sign - (1ull << FRAC);                    \
    TYPE abs1 = op1 & ~sign, abs2 = op2 & ~sign;                        \
                                                                        \
    if (unlikely(MAX(abs1, abs2) > infinity)) {                         \
        return abs_nan(op1, op2, sign, infinity, quiet, env);           \
    }                                                                   \
    return PICK(abs1, abs2);                                            \
}                                                                       \
                                                                        \
void HELPER(OP##_##SUFFIX)(void *vd, void *vn, void *vm,                \
                           CPUARMState *env, uint32_t desc)             \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    TYPE *d = vd, *n = vn, *m = vm;                                     \
                                                                        \
    for (intptr_t e = 0; e < oprsz / sizeof(TYPE); e++) {               \
        d[e] = OP##_##SUFFIX(n[e], m[e], env);                          \
    }                                                                   \
    clear_tail(vd, oprsz, simd_maxsz(desc));                            \
}                                                                       \
                                                                        \
void HELPER(sve_##OP##_##SUFFIX)(void *vd, void *vn, void *vm, void *vg, \
                                 CPUARMState *env, uint32_t desc)       \
{                                                                       \
    intptr_t oprsz = simd_oprsz(desc);                                  \
    TYPE *d = vd, *n = vn, *m = vm;                                     \
    uint64_t *g = vg;                                                   \
                                                                        \
    for (intptr_t i = 0; i < oprsz; i += sizeof(TYPE)) {                \
        intptr_t e = H_##SUFFIX(i / sizeof(TYPE));                      \
                                                                        \
        if (extract64(g[i / 64], i % 64, 1)) {                          \
            d[e] = OP##_##SUFFIX(n[e], m[e], env);                      \
        }                                                               \
    }                                                                   \
}

#define H_h H2
#define H_s H4
#define H_d H8

DO_FAMINMAX(famax, h, uint16_t, 16, 10, MAX)
DO_FAMINMAX(famax, s, uint32_t, 32, 23, MAX)
DO_FAMINMAX(famax, d, uint64_t, 64, 52, MAX)
DO_FAMINMAX(famin, h, uint16_t, 16, 10, MIN)
DO_FAMINMAX(famin, s, uint32_t, 32, 23, MIN)
DO_FAMINMAX(famin, d, uint64_t, 64, 52, MIN)

#undef DO_FAMINMAX
#undef H_h
#undef H_s
#undef H_d

/*
 * FEAT_LUT.  16 bytes of result have their indices in one word.
 */

typedef void LUTFn(uint64_t *d, const void *table, uint64_t index);

/* A table, in the order of a register; @index has the lowest index first. */
#define DO_LUT(NAME, TYPE, H, ISIZE)                                    \
static inline void NAME(uint64_t *d, const void *table, uint64_t index) \
{                                                                       \
    const TYPE *t = table;                                              \
                                                                        \
    for (int word = 0; word < 2; word++) {                              \
        uint64_t res = 0;                                               \
                                                                        \
        for (int i = 0; i < 64; i += 8 * sizeof(TYPE)) {                \
            res |= (uint64_t)t[H(extract64(index, 0, ISIZE))] << i;     \
            index >>= ISIZE;                                            \
        }                                                               \
        d[word] = res;                                                  \
    }                                                                   \
}

DO_LUT(lut2_b, uint8_t, H1, 2)
DO_LUT(lut2_h, uint16_t, H2, 2)
DO_LUT(lut4_b, uint8_t, H1, 4)
DO_LUT(lut4_h, uint16_t, H2, 4)

#undef DO_LUT

/* The indices of the 16 bytes from @number on: @bits of them */
static inline uint64_t lut_index(const uint64_t *m, unsigned number,
                                 unsigned bits)
{
    return m[number * bits / 64] >> (number * bits % 64);
}

/* The destination may be the source of indices, so take them all first. */
static inline void do_lut(void *vd, const void *table, const void *vm,
                          uint32_t desc, unsigned bits, LUTFn *fn)
{
    unsigned n = simd_oprsz(desc) / 16;
    unsigned first = simd_data(desc) * n;
    uint64_t *d = vd;

    if (n == 1) {
        fn(d, table, lut_index(vm, first, bits));
    } else {
        uint64_t index[ARM_MAX_VQ];

        for (unsigned i = 0; i < n; i++) {
            index[i] = lut_index(vm, first + i, bits);
        }
        for (unsigned i = 0; i < n; i++) {
            fn(d + 2 * i, table, index[i]);
        }
    }
    clear_tail(vd, simd_oprsz(desc), simd_maxsz(desc));
}

/* The destination may be the table, too. */
#define DO_LUTI(NAME, SIZE, BITS, FN)                                   \
void HELPER(NAME)(void *vd, void *vn, void *vm, uint32_t desc)          \
{                                                                       \
    uint64_t table[SIZE / 8];                                           \
                                                                        \
    memcpy(table, vn, SIZE);                                            \
    do_lut(vd, table, vm, desc, BITS, FN);                              \
}

DO_LUTI(luti2_b, 16, 32, lut2_b)
DO_LUTI(luti2_h, 16, 16, lut2_h)
DO_LUTI(luti4_b, 16, 64, lut4_b)
/* The table has 256 bits of one register. */
DO_LUTI(luti4_h, 32, 32, lut4_h)

#undef DO_LUTI

/* The table has the lowest 128 bits of two registers. */
void HELPER(luti4_2h)(void *vd, void *vn1, void *vn2, void *vm, uint32_t desc)
{
    uint64_t table[4];

    memcpy(table, vn1, 16);
    memcpy(table + 2, vn2, 16);
    do_lut(vd, table, vm, desc, 32, lut4_h);
}
