/*
 * Where trace is allowed, whose the trace buffer is, which time it bears
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D3, and D6.3.5: decisions from control bits alone.  Self-hosted
 * trace is always enabled here, there is no external debugger (R_FHVLM with
 * EDSCR.TFO 0).
 */

#ifndef TARGET_ARM_ETE_ETE_FILTER_H
#define TARGET_ARM_ETE_ETE_FILTER_H

#include "target/arm/ete/ete-security.h"

/* TRFCR_EL1.TS and TRFCR_EL2.TS, and what they select (Table D3-2) */
typedef enum ETETime {
    ETE_TIME_BY_EL1,        /* TRFCR_EL2 only: TRFCR_EL1.TS decides */
    ETE_TIME_VIRTUAL,
    ETE_TIME_GUEST_PHYSICAL,
    ETE_TIME_PHYSICAL,
} ETETime;

/**
 * ETEOwnerControls: what the owner of the trace buffer depends on
 * @has_el2: EL2 is implemented
 * @has_el3: EL3 is implemented
 * @has_rme: FEAT_RME is implemented
 * @secure_el2: IsSecureEL2Enabled(): SCR_EL3.EEL2 is effectively 1
 * @nstb: MDCR_EL3.NSTB; does not matter without EL3
 * @nstbe: MDCR_EL3.NSTBE; does not matter without FEAT_RME
 * @e2tb: MDCR_EL2.E2TB; does not matter without EL2
 */
typedef struct ETEOwnerControls {
    bool has_el2;
    bool has_el3;
    bool has_rme;
    bool secure_el2;
    bool nstbe;
    unsigned nstb;
    unsigned e2tb;
} ETEOwnerControls;

/**
 * ETEOwner: the owning translation regime of the trace buffer
 * @space: the owning Security state; never ETE_ROOT
 * @el: the owning Exception level, 1 or 2
 */
typedef struct ETEOwner {
    ETESecurity space;
    unsigned el;
} ETEOwner;

/**
 * ete_buffer_owner: who owns the trace buffer
 * @c: the controls
 *
 * R_HBZNT, TraceBufferOwner() of J1.3.4.31.  Without EL3 the PE is in
 * Non-secure state, as QEMU has it.  The reserved values of MDCR_EL3.{NSTBE,
 * NSTB}, 0b10x, are taken as 0b00x, the reserved value 0b01 of MDCR_EL2.E2TB
 * as 0b11.
 */
ETEOwner ete_buffer_owner(const ETEOwnerControls *c);

/**
 * ETEAllowedControls: what prohibits trace
 * @el: the Exception level, 0 to 3
 * @space: the Security state at @el
 * @el3_aa32: EL3 is implemented and uses AArch32
 * @ste: MDCR_EL3.STE or SDCR.STE; true without EL3
 * @rlte: MDCR_EL3.RLTE
 * @tge: HCR_EL2.TGE is effectively 1
 * @e0tre: TRFCR_EL1.E0TRE
 * @e1tre: TRFCR_EL1.E1TRE
 * @e0htre: TRFCR_EL2.E0HTRE
 * @e2tre: TRFCR_EL2.E2TRE
 * @buffer_enabled: TraceBufferEnabled()
 * @owner: who owns the trace buffer; does not matter when it is not enabled
 */
typedef struct ETEAllowedControls {
    unsigned el;
    ETESecurity space;
    bool el3_aa32;
    bool ste;
    bool rlte;
    bool tge;
    bool e0tre;
    bool e1tre;
    bool e0htre;
    bool e2tre;
    bool buffer_enabled;
    ETEOwner owner;
} ETEAllowedControls;

/**
 * ete_trace_allowed: whether trace is allowed
 * @c: the controls
 *
 * Table D3-1 and what D6.3.5 adds, TraceAllowed() of J1.3.4.42.
 */
bool ete_trace_allowed(const ETEAllowedControls *c);

/**
 * ete_time: which time a timestamp bears
 * @has_el2: EL2 is implemented
 * @has_ecv: FEAT_ECV is implemented
 * @ts_el2: TRFCR_EL2.TS; does not matter without EL2
 * @ts_el1: TRFCR_EL1.TS
 *
 * Table D3-2, TraceTimeStamp() of J1.3.4.45.  Reserved values, which are 0b00
 * of TRFCR_EL1 and, without FEAT_ECV, 0b10 of both, are taken as 0b01.
 *
 * Returns: never ETE_TIME_BY_EL1
 */
ETETime ete_time(bool has_el2, bool has_ecv, unsigned ts_el2, unsigned ts_el1);

/**
 * ETEOffsetControls: what the physical offset depends on
 * @has_el2: EL2 is implemented
 * @has_el3: EL3 is implemented
 * @el3_aa32: EL3 is implemented and uses AArch32
 * @has_ecv_poff: FEAT_ECV_POFF is implemented
 * @lower_aa32: {NSE, NS, RW} of SCR_EL3 are effectively {0, 1, 0}
 * @scr_ecven: SCR_EL3.ECVEn; does not matter without EL3
 * @cnthctl_ecv: CNTHCTL_EL2.ECV
 */
typedef struct ETEOffsetControls {
    bool has_el2;
    bool has_el3;
    bool el3_aa32;
    bool has_ecv_poff;
    bool lower_aa32;
    bool scr_ecven;
    bool cnthctl_ecv;
} ETEOffsetControls;

/**
 * ete_time_has_offset: whether the physical offset is CNTPOFF_EL2
 * @c: the controls
 *
 * D3.3, PhysicalOffsetIsValid() of J1.3.4.  That EL2 is disabled, or a host,
 * does not matter, unlike for a read of CNTPCT_EL0.
 *
 * Returns: false when the offset is zero
 */
bool ete_time_has_offset(const ETEOffsetControls *c);

#endif
