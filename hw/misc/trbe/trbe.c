/*
 * The Trace Buffer Unit: trace into memory, and the interrupt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D6.  The arithmetic is in trbe-buffer.c.  The unit is a part of the
 * PE: it runs in the thread of its CPU.  Its registers are in CPUARMState.
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "exec/memory.h"
#include "hw/irq.h"
#include "migration/vmstate.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "hw/misc/trbe.h"
#include "target/arm/trf.h"
#include "target/arm/ete/ete-filter.h"
#include "trace.h"

/* The smallest translation granule: where a translation may end */
#define GRANULE 4096

int trbe_owner(CPUARMState *env, ARMSecuritySpace *space)
{
    uint64_t mdcr_el3 = env->cp15.mdcr_el3;
    ETEOwnerControls controls = {
        .has_el2 = arm_feature(env, ARM_FEATURE_EL2),
        .has_el3 = arm_feature(env, ARM_FEATURE_EL3),
        .has_rme = cpu_isar_feature(aa64_rme, env_archcpu(env)),
        .secure_el2 = env->cp15.scr_el3 & SCR_EEL2,
        .nstb = FIELD_EX64(mdcr_el3, MDCR_EL3, NSTB),
        .nstbe = FIELD_EX64(mdcr_el3, MDCR_EL3, NSTBE),
        .e2tb = FIELD_EX64(env->cp15.mdcr_el2, MDCR_EL2, E2TB),
    };
    ETEOwner owner = ete_buffer_owner(&controls);

    if (space) {
        *space = (ARMSecuritySpace)owner.space;
    }
    return owner.el;
}

bool trbe_enabled(CPUARMState *env)
{
    return FIELD_EX64(env->trace.trbe.limitr, TRBLIMITR, E) &&
           arm_el_is_aa64(env, trbe_owner(env, NULL));
}

bool trbe_running(CPUARMState *env)
{
    return trbe_enabled(env) && !trbe_stopped(&env->trace.trbe);
}

/* R_FSPBK: a GPF is of stage 1 or 2, other GPC faults have an EC. */
static void set_fault(TRBEFault *fault, ARMMMUFaultInfo *fi)
{
    bool gpc = fi->type == ARMFault_GPCFOnWalk ||
               fi->type == ARMFault_GPCFOnOutput;

    if (gpc && fi->gpcf != GPCF_Fail) {
        fault->ec = TRBE_EC_GPC;
    } else {
        fault->ec = fi->stage2 ? TRBE_EC_STAGE2 : TRBE_EC_STAGE1;
    }
    fault->fsc = arm_fi_to_lfsc(fi) & (R_TRBSR_FSC_MASK >> R_TRBSR_FSC_SHIFT);
}

/* I_GKBYK.  A privileged store; PSTATE.PAN does not count (D6.5.4). */
static bool translate_va(CPUARMState *env, int el, ARMSecuritySpace space,
                         uint64_t va, GetPhysAddrResult *res,
                         ARMMMUFaultInfo *fi)
{
    ARMMMUIdx idx = ARMMMUIdx_E10_1;

    if (el == 2) {
        bool e2h = arm_hcr_el2_eff_secstate(env, space) & HCR_E2H;

        idx = e2h ? ARMMMUIdx_E20_2 : ARMMMUIdx_E2;
    }
    return !get_phys_addr(env, va, MMU_DATA_STORE, 0, idx, res, fi);
}

