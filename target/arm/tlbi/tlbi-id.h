/*
 * ID register fields about TLB invalidation that QEMU 10.0 does not name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_TLBI_ID_H
#define TARGET_ARM_TLBI_ID_H

#include "hw/registerfields.h"

FIELD(ID_AA64ISAR3, TLBIW, 8, 4)

#endif
