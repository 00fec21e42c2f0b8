/*
 * FEAT_ETE: the counters of the trace unit run, pause and stop
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How they count is tested in tests/unit/armv9/test-ete-resources.c.  Nothing
 * is traced here, and no trace buffer is needed.  Runs at EL1 or EL2.
 */

#include "armv9-ete.h"

#define OSLAR           "oslar_el1"
#define TRFCR_EL1       "s3_0_c1_c2_1"
#define TRFCR_EL2       "s3_4_c1_c2_1"
#define TRFCR_EXTRE     BIT64(1)

#define TRCPRGCTLR      "s2_1_c0_c1_0"
#define TRCVICTLR       "s2_1_c0_c0_2"
#define TRCTSCTLR       "s2_1_c0_c12_0"
#define TRCCONFIGR      "s2_1_c0_c4_0"
#define TRCRSCTLR2      "s2_1_c1_c2_0"
#define TRCCNTRLDVR0    "s2_1_c0_c0_5"
#define TRCCNTRLDVR1    "s2_1_c0_c1_5"
#define TRCCNTCTLR0     "s2_1_c0_c4_5"
#define TRCCNTCTLR1     "s2_1_c0_c5_5"
#define TRCCNTVR0       "s2_1_c0_c8_5"
#define TRCCNTVR1       "s2_1_c0_c9_5"

#define CNT_ALWAYS      1               /* CNTEVENT: selector 1 */
#define RLDSELF         BIT64(16)
#define CNTCHAIN        BIT64(17)

/* Trace is allowed or prohibited where main() is. */
static void allow(bool allowed)
{
    uint64_t value = allowed ? TRFCR_EXTRE : 0;

    if (el_top == 2) {
        el_write(TRFCR_EL2, value);
    } else {
        el_write(TRFCR_EL1, value);
    }
    asm volatile("isb");
}

static void enable(bool on)
{
    el_write(TRCPRGCTLR, on);
    asm volatile("isb");
}

/* Some microseconds, in which a counter of 16 bits may wrap */
static void wait(void)
{
    uint64_t begin = el_read("cntvct_el0");

    while (el_read("cntvct_el0") - begin < el_read("cntfrq_el0") / 100000) {
        continue;
    }
}

/* Both counters as one of 32 bits, which counts each cycle */
static uint64_t both(void)
{
    uint64_t high, low;

    do {
        high = el_read(TRCCNTVR1);
        low = el_read(TRCCNTVR0);
    } while (el_read(TRCCNTVR1) != high);
    return high << 16 | low;
}

static void begin(bool timestamps)
{
    enable(false);
    el_write(TRCCNTRLDVR0, 0xffff);
    el_write(TRCCNTRLDVR1, 0xffff);
    el_write(TRCCNTVR0, 0xffff);
    el_write(TRCCNTVR1, 0xffff);
    el_write(TRCCNTCTLR0, CNT_ALWAYS | RLDSELF);
    el_write(TRCCNTCTLR1, CNTCHAIN | RLDSELF);
    el_write(TRCRSCTLR2, 0x20001);
    el_write(TRCTSCTLR, timestamps ? 2 : 0);
    el_write(TRCCONFIGR, timestamps ? BIT64(11) : 0);
    el_write(TRCVICTLR, 0x201);
}

static void test_count(const char *what, bool timestamps)
{
    uint64_t first, second, third;

    ml_printf("# %s\n", what);
    begin(timestamps);
    wait();
    tap_equal("a unit that is disabled does not count", both(), 0xffffffff);

    allow(false);
    enable(true);
    wait();
    tap_equal("nor one in a prohibited region", both(), 0xffffffff);

    allow(true);
    wait();
    first = both();
    tap_equal("it counts where trace is allowed", first < 0xffffffff, true);
    wait();
    second = both();
    tap_equal("and goes on", second < first, true);

    allow(false);
    first = both();
    wait();
    tap_equal("it pauses in a prohibited region", both(), first);
    tap_equal("with what it was", first < second, true);
    allow(true);
    wait();
    second = both();
    tap_equal("and goes on from there", second < first, true);

    el_write(OSLAR, 0);
    tap_equal("unlocking twice changes nothing", both() <= second, true);
    second = both();

    enable(false);
    third = both();
    wait();
    tap_equal("disabled, it stays", both(), third);
    tap_equal("as it was", third < second, true);
    enable(true);
    wait();
    first = both();
    enable(false);
    tap_equal("enabled again, it goes on", first < third, true);
}

int main(void)
{
    el_setup();
    ete_detect();
    el_write(OSLAR, 0);
    test_count("with timestamps", true);
    test_count("with nothing that looks at the counters", false);
    allow(false);
    return tap_end();
}
