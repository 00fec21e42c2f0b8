/*
 * What the programs of the KVM host share: asking its QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef L2_QMP_H
#define L2_QMP_H

#include "l2.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#define QMP_PATH "/tmp/l2.qmp"
#define QMP_OPTION "-qmp", "unix:" QMP_PATH ",server=on,wait=off"
#define PATIENCE patience(14)           /* seconds, for any one thing */

/* The QEMU that runs now. */
static pid_t qemu;
static int qmp = -1;

/* Of the program: what makes going on pointless. */
static void __attribute__((noreturn)) fail(const char *what, const char *why);

static int now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

static void nap(void)
{
    usleep(50000);
}

static int connect_to(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    struct timeval limit = { .tv_sec = PATIENCE };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), end;

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    end = now() + PATIENCE;
    while (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
        if (now() > end || waitpid(qemu, NULL, WNOHANG)) {
            fail(path, strerror(errno));
        }
        nap();
    }
    return fd;
}

static char get_byte(int fd)
{
    char c;

    if (read(fd, &c, 1) != 1) {
        fail("QEMU", "no answer");
    }
    return c;
}

/* Send a QMP command; its answer, until the next one. */
static const char *ask_qmp(const char *command)
{
    static char answer[65536];
    size_t n;

    if (command && write(qmp, command, strlen(command)) < 0) {
        fail(command, strerror(errno));
    }
    do {
        n = 0;
        do {
            answer[n] = get_byte(qmp);
        } while (answer[n] != '\n' && ++n < sizeof(answer) - 1);
        answer[n] = 0;
    } while (!strncmp(answer, "{\"timestamp\"", 12));
    if (strstr(answer, "\"error\": {")) {
        fail(command, answer);
    }
    return answer;
}

static const char *ask(const char *command)
{
    char text[256];

    snprintf(text, sizeof(text), "{\"execute\": \"%s\"}\n", command);
    return ask_qmp(text);
}

static void connect_qmp(void)
{
    qmp = connect_to(QMP_PATH);
    ask_qmp(NULL);                      /* the greeting */
    ask("qmp_capabilities");
}

#endif