/* D6.3.2: @ipa is a physical address when there is no stage 2. */
static bool translate_ipa(CPUARMState *env, int el, ARMSecuritySpace space,
                          uint64_t ipa, GetPhysAddrResult *res,
                          ARMMMUFaultInfo *fi)
{
    uint64_t hcr = arm_hcr_el2_eff_secstate(env, space);
    uint64_t pa = ipa;

    /* R_MXRFD and, for the bits above OAMax, the next rule */
    if (ipa >> arm_pamax(env_archcpu(env))) {
        fi->type = ARMFault_AddressSize;
        return false;
    }
    if (el == 1 && (hcr & (HCR_VM | HCR_DC))) {
        bool secure = space == ARMSS_Secure;
        ARMMMUIdx idx = secure ? ARMMMUIdx_Stage2_S : ARMMMUIdx_Stage2;

        if (get_phys_addr_with_space_nogpc(env, ipa, MMU_DATA_STORE, 0, idx,
                                           space, res, fi)) {
            return false;
        }
        pa = res->f.phys_addr;
        space = res->f.attrs.space;
        if (secure && (env->cp15.vstcr_el2 & (VSTCR_SA | VSTCR_SW))) {
            space = ARMSS_NonSecure;
        }
        memset(res, 0, sizeof(*res));
    }
    return !get_phys_addr(env, pa, MMU_DATA_STORE, 0,
                          arm_space_to_phys(space), res, fi);
}

/*
 * Under icount only the last instruction of a TB may do I/O.  Trace gets here
 * in the middle of one: the device sees the time of its end, and the next TB
 * is soon enough to take an interrupt.
 */
static bool io_begin(CPUState *cs)
{
    bool before = cs->neg.can_do_io;

    cs->neg.can_do_io = true;
    return before;
}

static void io_end(CPUState *cs, bool before)
{
    cs->neg.can_do_io = before;
}

/* Writes up to @len bytes, of one granule at most; 0: there is a fault. */
static uint64_t write_granule(ARMCPU *cpu, uint64_t va, const uint8_t *buf,
                              uint64_t len, TRBEFault *fault)
{
    CPUARMState *env = &cpu->env;
    CPUState *cs = CPU(cpu);
    bool physical = FIELD_EX64(env->trace.trbe.limitr, TRBLIMITR, NVM);
    GetPhysAddrResult res = {};
    ARMMMUFaultInfo fi = {};
    ARMSecuritySpace space;
    int el = trbe_owner(env, &space);
    MemTxAttrs attrs;
    AddressSpace *as;
    MemoryRegion *mr;
    MemTxResult result;
    hwaddr pa, offset;
    bool io;

    if (physical ? !translate_ipa(env, el, space, va, &res, &fi) :
                   !translate_va(env, el, space, va, &res, &fi)) {
        set_fault(fault, &fi);
        return 0;
    }

    pa = res.f.phys_addr;
    attrs = res.f.attrs;
    as = arm_addressspace(cs, attrs);
    len = MIN(len, GRANULE - pa % GRANULE);

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, pa, &offset, &len, true, attrs);
    if (!memory_access_is_direct(mr, true, attrs)) {
        /* One access, so that TRBPTR_EL1 says which of them failed */
        len = MIN(len, 8 - pa % 8);
    }
    io = io_begin(cs);
    result = address_space_write(as, pa, attrs, buf, len);
    io_end(cs, io);
    if (result != MEMTX_OK) {
        /* D6.5.5.4, reported synchronously */
        fault->ec = TRBE_EC_STAGE1;
        fault->fsc = TRBE_FSC_EXTERNAL;
        fault->external = true;
        return 0;
    }
    trace_trbe_write(cs->cpu_index, va, pa, len, el, arm_current_el(env),
                     arm_trace_in_guest(env));
    return len;
}

/* Writes @len bytes; less when there is a fault. */
static uint64_t write_segment(ARMCPU *cpu, uint64_t va, const uint8_t *buf,
                              uint64_t len, TRBEFault *fault)
{
    uint64_t done = 0;

    while (done < len) {
        uint64_t n = write_granule(cpu, va + done, buf + done, len - done,
                                   fault);

        if (!n) {
            trace_trbe_fault(CPU(cpu)->cpu_index, va + done, fault->ec,
                             fault->fsc);
            break;
        }
        done += n;
    }
    return done;
}

/*
 * The PMU looks at these counts when it must; a counter that overflows is seen
 * at the next change of the Exception level.
 */
