/*
 * ID registers of CPUs and CPU models over QMP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * That the values are those a guest reads is what tests/armv9/test_idregs.py
 * looks at.
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qstring.h"

#define COMMON "-accel tcg -nodefaults "
#define NONE COMMON "-machine none"

static void assert_error(QDict *resp, const char *desc)
{
    g_assert(qdict_haskey(resp, "error"));
    g_assert_cmpstr(qdict_get_str(qdict_get_qdict(resp, "error"), "desc"),
                    ==, desc);
    qobject_unref(resp);
}

static size_t registers(QTestState *qts)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'x-query-arm-idregs' }");
    size_t count;

    g_assert(qdict_haskey(resp, "return"));
    count = qlist_size(qdict_get_qlist(resp, "return"));
    qobject_unref(resp);
    return count;
}

/* What management does first: a machine without anything, or one stopped */
static void test_query(void)
{
    QTestState *qts = qtest_init(NONE);

    g_assert_cmpint(registers(qts), ==, 0);
    assert_error(qtest_qmp(qts, "{ 'execute': 'x-query-arm-idregs',"
                           " 'arguments': { 'cpu-index': 0 } }"),
                 "There is no CPU with index 0");
    qtest_quit(qts);

    qts = qtest_init(NONE " -cpu max");
    g_assert_cmpint(registers(qts), ==, 61);
    qtest_quit(qts);

    qts = qtest_init(COMMON "-machine virt -cpu max -smp 2 -S");
    g_assert_cmpint(registers(qts), ==, 61);
    assert_error(qtest_qmp(qts, "{ 'execute': 'x-query-arm-idregs',"
                           " 'arguments': { 'cpu-index': 2 } }"),
                 "There is no CPU with index 2");
    assert_error(qtest_qmp(qts, "{ 'execute': 'x-query-arm-idregs',"
                           " 'arguments': { 'cpu-index': -1 } }"),
                 "There is no CPU with index -1");
    qtest_quit(qts);

    qts = qtest_init(COMMON "-machine virt -cpu cortex-a15 -S");
    assert_error(qtest_qmp(qts, "{ 'execute': 'x-query-arm-idregs' }"),
                 "CPU 0 (cortex-a15) has no AArch64 ID registers");
    qtest_quit(qts);
}

/* Both models as JSON, as they are in the arguments */
static QDict *ask(QTestState *qts, const char *command, const char *a,
                  const char *b)
{
    return qtest_qmp(qts, "{ 'execute': %s, 'arguments':"
                     " { 'modela': %p, 'modelb': %p } }", command,
                     qobject_from_json(a, &error_abort),
                     qobject_from_json(b, &error_abort));
}

#define AES "SYSREG_ID_AA64ISAR0_EL1_AES"
#define LUT "SYSREG_ID_AA64ISAR2_EL1_LUT"
#define SHA2 "SYSREG_ID_AA64ISAR0_EL1_SHA2"
#define API "SYSREG_ID_AA64ISAR1_EL1_API"
#define TGRAN4 "SYSREG_ID_AA64MMFR0_EL1_TGran4"
#define TGRAN4_2 "SYSREG_ID_AA64MMFR0_EL1_TGran4_2"

