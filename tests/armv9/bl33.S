/*
 * What firmware enters: uses the registers of trace, prints them, powers off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Non-secure EL2, MMU off, on virt.  A line NAME=VALUE for each register; an
 * exception prints ESR_EL2 and ELR_EL2, and ends it, too.
 */

#define trblimitr_el1   s3_0_c9_c11_0
#define trbidr_el1      s3_0_c9_c11_7
#define trcdevarch      s2_1_c7_c15_6
#define trfcr_el1       s3_0_c1_c2_1
#define trfcr_el2       s3_4_c1_c2_1
#define PL011           0x09000000
#define SYSTEM_OFF      0x84000008

    .macro  print name, value
    adr     x0, 1f
    mov     x1, \value
    bl      print
    b       2f
1:  .asciz  "\name="
    .balign 4
2:
    .endm

    .macro  show name, reg
    mrs     x1, \reg
    print   \name, x1
    .endm

    .global _start
_start:
    adr     x0, vectors
    msr     vbar_el2, x0
    isb
    show    CURRENTEL, currentel
    show    ID_AA64DFR0_EL1, id_aa64dfr0_el1

    mov     x1, #3                  /* E0HTRE, E2TRE */
    msr     trfcr_el2, x1
    isb
    show    TRFCR_EL2, trfcr_el2
    mov     x1, #1
    msr     trfcr_el1, x1
    isb
    show    TRFCR_EL1, trfcr_el1
    show    TRBIDR_EL1, trbidr_el1
    ldr     x1, =0x12000
    msr     trblimitr_el1, x1
    show    TRBLIMITR_EL1, trblimitr_el1
    show    TRCDEVARCH, trcdevarch
off:
    ldr     x0, =SYSTEM_OFF
    smc     #0
    b       .

/* x0: text, x1: a number, printed with 16 digits */
print:
    ldr     x2, =PL011
1:  ldrb    w3, [x0], #1
    cbz     w3, 2f
    str     w3, [x2]
    b       1b
2:  mov     x4, #16
3:  ror     x1, x1, #60
    and     w3, w1, #15
    cmp     w3, #10
    add     w5, w3, #'0'
    add     w3, w3, #('a' - 10)
    csel    w3, w5, w3, lo
    str     w3, [x2]
    subs    x4, x4, #1
    b.ne    3b
    mov     w3, #'\n'
    str     w3, [x2]
    ret

    .balign 2048
vectors:
    .rept   16
    .balign 128
    b       trap
    .endr
    .balign 128
trap:
    show    ESR_EL2, esr_el2
    show    ELR_EL2, elr_el2
    b       off
    .ltorg
