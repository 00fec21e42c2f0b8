/*
 * Translation of FEAT_FP8*, FEAT_FAMINMAX and FEAT_LUT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of each instruction: its feature, CheckFPMREnabled() where its page has it,
 * the check of FP, SVE and Streaming SVE mode, and then one call of a helper.
 * Without FEAT_SME2 all of them are illegal in Streaming SVE mode, unless
 * FEAT_SME_FA64 is enabled: those of SVE have CheckNonStreamingSVEEnabled().
 */

#include "qemu/osdep.h"
#include "translate.h"
#include "translate-a64.h"
#include "fpmr.h"
#include "fp8.h"
#include "translate-fp8.h"

/* The generated decoder calls the trans_*() functions below. */
#include "decode-fp8.c.inc"

/*
 * CheckFPMREnabled(): where it fails, the instruction is UNDEFINED.  The TB
 * flag is made once it was found to pass, so until then a helper has to look.
 * False: code for that is there, and no more is needed.
 */
static bool fpmr_check(DisasContext *s)
{
    if (EX_TBFLAG_A64(arm_tbflags_from_tb(s->base.tb), FPMR_EN)) {
        return true;
    }
    gen_helper_fpmr_check(tcg_env);
    s->base.is_jmp = DISAS_NORETURN;
    return false;
}

/* FEAT_SVE2; SME alone, without SME2, has none of these instructions. */
static bool have_sve2(DisasContext *s)
{
    return dc_isar_feature(aa64_sve, s) && dc_isar_feature(aa64_sve2, s);
}

/* AArch64.CheckFPAdvSIMDEnabled(); an exception was raised if it is false. */
static bool advsimd_check(DisasContext *s)
{
    s->is_nonstreaming = true;
    return fp_access_check(s);
}

/* CheckNonStreamingSVEEnabled(), likewise */
static bool nonstreaming_sve_check(DisasContext *s)
{
    s->is_nonstreaming = true;
    return sve_access_check(s);
}

/* Three registers of @oprsz bytes each, of Advanced SIMD or SVE */
static void gen_zzz(DisasContext *s, unsigned oprsz, int rd, int rn, int rm,
                    int data, gen_helper_gvec_3 *fn)
{
    tcg_gen_gvec_3_ool(vec_full_reg_offset(s, rd), vec_full_reg_offset(s, rn),
                       vec_full_reg_offset(s, rm), oprsz,
                       vec_full_reg_size(s), data, fn);
}

/* The same and a pointer: the CPU's state, or an FP status */
static void gen_zzz_ptr(DisasContext *s, unsigned oprsz, int rd, int rn,
                        int rm, TCGv_ptr ptr, int data,
                        gen_helper_gvec_3_ptr *fn)
{
    tcg_gen_gvec_3_ptr(vec_full_reg_offset(s, rd), vec_full_reg_offset(s, rn),
                       vec_full_reg_offset(s, rm), ptr, oprsz,
                       vec_full_reg_size(s), data, fn);
}

/* Of Advanced SIMD: an instruction on 8 or 16 bytes that reads FPMR */
static bool do_fp8_v(DisasContext *s, unsigned oprsz, int rd, int rn, int rm,
                     int data, gen_helper_gvec_3_ptr *fn)
{
    if (!fpmr_check(s)) {
        return true;
    }
    if (advsimd_check(s)) {
        gen_zzz_ptr(s, oprsz, rd, rn, rm, tcg_env, data, fn);
    }
    return true;
}

/* Of SVE */
static bool do_fp8_z(DisasContext *s, int rd, int rn, int rm, int data,
                     gen_helper_gvec_3_ptr *fn)
{
    if (!have_sve2(s)) {
        return false;
    }
    if (!fpmr_check(s)) {
        return true;
    }
    if (nonstreaming_sve_check(s)) {
        gen_zzz_ptr(s, vec_full_reg_size(s), rd, rn, rm, tcg_env, data, fn);
    }
    return true;
}

/*
 * FEAT_FP8: conversions
 */

static bool do_cvtl_v(DisasContext *s, arg_rr_cvt *a,
                      gen_helper_gvec_2_ptr *fn)
{
    if (!fpmr_check(s)) {
        return true;
    }
    if (advsimd_check(s)) {
        tcg_gen_gvec_2_ptr(vec_full_reg_offset(s, a->rd),
                           vec_full_reg_offset(s, a->rn), tcg_env, 16,
                           vec_full_reg_size(s),
                           FP8_CVT_DATA(a->sel, a->src2), fn);
    }
    return true;
}

