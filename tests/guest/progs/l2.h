/*
 * What the programs of the KVM host share: starting the guest, its console.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words on the host's kernel command line:
 *   armv9.guest=PROGRAM,ARG...   the guest's jobs, in order
 *   armv9.guestcpu=MODEL         -cpu of the guest (default host)
 *   armv9.guestappend=WORD       a word for the guest's kernel
 */

#ifndef L2_H
#define L2_H

#include "guest.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

/* build/arm64/dist, as it is. */
#define QEMU "/host/bin/qemu-system-aarch64"
#define L2_MORE_ARGS 16

/* The guest's command line and CPU, from ours. */
static char append[2048] = "console=ttyAMA0 quiet loglevel=3 panic=-1";
static char guest_cpu[256] = "host";

static inline void read_cmdline(void)
{
    char line[2048] = "", *tok;
    FILE *f = fopen("/proc/cmdline", "r");

    if (!f || !fgets(line, sizeof(line), f)) {
        die("/proc/cmdline");
    }
    fclose(f);
    for (tok = strtok(line, "\n "); tok; tok = strtok(NULL, "\n ")) {
        size_t used = strlen(append);

        if (!strncmp(tok, "armv9.guest=", 12)) {
            snprintf(append + used, sizeof(append) - used, " armv9.run=%s",
                     tok + 12);
        } else if (!strncmp(tok, "armv9.guestappend=", 18)) {
            snprintf(append + used, sizeof(append) - used, " %s", tok + 18);
        } else if (!strncmp(tok, "armv9.guestcpu=", 15)) {
            snprintf(guest_cpu, sizeof(guest_cpu), "%s", tok + 15);
        }
    }
}

/*
 * Start QEMU: its console and messages go to out, all its threads to cpu
 * (-1: where they like), and more is what this guest needs besides.
 */
static inline pid_t start_qemu(int out, int cpu, const char *const *more)
{
    static const char *const base[] = {
        QEMU, "-no-user-config", "-display", "none",
        "-name", "l2,debug-threads=on", "-M", "virt,gic-version=3",
        "-accel", "kvm", "-cpu", guest_cpu, "-smp", "1", "-m", "512",
        "-serial", "stdio", "-no-reboot", "-kernel", "/host/kernel",
        "-initrd", "/host/initrd", "-append", append,
    };
    const int n = sizeof(base) / sizeof(base[0]);
    const char *args[n + L2_MORE_ARGS + 1];
    pid_t pid = fork();

    if (pid == 0) {
        memset(args, 0, sizeof(args));
        memcpy(args, base, sizeof(base));
        for (int i = 0; i < L2_MORE_ARGS && more[i]; i++) {
            args[n + i] = more[i];
        }
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        close(STDIN_FILENO);
        open("/dev/null", O_RDONLY);
        if (cpu >= 0) {
            pin_to_cpu(cpu);
        }
        execv(QEMU, (char *const *)args);
        die(QEMU);
    }
    return pid;
}

/*
 * The next line of the guest's console from fd, without its end, which is
 * printed with "L2| " before it.  Whenever there is nothing for idle_ms, idle
 * is called; -1 and NULL: there is nothing else to do.  False at the end.
 */
static inline bool l2_line(int fd, char *line, size_t room, int idle_ms,
                           void (*idle)(void))
{
    struct pollfd in = { .fd = fd, .events = POLLIN };
    size_t fill = 0;

    for (;;) {
        char c;

        if (poll(&in, 1, idle_ms) <= 0) {
            if (idle) {
                idle();
            }
            continue;
        }
        if (read(fd, &c, 1) != 1) {
            return false;
        }
        if (c == '\r') {
            continue;
        }
        if (c == '\n' || fill == room - 1) {
            line[fill] = 0;
            printf("L2| %s\n", line);
            return true;
        }
        line[fill++] = c;
    }
}

/* A check that QEMU ends well, after the guest's programs with guest_exit */
static inline void l2_ended(pid_t qemu, int guest_exit)
{
    int status;

    waitpid(qemu, &status, 0);
    tap_ok(guest_exit == 0 && WIFEXITED(status) && !WEXITSTATUS(status),
           "the guest's programs end well (%d), and so does QEMU (%d)",
           guest_exit, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Print a file, with prefix before each line. */
static inline void show_file(const char *path, const char *prefix)
{
    char line[512];
    FILE *f = fopen(path, "r");

    while (f && fgets(line, sizeof(line), f)) {
        printf("%s%s", prefix, line);
    }
    if (f) {
        fclose(f);
    }
}

#endif
