/*
 * The Security states, as control bits and packets have them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_ETE_ETE_SECURITY_H
#define TARGET_ARM_ETE_ETE_SECURITY_H

/* NSE:NS of Context packets (D5.3), in the order of ARMSecuritySpace */
typedef enum ETESecurity {
    ETE_SECURE    = 0,
    ETE_NONSECURE = 1,
    ETE_ROOT      = 2,
    ETE_REALM     = 3,
} ETESecurity;

#endif
