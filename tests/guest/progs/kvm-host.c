/*
 * KVM host side of the nested tests: FPMR here and in a guest at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-host with|without     (has this host FEAT_FPMR?)
 *
 * Starts our QEMU with -accel kvm. From the moment the guest's programs
 * start, fpmr-switch runs here too, with other values and on the vCPU's CPU.
 * What the guest prints comes through with "L2| " before each line, what
 * fpmr-switch prints with "L1| ". The words on the kernel command line are
 * those of l2.h.
 */

#include "l2.h"
#include <dirent.h>
#include <glob.h>
#include <signal.h>
#include <time.h>

#define VCPU_CPU 0
#define VCPU_CPU_TEXT "0"
#define HOST_SWITCHES "300"
#define VCPU_SWITCHES 300
#define VM_EXITS 1000
#define HOST_LOG "/tmp/fpmr-switch.log"

static pid_t start_fpmr_switch(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        int fd = open(HOST_LOG, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, STDOUT_FILENO);
        execl("/bin/fpmr-switch", "fpmr-switch", "-f", "-n", "2",
              "-s", HOST_SWITCHES, "-b", "1000", "-c", VCPU_CPU_TEXT, NULL);
        _exit(127);
    }
    return pid;
}

static unsigned long number_in(const char *path, const char *key)
{
    char line[256];
    unsigned long sum = 0;
    FILE *f = fopen(path, "r");

    while (f && fgets(line, sizeof(line), f)) {
        char *at = strstr(line, key);

        if (at) {
            sum += atol(at + strlen(key));
        }
    }
    if (f) {
        fclose(f);
    }
    return sum;
}

/* What the kernel counted for the vCPU; kept after QEMU has gone. */
static struct {
    int tid, wrong_cpu;
    unsigned long switches, exits;
} vcpu;

static int find_vcpu(pid_t qemu)
{
    char path[512], comm[64];
    struct dirent *d;
    int tid = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/task", qemu);
    dir = opendir(path);
    while (dir && !tid && (d = readdir(dir))) {
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", qemu, d->d_name);
        f = fopen(path, "r");
        if (f && fgets(comm, sizeof(comm), f) && !strcmp(comm, "CPU 0/KVM\n")) {
            tid = atoi(d->d_name);
        }
        if (f) {
            fclose(f);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return tid;
}

static pid_t qemu;

static void sample(void)
{
    char path[512];
    unsigned long n;
    cpu_set_t set;
    glob_t found;

    if (!vcpu.tid) {
        vcpu.tid = find_vcpu(qemu);
        return;
    }
    snprintf(path, sizeof(path), "/proc/%d/task/%d/status", qemu, vcpu.tid);
    /* One key matches the voluntary and the nonvoluntary switches. */
    n = number_in(path, "voluntary_ctxt_switches:");
    vcpu.switches = n ? n : vcpu.switches;
    if (!sched_getaffinity(vcpu.tid, sizeof(set), &set)) {
        vcpu.wrong_cpu |= CPU_COUNT(&set) != 1 || !CPU_ISSET(VCPU_CPU, &set);
    }
    snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-*/exits", qemu);
    if (!glob(path, 0, NULL, &found)) {
        n = number_in(found.gl_pathv[0], "");
        vcpu.exits = n ? n : vcpu.exits;
        globfree(&found);
    }
}

int main(int argc, char **argv)
{
    static const char *const more[] = { "-nodefaults", NULL };
    int fd[2], status, guest_exit = -1, host_rc = -1;
    bool with = argc == 2 && !strcmp(argv[1], "with");
    char line[1024];
    pid_t host = 0;

    if (argc != 2 || (!with && strcmp(argv[1], "without"))) {
        fprintf(stderr, "usage: kvm-host with|without\n");
        return 2;
    }
    tap_plan(with ? 5 : 2);
    read_cmdline();
    tap_ok(access("/dev/kvm", R_OK | W_OK) == 0, "this kernel is a KVM host");

    if (pipe2(fd, O_CLOEXEC)) {
        die("pipe2");
    }
    qemu = start_qemu(fd[1], VCPU_CPU, more);
    close(fd[1]);
    while (l2_line(fd[0], line, sizeof(line), 50, sample)) {
        sample();
        if (with && !host && strstr(line, "armv9: start")) {
            host = start_fpmr_switch();
        }
        sscanf(line, "armv9: exit %d", &guest_exit);
        if (host > 0 && guest_exit >= 0 && host_rc < 0) {
            kill(host, SIGTERM);
            waitpid(host, &status, 0);
            host_rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
        }
    }
    l2_ended(qemu, guest_exit);
    if (host > 0 && host_rc < 0) {
        kill(host, SIGTERM);
        waitpid(host, NULL, 0);
    }
    if (with) {
        show_file(HOST_LOG, "L1| ");
        printf("kvm-host: vcpu-switches=%lu exits=%lu\n", vcpu.switches,
               vcpu.exits);
        tap_ok(host_rc == 0, "FPMR kept here while the guest used its own");
        tap_ok(!vcpu.wrong_cpu && vcpu.switches >= VCPU_SWITCHES,
               "the vCPU shared CPU %d and was switched away %d times or more",
               VCPU_CPU, VCPU_SWITCHES);
        tap_ok(vcpu.exits >= VM_EXITS, "KVM left the guest %d times or more",
               VM_EXITS);
    }
    return tap_done();
}