TRANS_FEAT(F_CVTL_v, aa64_fp8, do_cvtl_v, a, gen_helper_fp8_cvtl_fp)
TRANS_FEAT(BF_CVTL_v, aa64_fp8, do_cvtl_v, a, gen_helper_fp8_cvtl_bf)

static bool do_cvt_z(DisasContext *s, arg_rr_cvt *a, gen_helper_gvec_2_ptr *fn)
{
    if (!have_sve2(s)) {
        return false;
    }
    if (!fpmr_check(s)) {
        return true;
    }
    if (nonstreaming_sve_check(s)) {
        unsigned vsz = vec_full_reg_size(s);

        tcg_gen_gvec_2_ptr(vec_full_reg_offset(s, a->rd),
                           vec_full_reg_offset(s, a->rn), tcg_env, vsz, vsz,
                           FP8_CVT_DATA(a->sel, a->src2), fn);
    }
    return true;
}

TRANS_FEAT(F_CVT_z, aa64_fp8, do_cvt_z, a, gen_helper_fp8_cvt_fp)
TRANS_FEAT(BF_CVT_z, aa64_fp8, do_cvt_z, a, gen_helper_fp8_cvt_bf)

/* FCVTN2 leaves the lower half, so it is one of 16 bytes as well. */
TRANS_FEAT(FCVTN_v_s, aa64_fp8, do_fp8_v, 16, a->rd, a->rn, a->rm, a->q,
           gen_helper_fp8_fcvtn_s)
TRANS_FEAT(FCVTN_v_h, aa64_fp8, do_fp8_v, a->q ? 16 : 8, a->rd, a->rn, a->rm,
           0, gen_helper_fp8_fcvtn_h)

/* The pair of source registers is Zn and the one after it. */
TRANS_FEAT(FCVTN_z, aa64_fp8, do_fp8_z, a->rd, a->rn, a->rn + 1, 0,
           gen_helper_fp8_fcvtn_hh)
TRANS_FEAT(BFCVTN_z, aa64_fp8, do_fp8_z, a->rd, a->rn, a->rn + 1, 0,
           gen_helper_fp8_bfcvtn_hh)
TRANS_FEAT(FCVTNB_z, aa64_fp8, do_fp8_z, a->rd, a->rn, a->rn + 1, 0,
           gen_helper_fp8_fcvtnb_ss)
TRANS_FEAT(FCVTNT_z, aa64_fp8, do_fp8_z, a->rd, a->rn, a->rn + 1, 0,
           gen_helper_fp8_fcvtnt_ss)

/* FSCALE is part of FEAT_FP8, but does not read FPMR. */
static bool do_fscale_v(DisasContext *s, bool q, int esz, int rd, int rn,
                        int rm)
{
    static gen_helper_gvec_3_ptr * const fns[4] = {
        NULL, gen_helper_fp8_fscale_h, gen_helper_fp8_fscale_s,
        gen_helper_fp8_fscale_d
    };

    if (esz == MO_64 && !q) {
        return false;
    }
    if (advsimd_check(s)) {
        TCGv_ptr fpst = fpstatus_ptr(esz == MO_16 ? FPST_A64_F16 : FPST_A64);

        gen_zzz_ptr(s, q ? 16 : 8, rd, rn, rm, fpst, 0, fns[esz]);
    }
    return true;
}

TRANS_FEAT(FSCALE_v, aa64_fp8, do_fscale_v, a->q, a->esz, a->rd, a->rn, a->rm)

/*
 * FEAT_FP8FMA, FEAT_FP8DOT2, FEAT_FP8DOT4.  In SVE these features are those
 * of Advanced SIMD and FEAT_SVE2.
 */

TRANS_FEAT(FMLAL_v, aa64_fp8fma, do_fp8_v, 16, a->rd, a->rn, a->rm, a->sel,
           gen_helper_fp8_fmlal)
TRANS_FEAT(FMLAL_zzz, aa64_fp8fma, do_fp8_z, a->rd, a->rn, a->rm, a->sel,
           gen_helper_fp8_fmlal)
TRANS_FEAT(FMLAL_vx, aa64_fp8fma, do_fp8_v, 16, a->rd, a->rn, a->rm,
           FP8_MLA_DATA(a->sel, a->idx), gen_helper_fp8_fmlal_idx)
TRANS_FEAT(FMLAL_zzx, aa64_fp8fma, do_fp8_z, a->rd, a->rn, a->rm,
           FP8_MLA_DATA(a->sel, a->idx), gen_helper_fp8_fmlal_idx)

