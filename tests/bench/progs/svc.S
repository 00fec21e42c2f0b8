/*
 * Benchmark: exceptions, EL0 to EL1 and back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn is 100 SVC instructions; the handler looks at the syndrome and adds
 * it up, then returns.
 */

#define GIB     0x40000000              /* EL0's view of RAM is above ours */

    .text
    .global workload
workload:
    ldr     x1, =vectors
    msr     vbar_el1, x1
    isb
    mov     x15, x0
    mov     x0, #0
    mov     x3, #0
    adr     x1, el0
    mov     x2, #GIB
    add     x1, x1, x2
    msr     elr_el1, x1
    mov     x1, #0x3c0                  /* EL0, no interrupts */
    msr     spsr_el1, x1
    eret

el0:
    mov     x2, #50
1:  svc     #1
    svc     #2
    subs    x2, x2, #1
    b.ne    1b
    subs    x15, x15, #1
    b.ne    el0
    svc     #0

    .balign 2048
vectors:
    .skip   0x400                       /* Synchronous, from a lower EL */
    mrs     x4, esr_el1
    and     x5, x4, #0xffff
    cbz     x5, 1f
    ror     x0, x0, #1
    add     x0, x0, x4
    eret
1:  ret
    .balign 2048
