/*
 * perf records a program whose every instruction is known, and decodes it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: trace known TURNS [THREADS [MS]]
 *            be that program: see known.h; each thread on a CPU of its own;
 *            stay for some milliseconds afterwards
 *        trace steps
 *            single-step the program: is what known.h says of it true?
 *        trace none
 *            there must be no trace unit
 *        trace record [-e u|k|uk] [-w thread|task|all] [-m SIZE] [-n TURNS]
 *                     [-t THREADS] [-s MS] [-l] [-v]
 *                     [-g | -o]
 *            -e  trace user mode, the kernel, or both (default u)
 *            -w  what: one thread, on one CPU because perf does not decode
 *                one that moves when each CPU has a trace buffer; a task with
 *                its threads, as perf does by default, with timestamps; all of
 *                the system
 *            -m  size of the AUX buffer, as perf has it: pages, 4K, 4M
 *                (default 4M)
 *            -n  turns (default 500)
 *            -t  threads (default 1)
 *            -s  milliseconds to trace after the program has done its work
 *            -l  the buffer is too small for the trace: it must be full at
 *                times, and there may be gaps as often as perf says so
 *            -v  show what perf reports, and each function's instructions and
 *                branches: known, decoded
 *            -o  trace only this system and not KVM's guests
 *            -g  trace KVM's guests and not this system; only record it: what
 *                QEMU saw of it must say whether that was right
 *
 * In user mode each decoded address is compared with the one that must be
 * there.  In the kernel the system calls of the program are counted; as perf
 * needs a millisecond for each branch there, it is attached to the program
 * when that is about to start, and decodes branches only, between which the
 * instructions are certain.
 */

#include "decoded.h"
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/klog.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define DATA "/tmp/perf.data"
#define MESSAGES "/tmp/perf.out"
#define CTL "/tmp/perf.ctl"
#define ACK "/tmp/perf.ack"

static struct options {
    const char *events, *what, *size;
    int turns, threads, ms;
    bool lossy, verbose, guests, only_host;
} opt = { "u", "thread", "4M", 500, 1, 0, false, false, false, false };

/*
 * The known program.  On request each thread waits for a byte before it
 * starts, and gives one when it has done: so perf can be there only meanwhile.
 */

static unsigned known_turns;
static bool known_waits;
#define GO 3                    /* file descriptors, when it waits */
#define DONE 4

static void *known_thread(void *arg)
{
    int n = (intptr_t)arg;
    char c = 0;

    pin_to_cpu(n % sysconf(_SC_NPROCESSORS_ONLN));
    if (known_waits && read(GO, &c, 1) != 1) {
        return NULL;
    }
    known_run(known_turns, known_seed(n));
    if (known_waits && write(DONE, &c, 1) == 1) {
        pause();
    }
    return NULL;
}

static int be_known(unsigned turns, int threads, int ms)
{
    pthread_t id[MAX_THREADS];

    known_turns = turns;
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&id[i], NULL, known_thread, (void *)(intptr_t)i)) {
            die("pthread_create");
        }
    }
    known_thread(NULL);
    for (int i = 1; i < threads; i++) {
        pthread_join(id[i], NULL);
    }
    usleep(ms * 1000);
    return 0;
}

/* What known.h says, against one step at a time */

static uint64_t traced_pc(pid_t pid)
{
    uint64_t regs[34];
    struct iovec iov = { regs, sizeof(regs) };

    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov)) {
        die("PTRACE_GETREGSET");
    }
    return regs[32];
}

static int steps(void)
{
    struct known_flow want = { 0 };
    size_t i = 0, wrong = 0;
    uint64_t last = 0;
    int status;
    pid_t pid;

    tap_plan(2);
    known_flow(&want, 100, known_seed(0));
    pid = fork();
    if (!pid) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        known_run(100, known_seed(0));
        _exit(0);
    }
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        uint64_t off = traced_pc(pid) - (uintptr_t)known_begin;

        /* After a system call Linux stops twice at one place. */
        if (off < known_offset(known_end) && off != last) {
            wrong += i >= want.count || want.pc[i] != off;
            i++;
        }
        last = off;
        ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
    }
    tap_ok(i == want.count, "%zu instructions by single step, %zu known", i,
           want.count);
    tap_ok(!wrong, "%zu of them where they must be", i - wrong);
    return tap_done();
}

