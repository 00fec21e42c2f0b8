/*
 * Benchmark: the shortest loop there is, two instructions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn goes 10000 times round it.
 */

    .text
    .global workload
workload:
    mov     x1, #0
turn:
    mov     x2, #10000
1:  subs    x2, x2, #1
    b.ne    1b
    ror     x1, x1, #1
    add     x1, x1, #1
    subs    x0, x0, #1
    b.ne    turn
    mov     x0, x1
    ret
