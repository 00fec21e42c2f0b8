/*
 * Self-hosted trace as the user of a CPU model sees it: trf, ete and trbe
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

/* The properties in the order of the digits of State below */
static const char *const props[] = { "trf", "ete", "trbe" };

static const char *const models_with[] = {
    "max", "neoverse-n2", "cortex-a710",
};

/* Armv8 silicon; some of it has an ETM, which is not an ETE. */
static const char *const models_without[] = {
    "cortex-a57", "cortex-a76", "neoverse-v1", "cortex-a15",
};

/*
 * Property values @set ("trbe=on,trf=off") of a model make this state: a digit
 * for each property.  NULL: what the model is by itself.
 */
typedef struct {
    const char *name;
    const char *set;
    const char *state;
} State;

#define DEFAULT "111"

static const State states[] = {
    { "default", NULL, DEFAULT },
    { "all", "trf=on,ete=on,trbe=on", "111" },
    { "none", "trf=off,ete=off,trbe=off", "000" },
    /* What is asked for brings what it needs. */
    { "trbe", "trbe=on", "111" },
    { "ete", "ete=on,trbe=off", "110" },
    { "trf", "trf=on,ete=off", "100" },
    /* What is not asked for goes with what it needs. */
    { "no-trf", "trf=off", "000" },
    { "no-ete", "trf=on,ete=off", "100" },
    { "no-trbe", "trf=on,ete=on,trbe=off", "110" },
    /* The order of the words does not matter, the last of one kind wins. */
    { "order", "trbe=on,ete=on,trf=on", "111" },
    { "last-off", "trbe=on,trbe=off,ete=off,trf=off", "000" },
    { "last-on", "trf=off,trbe=on,trf=on", "111" },
};

typedef struct {
    const char *name;
    const char *cpu;
    const char *text;   /* all that QEMU says, after its own name */
} Refusal;

#define NEEDS(WHAT, FEAT, OFF)                                          \
    ": " WHAT "=on needs " FEAT ", which " OFF "=off takes away\n"      \
    "Use " OFF "=on, or " WHAT "=off.\n"
#define NOT_FOUND(CPU, PROP, VALUE)                                     \
    ": can't apply global " CPU "-arm-cpu." PROP "=" VALUE ": "         \
    "Property '" CPU "-arm-cpu." PROP "' not found\n"

static const Refusal refusals[] = {
    { "trbe-ete", "max,trbe=on,ete=off", NEEDS("trbe", "FEAT_ETE", "ete") },
    { "ete-trbe", "max,ete=off,trbe=on", NEEDS("trbe", "FEAT_ETE", "ete") },
    { "ete-trf", "max,ete=on,trf=off", NEEDS("ete", "FEAT_TRF", "trf") },
    { "trbe-trf", "max,trbe=on,trf=off", NEEDS("trbe", "FEAT_TRF", "trf") },
    { "all-trf", "max,trbe=on,ete=on,trf=off",
      NEEDS("ete", "FEAT_TRF", "trf") },
    { "n2", "neoverse-n2,trbe=on,ete=off", NEEDS("trbe", "FEAT_ETE", "ete") },
    { "a710", "cortex-a710,ete=on,trf=off", NEEDS("ete", "FEAT_TRF", "trf") },
    { "value", "max,ete=maybe",
      ": can't apply global max-arm-cpu.ete=maybe: "
      "Parameter 'ete' expects 'on' or 'off'\n" },
    { "cortex-a57", "cortex-a57,trbe=on",
      NOT_FOUND("cortex-a57", "trbe", "on") },
    { "neoverse-v1", "neoverse-v1,trf=off",
      NOT_FOUND("neoverse-v1", "trf", "off") },
    { "cortex-a15", "cortex-a15,ete=on", NOT_FOUND("cortex-a15", "ete", "on") },
};

/* Ask for the expansion of @model with @set. */
static QDict *expand(QTestState *qts, const char *model, const char *set)
{
    g_auto(GStrv) words = g_strsplit(set ?: "", ",", -1);
    QDict *values = qdict_new();

    for (char **word = words; *word; word++) {
        char *value = strchr(*word, '=');

        *value++ = 0;
        qdict_put_bool(values, *word, g_str_equal(value, "on"));
    }
    return qtest_qmp(qts, "{ 'execute': 'query-cpu-model-expansion',"
                     " 'arguments': { 'type': 'full',"
                     " 'model': { 'name': %s, 'props': %p } } }",
                     model, QOBJECT(values));
}

