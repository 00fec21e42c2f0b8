/*
 * The registers of the trace unit as data (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which registers there are, and what each of their bits does; the rows are
 * in ete-regs.h.inc.  cpregs-ete.c makes System registers of them.
 */

#ifndef TARGET_ARM_ETE_ETE_REGS_H
#define TARGET_ARM_ETE_ETE_REGS_H

#include "target/arm/ete/ete-state.h"

/**
 * ETENeed: what a register or a field is there for; bits of "have", too
 * @ETE_ANY: always there
 * @ETE_EL2: EL2 is implemented
 * @ETE_EL3: EL3, and with it Secure EL1 and EL0
 * @ETE_SEL2: Secure EL2
 * @ETE_RME: FEAT_RME, that is Realm state
 * @ETE_NEVER: the manual has it, our TRCIDR<n> do not promise it
 */
typedef enum ETENeed {
    ETE_ANY = 0,
    ETE_EL2 = 1,
    ETE_EL3 = 2,
    ETE_SEL2 = 4,
    ETE_RME = 8,
    ETE_NEVER = 16,
} ETENeed;

/**
 * ETEKind: what a field does
 * @ETE_RO: reads as its value; RES1 fields are that, too
 * @ETE_RW: keeps what is written
 * @ETE_LIVE: reads as something that changes, or that another register has
 * @ETE_RES0: not allocated
 */
typedef enum ETEKind {
    ETE_RO,
    ETE_RW,
    ETE_LIVE,
    ETE_RES0,
} ETEKind;

/* Bits of HDFGRTR_EL2 and, for what can be written, HDFGWTR_EL2 */
typedef enum ETETrap {
    ETE_TRAP_TRC = 33,
    ETE_TRAP_TRCAUTHSTATUS = 34,
    ETE_TRAP_TRCAUXCTLR = 35,
    ETE_TRAP_TRCCLAIM = 36,
    ETE_TRAP_TRCCNTVRn = 37,
    ETE_TRAP_TRCID = 40,
    ETE_TRAP_TRCIMSPECn = 41,
    ETE_TRAP_TRCOSLSR = 43,
    ETE_TRAP_TRCPRGCTLR = 44,
    ETE_TRAP_TRCSTATR = 47,
    ETE_TRAP_TRCVICTLR = 48,
} ETETrap;

/**
 * ETEField: a row of ete-regs.h.inc
 * @name: as in the manual, or "RES0" or "RES1"
 * @lsb: least significant bit
 * @width: number of bits
 * @kind: what it does; without @need, it is RES0
 * @need: what the PE must have
 * @value: of ETE_RO; of ETE_RW after a Trace unit reset
 */
typedef struct ETEField {
    const char *name;
    uint8_t lsb;
    uint8_t width;
    ETEKind kind;
    ETENeed need;
    uint32_t value;
} ETEField;

/**
 * ETEReg: a register of the trace unit
 * @name: as in the manual
 * @crn, @crm, @op2: its encoding; op0 is 2, op1 is 1
 * @writable: MSR is not UNDEFINED
 * @trap: bit of HDFGRTR_EL2 and HDFGWTR_EL2 that traps it
 * @need: what the PE must have
 * @state: where it is in ETERegs, or ETE_NO_STATE
 * @fields: from bit 63 down to bit 0, without gaps
 * @count: number of @fields
 */
typedef struct ETEReg {
    const char *name;
    uint8_t crn, crm, op2;
    bool writable;
    ETETrap trap;
    ETENeed need;
    size_t state;
    const ETEField *fields;
    size_t count;
} ETEReg;

#define ETE_NO_STATE SIZE_MAX

/* One byte for each register, so that an offset is an index */
typedef struct ETERegIndex {
#define ETEREG(reg, cn, cm, o2, access, trap, need, state) char reg;
#define ETEFIELD(reg, field, l, w, kind, value, need)
#define ETERES0(reg, l, w)
#define ETEEND(reg)
#include "target/arm/ete/ete-regs.h.inc"
#undef ETEREG
#undef ETEFIELD
#undef ETERES0
#undef ETEEND
} ETERegIndex;

/* Where a register is in ete_registers[]: ETE_REG(TRCVICTLR) and so on */
#define ETE_REG(reg) offsetof(ETERegIndex, reg)
#define ETE_REGS sizeof(ETERegIndex)

/* In encoding order */
extern const ETEReg ete_registers[ETE_REGS];

/**
 * ete_reg_writable_bits: the bits that keep what is written
 * @reg: the register
 * @have: ETENeed bits of what the PE has
 */
uint64_t ete_reg_writable_bits(const ETEReg *reg, unsigned have);

/**
 * ete_reg_reset: what the register is after a Trace unit reset
 * @reg: the register
 * @have: ETENeed bits of what the PE has
 *
 * Returns: RES1 bits, constants and reset values; live bits are 0
 */
uint64_t ete_reg_reset(const ETEReg *reg, unsigned have);

#endif
