/*
 * For asm/kvm.h
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "linux-headers/asm-arm64/sve_context.h"