/* QMP sets the properties in its own order, the last of one kind wins. */
static void test_expansion(const void *data)
{
    const State *state = data;
    QTestState *qts = qtest_init(COMMON "-machine none");

    for (int i = 0; i < ARRAY_SIZE(models_with); i++) {
        QDict *resp = expand(qts, models_with[i], state->set);
        QDict *got;

        g_assert(qdict_haskey(resp, "return"));
        got = qdict_get_qdict(qdict_get_qdict(qdict_get_qdict(resp, "return"),
                                              "model"), "props");
        for (int j = 0; j < ARRAY_SIZE(props); j++) {
            g_assert_cmpint(qdict_get_bool(got, props[j]), ==,
                            state->state[j] == '1');
        }
        qobject_unref(resp);
    }
    qtest_quit(qts);
}

static void test_expansion_error(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");
    QDict *resp = expand(qts, "max", "trbe=on,ete=off");

    g_assert(qdict_haskey(resp, "error"));
    g_assert_cmpstr(qdict_get_str(qdict_get_qdict(resp, "error"), "desc"), ==,
                    "trbe=on needs FEAT_ETE, which ete=off takes away");
    qobject_unref(resp);
    qtest_quit(qts);
}

/* How many of our properties does CPU model @model list? */
static int listed(QTestState *qts, const char *model)
{
    g_autofree char *type = g_strdup_printf("%s-arm-cpu", model);
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'qom-list-properties',"
                            " 'arguments': { 'typename': %s } }", type);
    const QListEntry *entry;
    int n = 0;

    g_assert(qdict_haskey(resp, "return"));
    QLIST_FOREACH_ENTRY(qdict_get_qlist(resp, "return"), entry) {
        QDict *prop = qobject_to(QDict, qlist_entry_obj(entry));
        const char *name = qdict_get_str(prop, "name");

        for (int i = 0; i < ARRAY_SIZE(props); i++) {
            if (g_str_equal(name, props[i])) {
                g_autofree char *upper = g_ascii_strup(name, -1);

                g_assert_cmpstr(qdict_get_str(prop, "type"), ==, "bool");
                /* Users find it with -cpu max,help: it must say what it is. */
                g_assert(strstr(qdict_get_str(prop, "description"), upper));
                n++;
            }
        }
    }
    qobject_unref(resp);
    return n;
}

static void test_listed(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");

    for (int i = 0; i < ARRAY_SIZE(models_with); i++) {
        g_assert_cmpint(listed(qts, models_with[i]), ==, ARRAY_SIZE(props));
    }
    for (int i = 0; i < ARRAY_SIZE(models_without); i++) {
        g_assert_cmpint(listed(qts, models_without[i]), ==, 0);
    }
    qtest_quit(qts);
}

/* All CPUs of a machine are as wanted, and stay so. */
static void test_start(const void *data)
{
    const State *state = data;

    for (int i = 0; i < ARRAY_SIZE(models_with); i++) {
        QTestState *qts = qtest_initf(COMMON "-machine virt -smp 2 -cpu %s%s%s",
                                      models_with[i], state->set ? "," : "",
                                      state->set ?: "");
        QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-cpus-fast' }");
        QList *list = qdict_get_qlist(resp, "return");
        const QListEntry *entry;

        g_assert_cmpint(qlist_size(list), ==, 2);
        QLIST_FOREACH_ENTRY(list, entry) {
            QDict *cpu = qobject_to(QDict, qlist_entry_obj(entry));
            const char *path = qdict_get_str(cpu, "qom-path");

            for (int j = 0; j < ARRAY_SIZE(props); j++) {
                bool on = state->state[j] == '1';
                QDict *got;

                got = qtest_qmp(qts, "{ 'execute': 'qom-set', 'arguments':"
                                " { 'path': %s, 'property': %s,"
                                "   'value': %i } }", path, props[j], !on);
                g_assert(qdict_haskey(got, "error"));
                qobject_unref(got);

                got = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments':"
                                " { 'path': %s, 'property': %s } }", path,
                                props[j]);
                g_assert(qdict_haskey(got, "return"));
                g_assert_cmpint(qdict_get_bool(got, "return"), ==, on);
                qobject_unref(got);
            }
        }
        qobject_unref(resp);
        qtest_quit(qts);
    }
}

static void test_refusal(const void *data)
{
    const Refusal *refusal = data;

    assert_refused("virt", refusal->cpu, refusal->text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    ADD_ROWS("trace/expansion", states, test_expansion);
    qtest_add_func("trace/expansion-error", test_expansion_error);
    qtest_add_func("trace/listed", test_listed);
    ADD_ROWS("trace/start", states, test_start);
    ADD_ROWS("trace/refusal", refusals, test_refusal);

    return g_test_run();
}
