/*
 * KVM host side: a guest whose memory goes away, and comes back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-torture
 *
 * Starts our QEMU with -accel kvm.  While its guest's programs run, the
 * guest's memory is paged out here, piece by piece; its balloon grows and
 * shrinks; and dirty pages are logged, from time to time.  All of these change
 * the guest's stage 2 tables.  That contents are right is for the guest's
 * programs to say ("memtorture"); here it is counted that all this happened.
 *
 * What the guest prints comes through with "L2| " before each line.  The
 * words on the kernel command line are those of l2.h.
 */

#include "l2-qmp.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define MB              (1ul << 20)
#define GUEST_MB        512ul
#define BALLOON_MB      480ul           /* what it leaves of that */
#define PIECE           (16 * MB)
#define SWAP            "/dev/zram0"
/* The guest must come to something, too. */
#define TICK_MS         250
#define PIECE_TICKS     6
#define BALLOON_TICKS   16
#define LOGGING_TICKS   12

/* Less is no test. */
#define MIN_OUT         2000
#define MIN_IN          200
#define MIN_LOGGED      2
#define MIN_BALLOONS    1

static struct {
    unsigned shrunk, grown, logged;
    unsigned long logged_mb;
} did;

static void fail(const char *what, const char *why)
{
    if (qemu) {
        kill(qemu, SIGKILL);
    }
    printf("Bail out! %s: %s\n", what, why);
    exit(2);
}

static void must(bool good, const char *what)
{
    if (!good) {
        fail(what, strerror(errno));
    }
}

/* A number of a file with a line "KEY NUMBER". */
static unsigned long number_of(const char *path, const char *key)
{
    char line[256];
    unsigned long n = 0;
    size_t len = strlen(key);
    FILE *f = fopen(path, "r");

    while (f && fgets(line, sizeof(line), f)) {
        if (!strncmp(line, key, len) && line[len] == ' ') {
            n = atol(line + len);
        }
    }
    if (f) {
        fclose(f);
    }
    return n;
}

/* Compressed memory, so that there is somewhere to page out to. */
static void make_swap(void)
{
    FILE *f;

    must(!system("cd /lib/modules/host && "
                 "for i in *.ko; do insmod $i || exit 1; done"), "zram");
    f = fopen("/sys/block/zram0/disksize", "w");
    must(f && fprintf(f, "%lu", 2 * GUEST_MB * MB) > 0 && !fclose(f),
         "size of " SWAP);
    must(!system("mkswap " SWAP " >/dev/null && swapon " SWAP), SWAP);
}

/* Where QEMU has the guest's memory: it is as large as nothing else. */
static char *guest_memory(void)
{
    char path[64], line[512];
    unsigned long from, to;
    char *found = NULL;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/maps", qemu);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%lx-%lx rw", &from, &to) == 2 &&
            to - from >= GUEST_MB * MB && to - from < GUEST_MB * MB + 4 * MB) {
            found = (char *)from;
        }
    }
    if (f) {
        fclose(f);
    }
    return found;
}

static void page_out(char *memory, unsigned n)
{
    static int fd = -1;
    struct iovec piece = {
        .iov_base = memory + n * PIECE % (GUEST_MB * MB),
        .iov_len = PIECE,
    };

    if (fd < 0) {
        fd = syscall(SYS_pidfd_open, qemu, 0);
        must(fd >= 0, "pidfd_open");
    }
    must(syscall(SYS_process_madvise, fd, &piece, 1ul, MADV_PAGEOUT, 0) > 0 ||
         errno == EAGAIN || errno == EINTR, "process_madvise");
}

/* The number after a key in an answer; -1 when it is not there. */
static long answer_number(const char *answer, const char *key)
{
    const char *at = strstr(answer, key);

    return at ? atol(at + strlen(key)) : -1;
}

static void balloon(void)
{
    char text[128];
    unsigned long is = answer_number(ask("query-balloon"), "\"actual\": ") / MB;
    static bool small;

    did.shrunk += small && is <= BALLOON_MB;
    did.grown += !small && did.shrunk && is == GUEST_MB;
    if (small ? is <= BALLOON_MB : is == GUEST_MB) {
        small = !small;
        snprintf(text, sizeof(text), "{\"execute\": \"balloon\", "
                 "\"arguments\": {\"value\": %lu}}\n",
                 (small ? BALLOON_MB : GUEST_MB) * MB);
        ask_qmp(text);
    }
}

static void log_dirty_pages(void)
{
    static bool on;

    if (on) {
        const char *answer = ask("query-dirty-rate");

        if (!strstr(answer, "\"status\": \"measured\"")) {
            return;
        }
        did.logged++;
        did.logged_mb += answer_number(answer, "\"dirty-rate\": ");
    }
    ask_qmp("{\"execute\": \"calc-dirty-rate\", \"arguments\": "
            "{\"calc-time\": 500, \"calc-time-unit\": \"millisecond\", "
            "\"mode\": \"dirty-bitmap\"}}\n");
    on = true;
}

/* The guest's memory once it runs, and how its programs ended */
static char *memory;
static int guest_exit = -1;

static void torment(void)
{
    static unsigned tick;

    if (!memory || guest_exit >= 0) {
        return;
    }
    if (++tick % PIECE_TICKS == 0) {
        page_out(memory, tick / PIECE_TICKS);
    }
    if (tick % BALLOON_TICKS == 0) {
        balloon();
    }
    if (tick % LOGGING_TICKS == 0) {
        log_dirty_pages();
    }
}

int main(int argc, char **argv)
{
    static const char *const more[] = {
        "-nodefaults", "-smp", "2", QMP_OPTION,
        "-device", "virtio-balloon-pci", NULL,
    };
    int fd[2];
    unsigned long out, in;
    char line[1024];

    tap_plan(5);
    read_cmdline();
    tap_ok(access("/dev/kvm", R_OK | W_OK) == 0, "this kernel is a KVM host");
    make_swap();
    must(!pipe2(fd, O_CLOEXEC), "pipe2");
    qemu = start_qemu(fd[1], -1, more);
    close(fd[1]);
    connect_qmp();
    while (l2_line(fd[0], line, sizeof(line), TICK_MS, torment)) {
        if (!memory && strstr(line, "armv9: run")) {
            memory = guest_memory();
            must(memory, "guest memory");
        }
        sscanf(line, "armv9: exit %d", &guest_exit);
    }
    l2_ended(qemu, guest_exit);
    out = number_of("/proc/vmstat", "pswpout");
    in = number_of("/proc/vmstat", "pswpin");

    tap_ok(out >= MIN_OUT && in >= MIN_IN,
           "%lu pages went out, %lu came back", out, in);
    tap_ok(did.shrunk >= MIN_BALLOONS && did.grown >= MIN_BALLOONS,
           "the guest became smaller %u times, larger %u times", did.shrunk,
           did.grown);
    tap_ok(did.logged >= MIN_LOGGED && did.logged_mb,
           "dirty pages were logged %u times, %lu MB/s on average", did.logged,
           did.logged ? did.logged_mb / did.logged : 0);
    return tap_done();
}
