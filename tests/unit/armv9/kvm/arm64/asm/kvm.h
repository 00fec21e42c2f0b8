/*
 * The interface of KVM for arm64, on whatever the test is compiled for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "linux-headers/asm-arm64/kvm.h"
