/*
 * Decode trace with OpenCSD, and compare the flow with what really ran
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     flow [OPTION]... TRACE [RECORD]
 *
 * TRACE is what flow-guest.c writes: a header, see trace-file.h, and the bytes
 * from the trace buffer.  RECORD is what record.c wrote for the same CPU; then
 * each traced instruction and exception must be in the trace, and no other.
 *
 *     --elf=FILE       the program; may be given again
 *     --alias=OFFSET   it is also to be seen that far from where it is
 *     --traced=MASK    Exception levels that are traced: bit n is ELn
 *     --filtered=MASK  levels that are not, by TRCVICTLR; all others are in a
 *                      Trace Prohibited region
 *     --moved=FROM:TO  a debugger moved the PC from FROM, before which is no
 *                      branch, to TO; may be given again
 *     --dump           print all elements
 *
 * The last line of the output is a summary as JSON.  The exit status is 0 when
 * trace and record agree.
 */

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <opencsd/c_api/opencsd_c_api.h>
#include <opencsd/ete/trc_pkt_types_ete.h>
#include <opencsd/ocsd_if_version.h>
#include "flow-compare.h"

#define MAX_ALIASES 8

#define TRCCONFIGR_CID  (1 << 6)
#define TRCCONFIGR_VMID (1 << 7)
#define TRFCR_EL2_CX    (1 << 3)

/* Additional tests of the program image came with OpenCSD 1.4. */
#if OCSD_VER_NUM >= 0x010400
#define EXTRA_CHECKS (OCSD_OPFLG_N_UNCOND_DIR_BR_CHK | \
                      OCSD_OPFLG_STRICT_N_UNCOND_BR_CHK | \
                      OCSD_OPFLG_CHK_RANGE_CONTINUE | \
                      ETM4_OPFLG_PKTDEC_AA64_OPCODE_CHK)
#else
#define EXTRA_CHECKS 0
#endif

static void timestamp(Flow *f, const ocsd_generic_trace_elem *g)
{
    if (!f->timestamps++) {
        f->first_time = g->timestamp;
    } else if (g->timestamp < f->last_time) {
        f->time_goes_back = true;
    }
    f->last_time = g->timestamp;
}
static ocsd_datapath_resp_t element(const void *opaque,
                                    const ocsd_trc_index_t at,
                                    const uint8_t chan,
                                    const ocsd_generic_trace_elem *g)
{
    Flow *f = (Flow *)opaque;
    char text[512];

    if (f->dump) {
        ocsd_gen_elem_str(g, text, sizeof(text));
        printf("%06" PRIx64 " %s\n", (uint64_t)at, text);
    }
    if (f->bad) {
        return f->dump ? OCSD_RESP_CONT : OCSD_RESP_FATAL_SYS_ERR;
    }
    switch (g->elem_type) {
    case OCSD_GEN_TRC_ELEM_INSTR_RANGE:
        flow_ran(f, at, g);
        break;
    case OCSD_GEN_TRC_ELEM_EXCEPTION:
        flow_exception(f, at, g);
        break;
    case OCSD_GEN_TRC_ELEM_PE_CONTEXT:
        flow_context(f, &g->context);
        break;
    case OCSD_GEN_TRC_ELEM_TRACE_ON:
        f->trace_ons++;
        f->trace_on = true;
        break;
    case OCSD_GEN_TRC_ELEM_NO_SYNC:
        f->no_syncs++;
        if (f->no_syncs > 1) {
            flow_differ(f, at, "synchronization is lost, reason %d",
                 g->unsync_eot_info);
        }
        break;
    case OCSD_GEN_TRC_ELEM_TIMESTAMP:
        timestamp(f, g);
        if (g->has_cc) {
            flow_cycles(f, g);
        }
        break;
    case OCSD_GEN_TRC_ELEM_CYCLE_COUNT:
        flow_cycles(f, g);
        break;
    case OCSD_GEN_TRC_ELEM_EVENT:
        f->events++;
        break;
    case OCSD_GEN_TRC_ELEM_EO_TRACE:
    case OCSD_GEN_TRC_ELEM_EXCEPTION_RET:
        break;
    default:
        ocsd_gen_elem_str(g, text, sizeof(text));
        flow_differ(f, at, "%s", text);
        break;
    }
    return OCSD_RESP_CONT;
}

static void die(const char *what, const char *name)
{
    fprintf(stderr, "flow: %s: %s\n", name, what);
    exit(2);
}

static void *load(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    uint8_t *data;
    long end;

    if (!file || fseek(file, 0, SEEK_END)) {
        die("cannot open it", name);
    }
    end = ftell(file);
    if (end < 0) {
        die("cannot tell its size", name);
    }
    rewind(file);
    data = malloc(end + 1);
    if (!data || fread(data, 1, end, file) != (size_t)end) {
        die("cannot read it", name);
    }
    fclose(file);
    *size = end;
    return data;
}