/* The kernel's log and devices */

static bool is_trouble(const char *line)
{
    static const char *const words[] = {
        "WARNING:", "BUG:", "Oops", "Unable to handle", "nobody cared",
        "undefined instruction", "Call trace", "trbe: ", "ete: ",
        "etm4x: ", "rcu: INFO", NULL
    };

    for (int i = 0; words[i]; i++) {
        if (strstr(line, words[i])) {
            return true;
        }
    }
    return strstr(line, "coresight") && !strstr(line, "initialized") &&
           !strstr(line, "command line");
}

/* Lines of the kernel's log that must not be there; they are shown. */
static int log_troubles(void)
{
    int room = klogctl(10, NULL, 0), len, n = 0;
    char *log = malloc(room + 1), *line;

    len = log ? klogctl(3, log, room) : -1;
    if (len < 0) {
        die("klogctl");
    }
    log[len] = 0;
    for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
        if (is_trouble(line)) {
            printf("# %s\n", line);
            n++;
        }
    }
    free(log);
    return n;
}

static int devices(const char *name)
{
    char pattern[128];
    glob_t g;
    int n;

    snprintf(pattern, sizeof(pattern), "/sys/bus/%s", name);
    n = glob(pattern, 0, NULL, &g) ? 0 : g.gl_pathc;
    globfree(&g);
    return n;
}

static int none(void)
{
    tap_plan(4);
    tap_ok(!devices("event_source/devices/cs_etm/cpu*"),
           "cs_etm of perf has no CPU");
    tap_ok(!devices("coresight/devices/ete*"), "no trace unit");
    tap_ok(!devices("coresight/devices/trbe*"), "no trace buffer unit");
    tap_ok(!log_troubles(), "nothing in the kernel's log");
    return tap_done();
}

/* Interrupts of the trace buffer units so far, on all CPUs */
static unsigned long trbe_interrupts(void)
{
    FILE *f = fopen("/proc/interrupts", "r");
    unsigned long sum = 0;
    char line[4096], *p;

    while (f && fgets(line, sizeof(line), f)) {
        if (!strstr(line, "trbe")) {
            continue;
        }
        p = strchr(line, ':') + 1;
        for (int cpu = sysconf(_SC_NPROCESSORS_ONLN); cpu; cpu--) {
            sum += number(&p, 10);
        }
    }
    if (f) {
        fclose(f);
    }
    return sum;
}

static uint64_t kernel_symbol(const char *name)
{
    FILE *f = fopen("/proc/kallsyms", "r");
    char line[512], type, sym[256];
    uint64_t addr, found = 0;

    while (f && !found && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%" SCNx64 " %c %255s", &addr, &type, sym) == 3 &&
            !strcmp(sym, name)) {
            found = addr;
        }
    }
    if (f) {
        fclose(f);
    }
    return found;
}

