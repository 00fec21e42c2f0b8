/*
 * The trace buffer's arithmetic: pointers, trigger counter, syndrome (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D6 describes a unit that takes one byte at a time.  Here the same
 * is done for as many bytes as nothing can happen between.  A device that
 * is enabled (R_YCHKJ) and has @n bytes of trace does:
 *
 *     while (n) {
 *         TRBESegment seg = trbe_next_segment(b, n);
 *
 *         if (!seg.length) {
 *             break;                       // R_YMVZL: n bytes are discarded
 *         }
 *         done = ...;                      // write, page by page; may fault
 *         events |= trbe_wrote(b, done);
 *         n -= done;
 *         if (done < seg.length) {
 *             b->sr = trbe_sr_fault(b->sr, &fault);
 *         }
 *     }
 *
 * and, when @events or trbe_detected_trigger() had TRBE_FLUSH, gives what the
 * trace unit still holds in the same way, then calls trbe_flush_complete().
 */

#ifndef HW_MISC_TRBE_BUFFER_H
#define HW_MISC_TRBE_BUFFER_H

#include "hw/registerfields.h"

/* D24.4.1 */
FIELD(TRBBASER, BASE, 12, 52)

/* D24.4.2 */
FIELD(TRBIDR, ALIGN, 0, 4)
FIELD(TRBIDR, P, 4, 1)
FIELD(TRBIDR, F, 5, 1)
FIELD(TRBIDR, ADDRMODE, 6, 2)
FIELD(TRBIDR, EA, 8, 4)
FIELD(TRBIDR, MPAM, 12, 4)
FIELD(TRBIDR, MAXBUFFSIZE, 32, 16)

/* D24.4.3.  XE, bit 6, is RES0 without FEAT_TRBE_EXT. */
FIELD(TRBLIMITR, E, 0, 1)
FIELD(TRBLIMITR, FM, 1, 2)
FIELD(TRBLIMITR, TM, 3, 2)
FIELD(TRBLIMITR, NVM, 5, 1)
FIELD(TRBLIMITR, XE, 6, 1)
FIELD(TRBLIMITR, LIMIT, 12, 52)

/* TRBLIMITR.FM; 0b10 is reserved, J1.3.4.11 takes it as wrap mode */
enum {
    TRBE_FM_FILL = 0,
    TRBE_FM_WRAP = 1,
    TRBE_FM_RESERVED = 2,
    TRBE_FM_CIRCULAR = 3,
};

/* TRBLIMITR.TM; 0b10 is reserved, J1.3.4.33 takes it as IRQ on trigger */
enum {
    TRBE_TM_STOP = 0,
    TRBE_TM_IRQ = 1,
    TRBE_TM_RESERVED = 2,
    TRBE_TM_IGNORE = 3,
};

/*
 * D24.4.7.  DAT, bit 23, is only in the external view, which FEAT_TRBE_EXT
 * has.  EA, bit 18, is RES0 from Armv9.3.
 */
FIELD(TRBSR, BSC, 0, 6)             /* EC 0x00 */
FIELD(TRBSR, FSC, 0, 6)             /* EC 0x24 and 0x25 */
FIELD(TRBSR, MSS, 0, 16)
FIELD(TRBSR, S, 17, 1)
FIELD(TRBSR, EA, 18, 1)
FIELD(TRBSR, WRAP, 20, 1)
FIELD(TRBSR, TRG, 21, 1)
FIELD(TRBSR, IRQ, 22, 1)
FIELD(TRBSR, EC, 26, 6)
FIELD(TRBSR, MSS2, 32, 24)
FIELD(TRBSR, DIRTYBIT, 37, 1)       /* these: of MSS2, EC 0x24 and 0x25 */
FIELD(TRBSR, OVERLAY, 38, 1)
FIELD(TRBSR, ASSUREDONLY, 39, 1)
FIELD(TRBSR, TOPLEVEL, 40, 1)

/* TRBSR.EC */
enum {
    TRBE_EC_OTHER = 0x00,
    TRBE_EC_GPC = 0x1e,
    TRBE_EC_IMPDEF = 0x1f,
    TRBE_EC_STAGE1 = 0x24,
    TRBE_EC_STAGE2 = 0x25,
};

/* TRBSR.BSC */
enum {
    TRBE_BSC_NOT_ALLOWED = 0,
    TRBE_BSC_FILLED = 1,
    TRBE_BSC_TRIGGER = 2,
    TRBE_BSC_MANUAL_STOP = 3,       /* FEAT_TRBE_EXT */
    TRBE_BSC_SIZE = 4,              /* for hypervisors */
};

/* TRBSR.FSC is as ESR_ELx.DFSC; those that are named in rules */
enum {
    TRBE_FSC_PERMISSION = 0x0c,     /* and the level */
    TRBE_FSC_EXTERNAL = 0x10,       /* on the write itself */
    TRBE_FSC_EXTERNAL_ASYNC = 0x11,
    TRBE_FSC_ALIGNMENT = 0x21,
};

