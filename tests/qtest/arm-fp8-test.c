/*
 * fp8, faminmax and lut as the user of a CPU model sees them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "arm-refusal.h"
#include "qobject/qdict.h"

/* -nodefaults: the default NIC wants a ROM that a test should not need. */
#define COMMON "-accel tcg -nodefaults "

static const char *const names[] = { "fp8", "faminmax", "lut" };

enum { FP8 = 1, FAMINMAX = 2, LUT = 4, ALL = 7 };

/* What a machine's CPU has; as bits in the order of names[] */
typedef struct {
    const char *name;
    const char *args;
    unsigned on;
} Start;

static const Start starts[] = {
    { "default", "-machine virt -cpu max", ALL },
    { "on", "-machine virt -cpu max,fp8=on,faminmax=on,lut=on", ALL },
    { "off", "-machine virt -cpu max,fp8=off", FAMINMAX | LUT },
    { "all-off", "-machine virt -cpu max,fp8=off,faminmax=off,lut=off", 0 },
    /* Not asked for, it goes away with what it needs. */
    { "faminmax-off", "-machine virt -cpu max,faminmax=off", LUT },
    { "lut-off", "-machine virt -cpu max,lut=off", FAMINMAX },
    { "fpmr-off", "-machine virt -cpu max,fpmr=off", FAMINMAX | LUT },
    { "fpmr-off-on", "-machine virt -cpu max,fpmr=off,fp8=on,fp8=off",
      FAMINMAX | LUT },
    { "none", "-machine none -cpu max", ALL },
    { "el3", "-machine virt,secure=on,virtualization=on -cpu max,fp8=on",
      ALL },
    /* Advanced SIMD is enough. */
    { "no-sve-sme", "-machine virt -cpu max,sve=off,sme=off,fp8=on", ALL },
    { "no-sme", "-machine virt -cpu max,sme=off,fp8=on", ALL },
};

static void test_start(const void *data)
{
    const Start *start = data;
    QTestState *qts = qtest_initf(COMMON "%s", start->args);
    QDict *cpus = qtest_qmp(qts, "{ 'execute': 'query-cpus-fast' }");
    QList *list = qdict_get_qlist(cpus, "return");
    QDict *cpu = qobject_to(QDict, qlist_peek(list));
    const char *path = qdict_get_str(cpu, "qom-path");

    for (int i = 0; i < ARRAY_SIZE(names); i++) {
        bool on = start->on & (1 << i);
        QDict *got = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments':"
                               " { 'path': %s, 'property': %s } }", path,
                               names[i]);

        g_assert(qdict_haskey(got, "return"));
        g_assert_cmpint(qdict_get_bool(got, "return"), ==, on);
        qobject_unref(got);

        /* A CPU that runs cannot change any more. */
        got = qtest_qmp(qts, "{ 'execute': 'qom-set', 'arguments':"
                        " { 'path': %s, 'property': %s, 'value': %i } }",
                        path, names[i], !on);
        g_assert(qdict_haskey(got, "error"));
        qobject_unref(got);
    }
    qobject_unref(cpus);
    qtest_quit(qts);
}

static void test_expansion(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");

    for (int i = 0; i < ARRAY_SIZE(names); i++) {
        for (int on = 0; on < 2; on++) {
            QDict *resp = qtest_qmp(qts,
                "{ 'execute': 'query-cpu-model-expansion', 'arguments':"
                " { 'type': 'full', 'model': { 'name': 'max',"
                "   'props': { %s: %i } } } }", names[i], on);
            QDict *model, *props;

            g_assert(qdict_haskey(resp, "return"));
            model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
            props = qdict_get_qdict(model, "props");
            g_assert_cmpint(qdict_get_bool(props, names[i]), ==, on);
            qobject_unref(resp);
        }
    }
    qtest_quit(qts);
}

typedef struct {
    const char *name;
    const char *cpu;
    const char *text;   /* all that QEMU says, after its own name */
} Refusal;

static const Refusal refusals[] = {
    { "fpmr", "max,fp8=on,fpmr=off",
      ": fp8=on needs FEAT_FPMR, which this CPU does not have\n"
      "Add fpmr=on, or use fp8=off.\n" },
    { "faminmax", "max,faminmax=off,fp8=on",
      ": fp8=on needs FEAT_FAMINMAX, which this CPU does not have\n"
      "Add faminmax=on, or use fp8=off.\n" },
    { "lut", "max,fp8=on,lut=off",
      ": fp8=on needs FEAT_LUT, which this CPU does not have\n"
      "Add lut=on, or use fp8=off.\n" },
    { "no-neon-faminmax", "max,faminmax=on,neon=off,vfp=off",
      ": faminmax=on needs FEAT_AdvSIMD, which this CPU does not have\n"
      "Add neon=on,vfp=on, or use faminmax=off.\n" },
    { "no-neon-lut", "max,lut=on,neon=off,vfp=off",
      ": lut=on needs FEAT_AdvSIMD, which this CPU does not have\n"
      "Add neon=on,vfp=on, or use lut=off.\n" },
    { "no-neon-fp8", "max,fp8=on,neon=off,vfp=off",
      ": fp8=on needs FEAT_AdvSIMD, which this CPU does not have\n"
      "Add neon=on,vfp=on, or use fp8=off.\n" },
    { "neoverse-n2", "neoverse-n2,lut=on",
      ": can't apply global neoverse-n2-arm-cpu.lut=on: "
      "Property 'neoverse-n2-arm-cpu.lut' not found\n" },
    { "value", "max,fp8=maybe",
      ": can't apply global max-arm-cpu.fp8=maybe: "
      "Parameter 'fp8' expects 'on' or 'off'\n" },
};

static void test_refusal(const void *data)
{
    const Refusal *refusal = data;

    assert_refused("virt", refusal->cpu, refusal->text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    for (int i = 0; i < ARRAY_SIZE(starts); i++) {
        g_autofree char *path = g_strdup_printf("fp8/start/%s",
                                                starts[i].name);

        qtest_add_data_func(path, &starts[i], test_start);
    }
    qtest_add_func("fp8/expansion", test_expansion);
    for (int i = 0; i < ARRAY_SIZE(refusals); i++) {
        g_autofree char *path = g_strdup_printf("fp8/refusal/%s",
                                                refusals[i].name);

        qtest_add_data_func(path, &refusals[i], test_refusal);
    }
    return g_test_run();
}