TRANS_FEAT(FMLALL_v, aa64_fp8fma, do_fp8_v, 16, a->rd, a->rn, a->rm, a->sel,
           gen_helper_fp8_fmlall)
TRANS_FEAT(FMLALL_zzz, aa64_fp8fma, do_fp8_z, a->rd, a->rn, a->rm, a->sel,
           gen_helper_fp8_fmlall)
TRANS_FEAT(FMLALL_vx, aa64_fp8fma, do_fp8_v, 16, a->rd, a->rn, a->rm,
           FP8_MLA_DATA(a->sel, a->idx), gen_helper_fp8_fmlall_idx)
TRANS_FEAT(FMLALL_zzx, aa64_fp8fma, do_fp8_z, a->rd, a->rn, a->rm,
           FP8_MLA_DATA(a->sel, a->idx), gen_helper_fp8_fmlall_idx)

TRANS_FEAT(FDOT_v_h, aa64_fp8dot2, do_fp8_v, a->q ? 16 : 8, a->rd, a->rn,
           a->rm, 0, gen_helper_fp8_fdot_h)
TRANS_FEAT(FDOT_zzz_h, aa64_fp8dot2, do_fp8_z, a->rd, a->rn, a->rm, 0,
           gen_helper_fp8_fdot_h)
TRANS_FEAT(FDOT_vx_h, aa64_fp8dot2, do_fp8_v, a->q ? 16 : 8, a->rd, a->rn,
           a->rm, a->idx, gen_helper_fp8_fdot_idx_h)
TRANS_FEAT(FDOT_zzx_h, aa64_fp8dot2, do_fp8_z, a->rd, a->rn, a->rm, a->idx,
           gen_helper_fp8_fdot_idx_h)

TRANS_FEAT(FDOT_v_s, aa64_fp8dot4, do_fp8_v, a->q ? 16 : 8, a->rd, a->rn,
           a->rm, 0, gen_helper_fp8_fdot_s)
TRANS_FEAT(FDOT_zzz_s, aa64_fp8dot4, do_fp8_z, a->rd, a->rn, a->rm, 0,
           gen_helper_fp8_fdot_s)
TRANS_FEAT(FDOT_vx_s, aa64_fp8dot4, do_fp8_v, a->q ? 16 : 8, a->rd, a->rn,
           a->rm, a->idx, gen_helper_fp8_fdot_idx_s)
TRANS_FEAT(FDOT_zzx_s, aa64_fp8dot4, do_fp8_z, a->rd, a->rn, a->rm, a->idx,
           gen_helper_fp8_fdot_idx_s)

/*
 * FEAT_FAMINMAX
 */

static bool do_faminmax_v(DisasContext *s, bool q, int esz, int rd, int rn,
                          int rm, gen_helper_gvec_3_ptr *fn)
{
    if (esz == MO_64 && !q) {
        return false;
    }
    if (advsimd_check(s)) {
        gen_zzz_ptr(s, q ? 16 : 8, rd, rn, rm, tcg_env, 0, fn);
    }
    return true;
}

static gen_helper_gvec_3_ptr * const famax_fns[4] = {
    NULL, gen_helper_famax_h, gen_helper_famax_s, gen_helper_famax_d
};
static gen_helper_gvec_3_ptr * const famin_fns[4] = {
    NULL, gen_helper_famin_h, gen_helper_famin_s, gen_helper_famin_d
};

TRANS_FEAT(FAMAX_v, aa64_faminmax, do_faminmax_v, a->q, a->esz, a->rd, a->rn,
           a->rm, famax_fns[a->esz])
TRANS_FEAT(FAMIN_v, aa64_faminmax, do_faminmax_v, a->q, a->esz, a->rd, a->rn,
           a->rm, famin_fns[a->esz])

static gen_helper_gvec_4_ptr * const famax_z_fns[4] = {
    NULL, gen_helper_sve_famax_h, gen_helper_sve_famax_s,
    gen_helper_sve_famax_d
};
static gen_helper_gvec_4_ptr * const famin_z_fns[4] = {
    NULL, gen_helper_sve_famin_h, gen_helper_sve_famin_s,
    gen_helper_sve_famin_d
};

/* There is no fn for bytes. */
static bool do_faminmax_z(DisasContext *s, int pg, int rd, int rn, int rm,
                          gen_helper_gvec_4_ptr *fn)
{
    if (!fn || !have_sve2(s)) {
        return false;
    }
    if (nonstreaming_sve_check(s)) {
        unsigned vsz = vec_full_reg_size(s);

        tcg_gen_gvec_4_ptr(vec_full_reg_offset(s, rd),
                           vec_full_reg_offset(s, rn),
                           vec_full_reg_offset(s, rm),
                           pred_full_reg_offset(s, pg),
                           tcg_env, vsz, vsz, 0, fn);
    }
    return true;
}