static uint64_t number(const char *text)
{
    uint64_t value;
    char rest;

    if (sscanf(text, "%" SCNi64 "%c", &value, &rest) != 1) {
        die("not a number", text);
    }
    return value;
}

static FlowMove move(char *text)
{
    char *to = strchr(text, ':');

    if (!to) {
        die("not FROM:TO", text);
    }
    *to++ = '\0';
    return (FlowMove) { number(text), number(to) };
}

/* The segments with code, also at the aliases */
static void add_elf(dcd_tree_handle_t tree, const char *name,
                    const uint64_t *aliases, int n_aliases)
{
    size_t size;
    uint8_t *data = load(name, &size);
    const Elf64_Ehdr *eh = (Elf64_Ehdr *)data;

    if (size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
        eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_machine != EM_AARCH64 ||
        eh->e_phoff + eh->e_phnum * sizeof(Elf64_Phdr) > size) {
        die("not an AArch64 ELF file", name);
    }
    for (int i = 0; i < eh->e_phnum; i++) {
        const Elf64_Phdr *ph = (Elf64_Phdr *)(data + eh->e_phoff) + i;

        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X) ||
            !ph->p_filesz) {
            continue;
        }
        if (ph->p_offset + ph->p_filesz > size) {
            die("a segment is not there", name);
        }
        for (int a = -1; a < n_aliases; a++) {
            uint64_t va = ph->p_vaddr + (a < 0 ? 0 : aliases[a]);

            if (ocsd_dt_add_buffer_mem_acc(tree, va, OCSD_MEM_SPACE_ANY,
                                           data + ph->p_offset,
                                           ph->p_filesz) != OCSD_OK) {
                die("OpenCSD does not take a segment", name);
            }
        }
    }
}

static dcd_tree_handle_t new_tree(const TraceHeader *head, Flow *f)
{
    const ocsd_ete_cfg config = {
        .reg_idr0 = head->trcidr0,
        .reg_idr1 = head->trcidr1,
        .reg_idr2 = head->trcidr2,
        .reg_idr8 = head->trcidr8,
        .reg_devarch = head->trcdevarch,
        .reg_configr = head->trcconfigr,
        .reg_traceidr = 0x10,
        .arch_ver = ARCH_AA64,
        .core_prof = profile_CortexA,
    };
    dcd_tree_handle_t tree = ocsd_create_dcd_tree(OCSD_TRC_SRC_SINGLE, 0);
    unsigned char id;

    if (!tree ||
        ocsd_dt_create_decoder(tree, OCSD_BUILTIN_DCD_ETE,
                               OCSD_CREATE_FLG_FULL_DECODER | EXTRA_CHECKS |
                               OCSD_OPFLG_PKTDEC_ERROR_BAD_PKTS |
                               OCSD_OPFLG_PKTDEC_HALT_BAD_PKTS,
                               &config, &id) != OCSD_OK ||
        ocsd_dt_set_gen_elem_outfn(tree, element, f) != OCSD_OK) {
        die("OpenCSD gives no decoder for these registers", "flow");
    }
    return tree;
}

static void decode(Flow *f, dcd_tree_handle_t tree, const uint8_t *bytes,
                   size_t size)
{
    ocsd_datapath_resp_t resp = OCSD_RESP_CONT;
    size_t done = 0;

    while (done < size && resp < OCSD_RESP_FATAL_NOT_INIT && !f->bad) {
        size_t part = size - done < 65536 ? size - done : 65536;
        uint32_t used = 0;

        resp = ocsd_dt_process_data(tree, OCSD_OP_DATA, done, part,
                                    bytes + done, &used);
        done += used;
        if (resp >= OCSD_RESP_WAIT && resp < OCSD_RESP_FATAL_NOT_INIT) {
            resp = ocsd_dt_process_data(tree, OCSD_OP_FLUSH, 0, 0, NULL, NULL);
        }
    }
    /* A full buffer may end in the middle of a packet. */
    if (!f->bad && !f->cut && resp < OCSD_RESP_FATAL_NOT_INIT) {
        resp = ocsd_dt_process_data(tree, OCSD_OP_EOT, 0, 0, NULL, NULL);
    }
    if (resp != OCSD_RESP_CONT && !f->bad) {
        char text[512] = "";
        ocsd_trc_index_t at = done;
        uint8_t chan;
        ocsd_err_t err = ocsd_get_last_err(&at, &chan, text, sizeof(text));

        flow_differ(f, at, "OpenCSD says %d, error %d: %s", resp, err, text);
    }
}

