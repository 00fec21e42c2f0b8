/*
 * ETE trace packets: from elements to bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A function for each element of D4.3, which writes the smallest packet of
 * D5.3 that stands for it.  All of them take @buf, where to write, and @room,
 * how many bytes there are, and return the bytes written: 0 when the packet
 * does not fit whole, and then @buf and the state are as before.
 *
 * The trace unit does not speculate (TRCIDR8.MAXSPEC is 0), so that each P0
 * element commits at once and TRCIDR0.COMMOPT is 1; it has no Q elements.
 */

#ifndef TARGET_ARM_ETE_ETE_PACKET_H
#define TARGET_ARM_ETE_ETE_PACKET_H

#include "target/arm/ete/ete-security.h"

/* Header bytes, in the order of Table D5-3 */
enum {
    ETE_HDR_EXTENSION               = 0x00,
    ETE_HDR_TRACE_INFO              = 0x01,
    ETE_HDR_TIMESTAMP               = 0x02, /* | ETE_TIMESTAMP_N */
    ETE_HDR_TRACE_ON                = 0x04,
    ETE_HDR_EXCEPTION               = 0x06,
    ETE_HDR_INSTRUMENTATION         = 0x09,
    ETE_HDR_TRANSACTION_START       = 0x0a,
    ETE_HDR_TRANSACTION_COMMIT      = 0x0b,
    ETE_HDR_CYCLE_COUNT_2_0_SMALL   = 0x0c, /* unused: COMMOPT is 1 */
    ETE_HDR_CYCLE_COUNT_2_1         = 0x0d,
    ETE_HDR_CYCLE_COUNT_2_0_LARGE   = 0x0d, /* unused: COMMOPT is 1 */
    ETE_HDR_CYCLE_COUNT_1           = 0x0e,
    ETE_HDR_CYCLE_COUNT_1_UNKNOWN   = 0x0f,
    ETE_HDR_CYCLE_COUNT_3           = 0x10, /* | BB; 3_0, with AA, is unused */
    ETE_HDR_COMMIT                  = 0x2d, /* unused: MAXSPEC is 0 */
    ETE_HDR_CANCEL_1                = 0x2e, /* unused: no speculation */
    ETE_HDR_MISPREDICT              = 0x30, /* unused: no speculation */
    ETE_HDR_CANCEL_2                = 0x34, /* unused: no speculation */
    ETE_HDR_CANCEL_3                = 0x38, /* unused: no speculation */
    ETE_HDR_IGNORE                  = 0x70,
    ETE_HDR_EVENT                   = 0x70, /* | V3..V0, not 0 */
    ETE_HDR_CONTEXT_SAME            = 0x80,
    ETE_HDR_CONTEXT                 = 0x81,
    ETE_HDR_TARGET_CONTEXT_32_IS0   = 0x82,
    ETE_HDR_TARGET_CONTEXT_32_IS1   = 0x83,
    ETE_HDR_TARGET_CONTEXT_64_IS0   = 0x85,
    ETE_HDR_TARGET_CONTEXT_64_IS1   = 0x86,
    ETE_HDR_TIMESTAMP_MARKER        = 0x88,
    ETE_HDR_TARGET_EXACT_MATCH      = 0x90, /* | QE, 0 to 2 */
    ETE_HDR_TARGET_SHORT_IS0        = 0x95,
    ETE_HDR_TARGET_SHORT_IS1        = 0x96,
    ETE_HDR_TARGET_32_IS0           = 0x9a,
    ETE_HDR_TARGET_32_IS1           = 0x9b,
    ETE_HDR_TARGET_64_IS0           = 0x9d,
    ETE_HDR_TARGET_64_IS1           = 0x9e,
    ETE_HDR_Q_EXACT_MATCH           = 0xa0, /* unused: no Q elements */
    ETE_HDR_Q_SHORT_IS0             = 0xa5, /* and so these six */
    ETE_HDR_Q_SHORT_IS1             = 0xa6,
    ETE_HDR_Q_32_IS0                = 0xaa,
    ETE_HDR_Q_32_IS1                = 0xab,
    ETE_HDR_Q_COUNT                 = 0xac,
    ETE_HDR_Q                       = 0xaf,
    ETE_HDR_SOURCE_EXACT_MATCH      = 0xb0, /* | QE, 0 to 2 */
    ETE_HDR_SOURCE_SHORT_IS0        = 0xb4,
    ETE_HDR_SOURCE_SHORT_IS1        = 0xb5,
    ETE_HDR_SOURCE_32_IS0           = 0xb6,
    ETE_HDR_SOURCE_32_IS1           = 0xb7,
    ETE_HDR_SOURCE_64_IS0           = 0xb8,
    ETE_HDR_SOURCE_64_IS1           = 0xb9,
    ETE_HDR_ATOM_6                  = 0xc0, /* | ETE_ATOM_6_A | COUNT */
    ETE_HDR_ATOM_5_2                = 0xd4, /* | 1 to 3 */
    ETE_HDR_ATOM_2                  = 0xd8,
    ETE_HDR_ATOM_4                  = 0xdc,
    ETE_HDR_ATOM_5_1                = 0xf5,
    ETE_HDR_ATOM_1                  = 0xf6,
    ETE_HDR_ATOM_3                  = 0xf8,
};

