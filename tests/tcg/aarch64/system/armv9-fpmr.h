/*
 * FPMR: names, fields, controls; what the FEAT_FPMR tests share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef ARMV9_FPMR_H
#define ARMV9_FPMR_H

#include "armv9-el.h"

#define FPMR            "s3_3_c4_c4_2"
#define ID_AA64PFR2     "s3_0_c0_c4_2"
#define ID_AA64FPFR0    "s3_0_c0_c4_7"
#define ID_AA64ISAR3    "s3_0_c0_c6_3"
#define HCRX_EL2        "s3_4_c1_c2_2"

/* C5.2.9: LSCALE2 37:32, NSCALE 31:24; LSCALE 22:16, OSC, OSM; F8D/S2/S1 */
#define FPMR_FIELDS     0x3fff7fc1ffull

#define SCTLR_ENFPM     BIT64(34)
#define HCRX_ENFPM      BIT64(23)
#define SCR_ENFPM       BIT64(50)

static bool on;                 /* there is an FPMR; set by fpmr_detect() */

/*
 * Is there an FPMR?  ID_AA64PFR2_EL1 says so; when the run was given the
 * word fpmr-on or fpmr-off, the answer must be that.  A CPU that lost the
 * feature without a word must not pass.
 */
static void fpmr_detect(void)
{
    uint64_t field = FIELD64(el_read(ID_AA64PFR2), 32, 4);

    on = field == 1;
    if (tap_arg("fpmr-on") || tap_arg("fpmr-off")) {
        tap_equal("ID_AA64PFR2_EL1.FPMR as the run demands",
                  field, tap_arg("fpmr-on"));
    } else {
        tap_equal("ID_AA64PFR2_EL1.FPMR is 0 or 1", field, on);
    }
}

/* All controls as el_open has them, and FPMR open too. */
static inline void fpmr_open(struct el_regs *r)
{
    *r = el_open;
    r->scr_el3 |= SCR_ENFPM;
    r->sctlr_el1 |= SCTLR_ENFPM;
    r->sctlr_el2 |= SCTLR_ENFPM;
    r->hcrx_el2 |= HCRX_ENFPM;
}

/* Run a stub in Non-secure state and report. */
static inline void check(const char *name, int el, const struct el_regs *r,
                         const char *stub, struct el_want want)
{
    struct el_result res;

    el_run(el, false, r, stub, &res);
    tap_outcome(name, &res, want, stub);
}

#endif
