/*
 * The Linux ABI of FPMR: exec, fork, threads, switches, signals, ptrace.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: fpmr-abi with|without [signal-retry]
 *
 * signal-retry is for Linux 6.12: it reads and writes the register for a
 * signal frame even when the task's FP state is not loaded, so a task that
 * was scheduled away between its write of FPMR and the signal loses the
 * value. There each signal check gets several attempts and one must succeed;
 * what always is right on a kernel without that defect is then not checked.
 */

#include "guest.h"
#include <asm/sigcontext.h>
#include <elf.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>

#define RING_TASKS 4
#define RING_ROUNDS 250
#define SIGNAL_ATTEMPTS 50
#define SIGNAL_ROUNDS 200

static bool signal_retry;

/* What SIGUSR1 found, and what it puts into the frame. */
static volatile struct {
    int records, size;
    uint64_t value, modify;
    bool do_modify;
} frame;

static void hook(int sig, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

    if (sigaction(sig, &sa, NULL)) {
        die("sigaction");
    }
}

/* Records lie one after the other in the reserved part of the sigcontext. */
static void on_usr1(int sig, siginfo_t *si, void *ctx)
{
    ucontext_t *uc = ctx;
    uint8_t *p = (uint8_t *)uc->uc_mcontext.__reserved;
    uint8_t *end = p + sizeof(uc->uc_mcontext.__reserved);

    while (p + sizeof(struct _aarch64_ctx) <= end) {
        struct _aarch64_ctx head;

        memcpy(&head, p, sizeof(head));
        if (!head.magic || head.size < sizeof(head)) {
            break;
        }
        if (head.magic == EXTRA_MAGIC) {
            struct extra_context extra;

            memcpy(&extra, p, sizeof(extra));
            p = (uint8_t *)extra.datap;
            end = p + extra.size;
            continue;
        }
        if (head.magic == FPMR_MAGIC) {
            uint64_t v;

            memcpy(&v, p + 8, sizeof(v));
            frame.records++;
            frame.size = head.size;
            frame.value = v;
            if (frame.do_modify) {
                v = frame.modify;
                memcpy(p + 8, &v, sizeof(v));
            }
        }
        p += head.size;
    }
}

/* Like on_usr1, but leaves another value in the register itself. */
static void on_usr2(int sig, siginfo_t *si, void *ctx)
{
    on_usr1(sig, si, ctx);
    fpmr_write(fpmr_value(900));
}

static uint64_t after_signal(int sig, uint64_t before)
{
    frame.records = 0;
    fpmr_write(before);
    raise(sig);
    return fpmr_read();
}

static bool signal_once(int sig, uint64_t before, uint64_t modify)
{
    uint64_t want = modify ? modify : before;
    bool good = false;

    frame.do_modify = modify != 0;
    frame.modify = modify;
    for (int i = 0; i < (signal_retry ? SIGNAL_ATTEMPTS : 1) && !good; i++) {
        uint64_t after = after_signal(sig, before);

        good = frame.records == 1 && frame.size == 16
               && frame.value == before && after == want;
        if (!good) {
            printf("# attempt %d: records %d, size %d, frame 0x%llx, "
                   "after 0x%llx\n", i, frame.records, frame.size,
                   (unsigned long long)frame.value, (unsigned long long)after);
        }
    }
    return good;
}

/* Signals from another process, met at any point: never a wrong value. */
static bool signal_storm(void)
{
    pid_t parent = getpid(), child;
    bool good = true;

    frame.do_modify = false;
    child = fork();
    if (child == 0) {
        for (unsigned i = 0; ; i++) {
            fpmr_write(fpmr_value(2000 + i % 100));
            if (kill(parent, SIGUSR1)) {
                _exit(0);
            }
            sched_yield();
        }
    }
    for (int i = 0; i < SIGNAL_ROUNDS && good; i++) {
        uint64_t v = fpmr_value(i), got;

        fpmr_write(v);
        sched_yield();
        got = fpmr_read();
        good = got == v;
        if (!good) {
            printf("# round %d: wrote 0x%llx, read 0x%llx\n", i,
                   (unsigned long long)v, (unsigned long long)got);
        }
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return good && frame.records > 0;
}

/* FPMR as a child finds it; exec runs this program again with --print. */
static uint64_t child_fpmr(bool do_exec)
{
    uint64_t v = ~0ull;
    int fd[2], status;
    pid_t pid;

    if (pipe(fd)) {
        die("pipe");
    }
    pid = fork();
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        if (do_exec) {
            execl("/proc/self/exe", "fpmr-abi", "--print", NULL);
            _exit(1);
        }
        v = fpmr_read();
        if (write(STDOUT_FILENO, &v, sizeof(v)) != sizeof(v)) {
            _exit(1);
        }
        fpmr_write(fpmr_value(901));    /* must not reach the parent */
        _exit(0);
    }
    if (read(fd[0], &v, sizeof(v)) != sizeof(v)
        || waitpid(pid, &status, 0) != pid || status) {
        die("child");
    }
    close(fd[0]);
    close(fd[1]);
    return v;
}

