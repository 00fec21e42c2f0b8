/*
 * The trace unit: migration and snapshots
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Its registers travel with the other System registers.  This is what else a
 * stream needs to go on: what packets are compressed against, and what has not
 * reached the trace buffer.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "migration/vmstate.h"
#include "ete.h"
#include "ete/ete-unit.h"

static int ete_unit_pre_save(void *opaque)
{
    ete_count_bytes(opaque);
    return 0;
}

static int ete_unit_post_load(void *opaque, int version_id)
{
    ETEUnit *u = opaque;

    u->configured = false;
    u->counted = u->used;
    u->look = 0;
    /* R_RQHFH: the bytes are whole packets, and never fill the buffer. */
    return u->used <= ETE_BUFFER - ETE_EVENT_BYTES ? 0 : -EINVAL;
}

static const VMStateDescription vmstate_ete_unit = {
    .name = "ete-unit",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = ete_unit_pre_save,
    .post_load = ete_unit_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64_ARRAY(packet.history, ETEUnit, ETE_ADDRESS_HISTORY),
        VMSTATE_UINT64(packet.timestamp, ETEUnit),
        VMSTATE_UINT32(packet.context.contextid, ETEUnit),
        VMSTATE_UINT32(packet.context.vmid, ETEUnit),
        VMSTATE_UINT8(packet.context.el, ETEUnit),
        VMSTATE_UINT8(packet.context.security, ETEUnit),
        VMSTATE_BOOL(packet.context.sf, ETEUnit),
        VMSTATE_BOOL(packet.context_unknown, ETEUnit),
        VMSTATE_UINT32(packet.cc_threshold, ETEUnit),
        VMSTATE_UINT64(word, ETEUnit),
        VMSTATE_BOOL(each, ETEUnit),
        VMSTATE_BOOL(viewing, ETEUnit),
        VMSTATE_BOOL(synced, ETEUnit),
        VMSTATE_BOOL(lost, ETEUnit),
        VMSTATE_BOOL(ts_request, ETEUnit),
        VMSTATE_BOOL(cc_known, ETEUnit),
        VMSTATE_UINT64(cc_base, ETEUnit),
        VMSTATE_UINT16_ARRAY(resources.value, ETEUnit, ETE_COUNTERS),
        VMSTATE_UINT8(resources.at_zero, ETEUnit),
        VMSTATE_UINT64(resource_time, ETEUnit),
        VMSTATE_UINT8(events, ETEUnit),
        VMSTATE_UINT8(fired, ETEUnit),
        VMSTATE_BOOL(paused, ETEUnit),
        VMSTATE_BOOL(trigger, ETEUnit),
        VMSTATE_UINT64(since_ts, ETEUnit),
        VMSTATE_UINT64(since_sync, ETEUnit),
        VMSTATE_UINT32(drain, ETEUnit),
        VMSTATE_UINT32(used, ETEUnit),
        VMSTATE_UINT8_ARRAY(buf, ETEUnit, ETE_BUFFER),
        VMSTATE_END_OF_LIST()
    }
};

static bool ete_needed(void *opaque)
{
    ARMCPU *cpu = opaque;

    return cpu->ete && ete_enabled(&cpu->env);
}

const VMStateDescription vmstate_ete = {
    .name = "cpu/ete",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = ete_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(env.trace.atoms, ARMCPU),
        VMSTATE_STRUCT_POINTER(ete, ARMCPU, vmstate_ete_unit, ETEUnit),
        VMSTATE_END_OF_LIST()
    }
};
