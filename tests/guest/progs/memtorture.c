/*
 * Memory that changes under readers on other CPUs: nothing stale is seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: memtorture PAGESIZE VABITS SECONDS
 *
 * One thread changes the mappings of an area, one thread on each other CPU
 * reads it.  Each page says which page of a file it is, and a sequence number
 * (odd while the area is being changed) says what must be there: a reader
 * that got the same even number before and after has seen what it says, or
 * the TLB of its CPU was not invalidated.  PAGESIZE and VABITS (of a process,
 * 48 or 52) are what this kernel must have; a 16K kernel without LPA2 has 47.
 */

#include "guest.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_READERS 8
#define AREA_PAGES 512
#define FILE_PAGES 1024
/* Less is no test. */
#define MIN_CHANGES 20
#define MIN_READS 1000

/* What a reader must find in page i: base + i, a zero, or a fault */
enum { FAULT = -1, ZERO = -2 };

struct state {
    long base;
    long hole;                  /* a page that is different: */
    long in_hole;               /* a value, ZERO or FAULT */
};

static struct {
    char *area;
    unsigned pages;
    uint32_t seq;
    struct state now;
    bool stop;
} shared;

static unsigned long reads[MAX_READERS], wrong[MAX_READERS];
static unsigned readers, changes, child_wrong;
static size_t page;
static int file;
static char *high;              /* where to map */
static __thread sigjmp_buf *escape;

static void fault(int sig)
{
    if (!escape) {
        _exit(3);
    }
    siglongjmp(*escape, 1);
}

static uint32_t random_of(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    *s ^= *s << 5;
    return *s;
}

/* Read a page's word; FAULT when that is what happens. */
static long look(unsigned i)
{
    sigjmp_buf here;
    long value = FAULT;

    escape = &here;
    if (!sigsetjmp(here, 1)) {
        value = __atomic_load_n((long *)(shared.area + i * page),
                                __ATOMIC_RELAXED);
    }
    escape = NULL;
    return value;
}

static void *reader(void *arg)
{
    unsigned n = (uintptr_t)arg;
    uint32_t seed = 12345 + n;

    pin_to_cpu(n + 1);
    while (!__atomic_load_n(&shared.stop, __ATOMIC_RELAXED)) {
        uint32_t seq = __atomic_load_n(&shared.seq, __ATOMIC_ACQUIRE);
        struct state want = shared.now;
        long i, value, expected;

        if (seq & 1) {
            continue;
        }
        i = random_of(&seed) % shared.pages;
        if (random_of(&seed) % 2) {
            i = want.hole >= 0 ? want.hole : i;
        }
        value = look(i);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&shared.seq, __ATOMIC_RELAXED) != seq) {
            continue;
        }
        expected = i == want.hole ? want.in_hole : want.base + i;
        expected = expected == ZERO ? 0 : expected;
        __atomic_fetch_add(&reads[n], 1, __ATOMIC_RELAXED);
        if (value != expected && !wrong[n]++) {
            printf("# CPU %u: page %ld has %ld, not %ld\n", n + 1, i, value,
                   expected);
        }
    }
    return NULL;
}

