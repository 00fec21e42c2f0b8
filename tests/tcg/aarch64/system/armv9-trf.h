/*
 * FEAT_TRF: names, fields, controls; what its tests share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef ARMV9_TRF_H
#define ARMV9_TRF_H

#define HDFGRTR_EL2     "s3_4_c3_c1_4"
#define HDFGWTR_EL2     "s3_4_c3_c1_5"

#define EL_MORE_REGS(R)                                                 \
    R(mdcr_el3, 3, true, "mdcr_el3", 0)                                 \
    R(mdcr_el2, 2, true, "mdcr_el2", 0)                                 \
    R(hdfgrtr_el2, 2, trf_has_fgt(), HDFGRTR_EL2, 0)                    \
    R(hdfgwtr_el2, 2, trf_has_fgt(), HDFGWTR_EL2, 0)                    \
    R(hstr_el2, 2, true, "hstr_el2", 0)

#include <stdbool.h>
static bool trf_has_fgt(void);

#include "armv9-el.h"

#define TRFCR_EL1       "s3_0_c1_c2_1"
#define TRFCR_EL2       "s3_4_c1_c2_1"
#define TRFCR_EL12      "s3_5_c1_c2_1"

/* D24.4.74 and D24.4.75 without FEAT_TRBEv1p1, FEAT_TRBE_EXC, FEAT_NV2p1 */
#define TRFCR_EL1_BITS  0x63ull         /* TS, E1TRE, E0TRE */
#define TRFCR_EL2_BITS  0x6bull         /* TS, CX, E2TRE, E0HTRE */

#define MDCR_TTRF       BIT64(19)       /* MDCR_EL2 and MDCR_EL3 */
#define HDFG_TRFCR_EL1  BIT64(49)

/* AArch32 vectors that all hold one A32 instruction */
#define A32_VECTORS(name, inst)                             \
    extern const char name[];                               \
    asm(".pushsection .text\n"                              \
        ".balign 32\n"                                      \
        #name ":\n"                                         \
        ".rept 8\n"                                         \
        ".inst " inst "\n"                                  \
        ".endr\n"                                           \
        ".popsection\n");

static bool on;                 /* there is FEAT_TRF; set by trf_detect() */

static bool trf_has_fgt(void)
{
    return FIELD64(el_read("id_aa64mmfr0_el1"), 56, 4) != 0;
}

/* Is there FEAT_TRF?  When the run demands an answer, it must be that. */
static void trf_detect(void)
{
    uint64_t field = FIELD64(el_read("id_aa64dfr0_el1"), 40, 4);

    on = field == 1;
    if (tap_arg("trf-on") || tap_arg("trf-off")) {
        tap_equal("ID_AA64DFR0_EL1.TraceFilt as the run demands",
                  field, tap_arg("trf-on"));
    } else {
        tap_equal("ID_AA64DFR0_EL1.TraceFilt is 0 or 1", field, on);
    }
}

#endif
