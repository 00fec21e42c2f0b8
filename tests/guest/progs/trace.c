/*
 * perf records a program whose every instruction is known, and decodes it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: trace known TURNS [THREADS]
 *            be that program: see known.h; each thread on a CPU of its own
 *        trace steps
 *            single-step the program: is what known.h says of it true?
 *        trace none
 *            there must be no trace unit
 *        trace record [-e u|k|uk] [-w thread|task|all] [-m SIZE] [-n TURNS]
 *                     [-t THREADS] [-l]
 *            -e  trace user mode, the kernel, or both (default u)
 *            -w  what: one thread, wherever it runs; a task with its threads,
 *                as perf does by default, with timestamps; all of the system
 *            -m  size of the AUX buffer, as perf has it: pages, 4K, 4M
 *                (default 4M)
 *            -n  turns (default 500)
 *            -t  threads (default 1)
 *            -l  the buffer is too small for the trace: there must be wraps,
 *                and only where the trace unit was stopped something is lost
 *
 * In user mode each decoded address is compared with the one that must be
 * there.  In the kernel the system calls of the program are counted.
 */

#include "known.h"
#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/klog.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define DATA "/tmp/perf.data"
#define MESSAGES "/tmp/perf.out"
#define MAX_THREADS 16
/* A piece of trace this long can be found again in what must be there. */
#define UNIQUE 512

static struct options {
    const char *events, *what, *size;
    unsigned turns, threads;
    bool lossy;
} opt = { "u", "thread", "4M", 500, 1, false };

/* The known program */

static unsigned known_turns;

static void *known_thread(void *arg)
{
    int n = (intptr_t)arg;

    pin_to_cpu(n % sysconf(_SC_NPROCESSORS_ONLN));
    known_run(known_turns, known_seed(n));
    return NULL;
}

static int be_known(unsigned turns, int threads)
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
    return strstr(line, "coresight") && !strstr(line, "initialized");
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