static const struct {
    const char *a, *b;
    const char *result;
    const char *properties[4];
} comparisons[] = {
    { "{'name': 'max'}", "{'name': 'max'}", "identical", { } },
    { "{'name': 'max', 'props': {'fp8': false}}",
      "{'name': 'max', 'props': {'fp8': false, 'lut': false}}",
      "superset", { LUT } },
    { "{'name': 'max', 'props': {'fp8': false, 'lut': false}}",
      "{'name': 'max', 'props': {'fp8': false}}", "subset", { LUT } },
    { "{'name': 'neoverse-n1', 'props': {'" AES "': 1}}",
      "{'name': 'neoverse-n1'}", "subset", { AES } },
    { "{'name': 'neoverse-n1', 'props': {'" AES "': 2}}",
      "{'name': 'neoverse-n1'}", "identical", { } },
    { "{'name': 'neoverse-n1', 'props': {'" AES "': 3, '" SHA2 "': 0}}",
      "{'name': 'neoverse-n1'}", "incompatible", { SHA2, AES } },
    /* Alternatives: neither has what the other promises */
    { "{'name': 'max', 'props': {'" API "': 2}}",
      "{'name': 'max', 'props': {'" API "': 3}}", "incompatible", { API } },
    /* No AArch32 at EL0: the AArch32 views say nothing. */
    { "{'name': 'neoverse-n1', 'props': {'SYSREG_ID_AA64PFR0_EL1_EL0': 1,"
      " 'SYSREG_ID_ISAR0_EL1_Divide': 0}}", "{'name': 'neoverse-n1'}",
      "subset", { "SYSREG_ID_AA64PFR0_EL1_EL0" } },
    { "{'name': 'neoverse-n1', 'props': {'SYSREG_ID_ISAR0_EL1_Divide': 0}}",
      "{'name': 'neoverse-n1'}", "subset", { "SYSREG_ID_ISAR0_EL1_Divide" } },
    /* Of stage 2, neoverse-n1 says 0: as stage 1, which has 4K. */
    { "{'name': 'neoverse-n1', 'props': {'" TGRAN4_2 "': 2}}",
      "{'name': 'neoverse-n1'}", "identical", { } },
    { "{'name': 'neoverse-n1', 'props': {'" TGRAN4_2 "': 1}}",
      "{'name': 'neoverse-n1'}", "subset", { TGRAN4_2 } },
    /* What identifies a CPU says nothing of what it can do. */
    { "{'name': 'max', 'props': {'SYSREG_MIDR_EL1_PartNum': 3}}",
      "{'name': 'max'}", "identical", { } },
};

static void test_comparison(const void *machine)
{
    QTestState *qts = qtest_initf(COMMON "%s", (const char *)machine);

    for (int i = 0; i < ARRAY_SIZE(comparisons); i++) {
        QDict *resp = ask(qts, "query-cpu-model-comparison",
                          comparisons[i].a, comparisons[i].b);
        const QListEntry *entry;
        QDict *info;
        int n = 0;

        g_assert(qdict_haskey(resp, "return"));
        info = qdict_get_qdict(resp, "return");
        g_assert_cmpstr(qdict_get_str(info, "result"), ==,
                        comparisons[i].result);
        QLIST_FOREACH_ENTRY(qdict_get_qlist(info, "responsible-properties"),
                            entry) {
            QString *name = qobject_to(QString, qlist_entry_obj(entry));

            g_assert_cmpstr(qstring_get_str(name), ==,
                            comparisons[i].properties[n]);
            n++;
        }
        g_assert_null(comparisons[i].properties[n]);
        qobject_unref(resp);
    }
    qtest_quit(qts);
}

static const struct {
    const char *model, *desc;
} bad_models[] = {
    { "{'name': 'host'}", "The CPU type 'host' requires KVM" },
    { "{'name': 'no-such'}",
      "The CPU type 'no-such' is not a recognized ARM CPU type" },
    { "{'name': 'cortex-a15'}",
      "CPU model cortex-a15 has no AArch64 ID registers" },
    { "{'name': 'max', 'props': 5}",
      "Invalid parameter type for 'props', expected: object" },
    { "{'name': 'max', 'props': {'realized': true}}",
      "Parameter 'props.realized' is unexpected" },
    { "{'name': 'max', 'props': {'SYSREG_ID_AA64ISAR0_EL1_NONE': 1}}",
      "Parameter 'props.SYSREG_ID_AA64ISAR0_EL1_NONE' is unexpected" },
    { "{'name': 'max', 'props': {'" AES "': true}}",
      "Invalid parameter type for 'props." AES "', expected: number" },
    { "{'name': 'max', 'props': {'" AES "': -1}}",
      "Invalid parameter type for 'props." AES "', expected: number" },
    { "{'name': 'max', 'props': {'" AES "': 16}}",
      "props." AES "=0x10 does not fit; the field has 4 bits" },
    { "{'name': 'cortex-a57', 'props': {'fpmr': true}}",
      "Property 'cortex-a57-arm-cpu.fpmr' not found" },
    { "{'name': 'max', 'props': {'sve': false, 'sve256': true}}",
      "cannot enable sve256" },
};

