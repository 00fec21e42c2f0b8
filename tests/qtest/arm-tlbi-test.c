/*
 * FEAT_TLBIW as the user of a CPU model sees it: property, expansion, error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "qobject/qdict.h"

/* -nodefaults: the default NIC wants a ROM that a test should not need. */
#define COMMON "-accel tcg -nodefaults "

/* Whether FEAT_TLBIW is in an expansion of -cpu max with it on, off, or not. */
static bool expanded(QTestState *qts, QDict *props)
{
    QDict *resp = qtest_qmp(qts,
        "{ 'execute': 'query-cpu-model-expansion', 'arguments':"
        " { 'type': 'full', 'model': { 'name': 'max', 'props': %p } } }",
        props);
    QDict *model;
    bool on;

    g_assert(qdict_haskey(resp, "return"));
    model = qdict_get_qdict(qdict_get_qdict(resp, "return"), "model");
    on = qdict_get_bool(qdict_get_qdict(model, "props"), "tlbiw");
    qobject_unref(resp);
    return on;
}

static QDict *tlbiw(bool on)
{
    QDict *props = qdict_new();

    qdict_put_bool(props, "tlbiw", on);
    return props;
}

static void test_expansion(void)
{
    QTestState *qts = qtest_init(COMMON "-machine none");

    g_assert(!expanded(qts, qdict_new()));
    g_assert(expanded(qts, tlbiw(true)));
    g_assert(!expanded(qts, tlbiw(false)));
    qtest_quit(qts);
}

/* It needs EL2: an error that names what to do, before anything runs. */
static void test_needs_el2(void)
{
    const char *argv[] = {
        getenv("QTEST_QEMU_BINARY"), "-accel", "tcg", "-nodefaults",
        "-display", "none", "-machine", "virt", "-cpu", "max,tlbiw=on", NULL
    };
    g_autofree char *err = NULL;
    int status;

    g_assert(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL,
                          NULL, NULL, &err, &status, NULL));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert(strstr(err, "tlbiw=on needs EL2, which this CPU does not have"));
    g_assert(strstr(err, "virtualization=on, or tlbiw=off"));
}

static void test_starts(void)
{
    QTestState *qts = qtest_init(COMMON "-machine virt,virtualization=on"
                                 " -cpu max,tlbiw=on");

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/arm/tlbi/expansion", test_expansion);
    qtest_add_func("/arm/tlbi/needs-el2", test_needs_el2);
    qtest_add_func("/arm/tlbi/starts", test_starts);
    return g_test_run();
}
