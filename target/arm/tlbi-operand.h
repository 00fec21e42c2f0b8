/*
 * The operands of the TLBI instructions: what has to be invalidated
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The operand is the 64-bit register of the instruction.  Its layout depends
 * on the instruction (D8.17.5, and the page of each instruction in C5.5):
 *
 *            63       48 47  44 43                          12 11       0
 *     ASID  |   ASID    |                    RES0                        |
 *     VA    |   ASID    |  TTL |             VA[55:12]                   |
 *     IPA   |NS|  RES0  |  TTL | RES0 (43:40) | IPA[51:12] (39:0)        |
 *
 *            63       48 47 46 45   44 43 39 38 37 36                   0
 *     RVA   |   ASID    |  TG | SCALE | NUM | TTL |      BaseADDR        |
 *     RIPA  |NS|  RES0  |  TG | SCALE | NUM | TTL |      BaseADDR        |
 *
 * Where the manual leaves a choice, the decoder says what invalidates most:
 * a level hint that is reserved, or that makes the range UNPREDICTABLE, is
 * no hint, and the range stays what NUM and SCALE say.  A caller may always
 * invalidate more than the result says, and may ignore the hint.
 *
 * TG is not compared with the granule in TCR_ELx: R_XKMMX is about the
 * granule of the translations that are in a TLB, which may be another PE's.
 */

#ifndef TARGET_ARM_TLBI_OPERAND_H
#define TARGET_ARM_TLBI_OPERAND_H

#include "hw/registerfields.h"

FIELD(TLBI, VA, 0, 44)              /* VA[55:12] */
FIELD(TLBI, IPA, 0, 40)             /* IPA[51:12] */
FIELD(TLBI, TTL_LEVEL, 44, 2)
FIELD(TLBI, TTL_TG, 46, 2)
FIELD(TLBI, ASID, 48, 16)
FIELD(TLBI, NS, 63, 1)

FIELD(TLBI_RANGE, BASEADDR, 0, 37)
FIELD(TLBI_RANGE, TTL, 37, 2)
FIELD(TLBI_RANGE, NUM, 39, 5)
FIELD(TLBI_RANGE, SCALE, 44, 2)
FIELD(TLBI_RANGE, TG, 46, 2)

/* TG of the range forms, TTL[3:2] of the others; unlike TCR_ELx's TG0, TG1 */
enum {
    TLBI_TG_RESERVED,               /* in TTL[3:2]: no hint */
    TLBI_TG_4K,
    TLBI_TG_16K,
    TLBI_TG_64K,
};

#define TLBI_ADDRESS_SHIFT 12       /* of VA[55:12] and IPA[51:12] */
#define TLBI_DS_SHIFT 16            /* of BaseADDR[52:16], when DS is 1 */
#define TLBI_VA_BITS 56             /* VA[63:56] are copies of VA[55] */
#define TLBI_RANGE_BITS 52          /* a range does not go across bit 52 */
#define TLBI_AA32_BITS 32           /* of a VA in an AArch32 regime */

#define TLBI_LEVEL_ANY (-1)

typedef enum TLBIForm {
    TLBI_FORM_ASID,                 /* ASIDE1 */
    TLBI_FORM_VA,                   /* VA{A}{L}E1, VA{L}E2, VA{L}E3 */
    TLBI_FORM_IPA,                  /* IPAS2{L}E1 */
    TLBI_FORM_RVA,                  /* RVA{A}{L}E1, RVA{L}E2, RVA{L}E3 */
    TLBI_FORM_RIPA,                 /* RIPAS2{L}E1 */
} TLBIForm;

/**
 * TLBIRegime: what the meaning of an operand depends on
 * @ttl: FEAT_TTL is implemented; without it, the TTL fields are RES0
 * @lpa2: FEAT_LPA2 is implemented; gives two reserved hints a meaning
 * @two_ranges: the regime has two VA ranges; false for IPA forms
 * @aa32: the regime uses AArch32, so that VA[55:32] do not count (R_FGPTT)
 * @ds: Effective value of TCR_ELx.DS of the regime, or of VTCR_EL2.DS for
 *      TLBI_FORM_RIPA: BaseADDR counts units of 64KB whatever the granule
 * @tbi: whether the top byte of addresses is ignored, in the lower and the
 *      upper VA range; a regime with one range has [0] only
 * @secure: the Effective value of SCR_EL3.{NSE, NS} is {0, 0}, so that the NS
 *      bit of the IPA forms counts
 */
typedef struct TLBIRegime {
    bool ttl;
    bool lpa2;
    bool two_ranges;
    bool aa32;
    bool ds;
    bool tbi[2];
    bool secure;
} TLBIRegime;

/**
 * TLBIOperand: what has to be invalidated
 * @nothing: no entry has to be (TG is reserved); the rest is 0
 * @has_asid: @asid has a meaning in this form; the instructions for all
 *      ASIDs, and regimes without, do not look at it
 * @asid: ASID to match
 * @ns: the IPA is in the Non-secure IPA space; not for Realm
 * @base: first address; a VA is sign-extended from bit 55 (R_JGGKN)
 * @length: number of addresses, 0 for TLBI_FORM_ASID.  Every entry that
 *      translates an address from @base on, below @base + @length, has to go,
 *      whatever its size.  @base + @length can be 2^64.
 * @bits: 56 when the top byte is ignored, so that entries match in bits 55:0
 *      of their address, otherwise 64
 * @granule_shift: log2 of the granule, or 0 when the operand does not say
 * @level: of the leaf entries that have to go, 0 to 3, or TLBI_LEVEL_ANY
 */
typedef struct TLBIOperand {
    bool nothing;
    bool has_asid;
    uint16_t asid;
    bool ns;
    uint64_t base;
    uint64_t length;
    unsigned bits;
    unsigned granule_shift;
    int level;
} TLBIOperand;

/**
 * tlbi_range_length: the length of a range (R_QKRKL)
 * @operand: of a range form
 *
 * Returns: (NUM + 1) * 2^(5 * SCALE + 1) granules in bytes, at most 2^37, or
 * 0 when TG is reserved.
 */
uint64_t tlbi_range_length(uint64_t operand);

/**
 * tlbi_leaf_shift: log2 of what a leaf entry translates
 * @granule_shift: 12, 14 or 16
 * @level: 0 to 3; the level need not exist with this granule
 *
 * Returns: the number of address bits below a leaf entry of this level.
 */
unsigned tlbi_leaf_shift(unsigned granule_shift, int level);

/**
 * tlbi_decode: what a TLBI instruction has to invalidate
 * @form: layout of the operand
 * @operand: the register
 * @regime: that the instruction is about
 *
 * Returns: all that the operand says.
 */
TLBIOperand tlbi_decode(TLBIForm form, uint64_t operand,
                        const TLBIRegime *regime);

#endif
