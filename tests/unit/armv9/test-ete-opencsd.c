/*
 * The ETE packet encoder against OpenCSD's packet processor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sequences of elements, drawn from a seed, are encoded; OpenCSD takes the
 * bytes apart, and each of its packets must tell the elements that were meant.
 */

#include "qemu/osdep.h"
#include "ete-ops.h"
#include "tap.h"
#include <opencsd/c_api/opencsd_c_api.h>
#include <opencsd/ocsd_if_version.h>

#define SEQUENCES 40
#define OPS 10000
#define STREAM_BYTES (OPS * ETE_ENCODE_MAX_BYTES)

/* OpenCSD 1.3 calls Instrumentation packets unused encodings. */
#define HAVE_ITE (OCSD_VER_NUM >= 0x010400)

/* What a stream must decode to, and how far OpenCSD has come */
typedef struct Check {
    Decoded *expected;
    size_t count, seen;
    unsigned long packets;
    uint32_t contextid, vmid;
    bool bad;
    ocsd_etmv4_i_pkt exception;     /* waits for its address packet */
    bool pending;
} Check;

static void print_decoded(const char *what, const Decoded *e)
{
    printf("# %s kind %d value 0x%" PRIx64 " is %u type %u cycles %" PRId64
           " context 0x%x 0x%x %u%u%u%u\n", what, e->kind, e->value, e->is,
           e->type, e->cycles, e->contextid, e->vmid, e->el, e->ns, e->nse,
           e->sf);
}

static void next_is(Check *c, const Decoded *e)
{
    if (c->bad) {
        return;
    }
    if (c->seen < c->count && decoded_equal(e, &c->expected[c->seen])) {
        c->seen++;
        return;
    }
    c->bad = true;
    printf("# element %zu of %zu\n", c->seen, c->count);
    if (c->seen < c->count) {
        print_decoded("expected", &c->expected[c->seen]);
    }
    print_decoded("     got", e);
}

static void plain(Check *c, DecodedKind kind)
{
    next_is(c, &(Decoded) { .kind = kind });
}

static void address(Check *c, DecodedKind kind, const ocsd_etmv4_i_pkt *p,
                    unsigned type)
{
    next_is(c, &(Decoded) {
        .kind = kind,
        .value = p->v_addr.val,
        .is = p->v_addr_ISA,
        .type = type,
    });
}

/* As in OpenCSD's decoder, identifiers stay over Trace Info packets. */
static void context(Check *c, const ocsd_etmv4_i_pkt *p)
{
    if (p->context.updated_c) {
        c->contextid = p->context.ctxtID;
    }
    if (p->context.updated_v) {
        c->vmid = p->context.VMID;
    }
    next_is(c, &(Decoded) {
        .kind = D_CONTEXT,
        .contextid = c->contextid,
        .vmid = c->vmid,
        .el = p->context.EL,
        .ns = p->context.NS,
        .nse = p->context.NSE,
        .sf = p->context.SF,
    });
}

/* Exception packets are two of OpenCSD's: type, and then address. */
static void target(Check *c, const ocsd_etmv4_i_pkt *p, bool with_context)
{
    if (with_context) {
        context(c, p);
    }
    if (!c->pending) {
        address(c, D_TARGET, p, 0);
        return;
    }
    c->pending = false;
    if (c->exception.exception_info.addr_interp == ETE_TARGET_EXCEPTION) {
        address(c, D_TARGET, p, 0);
    }
    address(c, D_EXCEPTION, p, c->exception.exception_info.exceptionType);
}

static void no_address(Check *c, const ocsd_etmv4_i_pkt *p, DecodedKind kind)
{
    if (p->exception_info.addr_interp == ETE_TARGET_EXCEPTION) {
        plain(c, D_UNKNOWN_TARGET);
    }
    plain(c, kind);
}

/* The threshold is in the count already; an UNKNOWN count shows as 0. */
static void cycle_count(Check *c, const ocsd_etmv4_i_pkt *p)
{
    next_is(c, &(Decoded) {
        .kind = D_CYCLE_COUNT,
        .cycles = p->cycle_count ? (int64_t)p->cycle_count : -1,
    });
}

