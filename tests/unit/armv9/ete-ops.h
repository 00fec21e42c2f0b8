/*
 * Calls of the ETE packet encoder as data, for tests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An op is one call of a function of ete-packet.h.  It can be made, told what
 * elements the bytes must decode to, and drawn from a source of numbers.
 */

#ifndef TESTS_UNIT_ARMV9_ETE_OPS_H
#define TESTS_UNIT_ARMV9_ETE_OPS_H

#include "target/arm/ete/ete-packet.h"
#include "ete-decode.h"

typedef enum OpKind {
    OP_ASYNC, OP_TRACE_INFO, OP_TRACE_ON, OP_DISCARD, OP_OVERFLOW, OP_IGNORE,
    OP_ATOMS, OP_OLD_ATOMS,
    OP_CONTEXT, OP_TARGET, OP_TARGET_CONTEXT, OP_SOURCE,
    OP_EXCEPTION, OP_EXCEPTION_CONTEXT, OP_PE_RESET,
    OP_TRANSACTION_START, OP_TRANSACTION_COMMIT, OP_TRANSACTION_FAILURE,
    OP_TIMESTAMP, OP_TIMESTAMP_MARKER, OP_CYCLE_COUNT, OP_EVENT,
    OP_INSTRUMENTATION,
    OP_KINDS
} OpKind;

typedef struct Op {
    OpKind kind;
    uint64_t value;     /* address, atoms, timestamp, count, events, Xn */
    uint32_t cycles;    /* also CYCT of Trace Info */
    unsigned is;
    unsigned type;      /* exception; CC and T of Trace Info; EL of TRCIT */
    unsigned e;         /* of Exception packets; 0 is as ETE_EXCEPTION */
    ETEContext context;
} Op;

/* The most elements of an op: 63 atoms */
#define OP_DECODED_MAX 64

static inline ETEExceptionElements op_e(const Op *op)
{
    return op->e == ETE_TARGET_EXCEPTION ? ETE_TARGET_EXCEPTION : ETE_EXCEPTION;
}

typedef size_t EncodeAtoms(uint64_t *atoms, uint8_t *buf, size_t room);

/* Strings of atoms have 1 for E here, to be read more easily. */
static inline uint64_t flip_atoms(uint64_t word)
{
    return word ^ ((1ull << (63 - __builtin_clzll(word))) - 1);
}

static inline size_t op_encode_atoms(EncodeAtoms *encode, uint64_t *word,
                                     uint8_t *buf, size_t room)
{
    uint64_t flipped = flip_atoms(*word);
    size_t size;

    ete_init_atoms();
    size = encode(&flipped, buf, room);
    *word = flip_atoms(flipped);
    return size;
}

/* Make the call.  @rest: the atoms that are left, in and out */
static inline size_t op_encode(ETEPacketState *s, const Op *op, uint64_t *rest,
                               uint8_t *buf, size_t room)
{
    switch (op->kind) {
    case OP_ASYNC:
        return ete_encode_async(buf, room);
    case OP_TRACE_INFO:
        return ete_encode_trace_info(s, op->type & ETE_INFO_CC, op->cycles,
                                     op->type & ETE_INFO_T, buf, room);
    case OP_TRACE_ON:
        return ete_encode_trace_on(buf, room);
    case OP_DISCARD:
        return ete_encode_discard(buf, room);
    case OP_OVERFLOW:
        return ete_encode_overflow(buf, room);
    case OP_IGNORE:
        return ete_encode_ignore(op->value, buf, room);
    case OP_ATOMS:
        return op_encode_atoms(ete_encode_atoms, rest, buf, room);
    case OP_OLD_ATOMS:
        return op_encode_atoms(ete_encode_old_atoms, rest, buf, room);
    case OP_CONTEXT:
        return ete_encode_context(s, &op->context, buf, room);
    case OP_TARGET:
        return ete_encode_target(s, op->value, op->is, buf, room);
    case OP_TARGET_CONTEXT:
        return ete_encode_target_context(s, op->value, op->is, &op->context,
                                         buf, room);
    case OP_SOURCE:
        return ete_encode_source(s, op->value, op->is, buf, room);
    case OP_EXCEPTION:
        return ete_encode_exception(s, op->type, op_e(op), op->value, op->is,
                                    NULL, buf, room);
    case OP_EXCEPTION_CONTEXT:
        return ete_encode_exception(s, op->type, op_e(op), op->value, op->is,
                                    &op->context, buf, room);
    case OP_PE_RESET:
        return ete_encode_pe_reset(s, op_e(op), buf, room);
    case OP_TRANSACTION_START:
        return ete_encode_transaction_start(buf, room);
    case OP_TRANSACTION_COMMIT:
        return ete_encode_transaction_commit(buf, room);
    case OP_TRANSACTION_FAILURE:
        return ete_encode_transaction_failure(s, op_e(op), buf, room);
    case OP_TIMESTAMP:
        return ete_encode_timestamp(s, op->value, op->cycles, buf, room);
    case OP_TIMESTAMP_MARKER:
        return ete_encode_timestamp_marker(buf, room);
    case OP_CYCLE_COUNT:
        return ete_encode_cycle_count(s, op->cycles, buf, room);
    case OP_EVENT:
        return ete_encode_event(op->value, buf, room);
    case OP_INSTRUMENTATION:
        return ete_encode_instrumentation(op->type, op->value, buf, room);
    default:
        abort();
    }
}

