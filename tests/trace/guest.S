/*
 * Traced programs: start, vectors and handlers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The handlers are traced, too, when they run at a traced Exception level.
 */

#define GUEST_ASSEMBLY
#include "guest.h"

    .arch   armv8.5-a+sve

    .section .start, "ax"
    .global _start
_start:
    mrs     x0, mpidr_el1
    and     x0, x0, #0xff
    .global secondary
secondary:                              /* x0: number of this CPU */
    mov     x19, x0
    bl      stacks
    mov     x0, x19
    bl      guest_main
1:  wfi
    b       1b

/* SP of the current EL, for the CPU in x0 */
stacks:
    mrs     x2, currentel
    lsr     x2, x2, #2
    b       stack_top

/* x0: CPU, x2: EL -> SP */
stack_top:
    ldr     x1, =stack_memory
    add     x2, x2, x0, lsl #2
    add     x2, x2, #1
    add     x1, x1, x2, lsl #16
    mov     sp, x1
    ret

    .text
    .global enter
enter:
    stp     x29, x30, [sp, #-112]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    str     x0, [sp, #96]
    mrs     x3, currentel
    cmp     x3, #8
    b.hi    1f
    b.eq    2f
    msr     elr_el1, x1
    msr     spsr_el1, x2
    b       3f
1:  msr     elr_el3, x1
    msr     spsr_el3, x2
    b       3f
2:  msr     elr_el2, x1
    msr     spsr_el2, x2
3:  ldp     x19, x20, [x0]
    ldp     x21, x22, [x0, #16]
    ldp     x23, x24, [x0, #32]
    ldp     x25, x26, [x0, #48]
    ldp     x27, x28, [x0, #64]
    ldr     x29, [x0, #80]
    eret

leave:
    ldr     x0, [sp, #96]
    str     x19, [x0]
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #112
    ret

/*
 * Where the workload begins.  It runs as often as x23 says; handlers pass
 * CALL_EXIT on to the EL in x24.
 */
    .global workload_entry
    .balign 64
workload_entry:
    bl      workload
    subs    x23, x23, #1
    b.ne    workload_entry
    svc     #CALL_EXIT
    b       .

    .macro  save, el
    sub     sp, sp, #176
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, elr_el\el
    mrs     x1, spsr_el\el
    stp     x0, x1, [sp, #160]
    .endm

    .macro  restore, el
    ldp     x0, x1, [sp, #160]
    msr     elr_el\el, x0
    msr     spsr_el\el, x1
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    add     sp, sp, #176
    eret
    .endm

    .macro  handlers, el
    .balign 2048
    .global vectors_el\el
vectors_el\el:
    .set    slot, 0
    .rept   16
    .balign 128
    .if     slot == 0 || slot == 4 || slot == 8
    b       sync_el\el
    .elseif slot == 1 || slot == 5 || slot == 9
    b       irq_el\el
    .elseif slot == 2 || slot == 6 || slot == 10
    b       fiq_el\el
    .elseif slot == 3 || slot == 7 || slot == 11
    b       serror_el\el
    .else
    b       .
    .endif
    .set    slot, slot + 1
    .endr
    .balign 128

sync_el\el:
    save    \el
    mrs     x2, esr_el\el
    lsr     x3, x2, #26
    and     x4, x2, #0xffff
    cmp     x3, #0x15
    b.eq    call_el\el
    cmp     x3, #0x16
    b.eq    call_el\el
    cmp     x3, #0x17
    b.eq    smc_el\el
    cmp     x3, #0x20                   /* instruction abort */
    b.eq    caller_el\el
    cmp     x3, #0x21
    b.eq    caller_el\el
    cmp     x3, #0x22                   /* PC alignment */
    b.eq    caller_el\el
    cmp     x3, #0x0e                   /* illegal state */
    b.eq    illegal_el\el
    cmp     x3, #0x32                   /* software step */
    b.eq    step_el\el
    add     x0, x0, #4
    b       out_el\el

call_el\el:
    cmp     x4, #CALL_EXIT
    b.eq    exit_el\el
    .if     \el == 2
    cmp     x4, #CALL_SERROR
    b.ne    1f
    mrs     x3, hcr_el2
    orr     x3, x3, #(1 << 8)           /* VSE */
    msr     hcr_el2, x3
    b       out_el\el
    .endif
1:  cmp     x4, #CALL_ILLEGAL
    b.ne    2f
    orr     x1, x1, #(1 << 20)
    b       out_el\el
2:
    .if     \el == 1
    cmp     x4, #CALL_STEP
    b.ne    3f
    mov     x28, #7
    b       step_on_el\el
    .endif
3:  sub     x4, x4, #CALL_FUNCTION
    cmp     x4, #FUNCTIONS
    b.hs    out_el\el
    tbz     x29, #FLAG_IRQ, 4f
    msr     daifclr, #3
4:  adr     x3, function_table
    ldrsw   x4, [x3, x4, lsl #2]
    add     x3, x3, x4
    blr     x3
    msr     daifset, #3
    ldp     x0, x1, [sp, #160]
    b       out_el\el

smc_el\el:
    .if     \el == 3
    cmp     x4, #CALL_EXIT
    b.eq    exit_el\el
    .else
    add     x0, x0, #4                  /* HCR_EL2.TSC */
    .endif
    b       out_el\el

caller_el\el:
    ldr     x0, [sp, #152]
    b       out_el\el

illegal_el\el:
    and     x1, x1, #~(1 << 20)
    b       out_el\el

step_el\el:
    subs    x28, x28, #1
    b.gt    step_on_el\el
    mrs     x3, mdscr_el1
    and     x3, x3, #~1
    msr     mdscr_el1, x3
    b       out_el\el
step_on_el\el:
    orr     x1, x1, #(1 << 21)
    mrs     x3, mdscr_el1
    orr     x3, x3, #1
    msr     mdscr_el1, x3

out_el\el:
    stp     x0, x1, [sp, #160]
back_el\el:
    restore \el

exit_el\el:
    add     sp, sp, #176
    .if     \el < 3
    cmp     x24, #\el
    b.eq    leave
    .if     \el == 1
    cmp     x24, #2
    b.ne    1f
    hvc     #CALL_EXIT
1:
    .endif
    smc     #CALL_EXIT
    .endif
    b       leave

serror_el\el:
    save    \el
    b       back_el\el

irq_el\el:
    save    \el
    mrs     x2, s3_0_c12_c12_0          /* ICC_IAR1_EL1 */
    bl      rearm_el\el
    msr     s3_0_c12_c12_1, x2          /* ICC_EOIR1_EL1 */
    b       back_el\el

fiq_el\el:
    save    \el
    mrs     x2, s3_0_c12_c8_0           /* ICC_IAR0_EL1 */
    bl      rearm_el\el
    msr     s3_0_c12_c8_1, x2
    b       back_el\el

rearm_el\el:
    mul     x3, x19, x20
    ubfx    x4, x29, #FLAG_TIME, #16
    and     x3, x4, x3, lsr #40
    add     x3, x3, x29, lsr #FLAG_MIN  /* longer than handlers take */
    cmp     x2, #TIMER_VIRTUAL
    b.ne    1f
    msr     cntv_tval_el0, x3
    b       3f
1:  cmp     x2, #TIMER_EL1
    b.ne    2f
    msr     cntp_tval_el0, x3
    b       3f
2:
    .if     \el >= 2
    cmp     x2, #TIMER_EL2
    b.ne    3f
    msr     cnthp_tval_el2, x3
    .endif
3:  isb
    ret
    .ltorg
    .endm

    handlers 1
    handlers 2
    handlers 3

/* At the highest EL: nothing may happen to what is not traced. */
    .macro  vectors_of_top, el
    .balign 2048
    .global vectors_top\el
vectors_top\el:
    .set    slot, 0
    .rept   16
    .balign 128
    .if     slot == 8
    b       sync_el\el
    .elseif slot == 9
    b       irq_el\el
    .elseif slot == 10
    b       fiq_el\el
    .elseif slot == 11
    b       serror_el\el
    .else
    b       guest_surprise
    .endif
    .set    slot, slot + 1
    .endr
    .endm

    vectors_of_top 1
    vectors_of_top 2
    vectors_of_top 3

    .bss
    .balign 65536
    .global stack_memory
stack_memory:
    .skip   STACK_SIZE * 4 * MAX_CPUS