/* The number at *p, after spaces; leaves *p behind it. */
static uint64_t number(char **p, unsigned base)
{
    uint64_t n = 0;
    char *s = *p;

    while (*s == ' ' || *s == '\t') {
        s++;
    }
    for (; isxdigit((unsigned char)*s); s++) {
        unsigned digit = *s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10;

        if (digit >= base) {
            break;
        }
        n = n * base + digit;
    }
    *p = s;
    return n;
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

/*
 * Run perf.  What it says is shown; what it decodes goes, line by line, to
 * the function each, if there is one.
 */
static bool perf(char *const argv[], void (*each)(char *line))
{
    char line[512];
    int status, out[2];
    FILE *f;
    pid_t pid;

    if (pipe(out)) {
        die("pipe");
    }
    pid = fork();
    if (!pid) {
        int err = open(MESSAGES, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(each ? out[1] : err, 1);
        dup2(err, 2);
        close(out[0]);
        close(out[1]);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(out[1]);
    f = fdopen(out[0], "r");
    while (f && fgets(line, sizeof(line), f)) {
        each(line);
    }
    if (!f || fclose(f) || waitpid(pid, &status, 0) != pid) {
        die("perf");
    }
    f = fopen(MESSAGES, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (line[strspn(line, " ")] != '\n') {
            printf("# perf: %s", line);
        }
    }
    if (f) {
        fclose(f);
    }
    return !status;
}

/* What perf decoded: of each thread, the addresses in the program */

struct decoded {
    long tid;
    uint16_t *pc;
    size_t count, room;
    size_t branches;
};

static struct decoded thread[MAX_THREADS];
static int threads;
static uint64_t getpid_entry;       /* its address in the kernel */
static size_t kernel_calls;         /* of it, by all threads */

static struct decoded *decoded_of(long tid)
{
    for (int i = 0; i < threads; i++) {
        if (thread[i].tid == tid) {
            return &thread[i];
        }
    }
    if (threads == MAX_THREADS) {
        printf("# more than %d threads in the program\n", MAX_THREADS);
        return NULL;
    }
    thread[threads].tid = tid;
    return &thread[threads++];
}

static bool offset(uint64_t addr, uint64_t *off)
{
    *off = addr - (uintptr_t)known_begin;
    return *off < known_offset(known_end);
}

/* One line of perf script: TID instructions: [0] IP, TID branches: IP => TO */
static void decoded_line(char *line)
{
    char *p = line, *arrow = strstr(line, "=>");
    long tid = number(&p, 10);
    uint64_t from, to;
    struct decoded *d;

    p = strrchr(line, ':');
    if (!p) {
        return;
    }
    p++;
    from = number(&p, 16);
    if (arrow) {
        arrow += 2;
        to = number(&arrow, 16);
        if (offset(from, &from) && offset(to, &to) && from + 4 != to) {
            d = decoded_of(tid);
            if (d) {
                d->branches++;
            }
        }
        return;
    }
    while (*p == ' ') {
        p++;
    }
    if (isxdigit((unsigned char)*p)) {
        from = number(&p, 16);
    }
    kernel_calls += from == getpid_entry;
    if (!offset(from, &from)) {
        return;
    }
    d = decoded_of(tid);
    if (!d) {
        return;
    }
    if (d->count == d->room) {
        d->room = d->room * 2 + 4096;
        d->pc = realloc(d->pc, d->room * sizeof(*d->pc));
        if (!d->pc) {
            die("realloc");
        }
    }
    d->pc[d->count++] = from;
}

static int by_tid(const void *a, const void *b)
{
    const struct decoded *x = a, *y = b;

    return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static bool decode(void)
{
    char *const argv[] = {
        "perf", "script", "-i", DATA, "--itrace=i1ib", "-F",
        "tid,event,ip,addr", NULL
    };
    bool good;

    getpid_entry = kernel_symbol("__arm64_sys_getpid");
    good = perf(argv, decoded_line);
    qsort(thread, threads, sizeof(thread[0]), by_tid);
    return good;
}

/* Comparison */

static bool same(const struct decoded *d, const struct known_flow *want,
                 size_t *at)
{
    for (*at = 0; *at < d->count && *at < want->count; ++*at) {
        if (d->pc[*at] != want->pc[*at]) {
            return false;
        }
    }
    return d->count == want->count;
}

/*
 * The pieces of want that d consists of, in their order; 0 if there is an
 * instruction in d that fits nowhere.
 */
static size_t pieces(const struct decoded *d, const struct known_flow *want)
{
    size_t n = 1, i = 0;

    for (size_t j = 0; j < d->count; j++, i++) {
        size_t len = d->count - j < UNIQUE ? d->count - j : UNIQUE;

        if (i < want->count && d->pc[j] == want->pc[i]) {
            continue;
        }
        n += j > 0;
        while (i + len <= want->count &&
               memcmp(d->pc + j, want->pc + i, len * sizeof(*d->pc))) {
            i++;
        }
        if (i + len > want->count) {
            return 0;
        }
    }
    return d->count ? n : 0;
}

static void compare(int n, unsigned long wraps)
{
    static const struct decoded nothing;
    const struct decoded *d = n < threads ? &thread[n] : &nothing;
    struct known_flow want = { 0 };
    size_t at;

    known_flow(&want, opt.turns, known_seed(n));
    if (opt.lossy) {
        size_t found = pieces(d, &want);

        tap_ok(found && found <= wraps + 1,
               "thread %d: %zu of %zu instructions, in %zu pieces", n,
               d->count, want.count, found);
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
}

static int record(void)
{
    char event[16], size[32], turns[16], count[16];
    bool user = strchr(opt.events, 'u'), kernel = strchr(opt.events, 'k');
    char *argv[24];
    unsigned long wraps = trbe_interrupts();
    size_t calls = 0;
    int n = 0;

    snprintf(event, sizeof(event), "cs_etm//%s",
             user && kernel ? "" : opt.events);
    snprintf(size, sizeof(size), ",%s", opt.size);
    snprintf(turns, sizeof(turns), "%u", opt.turns);
    snprintf(count, sizeof(count), "%u", opt.threads);
    argv[n++] = "perf";
    argv[n++] = "record";
    argv[n++] = "-N";
    argv[n++] = "-o";
    argv[n++] = DATA;
    argv[n++] = "-e";
    argv[n++] = event;
    argv[n++] = "-m";
    argv[n++] = size;
    if (!strcmp(opt.what, "thread")) {
        argv[n++] = "--per-thread";
    } else if (!strcmp(opt.what, "all")) {
        argv[n++] = "-a";
    }
    argv[n++] = "/bin/trace";
    argv[n++] = "known";
    argv[n++] = turns;
    argv[n++] = count;
    argv[n] = NULL;

    tap_plan(3 + user * opt.threads * (2 - opt.lossy) + kernel + opt.lossy);
    tap_ok(perf(argv, NULL), "perf records %s, %s, buffer %s", event,
           opt.what, opt.size);
    wraps = trbe_interrupts() - wraps;
    tap_ok(decode(), "perf decodes it");
    if (user) {
        for (unsigned i = 0; i < opt.threads; i++) {
            compare(i, wraps);
        }
    }
    if (kernel) {
        for (unsigned i = 0; i < opt.threads; i++) {
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
        tap_ok(wraps > 0, "%lu interrupts of the trace buffer", wraps);
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
        return be_known(atoi(argv[2]), argc > 3 ? atoi(argv[3]) : 1);
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
    while ((c = getopt(argc - 1, argv + 1, "e:w:m:n:t:l")) != -1) {
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
        case 'l':
            opt.lossy = true;
            break;
        default:
            return usage();
        }
    }
    if (!opt.turns || !opt.threads || opt.threads > MAX_THREADS) {
        return usage();
    }
    return record();
}