static inline void expect_context(Decoded *e, const ETEContext *context)
{
    *e = (Decoded) {
        .kind = D_CONTEXT,
        .contextid = context->contextid,
        .vmid = context->vmid,
        .el = context->el,
        .ns = context->security == ETE_NONSECURE ||
              context->security == ETE_REALM,
        .nse = context->security == ETE_ROOT || context->security == ETE_REALM,
        .sf = context->sf,
    };
}

static inline void expect_address(Decoded *e, DecodedKind kind, const Op *op)
{
    *e = (Decoded) {
        .kind = kind,
        .value = op->value - op->value % (op->is ? 2 : 4),
        .is = op->is,
        .type = kind == D_EXCEPTION ? op->type : 0,
    };
}

static inline size_t expect_atoms(Decoded *out, uint64_t word, uint64_t rest)
{
    int first = 0, last = 0;
    size_t n = 0;

    while (word >> first > 1) {
        first++;
    }
    while (rest >> last > 1) {
        last++;
    }
    for (int i = first - 1; i >= last; i--) {
        out[n++] = (Decoded) { .kind = D_ATOM, .value = word >> i & 1 };
    }
    return n;
}

/*
 * The elements that the bytes of an op must decode to.
 * @threshold: of the last Trace Info  @rest: atoms that are left after the op
 */
static inline size_t op_expect(const Op *op, uint32_t threshold, uint64_t rest,
                               Decoded *out)
{
    static const DecodedKind plain[OP_KINDS] = {
        [OP_ASYNC] = D_ASYNC, [OP_TRACE_ON] = D_TRACE_ON,
        [OP_DISCARD] = D_DISCARD, [OP_OVERFLOW] = D_OVERFLOW,
        [OP_TRANSACTION_START] = D_TRANSACTION_START,
        [OP_TRANSACTION_COMMIT] = D_TRANSACTION_COMMIT,
        [OP_TIMESTAMP_MARKER] = D_TIMESTAMP_MARKER,
    };
    size_t n = 0;

    switch (op->kind) {
    case OP_TRACE_INFO:
        out[n++] = (Decoded) {
            .kind = D_TRACE_INFO,
            .value = op->type & ETE_INFO_CC ? op->cycles : 0,
            .type = op->type,
        };
        break;
    case OP_IGNORE:
        while (n < op->value) {
            out[n++] = (Decoded) { .kind = D_IGNORE };
        }
        break;
    case OP_ATOMS:
    case OP_OLD_ATOMS:
        n = expect_atoms(out, op->value, rest);
        break;
    case OP_CONTEXT:
        expect_context(&out[n++], &op->context);
        break;
    case OP_TARGET_CONTEXT:
        expect_context(&out[n++], &op->context);
        /* fall through */
    case OP_TARGET:
        expect_address(&out[n++], D_TARGET, op);
        break;
    case OP_SOURCE:
        expect_address(&out[n++], D_SOURCE, op);
        break;
    case OP_EXCEPTION_CONTEXT:
        expect_context(&out[n++], &op->context);
        /* fall through */
    case OP_EXCEPTION:
        if (op_e(op) == ETE_TARGET_EXCEPTION) {
            expect_address(&out[n++], D_TARGET, op);
        }
        expect_address(&out[n++], D_EXCEPTION, op);
        break;
    case OP_PE_RESET:
    case OP_TRANSACTION_FAILURE:
        if (op_e(op) == ETE_TARGET_EXCEPTION) {
            out[n++] = (Decoded) { .kind = D_UNKNOWN_TARGET };
        }
        out[n++] = (Decoded) {
            .kind = op->kind == OP_PE_RESET ?
                    D_EXCEPTION : D_TRANSACTION_FAILURE,
        };
        break;
    case OP_TIMESTAMP:
        out[n++] = (Decoded) {
            .kind = D_TIMESTAMP,
            .value = op->value,
            .cycles = op->cycles < 1 << 20 ? (int64_t)op->cycles : -1,
        };
        break;
    case OP_CYCLE_COUNT:
        out[n++] = (Decoded) {
            .kind = D_CYCLE_COUNT,
            .cycles = op->cycles != ETE_CYCLES_UNKNOWN &&
                      op->cycles - threshold < 1 << 20 ?
                      (int64_t)op->cycles : -1,
        };
        break;
    case OP_EVENT:
        out[n++] = (Decoded) { .kind = D_EVENT, .value = op->value };
        break;
    case OP_INSTRUMENTATION:
        out[n++] = (Decoded) {
            .kind = D_INSTRUMENTATION,
            .value = op->value,
            .type = op->type,
        };
        break;
    default:
        out[n++] = (Decoded) { .kind = plain[op->kind] };
        break;
    }
    return n;
}

