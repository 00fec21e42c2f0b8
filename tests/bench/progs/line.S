/*
 * Benchmark: long stretches without a branch, 82 instructions in a loop.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn goes 200 times round it.
 */

    .text
    .global workload
workload:
    mov     x15, x0
    mov     x0, #0
turn:
    mov     x2, #200
    mov     x3, #0
    mov     x4, #42
1:
    .rept   20
    add     x3, x3, x4
    eor     x4, x4, x3, ror #7
    sub     x3, x3, x4, lsr #5
    add     x4, x4, #1
    .endr
    subs    x2, x2, #1
    b.ne    1b

    ror     x0, x0, #1
    add     x0, x0, x3
    subs    x15, x15, #1
    b.ne    turn
    ret
