/*
 * FPMR: the fields of the register (Arm ARM C5.2.9)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_FPMR_FIELDS_H
#define TARGET_ARM_FPMR_FIELDS_H

#include "hw/registerfields.h"

FIELD(FPMR, F8S1, 0, 3)
FIELD(FPMR, F8S2, 3, 3)
FIELD(FPMR, F8D, 6, 3)
FIELD(FPMR, OSM, 14, 1)
FIELD(FPMR, OSC, 15, 1)
FIELD(FPMR, LSCALE, 16, 7)
FIELD(FPMR, NSCALE, 24, 8)
FIELD(FPMR, LSCALE2, 32, 6)

/* All bits of FPMR that are not RES0 */
#define FPMR_MASK (R_FPMR_F8S1_MASK | R_FPMR_F8S2_MASK | R_FPMR_F8D_MASK | \
                   R_FPMR_OSM_MASK | R_FPMR_OSC_MASK | \
                   R_FPMR_LSCALE_MASK | R_FPMR_NSCALE_MASK | \
                   R_FPMR_LSCALE2_MASK)

#endif
