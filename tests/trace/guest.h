/*
 * What the parts of a traced program agree on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * guest.c runs at the highest Exception level and is never traced itself: it
 * sets up tables, interrupts and trace, enters workload() at an EL below, and
 * writes what is in the trace buffer to a file.  guest.S has the vectors of all
 * ELs, progen.py makes the workload.
 *
 * Memory, for EL1 and EL2 alike:
 *
 *     0                 devices, up to 2 GiB
 *     RAM               RAM; EL1 and EL2 read, write and execute
 *     RAM + 0x40000000  the same RAM; EL0 reads and executes
 *     RAM + 0x80000000  the same RAM; EL0 reads and writes
 *
 * The board is virt or, if SBSA_REF is defined, sbsa-ref.
 *
 * Registers that workloads and handlers share:
 *
 *     x19         state of the random numbers
 *     x20, x21    their factor and increment
 *     x22         how deep calls may still nest
 *     x25         an address with a watchpoint, if FLAG_STEP
 *     x26         an address that is not mapped
 *     x27         what to add to an address of code to write there
 *     x28         single steps that are left
 *     x29         FLAG_*, and the time to the next interrupt
 */

#ifndef TESTS_TRACE_GUEST_H
#define TESTS_TRACE_GUEST_H

#ifdef SBSA_REF
#define RAM             0x10000000000
#else
#define RAM             0x40000000
#endif
#define CODE_OF_EL0     0x40000000      /* to be added */
#define DATA_OF_EL0     0x80000000
#define NOT_MAPPED      0x1234567000

#define FLAG_IRQ        0               /* bit numbers */
#define FLAG_EL0        1
#define FLAG_EL1        2
#define FLAG_EL2        3
#define FLAG_SMC        4               /* EL3 or PSCI is there */
#define FLAG_HVC        5
#define FLAG_SEMIHOSTING 6
#define FLAG_STEP       7               /* all debug exceptions */
#define FLAG_SERROR     8
#define FLAG_PATCH      9               /* code may be changed */
#define FLAG_TIME       32              /* 16 bits: a mask for TVAL */
#define FLAG_MIN        48              /* 16 bits: its least value */

/* Immediates of SVC, HVC and SMC; others do nothing */
#define CALL_EXIT       0xe             /* back to guest.c */
#define CALL_STEP       0x55            /* SVC from EL0: single steps */
#define CALL_ILLEGAL    0x66            /* SVC: return with PSTATE.IL */
#define CALL_SERROR     0x77            /* HVC: a virtual SError */
#define CALL_FUNCTION   0x100           /* SVC: +n: the handler calls it */
#define FUNCTIONS       8

#define STACK_SIZE      0x10000
#define MAX_CPUS        4

/* INTIDs */
#define TIMER_EL2       26
#define TIMER_VIRTUAL   27
#define TIMER_EL1       30
#define TRBE_PPI        31

#ifndef GUEST_ASSEMBLY

#include <stdint.h>

extern const char workload_entry[], secondary[], breakpoint_here[];
extern const char vectors_el1[], vectors_el2[];
extern const char vectors_top1[], vectors_top2[], vectors_top3[];
extern char stack_memory[];

/**
 * enter: run at a lower Exception level until CALL_EXIT
 * @regs: X19 to X29; X19 goes back there
 * @elr: where
 * @spsr: PSTATE
 */
void enter(uint64_t *regs, uint64_t elr, uint64_t spsr);

#endif

#endif