static void *thread_fpmr(void *arg)
{
    *(uint64_t *)arg = fpmr_read();
    fpmr_write(fpmr_value(902));
    return NULL;
}

/*
 * Processes in a ring, all on one CPU, hand a token on through pipes: each
 * hop is a context switch. Returns switches away from the first, 0 if any
 * process lost its value.
 */
static long ring(void)
{
    int fd[RING_TASKS][2], status;
    bool good = true;
    struct rusage ru;
    char token = 't';

    for (int i = 0; i < RING_TASKS; i++) {
        if (pipe(fd[i])) {
            die("pipe");
        }
    }
    for (int i = 0; i < RING_TASKS; i++) {
        /* Process 0 is this one. */
        if (i && fork() == 0) {
            uint64_t v = fpmr_value(100 + i);

            fpmr_write(v);
            for (int r = 0; r < RING_ROUNDS; r++) {
                if (read(fd[i][0], &token, 1) != 1 || fpmr_read() != v
                    || write(fd[(i + 1) % RING_TASKS][1], &token, 1) != 1) {
                    _exit(1);
                }
            }
            _exit(0);
        }
    }
    fpmr_write(fpmr_value(100));
    for (int r = 0; r < RING_ROUNDS && good; r++) {
        good = write(fd[1][1], &token, 1) == 1
               && read(fd[0][0], &token, 1) == 1
               && fpmr_read() == fpmr_value(100);
    }
    while (wait(&status) > 0) {
        good &= status == 0;
    }
    getrusage(RUSAGE_SELF, &ru);
    printf("# ring: %d tasks, %ld switches away from the first\n", RING_TASKS,
           ru.ru_nvcsw + ru.ru_nivcsw);
    return good ? ru.ru_nvcsw + ru.ru_nivcsw : 0;
}

static pid_t stopped_child(uint64_t start, uint64_t want)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        if (start) {
            fpmr_write(start);
        }
        raise(SIGSTOP);
        _exit(start && fpmr_read() != want);
    }
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
        die("waitpid");
    }
    return pid;
}

static void check_ptrace(void)
{
    uint64_t v[2] = { 0 }, old = fpmr_value(300), new = fpmr_value(301);
    struct iovec io = { .iov_base = v, .iov_len = sizeof(v) };
    pid_t pid = stopped_child(old, new);
    int status;

    tap_ok(!ptrace(PTRACE_GETREGSET, pid, NT_ARM_FPMR, &io)
           && io.iov_len == 8 && v[0] == old,
           "ptrace reads NT_ARM_FPMR: 8 bytes, the tracee's value");
    v[0] = new;
    io.iov_len = 8;
    status = ptrace(PTRACE_SETREGSET, pid, NT_ARM_FPMR, &io);
    v[0] = 0;
    tap_ok(!status && !ptrace(PTRACE_GETREGSET, pid, NT_ARM_FPMR, &io)
           && v[0] == new, "ptrace writes NT_ARM_FPMR and reads it back");
    ptrace(PTRACE_CONT, pid, 0, 0);
    tap_ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status)
           && WEXITSTATUS(status) == 0, "the tracee goes on with that value");
}