TRANS_FEAT(FAMAX_z, aa64_faminmax, do_faminmax_z, a->pg, a->rd, a->rn, a->rm,
           famax_z_fns[a->esz])
TRANS_FEAT(FAMIN_z, aa64_faminmax, do_faminmax_z, a->pg, a->rd, a->rn, a->rm,
           famin_z_fns[a->esz])

/*
 * FEAT_LUT
 */

static bool do_luti_v(DisasContext *s, int rd, int rn, int rm, int idx,
                      gen_helper_gvec_3 *fn)
{
    if (advsimd_check(s)) {
        gen_zzz(s, 16, rd, rn, rm, idx, fn);
    }
    return true;
}

static bool do_luti_z(DisasContext *s, int rd, int rn, int rm, int idx,
                      gen_helper_gvec_3 *fn)
{
    if (!have_sve2(s)) {
        return false;
    }
    if (nonstreaming_sve_check(s)) {
        gen_zzz(s, vec_full_reg_size(s), rd, rn, rm, idx, fn);
    }
    return true;
}

/* The table is in two registers, of which the second may be number 0. */
static void gen_luti4_2h(DisasContext *s, unsigned oprsz, int rd, int rn,
                         int rm, int idx)
{
    tcg_gen_gvec_4_ool(vec_full_reg_offset(s, rd),
                       vec_full_reg_offset(s, rn),
                       vec_full_reg_offset(s, (rn + 1) % 32),
                       vec_full_reg_offset(s, rm), oprsz,
                       vec_full_reg_size(s), idx, gen_helper_luti4_2h);
}

static bool do_luti4_2h_v(DisasContext *s, int rd, int rn, int rm, int idx)
{
    if (advsimd_check(s)) {
        gen_luti4_2h(s, 16, rd, rn, rm, idx);
    }
    return true;
}

static bool do_luti4_2h_z(DisasContext *s, int rd, int rn, int rm, int idx)
{
    if (!have_sve2(s)) {
        return false;
    }
    if (nonstreaming_sve_check(s)) {
        gen_luti4_2h(s, vec_full_reg_size(s), rd, rn, rm, idx);
    }
    return true;
}

/* MaxImplementedAnyVL() is 256 or more; FEAT_SVE is implemented. */
static bool have_vl_256(DisasContext *s)
{
    ARMCPU *cpu = container_of(s->isar, ARMCPU, isar);
    uint32_t vq_map = cpu->sve_vq.map;

    if (dc_isar_feature(aa64_sme, s)) {
        vq_map |= cpu->sme_vq.map;
    }
    return vq_map > 1;
}

/* A table of 256 bits: UNDEFINED where the vector is shorter. */
static bool do_luti4_h_z(DisasContext *s, int rd, int rn, int rm, int idx)
{
    if (!have_sve2(s) || !have_vl_256(s)) {
        return false;
    }
    if (nonstreaming_sve_check(s)) {
        if (vec_full_reg_size(s) < 32) {
            return false;
        }
        gen_zzz(s, vec_full_reg_size(s), rd, rn, rm, idx,
                gen_helper_luti4_h);
    }
    return true;
}

TRANS_FEAT(LUTI2_v_b, aa64_lut, do_luti_v, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti2_b)
TRANS_FEAT(LUTI2_v_h, aa64_lut, do_luti_v, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti2_h)
TRANS_FEAT(LUTI4_v_b, aa64_lut, do_luti_v, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti4_b)
TRANS_FEAT(LUTI4_v_h, aa64_lut, do_luti4_2h_v, a->rd, a->rn, a->rm, a->idx)

TRANS_FEAT(LUTI2_z_b, aa64_lut, do_luti_z, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti2_b)
TRANS_FEAT(LUTI2_z_h, aa64_lut, do_luti_z, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti2_h)
TRANS_FEAT(LUTI4_z_b, aa64_lut, do_luti_z, a->rd, a->rn, a->rm, a->idx,
           gen_helper_luti4_b)
TRANS_FEAT(LUTI4_z_2h, aa64_lut, do_luti4_2h_z, a->rd, a->rn, a->rm, a->idx)
TRANS_FEAT(LUTI4_z_h, aa64_lut, do_luti4_h_z, a->rd, a->rn, a->rm, a->idx)
