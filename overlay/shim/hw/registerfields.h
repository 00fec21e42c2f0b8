/*
 * The little of QEMU's registerfields.h that pure C parts may use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef SHIM_REGISTERFIELDS_H
#define SHIM_REGISTERFIELDS_H

#include "qemu/bitops.h"

#define FIELD(reg, field, shift, length)                            \
    enum {                                                          \
        R_##reg##_##field##_SHIFT = (shift),                        \
        R_##reg##_##field##_LENGTH = (length),                      \
        R_##reg##_##field##_MASK = MAKE_64BIT_MASK(shift, length),  \
    };

#define FIELD_EX32(storage, reg, field)                             \
    extract32((storage), R_##reg##_##field##_SHIFT,                 \
              R_##reg##_##field##_LENGTH)
#define FIELD_EX64(storage, reg, field)                             \
    extract64((storage), R_##reg##_##field##_SHIFT,                 \
              R_##reg##_##field##_LENGTH)
#define FIELD_SEX64(storage, reg, field)                            \
    sextract64((storage), R_##reg##_##field##_SHIFT,                \
               R_##reg##_##field##_LENGTH)

#define FIELD_DP32(storage, reg, field, val)                        \
    deposit32((storage), R_##reg##_##field##_SHIFT,                 \
              R_##reg##_##field##_LENGTH, (val))
#define FIELD_DP64(storage, reg, field, val)                        \
    deposit64((storage), R_##reg##_##field##_SHIFT,                 \
              R_##reg##_##field##_LENGTH, (val))

#endif