static void change(void)
{
    __atomic_store_n(&shared.seq, shared.seq + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void changed(void)
{
    changes++;
    __atomic_store_n(&shared.seq, shared.seq + 1, __ATOMIC_RELEASE);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static unsigned long all_reads(void)
{
    unsigned long all = 0;

    for (unsigned n = 0; n < readers; n++) {
        all += __atomic_load_n(&reads[n], __ATOMIC_RELAXED);
    }
    return all;
}

/* The readers have some pages of each state in their TLBs; or they sleep. */
static void wait_for_reads(void)
{
    double end = seconds_now() + 0.1;
    unsigned long want = all_reads() + 8 * readers;

    while (all_reads() < want && seconds_now() < end) {
        continue;
    }
}

static void must(bool good, const char *what)
{
    if (!good) {
        die(what);
    }
}

/* Pages of the file, from its page base on, at these pages of the area */
static void map_file(unsigned at, unsigned n, long base)
{
    must(mmap(shared.area + at * page, n * page, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_FIXED, file, base * page) != MAP_FAILED,
         "mmap of the file");
}

/* 1. A range of pages becomes other pages of the file. */
static void step_remap(uint32_t r)
{
    shared.now.base = r % (FILE_PAGES - AREA_PAGES);
    shared.now.hole = -1;
    map_file(0, shared.pages, shared.now.base);
}

/* 2. One page becomes another page, or goes. */
static void step_one(uint32_t r)
{
    if (shared.now.hole >= 0) {
        map_file(shared.now.hole, 1, shared.now.base + shared.now.hole);
    }
    shared.now.hole = r % shared.pages;
    shared.now.in_hole = r / 65536 % FILE_PAGES;
    if (r >> 31) {
        shared.now.in_hole = FAULT;
        must(!munmap(shared.area + shared.now.hole * page, page), "munmap");
    } else {
        map_file(shared.now.hole, 1, shared.now.in_hole);
    }
}

/* 3. A page cannot be read, then can be again. */
static void step_protect(uint32_t r)
{
    if (shared.now.hole >= 0) {
        must(!mprotect(shared.area + shared.now.hole * page, page,
                       PROT_READ | PROT_WRITE), "mprotect");
    }
    shared.now.hole = r % shared.pages;
    shared.now.in_hole = FAULT;
    must(!mprotect(shared.area + shared.now.hole * page, page, PROT_NONE),
         "mprotect");
}

/* 4. The area goes elsewhere, and other pages come into its place. */
static void step_mremap(uint32_t r)
{
    size_t size = shared.pages * page;
    char *away = shared.area + 2 * AREA_PAGES * page;

    must(mremap(shared.area, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, away)
         == away, "mremap");
    shared.now.base = r % (FILE_PAGES - AREA_PAGES);
    map_file(0, shared.pages, shared.now.base);
    must(!munmap(away, size), "munmap");
}

/* 5. Anonymous memory, huge if the kernel likes: a page of it is dropped. */
static void step_huge(uint32_t r)
{
    if (shared.now.hole >= 0) {
        *(long *)(shared.area + shared.now.hole * page) =
            shared.now.base + shared.now.hole;
    }
    if (r % 16 == 0) {
        /* All of it anew, so that there are huge pages again. */
        must(!madvise(shared.area, shared.pages * page, MADV_DONTNEED),
             "madvise");
        shared.now.base = r / 65536;
        for (unsigned i = 0; i < shared.pages; i++) {
            *(long *)(shared.area + i * page) = shared.now.base + i;
        }
    }
    shared.now.hole = r % shared.pages;
    shared.now.in_hole = ZERO;
    must(!madvise(shared.area + shared.now.hole * page, page, MADV_DONTNEED),
         "madvise");
}

/* 6. Copy on write: a child has the old page, the parent writes to its own. */
static void step_fork(uint32_t r)
{
    long old = shared.now.base;
    int status;
    pid_t pid = fork();

    must(pid >= 0, "fork");
    shared.now.base = r / 65536;
    for (unsigned i = 0; i < shared.pages; i++) {
        long *word = (long *)(shared.area + i * page);

        if (!pid && *word != old + i) {
            _exit(1);
        }
        *word = pid ? shared.now.base + i : -5l;
    }
    if (!pid) {
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid, "waitpid");
    if (status) {
        child_wrong++;
        printf("# the child saw what the parent wrote\n");
    }
}

static const struct {
    const char *name;
    void (*step)(uint32_t r);
    unsigned pages;
    bool anonymous;
} kinds[] = {
    { "mmap over 512 pages", step_remap, 512, false },
    { "mmap over 8 pages", step_remap, 8, false },
    { "mmap and munmap of one page", step_one, 64, false },
    { "mprotect of one page", step_protect, 64, false },
    { "mremap of 64 pages", step_mremap, 64, false },
    { "madvise in huge pages", step_huge, 512, true },
    { "fork and write", step_fork, 64, true },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void run(unsigned kind, double seconds)
{
    size_t size = 4 * AREA_PAGES * page;
    pthread_t thread[MAX_READERS];
    unsigned long all, bad;
    double start = seconds_now(), took;
    uint32_t seed = 42 + kind;
    char *raw;

    /* Twice the size, so that huge pages can be aligned. */
    raw = mmap(high, 2 * size, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(raw != MAP_FAILED, "mmap");
    memset(reads, 0, sizeof(reads));
    memset(wrong, 0, sizeof(wrong));
    changes = child_wrong = 0;
    shared.area = (char *)(((uintptr_t)raw + size - 1) & -size);
    shared.pages = kinds[kind].pages;
    shared.now = (struct state) { .hole = -1 };
    shared.stop = false;
    if (kinds[kind].anonymous) {
        madvise(shared.area, size, MADV_HUGEPAGE);
        for (unsigned i = 0; i < shared.pages; i++) {
            *(long *)(shared.area + i * page) = i;
        }
    } else {
        map_file(0, shared.pages, 0);
    }
    for (unsigned i = 0; i < readers; i++) {
        must(!pthread_create(&thread[i], NULL, reader, (void *)(uintptr_t)i),
             "pthread_create");
    }
    do {
        change();
        kinds[kind].step(random_of(&seed));
        changed();
        wait_for_reads();
        took = seconds_now() - start;
        /* A busy machine gets more time. */
    } while (took < seconds || ((changes < MIN_CHANGES ||
                                 all_reads() < MIN_READS) &&
                                took < 12 * seconds));
    __atomic_store_n(&shared.stop, true, __ATOMIC_RELAXED);
    bad = child_wrong;
    for (unsigned i = 0; i < readers; i++) {
        pthread_join(thread[i], NULL);
        bad += wrong[i];
    }
    all = all_reads();
    munmap(raw, 2 * size);
    tap_ok(!bad && changes >= MIN_CHANGES && all >= MIN_READS,
           "%s: %u changes, %lu reads on %u other CPUs, %lu stale",
           kinds[kind].name, changes, all, readers, bad);
}

/* hugetlb pages have no place for readers' holes: content, and that it goes. */
static void hugetlb(void)
{
    size_t huge = page == 4096 ? 2 << 20 : 32 << 20;
    FILE *f = fopen("/proc/sys/vm/nr_hugepages", "w");
    unsigned bad = 0, n = 0;

    must(f && fputs("4", f) >= 0 && !fclose(f), "nr_hugepages");
    for (unsigned turn = 0; turn < 50; turn++) {
        char *p = mmap(high, 2 * huge, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

        must(p != MAP_FAILED, "mmap of hugetlb pages");
        for (size_t i = 0; i < 2 * huge; i += 64 * 1024, n++) {
            bad += *(long *)(p + i) != 0;
            *(long *)(p + i) = turn + 1;
        }
        /* Elsewhere, as one */
        p = mremap(p, 2 * huge, 2 * huge, MREMAP_MAYMOVE | MREMAP_FIXED,
                   p + 8 * huge);
        must(p != MAP_FAILED, "mremap of hugetlb pages");
        for (size_t i = 0; i < 2 * huge; i += 64 * 1024) {
            bad += *(long *)(p + i) != turn + 1;
        }
        must(!munmap(p, 2 * huge), "munmap of hugetlb pages");
    }
    tap_ok(!bad, "hugetlb pages are new, and move: %u looked at, %u wrong",
           n, bad);
}

int main(int argc, char **argv)
{
    struct sigaction sa = { .sa_handler = fault };
    int bits = argc == 4 ? atoi(argv[2]) : 0;
    double seconds = argc == 4 ? atof(argv[3]) : 0;
    char *p;

    if (bits < 47 || seconds <= 0) {
        fprintf(stderr, "usage: memtorture PAGESIZE VABITS SECONDS\n");
        return 2;
    }
    tap_plan(3 + KINDS);
    sa.sa_flags = SA_NODEFER;
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    page = getauxval(AT_PAGESZ);
    tap_ok(page == (size_t)atoi(argv[1]), "pages of %zu bytes", page);

    /* Addresses above 48 bits are given to those who ask for them. */
    p = mmap((void *)(1ul << 50), page, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    tap_ok((uintptr_t)p >> 48 ? bits == 52 : bits <= 48,
           "addresses of %d bits: the highest is %p", bits, p);
    high = p;
    munmap(p, page);

    readers = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    if (readers < 1 || readers > MAX_READERS) {
        readers = readers < 1 ? 1 : MAX_READERS;
    }
    pin_to_cpu(0);
    file = memfd_create("torture", 0);
    must(file >= 0 && !ftruncate(file, FILE_PAGES * page), "memfd_create");
    for (long i = 0; i < FILE_PAGES; i++) {
        must(pwrite(file, &i, sizeof(i), i * page) == sizeof(i), "pwrite");
    }
    for (unsigned i = 0; i < KINDS; i++) {
        run(i, seconds / KINDS);
    }
    hugetlb();
    return tap_done();
}