/* Bytes to draw from: an input, or pseudo-random ones without end */
typedef struct Source {
    const uint8_t *data;
    size_t size;
    uint64_t x;         /* 0: only @data, then zeros */
} Source;

static inline uint64_t draw(Source *source, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes--) {
        if (source->x) {
            source->x ^= source->x << 13;
            source->x ^= source->x >> 7;
            source->x ^= source->x << 17;
            value = value << 8 | (source->x >> 32 & 0xff);
        } else if (source->size) {
            value = value << 8 | *source->data++;
            source->size--;
        } else {
            value <<= 8;
        }
    }
    return value;
}

/*
 * What ops are drawn near to.
 * @any: what no trace unit does, too: an address before its context, A64 with
 *       IS1, AArch32 with addresses of 64 bits, a change between AArch64 and
 *       AArch32 without an address, cycle counts while they are not enabled,
 *       a threshold of 0
 */
typedef struct OpMemory {
    bool any;
    bool context_unknown;
    uint64_t address[4];
    uint64_t timestamp;
    ETEContext context;
    bool cc;
    uint32_t threshold;
} OpMemory;

/* An address from before, or one with its low bits changed, or a new one */
static inline uint64_t draw_address(Source *source, OpMemory *m)
{
    unsigned how = draw(source, 1);
    uint64_t va = m->address[how & 3];

    if (how & 0xc0) {
        unsigned bits = 1 + how % 64;

        va ^= draw(source, 8) >> (64 - bits);
    }
    if (!m->any && !m->context.sf) {
        va = (uint32_t)va;
    }
    memmove(m->address + 1, m->address, 3 * sizeof(va));
    m->address[0] = va;
    return va;
}

static inline void draw_context(Source *source, OpMemory *m)
{
    unsigned how = draw(source, 1);

    if (how & 1) {
        m->context.contextid = how & 2 ? draw(source, 4) : 0;
    }
    if (how & 4) {
        m->context.vmid = how & 8 ? draw(source, 4) : 0;
    }
    if (how & 16) {
        unsigned info = draw(source, 1);

        m->context.el = info & 3;
        m->context.security = info >> 2 & 3;
        m->context.sf = info >> 4 & 1;
    }
}

/* A string of atoms, with runs of one kind more often than not */
static inline uint64_t draw_atoms(Source *source)
{
    unsigned atoms = draw(source, 1) & 63;
    uint64_t bits = draw(source, 8);
    unsigned how = draw(source, 1);

    if (how & 1) {
        bits |= draw(source, 8);
    }
    if (how & 2) {
        bits |= draw(source, 8) | draw(source, 8);
    }
    if (how & 4) {
        bits = how & 8 ? 0x5555555555555555ull : ~bits;
    }
    return 1ull << atoms | (bits & ((1ull << atoms) - 1));
}