static void test_bad_models(void)
{
    static const char *const commands[] = {
        "query-cpu-model-comparison", "query-cpu-model-baseline",
    };
    QTestState *qts = qtest_init(NONE);

    for (int i = 0; i < ARRAY_SIZE(bad_models); i++) {
        for (int j = 0; j < ARRAY_SIZE(commands); j++) {
            assert_error(ask(qts, commands[j], bad_models[i].model,
                             "{'name': 'max'}"), bad_models[i].desc);
            assert_error(ask(qts, commands[j], "{'name': 'max'}",
                             bad_models[i].model), bad_models[i].desc);
        }
    }
    qtest_quit(qts);
}

static const char *const models[] = {
    "{'name': 'max'}", "{'name': 'max', 'props': {'fpmr': false}}",
    "{'name': 'max', 'props': {'sve': false, 'pauth': false}}",
    "{'name': 'max', 'props': {'pauth-impdef': true}}",
    "{'name': 'cortex-a53'}", "{'name': 'cortex-a57'}",
    "{'name': 'cortex-a76'}", "{'name': 'cortex-a710'}",
    "{'name': 'neoverse-n1'}", "{'name': 'neoverse-n2'}",
    "{'name': 'neoverse-v1'}", "{'name': 'a64fx'}",
};

static bool fits(QTestState *qts, const QDict *low, const char *high)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-cpu-model-comparison',"
                            " 'arguments': { 'modela': %p, 'modelb': %p } }",
                            qdict_clone_shallow(low),
                            qobject_from_json(high, &error_abort));
    const char *result;
    bool ok;

    g_assert(qdict_haskey(resp, "return"));
    result = qdict_get_str(qdict_get_qdict(resp, "return"), "result");
    ok = g_str_equal(result, "subset") || g_str_equal(result, "identical");
    qobject_unref(resp);
    return ok;
}

/* Of all pairs, what comes out runs where either runs. */
static void test_baseline(void)
{
    QTestState *qts = qtest_init(NONE);

    for (int i = 0; i < ARRAY_SIZE(models); i++) {
        for (int j = 0; j < ARRAY_SIZE(models); j++) {
            QDict *resp = ask(qts, "query-cpu-model-baseline", models[i],
                              models[j]);
            QDict *model;

            g_assert(qdict_haskey(resp, "return"));
            model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
            g_assert(fits(qts, model, models[i]));
            g_assert(fits(qts, model, models[j]));
            /* With itself, it is what it was. */
            g_assert(i != j || qdict_haskey(model, "props") ==
                     (strstr(models[i], "props") != NULL));
            qobject_unref(resp);
        }
    }
    qtest_quit(qts);
}

