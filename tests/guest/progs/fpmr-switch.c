/*
 * FPMR under context switches: each task keeps its own value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: fpmr-switch [-n TASKS] [-s SWITCHES] [-b BASE] [-c CPU] [-r READS]
 *                    [-f]
 *   -n  tasks (default 4); the odd ones are threads, the even ones processes
 *   -s  end when every task was switched away from this often (default 500)
 *   -b  first seed: programs with bases 1000 apart never share a value
 *   -c  CPU all tasks are pinned to (default 0)
 *   -r  read it back this often before each switch (default 0): with some
 *       thousands, a task of ours is in user mode nearly all the time
 *   -f  forever: ends well on SIGTERM, provided SWITCHES was reached
 *
 * A task writes a new value, yields or sleeps, and reads it back. What it
 * was switched away is counted by the kernel (getrusage), not assumed.
 */

#include "guest.h"
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_TASKS 32
#define SEEDS_PER_TASK 25

struct task {
    unsigned long checks, mismatches, switches;
    uint64_t wanted, got;           /* of the first mismatch */
    pid_t pid;
    pthread_t thread;
};

static struct shared {
    volatile sig_atomic_t stop;
    struct task task[MAX_TASKS];
} *shared;

static int cpu, reads;
static unsigned base = 1;

static void stop(int sig)
{
    shared->stop = 1;
}

static void *work(void *arg)
{
    struct task *t = arg;
    unsigned seed = base + (t - shared->task) * SEEDS_PER_TASK;
    struct timespec ms = { .tv_nsec = 1000000 };
    struct rusage ru;

    pin_to_cpu(cpu);
    while (!shared->stop) {
        uint64_t v = fpmr_value(seed + t->checks % SEEDS_PER_TASK), got = v;

        fpmr_write(v);
        for (int r = 0; r < reads && got == v; r++) {
            got = fpmr_read();
        }
        if (got != v) {
            /* Reported below. */
        } else if (t->checks % 64 == 63) {
            nanosleep(&ms, NULL);
        } else {
            sched_yield();
        }
        got = got == v ? fpmr_read() : got;
        if (got != v && !t->mismatches++) {
            t->wanted = v;
            t->got = got;
        }
        t->checks++;
        if (t->checks % 16 == 0) {
            getrusage(RUSAGE_THREAD, &ru);
            t->switches = ru.ru_nvcsw + ru.ru_nivcsw;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned long checks = 0, mismatches = 0, least, next = 0, goal = 500;
    int n = 4, opt;
    bool forever = false, died;
    struct timespec nap = { .tv_nsec = 20000000 };
    struct sigaction term = { .sa_handler = stop };

    while ((opt = getopt(argc, argv, "n:s:b:c:r:f")) != -1) {
        switch (opt) {
        case 'n':
            n = atoi(optarg);
            break;
        case 's':
            goal = atoi(optarg);
            break;
        case 'b':
            base = atoi(optarg);
            break;
        case 'c':
            cpu = atoi(optarg);
            break;
        case 'r':
            reads = atoi(optarg);
            break;
        case 'f':
            forever = true;
            break;
        default:
            return 2;
        }
    }
    if (n < 1 || n > MAX_TASKS) {
        fprintf(stderr, "fpmr-switch: 1 to %d tasks\n", MAX_TASKS);
        return 2;
    }
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        die("mmap");
    }

    tap_plan(2);
    sigaction(SIGTERM, &term, NULL);
    for (int i = 0; i < n; i += 2) {
        struct task *t = &shared->task[i];

        t->pid = fork();
        if (t->pid < 0) {
            die("fork");
        }
        if (t->pid == 0) {
            /* Each process runs its task, and the next one as a thread. */
            if (i + 1 < n && pthread_create(&t[1].thread, NULL, work, t + 1)) {
                die("pthread_create");
            }
            work(t);
            if (i + 1 < n) {
                pthread_join(t[1].thread, NULL);
            }
            _exit(0);
        }
    }

    do {
        nanosleep(&nap, NULL);
        checks = mismatches = 0;
        least = shared->task[0].switches;
        for (int i = 0; i < n; i++) {
            struct task *t = &shared->task[i];

            checks += t->checks;
            mismatches += t->mismatches;
            least = t->switches < least ? t->switches : least;
        }
        if (!forever && least >= next) {
            printf("# switches %lu of %lu, mismatches %lu\n", least, goal,
                   mismatches);
            next = least + goal / 10;
        }
        /* A process that ends by itself died, say of SIGILL. */
        died = waitpid(-1, NULL, WNOHANG) > 0 && !shared->stop;
    } while (!shared->stop && !died && (forever || least < goal)
             && !mismatches);

    shared->stop = 1;
    while (wait(NULL) > 0 || errno == EINTR) {
        continue;
    }
    for (int i = 0; i < n; i++) {
        struct task *t = &shared->task[i];

        if (t->mismatches) {
            printf("# task %d: wrote 0x%llx, read 0x%llx\n", i,
                   (unsigned long long)t->wanted, (unsigned long long)t->got);
        }
    }
    printf("fpmr-switch: tasks=%d checks=%lu mismatches=%lu switches=%lu\n",
           n, checks, mismatches, least);
    tap_ok(checks && !mismatches && !died,
           "FPMR kept in %d tasks on one CPU", n);
    tap_ok(least >= goal, "each task switched away %lu times or more", goal);
    return tap_done();
}