static void packet(Check *c, const ocsd_etmv4_i_pkt *p)
{
    bool is_target = (unsigned)p->type >= ETM4_PKT_I_ADDR_CTXT_L_32IS0 &&
                     (unsigned)p->type <= ETM4_PKT_I_ADDR_L_64IS1 &&
                     p->type != ETE_PKT_I_TS_MARKER;

    if (c->pending && !is_target) {
        printf("# an exception without its address\n");
        c->bad = true;
        return;
    }
    switch ((unsigned)p->type) {
    case ETM4_PKT_I_ASYNC:
        plain(c, D_ASYNC);
        break;
    case ETM4_PKT_I_TRACE_INFO:
        next_is(c, &(Decoded) {
            .kind = D_TRACE_INFO,
            .value = p->pkt_valid.bits.cc_thresh_valid ? p->cc_threshold : 0,
            .type = p->trace_info.val,
        });
        break;
    case ETM4_PKT_I_TRACE_ON:
        plain(c, D_TRACE_ON);
        break;
    case ETM4_PKT_I_DISCARD:
        plain(c, D_DISCARD);
        break;
    case ETM4_PKT_I_OVERFLOW:
        plain(c, D_OVERFLOW);
        break;
    case ETM4_PKT_I_IGNORE:
        plain(c, D_IGNORE);
        break;
    case ETM4_PKT_I_ATOM_F1:
    case ETM4_PKT_I_ATOM_F2:
    case ETM4_PKT_I_ATOM_F3:
    case ETM4_PKT_I_ATOM_F4:
    case ETM4_PKT_I_ATOM_F5:
    case ETM4_PKT_I_ATOM_F6:
        for (int i = 0; i < p->atom.num; i++) {
            next_is(c, &(Decoded) {
                .kind = D_ATOM,
                .value = p->atom.En_bits >> i & 1,
            });
        }
        break;
    case ETM4_PKT_I_CTXT:
        context(c, p);
        break;
    case ETM4_PKT_I_ADDR_CTXT_L_32IS0:
    case ETM4_PKT_I_ADDR_CTXT_L_32IS1:
    case ETM4_PKT_I_ADDR_CTXT_L_64IS0:
    case ETM4_PKT_I_ADDR_CTXT_L_64IS1:
        target(c, p, true);
        break;
    case ETM4_PKT_I_ADDR_MATCH:
    case ETM4_PKT_I_ADDR_S_IS0:
    case ETM4_PKT_I_ADDR_S_IS1:
    case ETM4_PKT_I_ADDR_L_32IS0:
    case ETM4_PKT_I_ADDR_L_32IS1:
    case ETM4_PKT_I_ADDR_L_64IS0:
    case ETM4_PKT_I_ADDR_L_64IS1:
        target(c, p, false);
        break;
    case ETE_PKT_I_SRC_ADDR_MATCH:
    case ETE_PKT_I_SRC_ADDR_S_IS0:
    case ETE_PKT_I_SRC_ADDR_S_IS1:
    case ETE_PKT_I_SRC_ADDR_L_32IS0:
    case ETE_PKT_I_SRC_ADDR_L_32IS1:
    case ETE_PKT_I_SRC_ADDR_L_64IS0:
    case ETE_PKT_I_SRC_ADDR_L_64IS1:
        address(c, D_SOURCE, p, 0);
        break;
    case ETM4_PKT_I_EXCEPT:
        c->exception = *p;
        c->pending = true;
        break;
    case ETE_PKT_I_PE_RESET:
        no_address(c, p, D_EXCEPTION);
        break;
    case ETE_PKT_I_TRANS_FAIL:
        no_address(c, p, D_TRANSACTION_FAILURE);
        break;
    case ETE_PKT_I_TRANS_ST:
        plain(c, D_TRANSACTION_START);
        break;
    case ETE_PKT_I_TRANS_COMMIT:
        plain(c, D_TRANSACTION_COMMIT);
        break;
    case ETM4_PKT_I_TIMESTAMP:
        next_is(c, &(Decoded) {
            .kind = D_TIMESTAMP,
            .value = p->ts.timestamp,
            .cycles = p->pkt_valid.bits.cc_valid ?
                      (int64_t)p->cycle_count : -1,
        });
        break;
    case ETE_PKT_I_TS_MARKER:
        plain(c, D_TIMESTAMP_MARKER);
        break;
    case ETM4_PKT_I_CCNT_F1:
    case ETM4_PKT_I_CCNT_F2:
    case ETM4_PKT_I_CCNT_F3:
        cycle_count(c, p);
        break;
    case ETM4_PKT_I_EVENT:
        next_is(c, &(Decoded) { .kind = D_EVENT, .value = p->event_val });
        break;
#if HAVE_ITE
    case ETE_PKT_I_ITE:
        next_is(c, &(Decoded) {
            .kind = D_INSTRUMENTATION,
            .value = p->ite_pkt.value,
            .type = p->ite_pkt.el,
        });
        break;
#endif
    default:
        printf("# packet of type 0x%x\n", p->type);
        c->bad = true;
        break;
    }
}

