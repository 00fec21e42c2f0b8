/*
 * Benchmark: an integer loop with loads, stores and one branch either way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn fills a table of 512 words and goes 1000 times round the loop.
 */

    .text
    .global workload
workload:
    mov     x15, x0
    mov     x0, #0
    ldr     x5, =6364136223846793005    /* multiplier and increment of a */
    ldr     x6, =1442695040888963407    /* linear congruential generator */
    ldr     x1, =words
turn:
    mov     x2, #512
fill:
    sub     x2, x2, #1
    str     x2, [x1, x2, lsl #3]
    cbnz    x2, fill

    mov     x2, #1000
    mov     x3, #0
    mov     x4, #42
loop:
    madd    x4, x4, x5, x6
    lsr     x7, x4, #33
    and     x8, x7, #511
    ldr     x9, [x1, x8, lsl #3]
    eor     x9, x9, x4, ror #17
    str     x9, [x1, x8, lsl #3]
    tbz     x7, #20, 1f
    add     x3, x3, x9
    b       2f
1:  sub     x3, x3, x7
2:  subs    x2, x2, #1
    b.ne    loop

    ror     x0, x0, #1
    add     x0, x0, x3
    subs    x15, x15, #1
    b.ne    turn
    ret

    .bss
    .balign 64
words:
    .skip   512 * 8
