/*
 * Helpers of FEAT_FP8*, FEAT_FAMINMAX and FEAT_LUT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Destination first.  All work on whole vectors of the size in the last
 * argument, and clear what is above; _s, _h and so on: the elements.
 */

/* CheckFPMREnabled(), while its TB flag is not made */
DEF_HELPER_1(fpmr_check, noreturn, env)

/* FP8 to half-precision and BFloat16: a half (CVTL), or every second (CVT) */
DEF_HELPER_FLAGS_4(fp8_cvtl_fp, TCG_CALL_NO_RWG, void, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_4(fp8_cvtl_bf, TCG_CALL_NO_RWG, void, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_4(fp8_cvt_fp, TCG_CALL_NO_RWG, void, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_4(fp8_cvt_bf, TCG_CALL_NO_RWG, void, ptr, ptr, env, i32)

/* To FP8, one source after the other */
DEF_HELPER_FLAGS_5(fp8_fcvtn_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(fp8_fcvtn_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
/* To FP8, two sources in turns */
DEF_HELPER_FLAGS_5(fp8_fcvtn_hh, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_bfcvtn_hh, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fcvtnb_ss, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fcvtnt_ss, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)

DEF_HELPER_FLAGS_5(fp8_fscale_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, fpst,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fscale_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, fpst,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fscale_d, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, fpst,
                   i32)

/* The destination is the addend, too. */
DEF_HELPER_FLAGS_5(fp8_fmlal, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(fp8_fmlal_idx, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fmlall, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(fp8_fmlall_idx, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fdot_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(fp8_fdot_idx_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)
DEF_HELPER_FLAGS_5(fp8_fdot_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(fp8_fdot_idx_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env,
                   i32)

DEF_HELPER_FLAGS_5(famax_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(famax_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(famax_d, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(famin_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(famin_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)
DEF_HELPER_FLAGS_5(famin_d, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, env, i32)

/* The fourth vector is the governing predicate. */
DEF_HELPER_FLAGS_6(sve_famax_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)
DEF_HELPER_FLAGS_6(sve_famax_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)
DEF_HELPER_FLAGS_6(sve_famax_d, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)
DEF_HELPER_FLAGS_6(sve_famin_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)
DEF_HELPER_FLAGS_6(sve_famin_s, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)
DEF_HELPER_FLAGS_6(sve_famin_d, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr,
                   env, i32)

/* Destination, table, indices; of luti4_2h the table is in two registers. */
DEF_HELPER_FLAGS_4(luti2_b, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, i32)
DEF_HELPER_FLAGS_4(luti2_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, i32)
DEF_HELPER_FLAGS_4(luti4_b, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, i32)
DEF_HELPER_FLAGS_4(luti4_h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, i32)
DEF_HELPER_FLAGS_5(luti4_2h, TCG_CALL_NO_RWG, void, ptr, ptr, ptr, ptr, i32)
