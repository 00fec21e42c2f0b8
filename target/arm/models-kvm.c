/*
 * CPU models in a QEMU that has KVM but not TCG
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Upstream's file with the models, tcg/cpu64.c, has nothing of TCG in it but
 * "max", which under KVM is the host.  What that would call is here.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "internals.h"

void aa32_max_features(ARMCPU *cpu)
{
    g_assert_not_reached();
}