/* The byte after ETE_HDR_EXTENSION */
enum {
    ETE_EXT_ASYNC                   = 0x00,
    ETE_EXT_DISCARD                 = 0x03,
    ETE_EXT_OVERFLOW                = 0x05,
};

/* Fields in packets */
enum {
    ETE_ASYNC_END                   = 0x80, /* D5.3.1: the last of 12 bytes */
    ETE_CONTINUE                    = 0x80, /* C0, C1: one more byte follows */
    ETE_CONTINUE_BITS               = 7,
    ETE_ATOM_6_A                    = 0x20, /* the last atom is N */
    ETE_ATOM_6_MIN                  = 3,    /* E atoms before the last atom */
    ETE_ATOM_6_MAX                  = 23,
    ETE_CONTEXT_EL                  = 0x03,
    ETE_CONTEXT_NSE                 = 0x08,
    ETE_CONTEXT_SF                  = 0x10,
    ETE_CONTEXT_NS                  = 0x20,
    ETE_CONTEXT_V                   = 0x40, /* VMID follows */
    ETE_CONTEXT_C                   = 0x80, /* CONTEXTID follows, after VMID */
    ETE_CYCLE_COUNT_2_1_ONES        = 0xf0,
    ETE_CYCLE_COUNT_2_MAX           = 0x0f,
    ETE_CYCLE_COUNT_3_MAX           = 0x03,
    ETE_CYCLE_COUNT_MAX             = 0xfffff, /* of format 1 and Timestamp */
    ETE_EVENT_ALL                   = 0x0f,
    ETE_EXCEPTION_TYPE_SHIFT        = 1,
    ETE_EXCEPTION_E0                = 0x01,
    ETE_EXCEPTION_E1                = 0x40,
    ETE_EXCEPTION_NO_ADDRESS        = 0x70, /* PE Reset, Transaction Failure */
    ETE_INSTRUMENTATION_EL          = 0x03,
    ETE_TIMESTAMP_N                 = 0x01, /* a cycle count follows */
    ETE_TIMESTAMP_BYTES             = 9,
    ETE_TRACE_INFO_INFO             = 0x01, /* PLCTL: which sections follow */
    ETE_TRACE_INFO_SPEC             = 0x04, /* unused: MAXSPEC is 0 */
    ETE_TRACE_INFO_CYCT             = 0x08,
    ETE_INFO_CC                     = 0x01, /* in the INFO section */
    ETE_INFO_T                      = 0x40,
    ETE_CYCT_MAX                    = 0xfff,
};

/* The most bytes that a function writes */
enum {
    ETE_ASYNC_BYTES                 = 12,
    ETE_ATOMS_MAX_BYTES             = 21, /* of 63 atoms: all in format 3 */
    ETE_INSTRUMENTATION_BYTES       = 10,
    ETE_TIMESTAMP_MAX_BYTES         = 13,
    ETE_TARGET_MAX_BYTES            = 9,
    ETE_TARGET_CONTEXT_MAX_BYTES    = 18,
    ETE_EXCEPTION_MAX_BYTES         = 21, /* Context, then Exception */
    ETE_ENCODE_MAX_BYTES            = 21, /* any of them */
};

/* Table D5-1: A64 and A32 are IS0, T32 is IS1. */
typedef enum ETESubISA {
    ETE_IS0 = 0,
    ETE_IS1 = 1,
} ETESubISA;

