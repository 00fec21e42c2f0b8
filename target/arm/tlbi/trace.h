/*
 * Trace events of the TLBI instructions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "trace/trace-target_arm_tlbi.h"
