/*
 * ID registers as data, and what a host can show its guest (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A host offers a value of each ID register, the limit.  A guest may be given
 * another value if software that was written for the value runs on the host:
 * field by field, by the rules of D24.1.3, and as far as the host's kernel
 * takes it (its writable mask).  idreg_resolve() finds the value, and all
 * fields that cannot be as requested:
 *
 *     const IDReg *reg = idreg_find("ID_AA64ISAR0_EL1");
 *     IDRegResult res;
 *
 *     idreg_resolve(reg, host, asked, writable, IDREG_ENFORCE, &res);
 *     for (size_t i = 0; i < res.count; i++) {
 *         idreg_misfit_text(&res.misfits[i], text, sizeof(text));
 *         ...
 *     }
 *     if (res.refused) {
 *         return;
 *     }
 *     write(res.value);
 *
 * The fields are looked at one by one.  Not here, because it takes several
 * fields, registers or the kernel: features that need each other (FPMR and
 * FPFR0, FP and AdvSIMD, RAS and RAS_frac), AArch32 views of a host without
 * AArch32 (they are UNKNOWN), and what a kernel refuses although its mask
 * says that it is writable.
 */

#ifndef TARGET_ARM_IDREGS_H
#define TARGET_ARM_IDREGS_H

/**
 * IDRegSign: how the values of a field are ordered
 * @IDREG_UNSIGNED: as numbers
 * @IDREG_SIGNED: as numbers in two's complement: 0xf is below 0
 * @IDREG_PMU: D24.1.3.2: as numbers, but 0xf is the same as 0
 */
typedef enum IDRegSign {
    IDREG_UNSIGNED,
    IDREG_SIGNED,
    IDREG_PMU,
} IDRegSign;

/**
 * IDRegSafe: which values software that runs on the host can be shown
 * @IDREG_LOWER: from the floor to the host's value
 * @IDREG_HIGHER: the host's value, and all above
 * @IDREG_HIGHER_OR_0: the same, and 0, which means the largest
 * @IDREG_EXACT: the host's value, or the floor
 * @IDREG_FIXED: the host's value
 * @IDREG_ANY: all
 * @IDREG_RESERVED: the host's value; the bits are not allocated
 */
typedef enum IDRegSafe {
    IDREG_LOWER,
    IDREG_HIGHER,
    IDREG_HIGHER_OR_0,
    IDREG_EXACT,
    IDREG_FIXED,
    IDREG_ANY,
    IDREG_RESERVED,
} IDRegSafe;

/**
 * IDRegField: a row of idregs.h.inc
 * @name: as in the manual, or "RES0" or "RES1"
 * @lsb: least significant bit
 * @width: number of bits
 * @sign: order of the values
 * @safe: direction in which other values are safe
 * @floor: IDREG_LOWER: least value, below 0 only if IDREG_SIGNED;
 *      IDREG_EXACT: the other value; otherwise 0
 */
typedef struct IDRegField {
    const char *name;
    uint8_t lsb;
    uint8_t width;
    IDRegSign sign;
    IDRegSafe safe;
    int8_t floor;
} IDRegField;

/**
 * IDReg: an ID register
 * @name: as in the manual, with _EL1 or _EL0
 * @op0, @op1, @crn, @crm, @op2: its encoding
 * @fields: from bit 63 down to bit 0, without gaps
 * @count: number of @fields
 */
typedef struct IDReg {
    const char *name;
    uint8_t op0, op1, crn, crm, op2;
    const IDRegField *fields;
    size_t count;
} IDReg;

/* No register has more rows than this; idregs.c does not compile otherwise. */
#define IDREG_FIELDS_MAX 32

/* IDREG_ID_AA64PFR0_EL1 and so on, to IDREGS_COUNT: idregs[] by name */
#include "target/arm/idregs-index.h.inc"

/* In encoding order; @idregs_count rows */
extern const IDReg idregs[];
extern const size_t idregs_count;

/**
 * IDRegMisfitKind: why a field cannot be as requested
 * @IDREG_NOT_WRITABLE: the kernel does not let it differ from the host's
 * @IDREG_ABOVE_HOST: the host does not have what the value promises
 * @IDREG_NOT_SAFE: the value is no more than the host's, but not permitted,
 *      or hides what software has to expect
 * @IDREG_RESERVED_BITS: the bits are not allocated, so nobody can tell
 *
 * A field that is not writable is that, whatever was requested: no other
 * value would do.
 */