static void count(CPUARMState *env, unsigned events)
{
    env->trace.trb_wrap += !!(events & TRBE_WRAP);
    env->trace.trb_trig += !!(events & TRBE_TRIG);
}

/* What follows from a change of TRBSR_EL1 */
static void finish(ARMCPU *cpu, uint64_t old_sr)
{
    TRBEBuffer *b = &cpu->env.trace.trbe;

    if (b->sr != old_sr) {
        trace_trbe_event(CPU(cpu)->cpu_index, b->ptr, b->sr);
        if (FIELD_EX64(b->sr ^ old_sr, TRBSR, IRQ)) {
            trbe_update_irq(cpu);
        }
    }
}

bool trbe_write(ARMCPU *cpu, const uint8_t *buf, size_t len)
{
    CPUARMState *env = &cpu->env;
    TRBEBuffer *b = &env->trace.trbe;
    uint64_t old_sr = b->sr;
    ARMSecuritySpace space;
    bool flush = false;

    if (!trbe_running(env) || !len) {
        return false;
    }
    /* R_RRCNN: there is no telling what the registers of the owner were. */
    trbe_owner(env, &space);
    if (space != arm_security_space_below_el3(env)) {
        b->sr = trbe_sr_other(b->sr, TRBE_BSC_NOT_ALLOWED);
        finish(cpu, old_sr);
        return false;
    }

    while (len) {
        TRBEFault fault = {};
        TRBESegment seg = trbe_next_segment(b, len);
        unsigned events;
        uint64_t done;

        if (!seg.length) {
            break;
        }
        done = write_segment(cpu, seg.va, buf, seg.length, &fault);
        events = trbe_wrote(b, done);
        count(env, events);
        flush |= events & TRBE_FLUSH;
        if (done < seg.length) {
            b->sr = trbe_sr_fault(b->sr, &fault);
        }
        buf += done;
        len -= done;
    }
    finish(cpu, old_sr);
    return flush;
}

bool trbe_trigger(ARMCPU *cpu)
{
    TRBEBuffer *b = &cpu->env.trace.trbe;
    uint64_t old_sr = b->sr;
    unsigned events;

    if (!trbe_enabled(&cpu->env)) {
        return false;
    }
    events = trbe_detected_trigger(b);
    count(&cpu->env, events);
    finish(cpu, old_sr);
    return events & TRBE_FLUSH;
}

void trbe_flushed(ARMCPU *cpu)
{
    TRBEBuffer *b = &cpu->env.trace.trbe;
    uint64_t old_sr = b->sr;

    if (trbe_enabled(&cpu->env)) {
        trbe_flush_complete(b);
        finish(cpu, old_sr);
    }
}

bool trbe_events_supported(CPUARMState *env)
{
    return cpu_isar_feature(aa64_trbe, env_archcpu(env));
}

uint64_t trbe_wrap_count(CPUARMState *env)
{
    return env->trace.trb_wrap;
}

uint64_t trbe_trig_count(CPUARMState *env)
{
    return env->trace.trb_trig;
}

static bool trbe_needed(void *opaque)
{
    ARMCPU *cpu = opaque;

    return cpu->env.trace.trb_wrap || cpu->env.trace.trb_trig;
}

const VMStateDescription vmstate_trbe = {
    .name = "cpu/trbe",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = trbe_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(env.trace.trb_wrap, ARMCPU),
        VMSTATE_UINT64(env.trace.trb_trig, ARMCPU),
        VMSTATE_END_OF_LIST()
    }
};

void trbe_update_irq(ARMCPU *cpu)
{
    CPUState *cs = CPU(cpu);
    int level = FIELD_EX64(cpu->env.trace.trbe.sr, TRBSR, IRQ);
    bool io;

    BQL_LOCK_GUARD();
    trace_trbe_irq(cs->cpu_index, level);
    io = io_begin(cs);
    qemu_set_irq(cpu->trbe_interrupt, level);
    io_end(cs, io);
}
