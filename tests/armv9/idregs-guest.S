/*
 * A bare-metal guest that reads every ID register, again and again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * At TABLE it leaves the number of rounds it has made, then the registers in
 * the order of the list below.  Unlike feat-idregs.c it needs no semihosting,
 * which KVM does not have, and it can be migrated.
 */

#define TABLE   0x40200000

        .macro show op1, crm, op2
        mrs     x2, S3_\op1\()_C0_C\crm\()_\op2
        str     x2, [x1], #8
        .endm

        .global _start
_start:
        ldr     x0, =TABLE
        str     xzr, [x0]
round:
        add     x1, x0, #8
        show    0, 0, 0                         /* MIDR_EL1 */
        show    0, 0, 6                         /* REVIDR_EL1 */
        .irp    crm, 1, 2, 3, 4, 5, 6, 7
        .irp    op2, 0, 1, 2, 3, 4, 5, 6, 7
        show    0, \crm, \op2
        .endr
        .endr
        show    1, 0, 1                         /* CLIDR_EL1 */
        show    1, 0, 7                         /* AIDR_EL1 */
        show    3, 0, 1                         /* CTR_EL0 */
        ldr     x2, [x0]
        add     x2, x2, #1
        str     x2, [x0]
        b       round
