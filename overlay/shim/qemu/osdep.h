/*
 * The little of QEMU's osdep.h that pure C parts may use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef SHIM_OSDEP_H
#define SHIM_OSDEP_H

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