/* What happened, besides in the registers */
enum {
    TRBE_WRAP = 1 << 0,             /* PMU event TRB_WRAP, 0x400C */
    TRBE_TRIG = 1 << 1,             /* PMU event TRB_TRIG, 0x400E */
    TRBE_FLUSH = 1 << 2,            /* flush the trace unit, then complete */
};

/**
 * TRBEBuffer: the registers that the arithmetic needs
 * @limitr: TRBLIMITR_EL1
 * @baser: TRBBASER_EL1
 * @ptr: TRBPTR_EL1
 * @sr: TRBSR_EL1; the interrupt follows its IRQ
 * @trg: TRBTRG_EL1.TRG
 */
typedef struct TRBEBuffer {
    uint64_t limitr;
    uint64_t baser;
    uint64_t ptr;
    uint64_t sr;
    uint32_t trg;
} TRBEBuffer;

typedef struct TRBESegment {
    uint64_t va;
    uint64_t length;
} TRBESegment;

/**
 * TRBEFault: why a byte could not be written
 * @ec: TRBE_EC_STAGE1, TRBE_EC_STAGE2 or TRBE_EC_GPC.  The last is for GPC
 *      faults other than a GPF; a GPF is of stage 1 or 2 (R_FSPBK).
 * @fsc: fault status code; does not matter with TRBE_EC_GPC
 * @external: External abort that is reported to the unit (D6.5.5.4, before
 *            Armv9.3), so that EA is set.  Leave it out for External aborts
 *            on walks, which are MMU faults (D6.5.5.3).
 * @dirty_bit, @overlay: of a Permission fault
 * @assured_only, @top_level: of a stage 2 Permission fault
 */
typedef struct TRBEFault {
    unsigned ec;
    unsigned fsc;
    bool external;
    bool dirty_bit;
    bool overlay;
    bool assured_only;
    bool top_level;
} TRBEFault;

/**
 * trbe_baser_write: what TRBBASER_EL1 holds after a write
 * @value: the value written
 * @granule_bits: log2 of the smallest implemented translation granule
 */
uint64_t trbe_baser_write(uint64_t value, unsigned granule_bits);

/**
 * trbe_limitr_write: what TRBLIMITR_EL1 holds after a write
 * @value: the value written
 * @granule_bits: log2 of the smallest implemented translation granule
 */
uint64_t trbe_limitr_write(uint64_t value, unsigned granule_bits);

/**
 * trbe_sr_write: what TRBSR_EL1 holds after a write
 * @value: the value written
 * @has_ea: false from Armv9.3, where TRBSR.EA is RES0
 */
uint64_t trbe_sr_write(uint64_t value, bool has_ea);

/* The Base pointer (R_JMPCB) and the Limit pointer (R_LLBBS). */
uint64_t trbe_base(const TRBEBuffer *b);
uint64_t trbe_limit(const TRBEBuffer *b);

/* R_MSPSD: whether the current write pointer is not out-of-range */
bool trbe_in_range(const TRBEBuffer *b);

/* R_FRHXV: whether collection is stopped; the unit is enabled. */
bool trbe_stopped(const TRBEBuffer *b);

/**
 * trbe_next_segment: where the next bytes go
 * @b: the registers
 * @bytes: bytes of trace that there are
 *
 * The segment ends where something happens after its last byte: the end of
 * the buffer, or a Trigger Event.  It can be longer than a page.
 *
 * An out-of-range pointer stops collection with EC 0x00 and BSC 0, "access
 * not allowed"; R_MGZWR leaves the choice.
 *
 * Returns: the address and length, at most @bytes.  A length of 0 means that
 * collection is stopped and all of @bytes are discarded (R_YMVZL).
 */
TRBESegment trbe_next_segment(TRBEBuffer *b, uint64_t bytes);

/**
 * trbe_wrote: account for bytes that are in memory
 * @b: the registers
 * @bytes: how many; at most the length of the last segment, less when the
 *         byte after them faulted.  TRBPTR_EL1 then is its address.
 *
 * Returns: TRBE_WRAP, TRBE_TRIG, TRBE_FLUSH as they apply
 */
unsigned trbe_wrote(TRBEBuffer *b, uint64_t bytes);

/**
 * trbe_detected_trigger: the trace unit signals a Detected Trigger
 * @b: the registers
 *
 * Returns: TRBE_TRIG, TRBE_FLUSH as they apply
 */
unsigned trbe_detected_trigger(TRBEBuffer *b);

/**
 * trbe_flush_complete: end of the flush that a Trigger Event began
 * @b: the registers
 *
 * What the trace unit held has been written before (I_MCGFL).  Collection
 * stops now, in Stop on trigger mode.
 */
void trbe_flush_complete(TRBEBuffer *b);

/**
 * trbe_sr_other: TRBSR_EL1 after an event that stops collection, EC 0x00
 * @sr: the old value
 * @bsc: TRBE_BSC_...
 */
uint64_t trbe_sr_other(uint64_t sr, unsigned bsc);

/**
 * trbe_sr_fault: TRBSR_EL1 after a write to the buffer faulted
 * @sr: the old value
 * @fault: the fault
 */
uint64_t trbe_sr_fault(uint64_t sr, const TRBEFault *fault);

#endif
