/*
 * What the programs of the KVM host share: starting the guest.
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

#endif
