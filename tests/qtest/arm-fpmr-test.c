/*
 * FEAT_FPMR as the user of a CPU model sees it: property, errors, expansion
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "arm-refusal.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"

/* -nodefaults: the default NIC wants a ROM that a test should not need. */
#define COMMON "-accel tcg -nodefaults "

/* CPU models of Armv8 and Armv9.0: FEAT_FPMR is OPTIONAL from Armv9.2. */
static const char *const models_without[] = {
    "cortex-a57", "cortex-a710", "neoverse-n2", "neoverse-v1",
};

/* Ask for the expansion of CPU model @name. */
static QDict *expand(QTestState *qts, const char *name)
{
    return qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                     " 'arguments': { 'type': 'full',"
                     " 'model': { 'name': %s } } }", name);
}

/* The same, with the property fpmr given. */
static QDict *expand_fpmr(QTestState *qts, const char *name, bool fpmr)
{
    return qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                     " 'arguments': { 'type': 'full',"
                     " 'model': { 'name': %s, 'props': { 'fpmr': %i } } } }",
                     name, fpmr);
}

/* The properties in an answer to one of the above, which must be a success. */
static QDict *expanded_props(QDict *resp)
{
    QDict *model;

    g_assert(qdict_haskey(resp, "return"));
    model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
    return qdict_get_qdict(model, "props");
}

/* @resp must be an error with exactly this text. */
static void assert_error(QDict *resp, const char *desc)
{
    g_assert(qdict_haskey(resp, "error"));
    g_assert_cmpstr(qdict_get_str(qdict_get_qdict(resp, "error"), "desc"),
                    ==, desc);
    qobject_unref(resp);
}

static void test_expansion(const void *machine)
{
    QTestState *qts = qtest_initf(COMMON "-machine %s -cpu max",
                                  (const char *)machine);
    QDict *resp;

    resp = expand(qts, "max");
    g_assert(qdict_get_bool(expanded_props(resp), "fpmr"));
    qobject_unref(resp);

    resp = expand_fpmr(qts, "max", true);
    g_assert(qdict_get_bool(expanded_props(resp), "fpmr"));
    qobject_unref(resp);

    resp = expand_fpmr(qts, "max", false);
    g_assert(!qdict_get_bool(expanded_props(resp), "fpmr"));
    qobject_unref(resp);

    /* An expansion is a question: the next one starts afresh. */
    resp = expand(qts, "max");
    g_assert(qdict_get_bool(expanded_props(resp), "fpmr"));
    qobject_unref(resp);

    resp = qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                     " 'arguments': { 'type': 'full', 'model':"
                     " { 'name': 'max', 'props': { 'fpmr': 'on' } } } }");
    assert_error(resp, "Invalid parameter type for 'model.props.fpmr', "
                       "expected: boolean");

    qtest_quit(qts);
}

static void test_models_without(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");

    for (int i = 0; i < ARRAY_SIZE(models_without); i++) {
        const char *name = models_without[i];
        g_autofree char *desc = g_strdup_printf(
            "Property '%s-arm-cpu.fpmr' not found", name);
        QDict *resp = expand(qts, name);

        g_assert(!qdict_haskey(expanded_props(resp), "fpmr"));
        qobject_unref(resp);
        /* Off is as unknown as on: there is nothing to switch. */
        assert_error(expand_fpmr(qts, name, true), desc);
        assert_error(expand_fpmr(qts, name, false), desc);
    }
    qtest_quit(qts);
}

/* Does CPU type @type list a property fpmr, and is it a bool? */
static bool lists_fpmr(QTestState *qts, const char *type)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'qom-list-properties',"
                            " 'arguments': { 'typename': %s } }", type);
    const QListEntry *entry;
    bool found = false;

    g_assert(qdict_haskey(resp, "return"));
    QLIST_FOREACH_ENTRY(qdict_get_qlist(resp, "return"), entry) {
        QDict *prop = qobject_to(QDict, qlist_entry_obj(entry));

        if (g_str_equal(qdict_get_str(prop, "name"), "fpmr")) {
            g_assert_cmpstr(qdict_get_str(prop, "type"), ==, "bool");
            /* Users find it with -cpu max,help: it must say what it is. */
            g_assert(strstr(qdict_get_str(prop, "description"), "FEAT_FPMR"));
            found = true;
        }
    }
    qobject_unref(resp);
    return found;
}

static void test_qom_list(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");

    g_assert(lists_fpmr(qts, "max-arm-cpu"));
    for (int i = 0; i < ARRAY_SIZE(models_without); i++) {
        g_autofree char *type = g_strdup_printf("%s-arm-cpu",
                                                models_without[i]);
        g_assert(!lists_fpmr(qts, type));
    }
    qtest_quit(qts);
}

/*
 * Start a machine; all of its @cpus CPUs must be realized with fpmr as
 * given, and must not let it change any more.
 */
