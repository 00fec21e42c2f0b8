/*
 * A bare-metal guest that keeps using FPMR, to be stopped anywhere
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs at the exception level where the machine starts.
 *   x1   FPMR as last read
 *   x2   number of rounds
 *   x3   ID_AA64PFR2_EL1.FPMR
 *   x4   0, or 0xbad: FPMR did not read as it was written
 *   x5   FPMR as last written; never 0
 * Without FPMR, only the rounds are counted.
 */

#define FPMR            S3_3_C4_C4_2
#define ID_AA64PFR2_EL1 S3_0_C0_C4_2

#define FPMR_FIELDS     0x3fff7fc1ff
#define FPMR_OSM        (1 << 14)

        .global _start
_start:
        mov     x0, #(3 << 20)                  /* CPACR_EL1.FPEN */
        msr     cpacr_el1, x0
        isb
        mov     x1, #0
        mov     x2, #0
        mov     x4, #0
        mov     x5, #0
        ldr     x6, =FPMR_FIELDS
        ldr     x8, =0x9e3779b97f4a7c15         /* odd, no pattern */
        mrs     x3, ID_AA64PFR2_EL1
        ubfx    x3, x3, #32, #4

        .global round
round:
        add     x2, x2, #1
        cbz     x3, round
        mul     x5, x2, x8                      /* reach the high fields */
        and     x5, x5, x6
        orr     x5, x5, #FPMR_OSM
        .global write
write:
        msr     FPMR, x5
        mov     x7, #1000
hold:                                           /* most time is spent here */
        subs    x7, x7, #1
        b.ne    hold
        .global read
read:
        mrs     x1, FPMR
        cmp     x1, x5
        b.eq    round
        .global bad
bad:
        mov     x4, #0xbad
        b       .