/* Start perf; what it says is kept.  Its output, if wanted, comes from *out. */
static pid_t start_perf(char *const argv[], FILE **out)
{
    int fd[2];
    pid_t pid;

    if (pipe2(fd, O_CLOEXEC)) {
        die("pipe");
    }
    pid = fork();
    if (!pid) {
        int err = open(MESSAGES, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(out ? fd[1] : err, 1);
        dup2(err, 2);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(fd[1]);
    if (out) {
        *out = fdopen(fd[0], "r");
    } else {
        close(fd[0]);
    }
    return pid;
}

/*
 * How often the buffer was full, as perf says: Linux marks what it records
 * then, whether it got the interrupt or found it pending.
 */
static unsigned long times_full;

/* Wait for perf, show what it said; whether it ended well. */
static bool finish_perf(pid_t pid)
{
    char line[512];
    int status;
    FILE *f;

    if (waitpid(pid, &status, 0) != pid) {
        die("perf");
    }
    f = fopen(MESSAGES, "r");
    while (f && fgets(line, sizeof(line), f)) {
        const char *full = strstr(line, "detected collision ");

        if (full) {
            sscanf(full, "detected collision %lu times", &times_full);
        }
        if (line[strspn(line, " ")] != '\n') {
            printf("# perf: %s", line);
        }
    }
    if (f) {
        fclose(f);
    }
    return !status;
}

/* Run perf; each line of its output goes to that function. */
static bool perf_lines(char *const argv[], void (*each)(char *line))
{
    char line[512];
    FILE *f = NULL;
    pid_t pid = start_perf(argv, &f);

    while (f && fgets(line, sizeof(line), f)) {
        each(line);
    }
    if (f) {
        fclose(f);
    }
    return finish_perf(pid);
}

static bool decode(void)
{
    char *const argv[] = {
        "perf", "script", "-i", DATA,
        by_branches ? "--itrace=b" : "--itrace=i1ib",
        "--comms", "trace", "-F", "tid,event,ip,addr", NULL
    };
    bool good;

    getpid_entry = kernel_symbol("__arm64_sys_getpid");
    good = perf_lines(argv, decoded_line);
    qsort(thread, threads, sizeof(thread[0]), by_tid);
    return good;
}

/* Returns the gaps, when there may be some. */
static size_t compare(int n)
{
    static const struct decoded nothing;
    const struct decoded *d = n < threads ? &thread[n] : &nothing;
    struct known_flow want = { 0 };
    size_t at, gaps = 0;

    known_flow(&want, opt.turns, known_seed(n));
    if (opt.lossy) {
        size_t found = pieces(d, &want);

        tap_ok(found, "thread %d: %zu of %zu instructions, in %zu pieces", n,
               d->count, want.count, found);
        gaps = found ? found - 1 : 0;
    } else {
        if (!tap_ok(same(d, &want, &at), "thread %d: %zu instructions, "
                    "%zu known, one by one", n, d->count, want.count)) {
            printf("# the first %zu are right, then: ", at);
            if (at < want.count) {
                printf("known %lx ", (long)known_begin + want.pc[at]);
            }
            if (at < d->count) {
                printf("decoded %lx", (long)known_begin + d->pc[at]);
            }
            printf("; first piece that fits: %zu\n", pieces(d, &want));
        }
        tap_ok(d->branches == want.branches, "thread %d: %zu branches, %zu "
               "known", n, d->branches, want.branches);
    }
    free(want.pc);
    return gaps;
}

/* Each function: instructions known and decoded, branches the same. */
static void show_functions(void)
{
    const struct decoded *d = &thread[0];
    struct known_flow want = { 0 };

    known_flow(&want, opt.turns, known_seed(0));
    for (int f = 0; f < KNOWN_FUNCTIONS; f++) {
        size_t known = 0, found = 0;

        for (size_t i = 0; i < want.count; i++) {
            known += known_function_at(want.pc[i]) == f;
        }
        for (size_t i = 0; i < d->count; i++) {
            found += known_function_at(d->pc[i]) == f;
        }
        printf("# %s instructions %zu %zu branches %zu %zu\n",
               known_functions[f].name, known, found, want.branches_of[f],
               d->branches_of[f]);
    }
    free(want.pc);
}

static void report_line(char *line)
{
    if (strchr(line, '%')) {
        printf("# report %s", line);
    }
}

static void show_report(void)
{
    char *const argv[] = {
        "perf", "report", "-i", DATA, "--stdio", "--itrace=i1i", "-F",
        "overhead,sample,symbol", NULL
    };

    perf_lines(argv, report_line);
}

/* The words of the known program's command, to follow those of perf */
static int known_command(char **argv)
{
    static char turns[16], count[16], ms[16];

    snprintf(turns, sizeof(turns), "%d", opt.turns);
    snprintf(count, sizeof(count), "%d", opt.threads);
    snprintf(ms, sizeof(ms), "%d", opt.ms);
    argv[0] = "/bin/trace";
    argv[1] = "known";
    argv[2] = turns;
    argv[3] = count;
    argv[4] = ms;
    argv[5] = NULL;
    return 5;
}

/* Tell perf to do something, and wait until it did. */
static bool control(int ctl, int ack, const char *what)
{
    char answer[8];

    return write(ctl, what, strlen(what)) == (ssize_t)strlen(what) &&
           read(ack, answer, sizeof(answer)) > 0;
}

/* perf is attached to the waiting program, and on only while that runs. */
static bool record_attached(char **argv, int n)
{
    int go[2], done[2], ctl, ack;
    char pid_text[16], bytes[MAX_THREADS];
    bool good;
    pid_t known, perf;

    if (pipe(go) || pipe(done) || (mkfifo(CTL, 0600) && errno != EEXIST) ||
        (mkfifo(ACK, 0600) && errno != EEXIST)) {
        die("pipe");
    }
    ctl = open(CTL, O_RDWR);
    ack = open(ACK, O_RDWR);
    known = fork();
    if (!known) {
        char *command[8];

        /* Not onto themselves: they may be just these numbers. */
        dup2(dup2(go[0], 20), GO);
        dup2(dup2(done[1], 21), DONE);
        for (int fd = DONE + 1; fd < 30; fd++) {
            close(fd);
        }
        known_command(command);
        setenv("KNOWN_WAITS", "1", 1);
        execv(command[0], command);
        _exit(127);
    }
    close(done[1]);
    snprintf(pid_text, sizeof(pid_text), "%d", known);
    argv[n++] = "-D";
    argv[n++] = "-1";
    argv[n++] = "--control=fifo:" CTL "," ACK;
    if (strcmp(opt.what, "all")) {
        argv[n++] = "-p";
        argv[n++] = pid_text;
    }
    argv[n] = NULL;
    /* All threads wait: perf takes those that are there. */
    usleep(200000);
    perf = start_perf(argv, NULL);
    good = control(ctl, ack, "enable\n");
    memset(bytes, 0, sizeof(bytes));
    good = write(go[1], bytes, opt.threads) == opt.threads && good;
    for (int i = 0; i < opt.threads; i++) {
        good = read(done[0], bytes, 1) == 1 && good;
    }
    good = control(ctl, ack, "disable\n") && good;
    good = control(ctl, ack, "stop\n") && good;
    good = finish_perf(perf) && good;
    kill(known, SIGKILL);
    waitpid(known, NULL, 0);
    return good;
}

static bool record_started(char **argv, int n)
{
    known_command(argv + n);
    if (!strcmp(opt.what, "thread")) {
        pin_to_cpu(0);                  /* perf and the program inherit it. */
    }
    return finish_perf(start_perf(argv, NULL));
}

/* The trace is of guests: this system cannot know what is right. */
static int record_guests(char **argv, int n)
{
    struct stat st = { 0 };

    tap_plan(3);
    tap_ok(record_started(argv, n), "perf records guests, buffer %s", opt.size);
    stat(DATA, &st);
    tap_ok(st.st_size > 1 << 16, "%lld bytes of perf.data",
           (long long)st.st_size);
    tap_ok(!log_troubles(), "nothing in the kernel's log");
    return tap_done();
}

static int record(void)
{
    char event[32], size[32];
    bool user = strchr(opt.events, 'u'), kernel = strchr(opt.events, 'k');
    bool one = !strcmp(opt.what, "thread");
    char *argv[32];
    unsigned long wraps = trbe_interrupts();
    size_t calls = 0, gaps = 0;
    int n = 0;

    /* perf wants an identifier to know a kernel at EL1 from a guest's. */
    snprintf(event, sizeof(event), "cs_etm/%s/%s%s",
             one && kernel ? "contextid" : "",
             user && kernel ? "" : opt.events, opt.guests ? "G" :
             opt.only_host ? "H" : "");
    snprintf(size, sizeof(size), ",%s", opt.size);
    argv[n++] = "perf";
    argv[n++] = "record";
    argv[n++] = "-N";
    argv[n++] = "-o";
    argv[n++] = DATA;
    argv[n++] = "-e";
    argv[n++] = event;
    argv[n++] = "-m";
    argv[n++] = size;
    if (one) {
        argv[n++] = "--per-thread";
    } else if (!strcmp(opt.what, "all")) {
        argv[n++] = "-a";
    }
    if (opt.guests) {
        return record_guests(argv, n);
    }
    by_branches = kernel;
    if (kernel) {
        /* Its code as it is now: it patches itself when perf has ended. */
        argv[n++] = "--kcore";
    }

    tap_plan(3 + user * opt.threads * (2 - opt.lossy) + kernel +
             2 * opt.lossy);
    tap_ok(kernel ? record_attached(argv, n) : record_started(argv, n),
           "perf records %s, %s, buffer %s", event, opt.what, opt.size);
    wraps = trbe_interrupts() - wraps;
    tap_ok(decode(), "perf decodes it");
    if (opt.verbose) {
        show_functions();
        show_report();
    }
    if (user) {
        for (int i = 0; i < opt.threads; i++) {
            gaps += compare(i);
        }
    }
    if (kernel) {
        for (int i = 0; i < opt.threads; i++) {
            struct known_flow want = { 0 };

            known_flow(&want, opt.turns, known_seed(i));
            calls += want.calls;
            free(want.pc);
        }
        tap_ok(opt.lossy ? kernel_calls > 0 && kernel_calls <= calls
               : kernel_calls == calls,
               "the kernel was asked %zu times, %zu known", kernel_calls,
               calls);
    }
    if (opt.lossy) {
        tap_ok(wraps && wraps <= times_full, "%lu interrupts of the trace "
               "buffer, which was full %lu times", wraps, times_full);
        tap_ok(gaps <= times_full, "%zu gaps between pieces", gaps);
    }
    tap_ok(!log_troubles(), "nothing in the kernel's log");
    return tap_done();
}

static int usage(void)
{
    printf("Bail out! usage: trace known|steps|none|record ...; see the head "
           "of trace.c\n");
    return 2;
}

int main(int argc, char **argv)
{
    int c;

    if (argc < 2) {
        return usage();
    }
    if (!strcmp(argv[1], "known") && argc > 2) {
        known_waits = getenv("KNOWN_WAITS");
        return be_known(atoi(argv[2]), argc > 3 ? atoi(argv[3]) : 1,
                        argc > 4 ? atoi(argv[4]) : 0);
    }
    if (!strcmp(argv[1], "steps")) {
        return steps();
    }
    if (!strcmp(argv[1], "none")) {
        return none();
    }
    if (strcmp(argv[1], "record")) {
        return usage();
    }
    while ((c = getopt(argc - 1, argv + 1, "e:w:m:n:t:s:lvgo")) != -1) {
        switch (c) {
        case 'e':
            opt.events = optarg;
            break;
        case 'w':
            opt.what = optarg;
            break;
        case 'm':
            opt.size = optarg;
            break;
        case 'n':
            opt.turns = atoi(optarg);
            break;
        case 't':
            opt.threads = atoi(optarg);
            break;
        case 's':
            opt.ms = atoi(optarg);
            break;
        case 'l':
            opt.lossy = true;
            break;
        case 'v':
            opt.verbose = true;
            break;
        case 'g':
            opt.guests = true;
            break;
        case 'o':
            opt.only_host = true;
            break;
        default:
            return usage();
        }
    }
    if (opt.turns < 1 || opt.threads < 1 || opt.threads > MAX_THREADS) {
        return usage();
    }
    return record();
}
