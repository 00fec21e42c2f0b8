/*
 * What a CPU says of self-hosted trace, and where the TRBE's interrupt ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words of the command line: trf, ete, trbe, as the CPU must have them; gicv2
 * or gicv3, as the virt machine has it.
 */

#include "armv9-el.h"

#define TRBSR_EL1       "s3_0_c9_c11_3"
#define TRBSR_IRQ       BIT64(22)

/* INTID 31 in GICD_ISPENDR0, or in GICR_ISPENDR0 of the first CPU */
#define GICD_ISPENDR0   0x08000200
#define GICR_ISPENDR0   0x080b0200
#define TRBE_INTID      31

static bool pending(void)
{
    uint64_t reg = tap_arg("gicv3") ? GICR_ISPENDR0 : GICD_ISPENDR0;
    uint32_t value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(reg) : "memory");
    return FIELD64(value, TRBE_INTID, 1);
}

/* It is a level: it follows TRBSR_EL1.IRQ (D6.5). */
static void test_irq(void)
{
    tap_equal("no interrupt out of reset", pending(), false);
    el_write(TRBSR_EL1, TRBSR_IRQ);
    tap_equal("IRQ 1: INTID 31 is pending", pending(), true);
    el_write(TRBSR_EL1, 0);
    tap_equal("IRQ 0: it is not", pending(), false);
}

int main(void)
{
    uint64_t dfr0 = el_read("id_aa64dfr0_el1");
    uint64_t dfr0_aa32 = el_read("id_dfr0_el1");

    el_setup();
    tap_equal("ID_AA64DFR0_EL1.TraceFilt", FIELD64(dfr0, 40, 4),
              tap_arg("trf"));
    tap_equal("ID_DFR0_EL1.TraceFilt", FIELD64(dfr0_aa32, 28, 4),
              tap_arg("trf"));
    tap_equal("ID_AA64DFR0_EL1.TraceVer", FIELD64(dfr0, 4, 4), tap_arg("ete"));
    tap_equal("ID_AA64DFR0_EL1.TraceBuffer", FIELD64(dfr0, 44, 4),
              tap_arg("trbe"));
    /* Neither ETM registers in AArch32 nor in memory */
    tap_equal("ID_DFR0_EL1.CopTrc", FIELD64(dfr0_aa32, 12, 4), 0);
    tap_equal("ID_DFR0_EL1.MMapTrc", FIELD64(dfr0_aa32, 16, 4), 0);
    if (tap_arg("trbe")) {
        test_irq();
    }
    return tap_end();
}
