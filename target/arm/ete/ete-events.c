/*
 * The trace unit: its resources in time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ete-resources.c lets counters and selectors run for a number of cycles; here
 * it is said when, and what matches.
 */

#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "system/cpu-timers.h"
#include "cpu.h"
#include "internals.h"
#include "trf.h"
#include "ete-fields.h"
#include "ete-unit.h"

/* PE clock cycles: as PMCCNTR_EL0 counts them, one in a nanosecond. */
uint64_t ete_cycles(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

bool ete_clock_readable(CPUARMState *env)
{
    return !icount_enabled() || env_cpu(env)->neg.can_do_io;
}

/* The comparators that match, and so the resources, depend on the context. */
static void ete_config_resources(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    const ETERegs *r = ete_regs(env);

    ete_resources_config(&u->resource_config, r,
                         ete_resources_matches(r, env->cp15.contextidr_el[1],
                                               env->cp15.contextidr_el[2],
                                               arm_trace_shows_el2(env)));
    u->configured = true;
}

bool ete_event_views(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (!u->configured) {
        ete_config_resources(env);      /* after migration */
    }
    return ete_resources_active(&u->resources, &u->resource_config)
           & ETE_EVENT_VIEWINST;
}

unsigned ete_run_resources(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    uint64_t now, then = u->resource_time;

    if (u->paused || !ete_clock_readable(env)) {
        return 0;
    }
    now = ete_cycles();
    u->resource_time = now;
    return ete_resources_advance(&u->resources, &u->resource_config,
                                 now - then);
}

void ete_pause_resources(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);
    bool pause = !ete_enabled(env)
                 || !arm_trace_allowed(env, arm_current_el(env));

    if (pause && !u->paused) {
        u->fired |= ete_run_resources(env);
        u->paused = true;
    } else if (!pause && u->paused && ete_clock_readable(env)) {
        u->resource_time = ete_cycles();
        u->paused = false;
    }
}

void ete_match_context(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (ete_resources_use_matches(ete_regs(env))) {
        u->fired |= ete_run_resources(env);
        ete_config_resources(env);
    }
}

/* The resource events that ever change anything */
static unsigned ete_events_used(CPUARMState *env)
{
    const ETEResourceConfig *c = &ete_unit(env)->resource_config;
    unsigned some = 0, all = ETE_EVENTS_ALL;

    for (int n = 0; n < ARRAY_SIZE(c->events); n++) {
        some |= c->events[n] | (c->count[n] ? ETE_COUNTS : 0);
        all &= c->events[n];
    }
    if (!FIELD_EX64(ete_regs(env)->configr, TRCCONFIGR, TS)) {
        some &= ~ETE_EVENT_TS;
    }
    return some & ~(all & ETE_EVENT_VIEWINST);
}

void ete_counters_sync(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (u->events) {
        u->fired |= ete_run_resources(env);
    }
    for (int n = 0; n < ETE_COUNTERS; n++) {
        ete_regs(env)->cntvr[n] = u->resources.value[n];
    }
}

void ete_start_resources(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    for (int n = 0; n < ETE_COUNTERS; n++) {
        u->resources.value[n] = ete_regs(env)->cntvr[n];
    }
    u->resources.at_zero = 0;
    u->fired = 0;
    u->paused = true;
    ete_config_resources(env);
    u->events = ete_events_used(env);
    ete_pause_resources(env);
}

void ete_stop_resources(CPUARMState *env)
{
    ETEUnit *u = ete_unit(env);

    if (u->events) {
        ete_counters_sync(env);
        u->events = 0;
        u->paused = true;
    }
}
