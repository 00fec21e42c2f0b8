/*
 * System registers of a stream that the guest's ID registers hide (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hypervisor shows a register when the guest's ID registers say that it is
 * there; but not all hypervisors agree, and neither do two versions of one:
 * Linux 6.12 has PIR_EL1 in its list also for a guest without FEAT_S1PIE, 7.2
 * has not.  Software without the feature cannot have used the register.
 */

#ifndef TARGET_ARM_IDREGS_STREAM_H
#define TARGET_ARM_IDREGS_STREAM_H

#include "target/arm/idregs.h"

/* An encoding as one number, in the order of encodings */
#define IDREG_SYSREG(op0, op1, crn, crm, op2) \
    ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/**
 * idreg_hides: whether ID registers say that a system register is not there
 * @values: of all ID registers, by IDREG_...
 * @sysreg: IDREG_SYSREG() of the register
 * @value: what it holds
 *
 * In the ID space itself, a register that holds 0 says as much as none.
 *
 * Returns: true if nothing is lost without it; false as well for registers
 * of which nothing is known here.
 */
bool idreg_hides(const uint64_t values[IDREGS_COUNT], unsigned sysreg,
                 uint64_t value);

#endif