/* TYPE of Exception packets (D5.3.26); what is not named is reserved */
typedef enum ETEExceptionType {
    ETE_EXC_PE_RESET            = 0x00, /* ete_encode_pe_reset() */
    ETE_EXC_DEBUG_HALT          = 0x01,
    ETE_EXC_CALL                = 0x02,
    ETE_EXC_TRAP                = 0x03,
    ETE_EXC_SYSTEM_ERROR        = 0x04,
    ETE_EXC_INST_DEBUG          = 0x06,
    ETE_EXC_DATA_DEBUG          = 0x07,
    ETE_EXC_ALIGNMENT           = 0x0a,
    ETE_EXC_INST_FAULT          = 0x0b,
    ETE_EXC_DATA_FAULT          = 0x0c,
    ETE_EXC_IRQ                 = 0x0e,
    ETE_EXC_FIQ                 = 0x0f,
    ETE_EXC_IMPDEF_0            = 0x10, /* to 0x17 */
    ETE_EXC_TRANSACTION_FAILURE = 0x18, /* ete_encode_transaction_failure() */
} ETEExceptionType;

/* E of Exception packets: the elements that the packet stands for */
typedef enum ETEExceptionElements {
    ETE_EXCEPTION        = 1, /* Exception */
    ETE_TARGET_EXCEPTION = 2, /* Target Address, then Exception from there */
} ETEExceptionElements;

/**
 * ETEContext: what a Context element says
 * @contextid: CONTEXTIDR_EL1, 0 while Context identifiers are not traced
 * @vmid: CONTEXTIDR_EL2, 0 while Virtual context identifiers are not traced
 * @el: exception level, 0 to 3
 * @security: an ETESecurity
 * @sf: AArch64 state
 */
typedef struct ETEContext {
    uint32_t contextid;
    uint32_t vmid;
    uint8_t el;
    uint8_t security;
    bool sf;
} ETEContext;

#define ETE_ADDRESS_HISTORY 3

/**
 * ETEPacketState: what packets are compressed against
 * @history: the address history buffer, the latest first, with the sub_isa in
 *           bit 0 (D4.5.12.3)
 * @timestamp: value of the last Timestamp packet
 * @context: value of the last Context element, be it from before Trace Info
 * @context_unknown: there was a Trace Info packet since then
 * @cc_threshold: the cycle count threshold that Trace Info told
 *
 * All zero before the first Trace Info packet, which is to be the first.
 */
typedef struct ETEPacketState {
    uint64_t history[ETE_ADDRESS_HISTORY];
    uint64_t timestamp;
    ETEContext context;
    bool context_unknown;
    uint32_t cc_threshold;
} ETEPacketState;

/* A cycle count that is not known, or was too large for the counter */
#define ETE_CYCLES_UNKNOWN UINT32_MAX

/*
 * A string of up to 63 Atom elements in a word: the highest 1 is a sentinel,
 * after it come the atoms from the oldest down to the newest in bit 0, 0 for
 * E and 1 for N: an E atom, of which there are more, is added by no more than a
 * shift to the left.  The string is full when bit 63 is 1, that is when the
 * word is negative; it is never 0.
 */
#define ETE_NO_ATOMS   1ull
#define ETE_ATOMS_FULL (1ull << 63)
/* Atoms that ete_encode_old_atoms() keeps at most */
#define ETE_ATOMS_KEEP 23

/**
 * ete_init_atoms: make the table of atoms
 *
 * Before the first of the functions below; again does nothing.  It takes
 * 140 thousand instructions, which a CPU that cannot trace does not need.
 */
void ete_init_atoms(void);

/**
 * ete_encode_atoms: all of a string of Atom elements
 * @atoms: the string; ETE_NO_ATOMS afterwards
 *
 * Up to ETE_ATOMS_MAX_BYTES.  An empty string needs 0 bytes, and so fits.
 */
size_t ete_encode_atoms(uint64_t *atoms, uint8_t *buf, size_t room);

/**
 * ete_encode_old_atoms: those Atom elements whose packets are certain
 * @atoms: the string; the up to ETE_ATOMS_KEEP newest atoms afterwards
 *
 * For a full string: atoms to come may go into one packet with the newest
 * ones, Format 6 has up to 24.  Up to ETE_ATOMS_MAX_BYTES; with
 * ETE_ATOMS_KEEP atoms or less there is nothing to write, which fits.
 */
size_t ete_encode_old_atoms(uint64_t *atoms, uint8_t *buf, size_t room);

/* Alignment Synchronization packet; R_VRKLP: it precedes Trace Info. */
size_t ete_encode_async(uint8_t *buf, size_t room);

/**
 * ete_encode_trace_info: Trace Info element; resets what is compressed against
 * @s: packet state, which may hold anything before
 * @cc: cycle counting is enabled
 * @cc_threshold: TRCCCCTLR.THRESHOLD, 12 bits; does not matter without @cc
 * @transactional: R_WJJNK, in a transaction whose start was traced
 */