typedef enum IDRegMisfitKind {
    IDREG_NOT_WRITABLE,
    IDREG_ABOVE_HOST,
    IDREG_NOT_SAFE,
    IDREG_RESERVED_BITS,
} IDRegMisfitKind;

/**
 * IDRegMisfit: a field that cannot be as requested
 * @reg: the register
 * @field: the field
 * @asked: value requested for the field
 * @limit: the host's value of the field
 * @given: value that it gets where it is clamped
 * @kind: why
 */
typedef struct IDRegMisfit {
    const IDReg *reg;
    const IDRegField *field;
    uint64_t asked;
    uint64_t limit;
    uint64_t given;
    IDRegMisfitKind kind;
} IDRegMisfit;

/**
 * IDRegResult: what a register can be
 * @value: to write; the host's value when @refused
 * @refused: a field that must not be clamped is among the misfits
 * @count: number of misfits
 * @misfits: all of them, from bit 63 down
 */
typedef struct IDRegResult {
    uint64_t value;
    bool refused;
    size_t count;
    IDRegMisfit misfits[IDREG_FIELDS_MAX];
} IDRegResult;

/* For @enforce of idreg_resolve() */
#define IDREG_ENFORCE (~0ull)
#define IDREG_CLAMP 0ull

/**
 * idreg_find: the register of this name
 * @name: "ID_AA64ISAR0_EL1"
 *
 * Returns: a row of idregs[], or NULL.
 */
const IDReg *idreg_find(const char *name);

/**
 * idreg_find_encoding: the register with this encoding
 *
 * Returns: a row of idregs[], or NULL.
 */
const IDReg *idreg_find_encoding(unsigned op0, unsigned op1, unsigned crn,
                                 unsigned crm, unsigned op2);

/**
 * idreg_find_field: the field of this name
 * @reg: of idregs[]
 * @name: "AES"
 *
 * Returns: a row of @reg->fields, or NULL, as for "RES0".
 */
const IDRegField *idreg_find_field(const IDReg *reg, const char *name);

/**
 * idreg_find_property: the field that a property is about
 * @name: "SYSREG_ID_AA64ISAR0_EL1_AES"
 * @field: set to the field, when there is one
 *
 * Returns: a row of idregs[], or NULL.
 */
const IDReg *idreg_find_property(const char *name, const IDRegField **field);

/**
 * idreg_field_mask: the bits of a field, in place
 */
uint64_t idreg_field_mask(const IDRegField *field);

/**
 * idreg_field_allows: whether a host can show this value of a field
 * @field: the field
 * @host: the host's value of the field
 * @asked: another
 *
 * Returns: what the rule of the field says; not whether the kernel takes it.
 */
bool idreg_field_allows(const IDRegField *field, uint64_t host,
                        uint64_t asked);

/**
 * idreg_resolve: what a register can be
 * @reg: of idregs[]
 * @host: the host's value: the limit
 * @asked: the value requested
 * @writable: bits that the kernel lets differ from @host; ~0 when it is the
 *      guest's hardware that is asked, not a kernel.  A field with some of
 *      its bits is not writable, unless it is IDREG_ANY.
 * @enforce: IDREG_ENFORCE, IDREG_CLAMP, or the bits of the fields that must
 *      not be clamped, because somebody asked for them by name
 * @result: filled in
 *
 * A field that cannot be as requested is in @result->misfits, always, and
 * gets the safe value that is nearest; if that is not writable, the host's.
 * PMUVer and PerfMon 0xf become 0, as they mean the same, unless the host
 * has 0xf.
 */
void idreg_resolve(const IDReg *reg, uint64_t host, uint64_t asked,
                   uint64_t writable, uint64_t enforce, IDRegResult *result);

/* The longest text of a misfit, with its NUL, fits. */
#define IDREG_TEXT_MAX 128

/**
 * idreg_misfit_text: a misfit for people, one line without a newline
 * @misfit: from idreg_resolve()
 * @text: @room bytes for it, with a NUL at the end
 * @room: IDREG_TEXT_MAX is enough
 *
 * Returns: whether it fits whole.
 */
bool idreg_misfit_text(const IDRegMisfit *misfit, char *text, size_t room);

#endif
