/*
 * Put a state into the registers, run code, get the state back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef PEER_FP8_RUN_H
#define PEER_FP8_RUN_H

#define MAX_VL      64          /* bytes; 64 and the offsets in the assembly */
#define FPMR        "s3_3_c4_c4_2"

/* Everything that an instruction reads or writes; the assembly knows it. */
struct state {
    uint64_t fpmr, fpcr, fpsr, exceptions;
    uint8_t z[32 * MAX_VL] __attribute__((aligned(64)));
    uint8_t p[16 * (MAX_VL / 8)] __attribute__((aligned(64)));
} state __attribute__((aligned(64)));

#define LENGTH      8

uint32_t code[LENGTH + 1] __attribute__((aligned(64)));

/*
 * run(): the state into the registers, the code, and back.  An exception is
 * folded into state.exceptions, and the instruction is left out.
 */
void run(void);
extern const char peer_vectors[];

asm(".pushsection .text\n"
    ".arch armv8-a+sve2\n"
    ".balign 2048\n"
    "peer_vectors:\n"
    ".rept 16\n"
    ".balign 128\n"
    "b peer_exception\n"
    ".endr\n"
    ".balign 128\n"
    "peer_exception:\n"
    "stp x0, x1, [sp, #-32]!\n"
    "stp x2, x3, [sp, #16]\n"
    "adrp x0, state\n"
    "add x0, x0, :lo12:state\n"
    "mrs x2, esr_el1\n"
    "mrs x3, elr_el1\n"
    "ldr x1, [x0, #24]\n"
    "ror x1, x1, #57\n"
    "eor x1, x1, x2\n"
    "add x1, x1, x3, lsl #32\n"
    "str x1, [x0, #24]\n"
    "add x3, x3, #4\n"
    "msr elr_el1, x3\n"
    "ldp x2, x3, [sp, #16]\n"
    "ldp x0, x1, [sp], #32\n"
    "eret\n"

    "run:\n"
    "stp x29, x30, [sp, #-16]!\n"
    "adrp x0, state\n"
    "add x0, x0, :lo12:state\n"
    "add x1, x0, #64\n"                     /* z */
    "add x2, x1, #(32 * 64)\n"              /* p */
    ".set n, 0\n"
    ".irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "ldr p\\r, [x2, #\\r, mul vl]\n"
    ".endr\n"
    ".irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
    "24,25,26,27,28,29,30,31\n"
    "ldr z\\r, [x1, #\\r, mul vl]\n"
    ".endr\n"
    "ldp x3, x4, [x0]\n"
    "msr " FPMR ", x3\n"
    "msr fpcr, x4\n"
    "msr fpsr, xzr\n"
    "str xzr, [x0, #24]\n"
    "adrp x5, code\n"
    "add x5, x5, :lo12:code\n"
    "blr x5\n"
    "mrs x3, fpsr\n"
    "str x3, [x0, #16]\n"
    "mrs x3, " FPMR "\n"
    "str x3, [x0]\n"
    "msr fpcr, xzr\n"
    ".irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "str p\\r, [x2, #\\r, mul vl]\n"
    ".endr\n"
    ".irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
    "24,25,26,27,28,29,30,31\n"
    "str z\\r, [x1, #\\r, mul vl]\n"
    ".endr\n"
    "ldp x29, x30, [sp], #16\n"
    "ret\n"
    ".popsection\n");

#endif
