/*
 * For qtests of CPU properties: QEMU refuses a command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_QTEST_ARM_REFUSAL_H
#define TESTS_QTEST_ARM_REFUSAL_H

/* Run a test function once for each row of a table. */
#define ADD_ROWS(PATH, ROWS, FN)                                        \
    for (int i = 0; i < ARRAY_SIZE(ROWS); i++) {                        \
        g_autofree char *path = g_strdup_printf(PATH "/%s",             \
                                                ROWS[i].name);          \
        qtest_add_data_func(path, &ROWS[i], FN);                        \
    }

/**
 * assert_refused: QEMU with TCG ends with status 1 and prints an error
 * @machine: -machine
 * @cpu: -cpu
 * @text: all that it prints, from the first colon on
 *
 * qtest_init() wants a QEMU that starts, so this runs one that does not.
 */
static inline void assert_refused(const char *machine, const char *cpu,
                                  const char *text)
{
    const char *qemu = g_getenv("QTEST_QEMU_BINARY");
    const char *argv[] = {
        qemu, "-accel", "tcg", "-nodefaults", "-display", "none", "-S",
        "-machine", machine, "-cpu", cpu, NULL
    };
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    g_assert(qemu);
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                 &out, &err, &status, &error);
    g_assert_no_error(error);
    g_assert(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_cmpstr(out, ==, "");
    g_assert(strchr(err, ':'));
    g_assert_cmpstr(strchr(err, ':'), ==, text);
}

#endif
