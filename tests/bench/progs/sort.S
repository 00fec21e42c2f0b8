/*
 * Benchmark: Shell's sort of pseudo-random numbers, all branches and memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn makes 1024 numbers, sorts them, and sums them up by place.
 */

#define COUNT   1024

    .text
    .global workload
workload:
    mov     x15, x0
    mov     x0, #0
    ldr     x5, =6364136223846793005
    ldr     x6, =1442695040888963407
    ldr     x1, =numbers
turn:
    mov     x4, #42
    mov     x2, #0
fill:
    madd    x4, x4, x5, x6
    lsr     x7, x4, #32
    str     w7, [x1, x2, lsl #2]
    add     x2, x2, #1
    cmp     x2, #COUNT
    b.ne    fill

    adr     x10, gaps
next_gap:
    ldrh    w11, [x10], #2
    cbz     w11, sorted
    mov     x2, x11                     /* x2: number to put in its place */
insert:
    ldr     w3, [x1, x2, lsl #2]
    mov     x8, x2
move:
    subs    x9, x8, x11
    b.lo    put
    ldr     w7, [x1, x9, lsl #2]
    cmp     w7, w3
    b.ls    put
    str     w7, [x1, x8, lsl #2]
    mov     x8, x9
    b       move
put:
    str     w3, [x1, x8, lsl #2]
    add     x2, x2, #1
    cmp     x2, #COUNT
    b.ne    insert
    b       next_gap

sorted:
    mov     x2, #0
    mov     x3, #0
sum:
    ldr     w7, [x1, x2, lsl #2]
    add     x2, x2, #1
    madd    x3, x7, x2, x3
    cmp     x2, #COUNT
    b.ne    sum

    ror     x0, x0, #1
    add     x0, x0, x3
    subs    x15, x15, #1
    b.ne    turn
    ret

gaps:
    .hword  364, 121, 40, 13, 4, 1, 0

    .bss
    .balign 64
numbers:
    .skip   COUNT * 4
