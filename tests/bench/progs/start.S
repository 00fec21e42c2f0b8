/*
 * Start code of the benchmark programs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For the virt board, one CPU, entered at EL1 with the MMU off.  Takes the
 * number of turns from the command line (-append N, through semihosting),
 * calls
 *
 *     workload        x0: turns -> x0: checksum; AAPCS64
 *
 * and prints "bench CHECKSUM TICKS", two 16 digit hexadecimal numbers, always
 * the same length so that printing costs the same.  TICKS is by how much
 * CNTVCT_EL0 went up meanwhile; with -icount shift=0 and the 1 GHz counter
 * of -cpu max these are the instructions executed.  With -DTRACE the workload
 * is traced, and "trace BYTES TRBSR" comes first.
 *
 * The MMU is on while the workload runs, as it is in an operating system:
 *
 *     0x40000000  RAM; EL1 reads, writes and executes
 *     0x80000000  the same RAM again; EL0 and EL1 read, EL0 executes
 */

#define RAM             0x40000000
#define GIB             0x40000000

/* Semihosting operations */
#define SYS_WRITE0      0x04
#define SYS_GET_CMDLINE 0x15
#define SYS_EXIT        0x18
#define APPLICATION_EXIT 0x20026

/* Block descriptors, level 1, 4 KiB granule: AF, inner shareable, Attr0 */
#define BLOCK           0x701
#define BLOCK_UXN       (1 << 54)
#define BLOCK_RO_ALL    (3 << 6)

/* 39 bit addresses below, none above; write-back tables; 36 bit out */
#define TCR             ((1 << 32) | (1 << 23) | 0x3500 | 25)
#define MAIR_NORMAL     0xff

    .section .start, "ax"
    .global _start
_start:
    ldr     x0, =stack_end
    mov     sp, x0
    adr     x0, vectors
    msr     vbar_el1, x0
    mov     x0, #(3 << 20)              /* CPACR_EL1.FPEN: no traps */
    msr     cpacr_el1, x0

    ldr     x0, =table
    ldr     x1, =(RAM | BLOCK | BLOCK_UXN)
    str     x1, [x0, #8 * (RAM / GIB)]
    ldr     x1, =(RAM | BLOCK | BLOCK_RO_ALL)
    str     x1, [x0, #8 * (RAM / GIB + 1)]
    msr     ttbr0_el1, x0
    ldr     x0, =TCR
    msr     tcr_el1, x0
    mov     x0, #MAIR_NORMAL
    msr     mair_el1, x0
    dsb     sy
    isb
    mrs     x0, sctlr_el1
    mov     x1, #0x1005                 /* M, C, I */
    orr     x0, x0, x1
    msr     sctlr_el1, x0
    isb

    bl      turns
#ifdef TRACE
    bl      trace_on
#endif
    isb
    mrs     x20, cntvct_el0
    bl      workload
    isb
    mrs     x21, cntvct_el0
    sub     x21, x21, x20
#ifdef TRACE
    bl      trace_off
    mov     x22, x0
    mov     x23, x2
    mov     x0, x1
    ldr     x1, =out_bytes
    bl      put_hex
    mov     x0, x23
    ldr     x1, =out_status
    bl      put_hex
    mov     x0, #SYS_WRITE0
    ldr     x1, =out_trace
    hlt     #0xf000
    mov     x0, x22
#endif

    ldr     x1, =out_checksum
    bl      put_hex
    mov     x0, x21
    ldr     x1, =out_ticks
    bl      put_hex
    ldr     x1, =out
    mov     x2, #0
finish:                                 /* x1: message, x2: exit status */
    mov     x0, #SYS_WRITE0
    hlt     #0xf000
    ldr     x1, =block
    ldr     x0, =APPLICATION_EXIT
    stp     x0, x2, [x1]
    mov     x0, #SYS_EXIT
    hlt     #0xf000
    b       .

/* The number that ends the command line, to x0. */
turns:
    ldr     x1, =block
    ldr     x2, =cmdline
    mov     x3, #(cmdline_end - cmdline)
    stp     x2, x3, [x1]
    mov     x0, #SYS_GET_CMDLINE
    hlt     #0xf000
    mov     x0, #0
    mov     x4, #10
1:  ldrb    w3, [x2], #1
    cbz     w3, 2f
    sub     w3, w3, #'0'
    cmp     w3, #10
    madd    x0, x0, x4, x3
    csel    x0, x0, xzr, lo
    b       1b
2:  ret

/* Write x0 as 16 digits to x1. */
put_hex:
    mov     x3, #16
1:  ror     x0, x0, #60
    and     w2, w0, #15
    cmp     w2, #10
    add     w4, w2, #('a' - 10)
    add     w2, w2, #'0'
    csel    w2, w2, w4, lo
    strb    w2, [x1], #1
    subs    x3, x3, #1
    b.ne    1b
    ret

/* No workload without vectors of its own takes an exception. */
    .balign 2048
vectors:
    .rept   16
    .balign 128
    ldr     x1, =surprise
    mov     x2, #1
    b       finish
    .endr

    .data
surprise:
    .asciz  "bench: unexpected exception\n"
out_trace:
    .ascii  "trace "
out_bytes:
    .ascii  "                 "
out_status:
    .asciz  "                \n"
out:
    .ascii  "bench "
out_checksum:
    .ascii  "                 "
out_ticks:
    .asciz  "                \n"

    .bss
    .balign 4096
table:
    .skip   4096
    .skip   8192
stack_end:
block:
    .skip   16
cmdline:
    .skip   1024
cmdline_end:
