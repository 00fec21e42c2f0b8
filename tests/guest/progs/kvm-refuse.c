/*
 * KVM host side: properties of trace that a KVM guest's CPU cannot have.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-refuse
 *
 * Our QEMU with -accel kvm must refuse trf=on, ete=on and trbe=on, and say
 * why.  Then the guest is started: with armv9.guestcpu=host,trf=off,... it
 * shows that "off" is accepted and that it sees no trace ("idregs" must be
 * among its jobs).  What it prints has "L2| " before each line.
 */

#include "l2.h"
#include <sys/wait.h>

/* ID_AA64DFR0_EL1: TraceVer, TraceFilt, TraceBuffer */
#define DFR0_TRACE (0xfull << 4 | 0xfull << 40 | 0xfull << 44)

static const struct {
    const char *cpu, *refused;
} cases[] = {
    { "host,trf=on", "trf=on" },
    { "host,ete=on", "ete=on" },
    { "host,trbe=on", "trbe=on" },
    { "max,trbe=on", "trbe=on" },
    { "max,trf=off,ete=off,trbe=off", NULL },
};

#define N_CASES (int)(sizeof(cases) / sizeof(cases[0]))

/* Whether QEMU says that @word is not possible with KVM, and ends with 1 */
static bool refuses(const char *word, const char *text, int status)
{
    char why[64];

    snprintf(why, sizeof(why), "%s is not possible with KVM", word);
    return WIFEXITED(status) && WEXITSTATUS(status) == 1 && strstr(text, why);
}

static void try(int i)
{
    char command[512], text[2048] = "";
    size_t len;
    int status;
    FILE *f;

    snprintf(command, sizeof(command),
             "echo quit | " QEMU " -no-user-config -nodefaults -display none "
             "-M virt,gic-version=3 -accel kvm -S -monitor stdio -cpu %s 2>&1",
             cases[i].cpu);
    f = popen(command, "r");
    if (!f) {
        die("popen");
    }
    len = fread(text, 1, sizeof(text) - 1, f);
    text[len] = 0;
    status = pclose(f);
    printf("L1| -cpu %s:\n%s\n", cases[i].cpu, text);
    if (cases[i].refused) {
        tap_ok(refuses(cases[i].refused, text, status),
               "-cpu %s is refused for %s (%d)", cases[i].cpu,
               cases[i].refused, status);
    } else {
        tap_ok(status == 0, "-cpu %s is accepted (%d)", cases[i].cpu, status);
    }
}

int main(int argc, char **argv)
{
    static const char *const more[] = { "-nodefaults", NULL };
    int fd[2], status, guest_exit = -1;
    unsigned long long dfr0 = -1;
    char line[1024];
    pid_t qemu;
    FILE *f;

    tap_plan(N_CASES + 2);
    for (int i = 0; i < N_CASES; i++) {
        try(i);
    }

    read_cmdline();
    if (pipe2(fd, O_CLOEXEC)) {
        die("pipe2");
    }
    qemu = start_qemu(fd[1], -1, more);
    close(fd[1]);
    f = fdopen(fd[0], "r");
    while (f && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\r\n")] = 0;
        printf("L2| %s\n", line);
        sscanf(line, "armv9: exit %d", &guest_exit);
        sscanf(line, "ID_AA64DFR0_EL1=%llx", &dfr0);
    }
    waitpid(qemu, &status, 0);
    tap_ok(guest_exit == 0 && WIFEXITED(status) && !WEXITSTATUS(status),
           "the guest with -cpu %s ends well (%d), and so does QEMU (%d)",
           guest_cpu, guest_exit, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    tap_ok(!(dfr0 & DFR0_TRACE), "its ID_AA64DFR0_EL1, %llx, has no trace",
           dfr0);
    return tap_done();
}
