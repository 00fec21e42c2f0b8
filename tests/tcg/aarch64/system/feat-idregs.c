/*
 * Read every ID register, and say what it holds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The whole ID space is readable, with or without a register there (D24.2).
 * test_idregs.py compares the values with what QEMU says of the CPU.
 */

#include "armv9-el.h"

#define SHOW(name)                                              \
    do {                                                        \
        tap_head(true);                                         \
        ml_printf("%s = 0x%lx\n", name, el_read(name));         \
    } while (0)

#define SHOW_CRM(crm)                                           \
    do {                                                        \
        SHOW("S3_0_C0_C" #crm "_0");                            \
        SHOW("S3_0_C0_C" #crm "_1");                            \
        SHOW("S3_0_C0_C" #crm "_2");                            \
        SHOW("S3_0_C0_C" #crm "_3");                            \
        SHOW("S3_0_C0_C" #crm "_4");                            \
        SHOW("S3_0_C0_C" #crm "_5");                            \
        SHOW("S3_0_C0_C" #crm "_6");                            \
        SHOW("S3_0_C0_C" #crm "_7");                            \
    } while (0)

int main(void)
{
    el_setup();
    SHOW("S3_0_C0_C0_0");                       /* MIDR_EL1 */
    SHOW("S3_0_C0_C0_6");                       /* REVIDR_EL1 */
    SHOW_CRM(1);
    SHOW_CRM(2);
    SHOW_CRM(3);
    SHOW_CRM(4);
    SHOW_CRM(5);
    SHOW_CRM(6);
    SHOW_CRM(7);
    SHOW("S3_1_C0_C0_1");                       /* CLIDR_EL1 */
    SHOW("S3_1_C0_C0_7");                       /* AIDR_EL1 */
    SHOW("S3_3_C0_C0_1");                       /* CTR_EL0 */
    return tap_end();
}
