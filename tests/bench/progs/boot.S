/*
 * Benchmark: starts a kernel, with -DTRACE after switching on the trace unit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * To QEMU this looks like a Linux kernel (Documentation/arch/arm64/booting),
 * so it comes here with a device tree in x0.  The true kernel is at KERNEL.
 * As that one changes the translation tables, the pointers to the trace
 * buffer are physical.
 */

#define KERNEL          0x42000000

    .section .start, "ax"
    .global _start
_start:
    b       1f
    .balign 8
    .quad   0x80000                     /* where to load, behind RAM's start */
    .quad   0x10000                     /* size */
    .quad   0xa                         /* flags: 4K pages, anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0
1:
#ifdef TRACE
    bl      trace_on
#endif
    ldr     x1, =KERNEL
    mov     x2, #0
    mov     x3, #0
    br      x1