size_t ete_encode_trace_info(ETEPacketState *s, bool cc, uint32_t cc_threshold,
                             bool transactional, uint8_t *buf, size_t room);

/* Trace On element */
size_t ete_encode_trace_on(uint8_t *buf, size_t room);

/* Discard element; the state needs a Trace Info before more is traced. */
size_t ete_encode_discard(uint8_t *buf, size_t room);

/* Overflow element; the state needs a Trace Info before more is traced. */
size_t ete_encode_overflow(uint8_t *buf, size_t room);

/* @count Ignore packets, to fill @buf up to a boundary; none is 0 bytes. */
size_t ete_encode_ignore(size_t count, uint8_t *buf, size_t room);

/* Context element */
size_t ete_encode_context(ETEPacketState *s, const ETEContext *context,
                          uint8_t *buf, size_t room);

/**
 * ete_encode_target: Target Address element
 * @s: packet state
 * @va: the address; bits that the instruction set ignores (R_FSWRC) may be set
 * @is: sub_isa of the instructions there
 */
size_t ete_encode_target(ETEPacketState *s, uint64_t va, ETESubISA is,
                         uint8_t *buf, size_t room);

/* Context and Target Address elements, in one packet or in two */
size_t ete_encode_target_context(ETEPacketState *s, uint64_t va, ETESubISA is,
                                 const ETEContext *context,
                                 uint8_t *buf, size_t room);

/* Source Address element: the taken P0 instruction at @va */
size_t ete_encode_source(ETEPacketState *s, uint64_t va, ETESubISA is,
                         uint8_t *buf, size_t room);

/**
 * ete_encode_exception: Exception element, with what comes before it
 * @s: packet state
 * @type: neither ETE_EXC_PE_RESET nor ETE_EXC_TRANSACTION_FAILURE
 * @e: whether a Target Address element of the same address comes before it
 * @va: preferred exception return address
 * @is: sub_isa of the instructions there
 * @context: a Context element that comes before it (R_XGXKK), or NULL: the
 *           context that the exception is taken from, not that of its handler
 *
 * In one packet or, where that is smaller, in two.
 */
size_t ete_encode_exception(ETEPacketState *s, ETEExceptionType type,
                            ETEExceptionElements e, uint64_t va, ETESubISA is,
                            const ETEContext *context,
                            uint8_t *buf, size_t room);

/* Exception element PE Reset, whose address is UNKNOWN */
size_t ete_encode_pe_reset(ETEPacketState *s, ETEExceptionElements e,
                           uint8_t *buf, size_t room);

/* Transaction Start element */
size_t ete_encode_transaction_start(uint8_t *buf, size_t room);

/* Transaction Commit element */
size_t ete_encode_transaction_commit(uint8_t *buf, size_t room);

/* Transaction Failure element, whose address is UNKNOWN */
size_t ete_encode_transaction_failure(ETEPacketState *s,
                                      ETEExceptionElements e,
                                      uint8_t *buf, size_t room);

/**
 * ete_encode_timestamp: Timestamp element
 * @s: packet state
 * @timestamp: the value, 0 if UNKNOWN
 * @cycles: since the last Cycle Count element, when cycle counting is enabled;
 *          ETE_CYCLES_UNKNOWN, and what does not fit in 20 bits, is left out
 */
size_t ete_encode_timestamp(ETEPacketState *s, uint64_t timestamp,
                            uint32_t cycles, uint8_t *buf, size_t room);

/* Timestamp Marker element; only when TRCIDR0.TSMARK is 1 */
size_t ete_encode_timestamp_marker(uint8_t *buf, size_t room);

/**
 * ete_encode_cycle_count: Cycle Count element
 * @s: packet state
 * @cycles: since the last one, at least the threshold that Trace Info told;
 *          UNKNOWN as for ete_encode_timestamp()
 */
size_t ete_encode_cycle_count(const ETEPacketState *s, uint32_t cycles,
                              uint8_t *buf, size_t room);

/* Event elements of ETEEvents 3 to 0, one for each bit of @events, not 0 */
size_t ete_encode_event(unsigned events, uint8_t *buf, size_t room);

/* Instrumentation element (FEAT_ITE): @el of the TRCIT, @value of its Xn */
size_t ete_encode_instrumentation(unsigned el, uint64_t value,
                                  uint8_t *buf, size_t room);

#endif
