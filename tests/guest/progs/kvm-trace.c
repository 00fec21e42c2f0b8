/*
 * KVM host side of the nested trace tests: perf traces here, beside a guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-trace OPTION...       (those of "trace record")
 *
 * Starts our QEMU with -accel kvm.  While its guest is there, from its kernel
 * on, "trace record OPTION..." runs here again and again.  With "-w all" the
 * trace buffer of the vCPU's CPU is enabled whenever KVM enters the guest.
 * What the guest prints has "L2| " before each line, what trace prints "L1| ".
 */

#include "l2.h"
#include <signal.h>
#include <sys/wait.h>

#define VCPU_CPU 0
#define HOST_LOG "/tmp/trace.log"
#define MAX_ARGS 24
#define ROUNDS 1

static volatile sig_atomic_t stop;

static void stop_rounds(int sig)
{
    stop = 1;
}

/* Rounds until SIGTERM; exits with how many, 255 if one fails. */
static void trace_rounds(int argc, char **argv)
{
    char *args[MAX_ARGS + 3] = { "trace", "record" };
    struct sigaction sa = { .sa_handler = stop_rounds };
    int fd = open(HOST_LOG, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int good = 0, status;

    memcpy(args + 2, argv + 1, (argc - 1) * sizeof(*args));
    sigaction(SIGTERM, &sa, NULL);
    dup2(fd, STDOUT_FILENO);
    do {
        pid_t pid = fork();

        if (!pid) {
            execv("/bin/trace", args);
            _exit(127);
        }
        while (waitpid(pid, &status, 0) != pid) {
            /* A signal came: this round is still made whole. */
        }
        if (status) {
            _exit(255);
        }
        good += good < 254;
    } while (!stop);
    _exit(good);
}

int main(int argc, char **argv)
{
    static const char *const more[] = { "-nodefaults", NULL };
    int fd[2], status, guest_exit = -1, rounds = 255;
    char line[1024];
    pid_t qemu, host = 0;

    if (argc > MAX_ARGS) {
        printf("Bail out! too many arguments\n");
        return 2;
    }
    tap_plan(3);
    read_cmdline();
    tap_ok(access("/dev/kvm", R_OK | W_OK) == 0, "this kernel is a KVM host");
    if (pipe2(fd, O_CLOEXEC)) {
        die("pipe2");
    }
    qemu = start_qemu(fd[1], VCPU_CPU, more);
    close(fd[1]);
    while (l2_line(fd[0], line, sizeof(line), -1, NULL)) {
        if (!host && strstr(line, "armv9: start")) {
            host = fork();
            if (!host) {
                trace_rounds(argc, argv);
            }
        }
        sscanf(line, "armv9: exit %d", &guest_exit);
        if (host > 0 && guest_exit >= 0) {
            kill(host, SIGTERM);
        }
    }
    l2_ended(qemu, guest_exit);
    if (host > 0) {
        kill(host, SIGTERM);
        waitpid(host, &status, 0);
        rounds = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
    }
    show_file(HOST_LOG, "L1| ");
    tap_ok(rounds >= ROUNDS && rounds < 255,
           "trace was right here beside the guest, %d times", rounds);
    return tap_done();
}
