/*
 * KVM host side: what it takes a QEMU to get a guest to its first instruction.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-start ROUNDS QEMU ARG... [-- QEMU ARG...]...
 *
 * The commands get "-kernel" with a guest that powers off at once, and are run
 * in turn, there and back.  Each run is a line:
 *
 *   start COMMAND user N kernel N ns N
 *
 * the instructions that all threads of QEMU executed, in user mode and in the
 * kernel, without those of the guest, and the time until it had ended.  The
 * instructions need a host whose emulator counts them (-icount).  Before the
 * first round, each command is run for its calls of ioctl:
 *
 *   ioctls COMMAND N
 *
 * COMMAND counts from 0.
 */

#include "guest.h"
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define IMAGE "/tmp/kvm-start.bin"
#define SYS_ENTER "/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id"
#define MAX_COMMANDS 16
#define MAX_ARGS 64

/* PSCI SYSTEM_OFF */
static const uint32_t image[] = {
    0x52800100,         /* mov w0, #8 */
    0x72b08000,         /* movk w0, #0x8400, lsl #16 */
    0xd4000002,         /* hvc #0 */
    0x14000000,         /* b . */
};

static void fail(const char *what)
{
    fprintf(stderr, "kvm-start: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_image(void)
{
    int fd = open(IMAGE, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, image, sizeof(image)) != sizeof(image) ||
        close(fd)) {
        fail(IMAGE);
    }
}

/* Of a process, once it calls exec, and of all its threads */
static int open_event(pid_t pid, struct perf_event_attr *attr)
{
    attr->size = sizeof(*attr);
    attr->disabled = 1;
    attr->inherit = 1;
    attr->enable_on_exec = 1;
    attr->exclude_guest = 1;
    return syscall(SYS_perf_event_open, attr, pid, -1, -1,
                   PERF_FLAG_FD_CLOEXEC);
}

static int open_instructions(pid_t pid, bool user)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_INSTRUCTIONS,
        .exclude_user = !user, .exclude_kernel = user, .exclude_hv = user,
    };
    int fd = open_event(pid, &attr);

    if (fd < 0) {
        fail("this host counts no instructions");
    }
    return fd;
}

static int open_ioctls(pid_t pid)
{
    struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
    char filter[32];
    unsigned id;
    FILE *f = fopen(SYS_ENTER, "r");
    int fd;

    if (!f || fscanf(f, "%u", &id) != 1) {
        fail(SYS_ENTER);
    }
    fclose(f);
    attr.config = id;
    fd = open_event(pid, &attr);
    snprintf(filter, sizeof(filter), "id == %d", SYS_ioctl);
    if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter)) {
        fail("raw_syscalls:sys_enter");
    }
    return fd;
}

static uint64_t count(int fd)
{
    uint64_t value;

    if (read(fd, &value, sizeof(value)) != sizeof(value)) {
        fail("perf event");
    }
    close(fd);
    return value;
}

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void run(int number, char **args, bool only_ioctls)
{
    int go[2], status, user = -1, kernel = -1, ioctls = -1;
    uint64_t start, end;
    pid_t pid;

    if (pipe2(go, O_CLOEXEC)) {
        fail("pipe2");
    }
    pid = fork();
    if (pid == 0) {
        char c;

        close(go[1]);
        if (read(go[0], &c, 1) == 1) {
            execv(args[0], args);
            fail(args[0]);
        }
        _exit(1);
    }
    close(go[0]);
    if (only_ioctls) {
        ioctls = open_ioctls(pid);
    } else {
        user = open_instructions(pid, true);
        kernel = open_instructions(pid, false);
    }
    start = now();
    if (write(go[1], "", 1) != 1 || waitpid(pid, &status, 0) != pid) {
        fail("start");
    }
    end = now();
    close(go[1]);
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "kvm-start: command %d did not end well\n", number);
        exit(1);
    }
    if (only_ioctls) {
        printf("ioctls %d %lu\n", number, count(ioctls));
    } else {
        printf("start %d user %lu kernel %lu ns %lu\n", number, count(user),
               count(kernel), end - start);
    }
}

int main(int argc, char **argv)
{
    static char *commands[MAX_COMMANDS][MAX_ARGS + 3];
    int rounds = argc > 2 ? atoi(argv[1]) : 0, n = 0, used = 0;

    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--")) {
            n++;
            used = 0;
        } else if (n == MAX_COMMANDS || used == MAX_ARGS) {
            rounds = 0;
            break;
        } else {
            commands[n][used++] = argv[i];
            commands[n][used] = "-kernel";
            commands[n][used + 1] = IMAGE;
        }
    }
    if (rounds < 1) {
        fprintf(stderr, "usage: kvm-start ROUNDS QEMU ARG... "
                "[-- QEMU ARG...]...\n");
        return 2;
    }
    n++;
    setvbuf(stdout, NULL, _IOLBF, 0);
    write_image();
    for (int i = 0; i < n; i++) {
        run(i, commands[i], true);
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < n; i++) {
            int number = round % 2 ? n - 1 - i : i;

            run(number, commands[number], false);
        }
    }
    return 0;
}
