/*
 * Firmware of sbsa-ref: goes from the flash to the program in RAM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define GUEST_ASSEMBLY
#include "guest.h"

    .global _start
_start:
    ldr     x1, =RAM + 0x100000
    br      x1
    .ltorg