static void check_cpus(const char *args, int cpus, bool fpmr)
{
    QTestState *qts = qtest_initf(COMMON "%s", args);
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-cpus-fast' }");
    QList *list = qdict_get_qlist(resp, "return");
    const QListEntry *entry;

    g_assert_cmpint(qlist_size(list), ==, cpus);
    QLIST_FOREACH_ENTRY(list, entry) {
        QDict *cpu = qobject_to(QDict, qlist_entry_obj(entry));
        const char *path = qdict_get_str(cpu, "qom-path");
        QDict *got = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments':"
                               " { 'path': %s, 'property': 'fpmr' } }", path);

        g_assert(qdict_haskey(got, "return"));
        g_assert_cmpint(qdict_get_bool(got, "return"), ==, fpmr);
        qobject_unref(got);

        got = qtest_qmp(qts, "{ 'execute': 'qom-set', 'arguments':"
                        " { 'path': %s, 'property': 'fpmr',"
                        "   'value': %i } }", path, !fpmr);
        g_assert(qdict_haskey(got, "error"));
        qobject_unref(got);

        got = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments':"
                        " { 'path': %s, 'property': 'fpmr' } }", path);
        g_assert_cmpint(qdict_get_bool(got, "return"), ==, fpmr);
        qobject_unref(got);
    }
    qobject_unref(resp);
    qtest_quit(qts);
}

typedef struct {
    const char *name;
    const char *args;
    int cpus;
    bool fpmr;
} Start;

static const Start starts[] = {
    { "default", "-machine virt -cpu max", 1, true },
    { "on", "-machine virt -cpu max,fpmr=on", 1, true },
    { "off", "-machine virt -cpu max,fpmr=off", 1, false },
    /* The last one wins, as with any property. */
    { "on-off", "-machine virt -cpu max,fpmr=on,fpmr=off", 1, false },
    { "none", "-machine none -cpu max", 1, true },
    { "none-off", "-machine none -cpu max,fpmr=off", 1, false },
    { "smp", "-machine virt -smp 4 -cpu max", 4, true },
    { "smp-off", "-machine virt -smp 4 -cpu max,fpmr=off", 4, false },
    { "rme", "-machine virt,secure=on,virtualization=on,gic-version=3 "
      "-cpu max,x-rme=on,fpmr=on", 1, true },
    { "rme-off", "-machine virt,secure=on,virtualization=on,gic-version=3 "
      "-cpu max,x-rme=on,fpmr=off", 1, false },
    { "el2", "-machine virt,virtualization=on -cpu max,fpmr=on", 1, true },
    { "el3", "-machine virt,secure=on -cpu max,fpmr=on", 1, true },
    { "no-sve-sme", "-machine virt -cpu max,sve=off,sme=off,fpmr=on", 1,
      true },
    { "old-machine", "-machine virt-9.2 -cpu max", 1, true },
};

static void test_start(const void *data)
{
    const Start *start = data;

    check_cpus(start->args, start->cpus, start->fpmr);
}

typedef struct {
    const char *name;
    const char *machine;
    const char *cpu;
    const char *text;   /* all that QEMU says, after its own name */
} Refusal;

static const char no_advsimd[] =
    ": fpmr=on needs FEAT_AdvSIMD, which this CPU does not have\n"
    "Add neon=on,vfp=on, or use fpmr=off.\n";

static const char no_d32[] =
    ": ARM CPUs must have both VFP-D32 and Neon or neither\n";

static const Refusal refusals[] = {
    { "no-neon", "virt", "max,fpmr=on,neon=off,vfp=off", no_advsimd },
    { "no-neon-el2", "virt,virtualization=on",
      "max,neon=off,vfp=off,fpmr=on", no_advsimd },
    { "no-neon-none", "none", "max,fpmr=on,neon=off,vfp=off", no_advsimd },
    /*
     * QEMU 10.0 refuses every AArch64 CPU without Neon, for lack of a way
     * to switch vfp-d32 off.  Where FPMR was not asked for by name, that,
     * and nothing about FPMR, is what the user must hear.
     */
    { "no-neon-unasked", "virt", "max,neon=off,vfp=off", no_d32 },
    { "no-neon-fpmr-off", "virt", "max,neon=off,vfp=off,fpmr=off", no_d32 },
    { "cortex-a57", "virt", "cortex-a57,fpmr=off",
      ": can't apply global cortex-a57-arm-cpu.fpmr=off: "
      "Property 'cortex-a57-arm-cpu.fpmr' not found\n" },
    { "neoverse-n2", "virt", "neoverse-n2,fpmr=on",
      ": can't apply global neoverse-n2-arm-cpu.fpmr=on: "
      "Property 'neoverse-n2-arm-cpu.fpmr' not found\n" },
    { "value", "virt", "max,fpmr=maybe",
      ": can't apply global max-arm-cpu.fpmr=maybe: "
      "Parameter 'fpmr' expects 'on' or 'off'\n" },
};

static void test_refusal(const void *data)
{
    const Refusal *refusal = data;

    assert_refused(refusal->machine, refusal->cpu, refusal->text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    qtest_add_data_func("fpmr/expansion/none", "none", test_expansion);
    qtest_add_data_func("fpmr/expansion/virt", "virt", test_expansion);
    qtest_add_func("fpmr/expansion/models-without", test_models_without);
    qtest_add_func("fpmr/qom-list", test_qom_list);
    ADD_ROWS("fpmr/start", starts, test_start);
    ADD_ROWS("fpmr/refusal", refusals, test_refusal);

    return g_test_run();
}
