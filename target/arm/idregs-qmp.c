/*
 * The ID registers of a CPU for the monitor: x-query-arm-idregs, info idregs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-cpu-target.h"
#include "qobject/qdict.h"
#include "monitor/hmp.h"
#include "monitor/hmp-target.h"
#include "monitor/monitor.h"
#include "cpu.h"
#include "target/arm/idregs-cpu.h"

static ArmIdRegister *idreg_info(ARMCPU *cpu, unsigned index)
{
    const IDReg *reg = &idregs[index];
    ArmIdRegister *info = g_new0(ArmIdRegister, 1);
    ARMCPUIDReg value;

    info->name = g_strdup(reg->name);
    info->encoding = g_new0(ArmSysRegEncoding, 1);
    info->encoding->op0 = reg->op0;
    info->encoding->op1 = reg->op1;
    info->encoding->crn = reg->crn;
    info->encoding->crm = reg->crm;
    info->encoding->op2 = reg->op2;

    arm_cpu_get_idreg(cpu, index, &value);
    info->present = value.present;
    info->host = value.host;
    info->has_writable_mask = cpu->idregs != NULL;
    info->writable_mask = value.writable;
    info->requested = value.requested;
    info->result = value.value;
    return info;
}

ArmIdRegisterList *qmp_x_query_arm_idregs(bool has_cpu_index,
                                          int64_t cpu_index, Error **errp)
{
    ArmIdRegisterList *head = NULL, **tail = &head;
    CPUState *cs = NULL;
    ARMCPU *cpu;

    if (!has_cpu_index) {
        if (!first_cpu) {
            return NULL;            /* -machine none */
        }
        cpu_index = first_cpu->cpu_index;
    }
    if (cpu_index >= 0 && cpu_index <= INT_MAX) {
        cs = qemu_get_cpu(cpu_index);
    }
    if (!cs) {
        error_setg(errp, "There is no CPU with index %" PRId64, cpu_index);
        return NULL;
    }
    cpu = ARM_CPU(cs);
    if (!arm_feature(&cpu->env, ARM_FEATURE_AARCH64)) {
        g_autofree char *model = cpu_model_from_type(
            object_get_typename(OBJECT(cpu)));

        error_setg(errp, "CPU %" PRId64 " (%s) has no AArch64 ID registers",
                   cpu_index, model);
        return NULL;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        QAPI_LIST_APPEND(tail, idreg_info(cpu, i));
    }
    return head;
}

static void print_encoding(Monitor *mon, const ArmSysRegEncoding *e)
{
    monitor_printf(mon, "S%d_%d_C%d_C%d_%d", e->op0, e->op1, e->crn, e->crm,
                   e->op2);
}

/* Host, writable mask and request say something only if a host was asked. */
static void print_register(Monitor *mon, const ArmIdRegister *info)
{
    monitor_printf(mon, "%-17s ", info->name);
    print_encoding(mon, info->encoding);
    if (!info->present) {
        monitor_printf(mon, "  not present\n");
        return;
    }
    monitor_printf(mon, "  0x%016" PRIx64, info->result);
    if (info->has_writable_mask) {
        monitor_printf(mon, "  0x%016" PRIx64 "  0x%016" PRIx64
                       "  0x%016" PRIx64, info->host, info->writable_mask,
                       info->requested);
    }
    monitor_printf(mon, "\n");
}

static void print_fields(Monitor *mon, const ArmIdRegister *info)
{
    const IDReg *reg = idreg_find(info->name);

    for (size_t i = 0; info->present && i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];
        uint64_t mask = idreg_field_mask(f);
        g_autofree char *bits = f->width > 1 ?
            g_strdup_printf("[%d:%d]", f->lsb + f->width - 1, f->lsb) :
            g_strdup_printf("[%d]", f->lsb);

        if (f->safe == IDREG_RESERVED &&
            !((info->result | info->host | info->requested) & mask)) {
            continue;
        }
        monitor_printf(mon, "  %-15s %-7s 0x%" PRIx64, f->name, bits,
                       extract64(info->result, f->lsb, f->width));
        if (info->has_writable_mask) {
            monitor_printf(mon, "  host 0x%" PRIx64 ", requested 0x%" PRIx64
                           ", %s",
                           extract64(info->host, f->lsb, f->width),
                           extract64(info->requested, f->lsb, f->width),
                           (info->writable_mask & mask) == mask ? "writable" :
                           info->writable_mask & mask ? "writable in part" :
                           "not writable");
        }
        monitor_printf(mon, "\n");
    }
}

void hmp_info_idregs(Monitor *mon, const QDict *qdict)
{
    g_autoptr(ArmIdRegisterList) list = NULL;
    const char *name = qdict_get_try_str(qdict, "name");
    CPUState *cs = mon_get_cpu(mon);
    Error *err = NULL;
    bool found = false;

    list = qmp_x_query_arm_idregs(cs != NULL, cs ? cs->cpu_index : 0, &err);
    if (hmp_handle_error(mon, err)) {
        return;
    }
    for (ArmIdRegisterList *item = list; item; item = item->next) {
        const ArmIdRegister *info = item->value;

        if (!name) {
            if (item == list) {
                monitor_printf(mon, "%-17s %-13s %-18s%s\n", "register",
                               "encoding", "value", info->has_writable_mask ?
                               "  host                writable"
                               "            requested" : "");
            }
            print_register(mon, info);
        } else if (!g_ascii_strcasecmp(name, info->name)) {
            print_register(mon, info);
            print_fields(mon, info);
            found = true;
        }
    }
    if (name && !found) {
        monitor_printf(mon, "There is no ID register %s; "
                       "'info idregs' lists them\n", name);
    }
}