static ocsd_datapath_resp_t on_packet(const void *opaque,
                                      const ocsd_datapath_op_t op,
                                      const ocsd_trc_index_t index,
                                      const void *data)
{
    Check *c = (Check *)opaque;

    if (op == OCSD_OP_DATA && !c->bad) {
        c->packets++;
        packet(c, data);
        if (c->bad) {
            char text[512];

            ocsd_pkt_str(OCSD_PROTOCOL_ETMV4I, data, text, sizeof(text));
            printf("# at byte %" PRIu64 ": %s\n", (uint64_t)index, text);
        }
    }
    return OCSD_RESP_CONT;
}

/* Encode a sequence; returns the bytes.  The first packets synchronize. */
static size_t make_stream(Source *source, Check *c, uint8_t *buf)
{
    ETEPacketState s = { 0 };
    OpMemory m = { .context_unknown = true };
    size_t size = 0;

    for (int i = 0; i < OPS; i++) {
        Op op = { .kind = i == 0 ? OP_ASYNC : OP_TRACE_INFO };
        uint64_t rest;

        if (i > 1) {
            do {
                op = draw_op(source, &m);
            } while (op.kind == OP_INSTRUMENTATION && !HAVE_ITE);
        }
        rest = op.value;
        size += op_encode(&s, &op, &rest, buf + size, STREAM_BYTES - size);
        c->count += op_expect(&op, s.cc_threshold, rest,
                              c->expected + c->count);
    }
    return size;
}

/*
 * OpenCSD's C interface gives no packets of a decoder called "ETE" (1.3.3 and
 * 1.5.5); but the one for ETMv4 is the same, and an ETE by its version.
 */
static void test_sequence(int seed, unsigned long *packets)
{
    static uint8_t buf[STREAM_BYTES];
    static Decoded expected[OPS * OP_DECODED_MAX];
    static const ocsd_etmv4_cfg config = {
        /* COMMOPT, TSSIZE, TSMARK, ITE, TRCCCI */
        .reg_idr0 = 1u << 29 | 8u << 24 | 1u << 23 | 1u << 22 | 1u << 7,
        /* FEAT_ETEv1p3, for Instrumentation packets */
        .reg_idr1 = ETE_ARCH_VERSION << 8 | 3 << 4,
        /* CCSIZE of 20 bits, VMIDSIZE, CIDSIZE, IASIZE */
        .reg_idr2 = 8u << 25 | 4u << 10 | 4u << 5 | 8u,
        /* TS, VMID, CID, CCI */
        .reg_configr = 1u << 11 | 1u << 7 | 1u << 6 | 1u << 4,
        .arch_ver = ARCH_AA64,
        .core_prof = profile_CortexA,
    };
    Source source = { .x = 0x9e3779b97f4a7c15ull * (seed + 1) };
    Check c = { .expected = expected };
    size_t size = make_stream(&source, &c, buf);
    dcd_tree_handle_t tree = ocsd_create_dcd_tree(OCSD_TRC_SRC_SINGLE, 0);
    unsigned char id;
    uint32_t used = 0;
    bool ok = tree &&
        ocsd_dt_create_decoder(tree, OCSD_BUILTIN_DCD_ETMV4I,
                               OCSD_CREATE_FLG_PACKET_PROC, &config,
                               &id) == OCSD_OK &&
        ocsd_dt_attach_packet_callback(tree, id, OCSD_C_API_CB_PKT_SINK,
                                       (void *)on_packet, &c) == OCSD_OK;

    ok = ok && ocsd_dt_process_data(tree, OCSD_OP_DATA, 0, size, buf,
                                    &used) == OCSD_RESP_CONT;
    ok = ok && ocsd_dt_process_data(tree, OCSD_OP_EOT, 0, 0, NULL,
                                    NULL) == OCSD_RESP_CONT;
    tap_ok(ok && used == size && !c.bad && !c.pending && c.seen == c.count,
           "seed %d: %zu bytes, %zu of %zu elements in %lu packets", seed,
           size, c.seen, c.count, c.packets);
    *packets += c.packets;
    ocsd_destroy_dcd_tree(tree);
}

int main(void)
{
    unsigned long packets = 0;

    printf("# OpenCSD %s\n", ocsd_get_version_str());
    for (int seed = 0; seed < SEQUENCES; seed++) {
        test_sequence(seed, &packets);
    }
    tap_ok(packets >= 100000, "%lu packets", packets);
    return tap_done();
}