static void finish(Flow *f, size_t size)
{
    if (f->record && !f->bad) {
        const RecordEntry *e = flow_expected(f);

        if (e && !f->cut) {
            flow_differ(f, size, "trace ends, but more ran");
        }
    }
    if (f->record && f->bad) {
        flow_print_record(f);
    }
    printf("{\"types\": {");
    for (int i = 0, n = 0; i < 32; i++) {
        if (f->types[i]) {
            printf("%s\"%d\": %" PRIu64, n++ ? ", " : "", i, f->types[i]);
        }
    }
    printf("}, \"ok\": %s, \"opencsd\": \"%s\", \"bytes\": %zu, "
           "\"instructions\": %" PRIu64 ", \"exceptions\": %" PRIu64
           ", \"ranges\": %" PRIu64 ", \"trace_ons\": %" PRIu64
           ", \"no_syncs\": %" PRIu64 ", \"contexts\": %" PRIu64
           ", \"contextids\": %" PRIu64
           ", \"timestamps\": %" PRIu64 ", \"first_time\": %" PRIu64
           ", \"last_time\": %" PRIu64 ", \"time_goes_back\": %s"
           ", \"cycle_counts\": %" PRIu64 ", \"cycles\": %" PRIu64
           ", \"cycles_wrong\": %" PRIu64 ", \"events\": %" PRIu64
           ", \"moves\": %" PRIu64 "}\n",
           f->bad ? "false" : "true", ocsd_get_version_str(), size,
           f->instructions, f->exceptions, f->ranges, f->trace_ons,
           f->no_syncs, f->contexts, f->contexts_seen, f->timestamps,
           f->first_time, f->last_time, f->time_goes_back ? "true" : "false",
           f->cycle_counts, f->cycles, f->cycles_wrong, f->events, f->moved);
}

int main(int argc, char **argv)
{
    /* TRCRSR.TA is 1 when trace is enabled, as Linux has it. */
    Flow f = { .ta = true, .traced = 7 };
    const char *elfs[4], *files[2];
    uint64_t aliases[MAX_ALIASES];
    int n_elfs = 0, n_aliases = 0, n_files = 0;
    const TraceHeader *head;
    dcd_tree_handle_t tree;
    uint8_t *trace;
    size_t size;

    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (strncmp(argv[i], "--elf=", 6) == 0 && n_elfs < 4) {
            elfs[n_elfs++] = value + 1;
        } else if (strncmp(argv[i], "--alias=", 8) == 0 &&
                   n_aliases < MAX_ALIASES) {
            aliases[n_aliases++] = number(value + 1);
        } else if (strncmp(argv[i], "--traced=", 9) == 0) {
            f.traced = number(value + 1);
        } else if (strncmp(argv[i], "--filtered=", 11) == 0) {
            f.filtered = number(value + 1);
        } else if (strncmp(argv[i], "--moved=", 8) == 0 &&
                   f.n_moves < MAX_MOVES) {
            f.moves[f.n_moves++] = move(value + 1);
        } else if (strcmp(argv[i], "--dump") == 0) {
            f.dump = true;
        } else if (argv[i][0] != '-' && n_files < 2) {
            files[n_files++] = argv[i];
        } else {
            die("unknown, or one too many; see the head of flow.c", argv[i]);
        }
    }
    if (!n_files) {
        die("which TRACE?", "flow");
    }

    trace = load(files[0], &size);
    head = (TraceHeader *)trace;
    if (size < sizeof(*head) || head->magic != TRACE_MAGIC ||
        head->bytes > size - sizeof(*head)) {
        die("not a trace file", files[0]);
    }
    if (n_files == 2) {
        size_t bytes;

        f.record = load(files[1], &bytes);
        f.entries = bytes / sizeof(RecordEntry);
        if (head->run) {
            flow_skip_runs(&f, head, n_aliases ? aliases[0] : 0);
        }
    }
    f.cut = head->cut;

    if (head->trcconfigr & TRCCONFIGR_CID) {
        f.context_mask |= UINT32_MAX;
    }
    if ((head->trcconfigr & TRCCONFIGR_VMID) &&
        (head->trfcr_el2 & TRFCR_EL2_CX)) {
        f.context_mask |= (uint64_t)UINT32_MAX << 32;
    }
    if (head->wrapped) {
        Flow count = { .traced = f.traced };

        tree = new_tree(head, &count);
        for (int i = 0; i < n_elfs; i++) {
            add_elf(tree, elfs[i], aliases, n_aliases);
        }
        decode(&count, tree, trace + sizeof(*head), head->bytes);
        ocsd_destroy_dcd_tree(tree);
        if (f.record) {
            flow_skip_to_last(&f, count.instructions);
        }
    }
    tree = new_tree(head, &f);
    for (int i = 0; i < n_elfs; i++) {
        add_elf(tree, elfs[i], aliases, n_aliases);
    }
    decode(&f, tree, trace + sizeof(*head), head->bytes);
    finish(&f, head->bytes);
    ocsd_destroy_dcd_tree(tree);
    return f.bad;
}