static int with_fpmr(void)
{
    static const uint64_t pattern[] = {
        0, FPMR_TEST_BITS, 0x3f00000000ull, 0xff000000ull, 0x7f0000ull,
        0x8000, 0x4000, 0x40, 0x8, 0x1,
    };
    uint64_t v = 0, got;
    pthread_t thread;
    bool good = true;
    long switches;

    tap_plan(signal_retry ? 16 : 17);
    tap_ok(getauxval(AT_HWCAP2) >> HWCAP2_FPMR_BIT & 1, "HWCAP2 says FPMR");
    tap_ok(fpmr_read() == 0, "FPMR is 0 in a new program");
    for (unsigned i = 0; i < sizeof(pattern) / sizeof(pattern[0]); i++) {
        fpmr_write(pattern[i]);
        got = fpmr_read();
        if (got != pattern[i]) {
            printf("# wrote 0x%llx, read 0x%llx\n",
                   (unsigned long long)pattern[i], (unsigned long long)got);
            good = false;
        }
    }
    tap_ok(good, "FPMR reads back what EL0 wrote, each field alone and all");

    v = fpmr_value(1);
    fpmr_write(v);
    tap_ok(child_fpmr(false) == v, "fork: the child inherits FPMR");
    tap_ok(fpmr_read() == v, "fork: the child's write stays in the child");
    tap_ok(child_fpmr(true) == 0, "exec: FPMR is 0 again");
    tap_ok(fpmr_read() == v, "exec in a child leaves the parent's FPMR");
    if (pthread_create(&thread, NULL, thread_fpmr, &got)
        || pthread_join(thread, NULL)) {
        die("pthread_create");
    }
    tap_ok(got == v, "clone: a thread inherits FPMR");
    tap_ok(fpmr_read() == v, "clone: the thread's write stays in the thread");

    pin_to_cpu(0);
    switches = ring();
    tap_ok(switches >= RING_ROUNDS,
           "FPMR kept in %d processes over %d rounds on one CPU",
           RING_TASKS, RING_ROUNDS);

    hook(SIGUSR1, on_usr1);
    hook(SIGUSR2, on_usr2);
    tap_ok(signal_once(SIGUSR1, fpmr_value(2), 0),
           "signal frame: one record of 16 bytes with the value%s",
           signal_retry ? " (6.12: any of several attempts)" : "");
    tap_ok(signal_once(SIGUSR2, fpmr_value(3), 0),
           "signal return restores FPMR that the handler changed%s",
           signal_retry ? " (6.12: any of several attempts)" : "");
    tap_ok(signal_once(SIGUSR1, fpmr_value(4), fpmr_value(5)),
           "signal return takes the value the handler put in the frame%s",
           signal_retry ? " (6.12: any of several attempts)" : "");
    if (!signal_retry) {
        tap_ok(signal_storm(), "signals at any point never change FPMR");
    }
    check_ptrace();
    return tap_done();
}

static sigjmp_buf undef;

static void on_sigill(int sig, siginfo_t *si, void *ctx)
{
    siglongjmp(undef, 1);
}

static int without_fpmr(void)
{
    uint64_t v[2] = { 0 };
    struct iovec io = { .iov_base = v, .iov_len = sizeof(v) };
    /* volatile: set between sigsetjmp() and siglongjmp() */
    volatile bool read_ill = true, write_ill = true;
    pid_t pid;
    int rc;

    tap_plan(5);
    tap_ok(!(getauxval(AT_HWCAP2) >> HWCAP2_FPMR_BIT & 1),
           "HWCAP2 does not say FPMR");
    hook(SIGILL, on_sigill);
    if (!sigsetjmp(undef, 1)) {
        fpmr_read();
        read_ill = false;
    }
    tap_ok(read_ill, "MRS of FPMR: SIGILL");
    if (!sigsetjmp(undef, 1)) {
        fpmr_write(0);
        write_ill = false;
    }
    tap_ok(write_ill, "MSR to FPMR: SIGILL");

    hook(SIGUSR1, on_usr1);
    frame.records = 0;
    raise(SIGUSR1);
    tap_ok(frame.records == 0, "signal frame: no FPMR record");

    pid = stopped_child(0, 0);
    rc = ptrace(PTRACE_GETREGSET, pid, NT_ARM_FPMR, &io);
    tap_ok(rc == -1 && errno == EINVAL, "ptrace: NT_ARM_FPMR is EINVAL");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return tap_done();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--print")) {
        uint64_t v = fpmr_read();

        return write(STDOUT_FILENO, &v, sizeof(v)) != sizeof(v);
    }
    signal_retry = argc == 3 && !strcmp(argv[2], "signal-retry");
    if (argc == 3 - !signal_retry && !strcmp(argv[1], "with")) {
        return with_fpmr();
    }
    if (argc == 2 && !strcmp(argv[1], "without")) {
        return without_fpmr();
    }
    fprintf(stderr, "usage: fpmr-abi with [signal-retry] | without\n");
    return 2;
}
