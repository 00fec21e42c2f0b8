/*
 * Two values of an ID register beside each other (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which of two CPUs can stand in for the other, and what software can be
 * shown so that it runs on both.  Fields are compared by the rules that
 * idreg_field_allows() (idregs.h) has for a host and its guest.
 *
 * Fields that only identify (IDREG_ANY: MIDR_EL1, CLIDR_EL1 ...) are left
 * out, as no feature depends on them; so are the two values of PMUVer and
 * PerfMon that mean the same.  A granule of stage 2 that is "as stage 1" (0)
 * is what stage 1 says of it (D24.1.3.3).
 */

#ifndef TARGET_ARM_IDREGS_COMPARE_H
#define TARGET_ARM_IDREGS_COMPARE_H

#include "target/arm/idregs.h"

/* A set of fields of a register: bit N is for fields[N] */
typedef uint32_t IDRegFieldSet;

/**
 * IDRegComparison: what two values of a register are to each other
 * @a_has_b: a CPU with the first can show all of the second
 * @b_has_a: the other way around; with both, the values mean the same
 * @differ: the fields that say so
 */
typedef struct IDRegComparison {
    bool a_has_b;
    bool b_has_a;
    IDRegFieldSet differ;
} IDRegComparison;

/**
 * idreg_compare: compare two values of a register
 * @reg: of idregs[]
 * @a, @b: the values
 */
IDRegComparison idreg_compare(const IDReg *reg, uint64_t a, uint64_t b);

/**
 * idreg_baseline: the most that two CPUs can both show
 * @reg: of idregs[]
 * @a, @b: their values
 * @value: set to it; to the value of @a where there is none, and in fields
 *      that only identify
 *
 * Returns: the fields in which there is no such value.
 */
IDRegFieldSet idreg_baseline(const IDReg *reg, uint64_t a, uint64_t b,
                             uint64_t *value);

/**
 * IDRegRange: values from @low to @high
 */
typedef struct IDRegRange {
    uint64_t low;
    uint64_t high;
} IDRegRange;

/* No field needs more. */
#define IDREG_RANGES_MAX 3

/**
 * idreg_field_ranges: all values that a field can be given
 * @field: the field
 * @host: the host's value of the field
 * @writable: whether the kernel lets it differ from that
 * @ranges: set to them, in ascending order
 *
 * Returns: the number of ranges.
 */
size_t idreg_field_ranges(const IDRegField *field, uint64_t host,
                          bool writable, IDRegRange ranges[IDREG_RANGES_MAX]);

/**
 * idreg_aarch32: whether a register is the view of an AArch32 one
 *
 * Those are UNKNOWN on a CPU that has no AArch32 state (D24.2).
 */
bool idreg_aarch32(const IDReg *reg);

#endif