static inline uint32_t draw_cycles(Source *source)
{
    unsigned how = draw(source, 1);

    return how == 255 ? ETE_CYCLES_UNKNOWN : draw(source, 4) >> how % 32;
}

static inline void draw_address_op(Source *source, OpMemory *m, Op *op,
                                   unsigned how)
{
    if (!m->any && m->context_unknown) {
        if (op->kind == OP_EXCEPTION) {
            op->kind = OP_EXCEPTION_CONTEXT;
        } else if (op->kind == OP_TARGET || op->kind == OP_SOURCE) {
            op->kind = OP_TARGET_CONTEXT;
        }
    }
    if (op->kind == OP_CONTEXT || op->kind == OP_TARGET_CONTEXT ||
        op->kind == OP_EXCEPTION_CONTEXT) {
        bool sf = m->context.sf;

        draw_context(source, m);
        if (op->kind == OP_CONTEXT && !m->any && !m->context_unknown) {
            m->context.sf = sf;
        }
        m->context_unknown = false;
    }
    op->context = m->context;
    op->is = (m->any || !m->context.sf) && (how & 1);
    if (op->kind != OP_CONTEXT) {
        op->value = draw_address(source, m);
    }
}

static inline Op draw_op(Source *source, OpMemory *m)
{
    static const uint8_t types[] = {
        ETE_EXC_DEBUG_HALT, ETE_EXC_CALL, ETE_EXC_TRAP, ETE_EXC_SYSTEM_ERROR,
        ETE_EXC_INST_DEBUG, ETE_EXC_DATA_DEBUG, ETE_EXC_ALIGNMENT,
        ETE_EXC_INST_FAULT, ETE_EXC_DATA_FAULT, ETE_EXC_IRQ, ETE_EXC_FIQ,
        ETE_EXC_IMPDEF_0, ETE_EXC_IMPDEF_0 + 7,
    };
    Op op = { .kind = draw(source, 1) % OP_KINDS };
    unsigned how = draw(source, 1);

    if (op.kind == OP_CYCLE_COUNT && !m->any && !m->cc) {
        op.kind = OP_TRACE_ON;
    }
    switch (op.kind) {
    case OP_TRACE_INFO:
        op.type = how & (ETE_INFO_CC | ETE_INFO_T);
        op.cycles = draw(source, 2) & ETE_CYCT_MAX;
        op.cycles += !m->any && !op.cycles;
        m->cc = op.type & ETE_INFO_CC;
        m->threshold = m->cc ? op.cycles : 0;
        m->timestamp = 0;
        m->context_unknown = true;
        break;
    case OP_IGNORE:
        op.value = how % 16;
        break;
    case OP_ATOMS:
    case OP_OLD_ATOMS:
        op.value = draw_atoms(source);
        break;
    case OP_EXCEPTION:
    case OP_EXCEPTION_CONTEXT:
        op.type = types[draw(source, 1) % ARRAY_SIZE(types)];
        /* fall through */
    case OP_CONTEXT:
    case OP_TARGET:
    case OP_TARGET_CONTEXT:
    case OP_SOURCE:
        draw_address_op(source, m, &op, how);
        /* fall through */
    case OP_PE_RESET:
    case OP_TRANSACTION_FAILURE:
        op.e = how & 2 ? ETE_EXCEPTION : ETE_TARGET_EXCEPTION;
        break;
    case OP_TIMESTAMP:
        m->timestamp += draw(source, 8) >> how % 64;
        op.value = m->timestamp;
        op.cycles = m->any || m->cc ? draw_cycles(source) : ETE_CYCLES_UNKNOWN;
        break;
    case OP_CYCLE_COUNT:
        op.cycles = draw_cycles(source);
        if (op.cycles < m->threshold) {
            op.cycles += m->threshold;
        }
        break;
    case OP_EVENT:
        op.value = 1 + how % 15;
        break;
    case OP_INSTRUMENTATION:
        op.type = how & 3;
        op.value = draw(source, 8);
        break;
    default:
        break;
    }
    return op;
}

#endif