/* Where they differ, the fields are there by name, with the lesser value. */
static void test_baseline_fields(void)
{
    QTestState *qts = qtest_init(NONE);
    QDict *resp = ask(qts, "query-cpu-model-baseline",
                      "{'name': 'neoverse-n1', 'props': {'" AES "': 1}}",
                      "{'name': 'neoverse-n1', 'props': {'" SHA2 "': 0}}");
    QDict *model, *props;

    model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
    props = qdict_get_qdict(model, "props");
    g_assert_cmpstr(qdict_get_str(model, "name"), ==, "neoverse-n1");
    g_assert_cmpint(qdict_size(props), ==, 2);
    g_assert_cmpint(qdict_get_int(props, AES), ==, 1);
    g_assert_cmpint(qdict_get_int(props, SHA2), ==, 0);
    qobject_unref(resp);

    /* "As stage 1" is not said where it would become something else. */
    resp = ask(qts, "query-cpu-model-baseline",
               "{'name': 'max', 'props': {'" TGRAN4_2 "': 0}}",
               "{'name': 'max', 'props': {'" TGRAN4 "': 0}}");
    model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
    props = qdict_get_qdict(model, "props");
    g_assert_cmpint(qdict_size(props), ==, 2);
    g_assert_cmpint(qdict_get_int(props, TGRAN4), ==, 0);
    g_assert_cmpint(qdict_get_int(props, TGRAN4_2), ==, 3);
    qobject_unref(resp);

    /* Nothing is common: no algorithm of pauth at all */
    resp = ask(qts, "query-cpu-model-baseline",
               "{'name': 'max', 'props': {'" API "': 2}}",
               "{'name': 'max', 'props': {'" API "': 3}}");
    model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
    props = qdict_get_qdict(model, "props");
    g_assert_cmpint(qdict_get_int(props, API), ==, 0);
    qobject_unref(resp);

    assert_error(ask(qts, "query-cpu-model-baseline",
                     "{'name': 'max', 'props':"
                     " {'SYSREG_ID_AA64AFR0_EL1_IMPDEF': 1}}",
                     "{'name': 'max'}"),
                 "No CPU can be shown to be both max and max: "
                 "nothing is common in SYSREG_ID_AA64AFR0_EL1_IMPDEF");
    qtest_quit(qts);
}

static void test_props_info(const void *machine)
{
    QTestState *qts = qtest_initf(COMMON "%s", (const char *)machine);
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-cpu-props-info' }");
    QDict *full = qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                            " 'arguments': { 'type': 'full',"
                            " 'model': { 'name': 'max' } } }");
    QDict *props = qdict_get_qdict(qdict_get_qdict(
        qdict_get_qdict(full, "return"), "model"), "props");
    QList *list = qdict_get_qlist(resp, "return");
    const QListEntry *entry;
    bool fpmr = false;

    /* The same properties as expansion has, and no others */
    g_assert_cmpint(qlist_size(list), ==, qdict_size(props));
    QLIST_FOREACH_ENTRY(list, entry) {
        QDict *prop = qobject_to(QDict, qlist_entry_obj(entry));
        const char *name = qdict_get_str(prop, "name");

        g_assert(qdict_haskey(props, name));
        g_assert_cmpstr(qdict_get_str(prop, "type"), ==, "boolean");
        g_assert(!qdict_haskey(prop, "supported-values"));
        if (g_str_equal(name, "fpmr")) {
            fpmr = qdict_get_bool(prop, "writable");
        } else if (g_str_equal(name, "aarch64")) {
            /* Only KVM can */
            g_assert(!qdict_get_bool(prop, "writable"));
        }
    }
    g_assert(fpmr);
    qobject_unref(full);
    qobject_unref(resp);
    qtest_quit(qts);
}

/* What cannot be given to -cpu is not in an expansion, nor taken there. */
static void test_expansion(void)
{
    QTestState *qts = qtest_init(NONE);

    assert_error(qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                           " 'arguments': { 'type': 'full', 'model':"
                           " { 'name': 'max', 'props': { %s: 1 } } } }", AES),
                 "Property 'max-arm-cpu." AES "' not found");
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_func("idregs/query", test_query);
    qtest_add_data_func("idregs/comparison/none", "-machine none",
                        test_comparison);
    qtest_add_data_func("idregs/comparison/virt", "-machine virt -S",
                        test_comparison);
    qtest_add_func("idregs/bad-models", test_bad_models);
    qtest_add_func("idregs/baseline/pairs", test_baseline);
    qtest_add_func("idregs/baseline/fields", test_baseline_fields);
    qtest_add_data_func("idregs/props-info/none", "-machine none",
                        test_props_info);
    qtest_add_data_func("idregs/props-info/virt", "-machine virt -S",
                        test_props_info);
    qtest_add_func("idregs/expansion", test_expansion);

    return g_test_run();
}
