/*
 * The registers of self-hosted trace, as CPUARMState holds them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * FEAT_TRF, FEAT_TRBE and FEAT_ETE.  Registers only, and what translated code
 * must reach: whatever else the trace unit has is in ETEUnit.  All of it is
 * zero after reset, except atoms and bits that are RES1.
 */

#ifndef TARGET_ARM_ETE_ETE_STATE_H
#define TARGET_ARM_ETE_ETE_STATE_H

#include "hw/misc/trbe/trbe-buffer.h"

/* What our TRCIDR registers promise: see ete-regs.h.inc */
#define ETE_COUNTERS    2
#define ETE_SELECTORS   4       /* 0 and 1 are fixed, and have no register */
#define ETE_EVENTS      4
#define ETE_CLAIM_TAGS  4

/* The trace unit, D24.4; each as the register of that name reads */
typedef struct ETERegs {
    uint64_t prgctlr;
    uint64_t configr;
    uint64_t eventctl0r;
    uint64_t eventctl1r;
    uint64_t rsr;
    uint64_t tsctlr;
    uint64_t syncpr;
    uint64_t ccctlr;
    uint64_t traceidr;
    uint64_t victlr;
    uint64_t cntrldvr[ETE_COUNTERS];
    uint64_t cntctlr[ETE_COUNTERS];
    uint64_t cntvr[ETE_COUNTERS];
    uint64_t rsctlr[ETE_SELECTORS];
    uint64_t cidcvr0;
    uint64_t cidcctlr0;
    uint64_t vmidcvr0;
    uint64_t vmidcctlr0;
    uint64_t claim;             /* the claim tags that are set */
} ETERegs;

/**
 * ARMTraceState: self-hosted trace in CPUARMState
 * @atoms: pending Atom elements, see ete-packet.h; shifted by translated code
 * @trfcr_el: TRFCR_EL1 and TRFCR_EL2, by exception level
 * @trbe: TRBLIMITR, TRBBASER, TRBPTR, TRBSR and TRBTRG
 * @trbmar: TRBMAR_EL1
 * @trb_wrap, @trb_trig: how often the PMU events TRB_WRAP and TRB_TRIG were
 * @ete: the registers of the trace unit
 */
typedef struct ARMTraceState {
    uint64_t atoms;
    uint64_t trfcr_el[3];
    TRBEBuffer trbe;
    uint64_t trbmar;
    uint64_t trb_wrap;
    uint64_t trb_trig;
    ETERegs ete;
} ARMTraceState;

#endif
