/*
 * KVM host side: the ID registers that a guest gets, and why it gets no others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-idregs fast          some cases of the table below
 *        kvm-idregs part K N      every Nth case, from the Kth; K from 0
 *        kvm-idregs fits MODEL    MODEL under KVM on a host that is one
 *        kvm-idregs less MODEL    MODEL on a host that has more, which it can
 *                                 hide, but less of ID_MMFR4_EL1.EVT
 *
 * Starts our QEMU with -accel kvm, each time with another -cpu.  The guest is
 * a few instructions that read all ID registers and print them.  They must be
 * what "info idregs" says, and differ from those of "-cpu host" in the fields
 * that a case lists, and in no others.  QEMU's own trace of ioctls shows that
 * nothing else is written to the vCPU.
 */

#include "guest.h"
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define QEMU "/host/bin/qemu-system-aarch64"
#define IMAGE "/tmp/idregs.bin"
#define SCRIPT "/tmp/idregs.hmp"
#define SERIAL "/tmp/idregs.serial"
#define SAID "/tmp/idregs.said"
#define TRACE "/tmp/idregs.trace"
#define N_REGS 61
#define CTR_TMINLINE (0x3full << 32)
#define PFR0_CSV (0xffull << 56)
#define MMFR4_EVT (0xfull << 28)

/* Prints the registers in encoding order on the PL011 of virt, then off. */
asm(".pushsection .rodata\n"
    ".balign 4\n"
    "guest_image:\n"
    "    mov x20, #0x09000000\n"
    "    .macro give name\n"
    "    mrs x0, \\name\n"
    "    bl 1f\n"
    "    .endm\n"
    "    give S3_0_C0_C0_0\n"
    "    give S3_0_C0_C0_6\n"
    "    .irp crm, 1, 2, 3, 4, 5, 6, 7\n"
    "    .irp op2, 0, 1, 2, 3, 4, 5, 6, 7\n"
    "    give S3_0_C0_C\\crm\\()_\\op2\n"
    "    .endr\n"
    "    .endr\n"
    "    give S3_1_C0_C0_1\n"
    "    give S3_1_C0_C0_7\n"
    "    give S3_3_C0_C0_1\n"
    "    mov w0, #0x8\n"                /* PSCI SYSTEM_OFF */
    "    movk w0, #0x8400, lsl #16\n"
    "    hvc #0\n"
    "    b .\n"
    "1:  mov x3, #60\n"
    "2:  lsr x1, x0, x3\n"
    "    and x1, x1, #15\n"
    "    cmp x1, #10\n"
    "    add x2, x1, #48\n"
    "    add x4, x1, #87\n"
    "    csel x1, x2, x4, lo\n"
    "    str w1, [x20]\n"
    "    subs x3, x3, #4\n"
    "    b.ge 2b\n"
    "    mov w1, #10\n"
    "    str w1, [x20]\n"
    "    ret\n"
    "guest_image_end:\n"
    ".popsection\n");

/* When a case is run: with each kernel unless one is named, fast or not */
#define FAST 1
#define ONLY_6_12 2
#define ONLY_7_2 4

#define MAX_CHANGES 12

static const struct id_case {
    int when;
    const char *cpu;
    /*
     * Not NULL: QEMU ends with status 1 and says this; or with "~", warns so;
     * "+": the vCPU is made, but cannot run this guest
     */
    const char *says;
    struct change {
        const char *reg;
        int lsb, width;
        uint64_t value;
    } change[MAX_CHANGES];
} cases[] = {
    { FAST, "host,SYSREG_ID_AA64ISAR0_EL1_AES=1,"
      "SYSREG_ID_AA64MMFR0_EL1_PARange=2", NULL,
      { { "ID_AA64ISAR0_EL1", 4, 4, 1 }, { "ID_AA64MMFR0_EL1", 0, 4, 2 } } },
    { FAST, "host,fpmr=off", NULL,
      { { "ID_AA64PFR2_EL1", 32, 4, 0 }, { "ID_AA64FPFR0_EL1", 0, 32, 0 } } },
    { FAST, "host,fpmr=on,fp8=on", NULL, { } },
    { 0, "host,fp8=off", NULL, { { "ID_AA64FPFR0_EL1", 0, 32, 0 } } },
    { 0, "host,lut=off", NULL,
      { { "ID_AA64ISAR2_EL1", 56, 4, 0 }, { "ID_AA64FPFR0_EL1", 0, 32, 0 } } },
    { ONLY_7_2, "host,faminmax=off", NULL,
      { { "ID_AA64ISAR3_EL1", 4, 4, 0 }, { "ID_AA64FPFR0_EL1", 0, 32, 0 } } },
    { ONLY_6_12, "host,faminmax=on", "ID_AA64ISAR3_EL1.FAMINMAX: requested "
      "0x1, fixed at 0x0 by the host kernel (not writable)", { } },
    { FAST, "host,lpa2=off", NULL,
      { { "ID_AA64MMFR0_EL1", 28, 4, 0 }, { "ID_AA64MMFR0_EL1", 20, 4, 1 } } },
    { 0, "host,lpa2=on", NULL, { } },
    { 0, "host,sve=off", NULL,
      { { "ID_AA64PFR0_EL1", 32, 4, 0 }, { "ID_AA64ZFR0_EL1", 0, 64, 0 } } },
    { 0, "host,SYSREG_ID_AA64PFR0_EL1_SVE=0", NULL,
      { { "ID_AA64PFR0_EL1", 32, 4, 0 }, { "ID_AA64ZFR0_EL1", 0, 64, 0 } } },
    { 0, "host,pmu=off", NULL,
      { { "ID_AA64DFR0_EL1", 8, 4, 0 }, { "ID_DFR0_EL1", 24, 4, 0 } } },
    { 0, "host,SYSREG_ID_AA64DFR0_EL1_PMUVer=15", NULL,
      { { "ID_AA64DFR0_EL1", 8, 4, 0 }, { "ID_DFR0_EL1", 24, 4, 0 } } },
    { 0, "host,pauth=off", NULL, { { "ID_AA64ISAR1_EL1", 4, 8, 0 },
                                   { "ID_AA64ISAR1_EL1", 24, 8, 0 } } },
    { 0, "host,SYSREG_ID_AA64ISAR1_EL1_API=0", NULL,
      { { "ID_AA64ISAR1_EL1", 4, 8, 0 }, { "ID_AA64ISAR1_EL1", 24, 8, 0 } } },
    { 0, "host,SYSREG_ID_AA64PFR0_EL1_EL0=1", NULL,
      { { "ID_AA64PFR0_EL1", 0, 4, 1 } } },
    { 0, "max,trf=off,ete=off,trbe=off", NULL, { } },

    { FAST, "host,SYSREG_ID_AA64ISAR0_EL1_AES=3",
      "ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2", { } },
    { FAST, "host,SYSREG_ID_AA64ISAR0_EL1_AES=3,SYSREG_ID_AA64PFR0_EL1_FP=0",
      "    ID_AA64PFR0_EL1.FP: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n"
      "    ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2\n",
      { } },
    { FAST, "host,fpmr=on,SYSREG_ID_AA64PFR2_EL1_FPMR=0", "fpmr=on and "
      "SYSREG_ID_AA64PFR2_EL1_FPMR=0x0 contradict each other", { } },
    { 0, "host,sve=on,SYSREG_ID_AA64PFR0_EL1_SVE=0", "sve=on and "
      "SYSREG_ID_AA64PFR0_EL1_SVE=0x0 contradict each other", { } },
    { 0, "host,sve=off,SYSREG_ID_AA64PFR0_EL1_SVE=1", "sve=off and "
      "SYSREG_ID_AA64PFR0_EL1_SVE=0x1 contradict each other", { } },
    { 0, "host,pauth=on,SYSREG_ID_AA64ISAR1_EL1_API=0", "pauth=on and "
      "SYSREG_ID_AA64ISAR1_EL1_API=0x0 contradict each other", { } },
    { 0, "host,pmu=on,SYSREG_ID_AA64DFR0_EL1_PMUVer=15", "pmu=on and "
      "SYSREG_ID_AA64DFR0_EL1_PMUVer=0xf contradict each other", { } },
    { 0, "host,midr=1,SYSREG_MIDR_EL1_PartNum=3", "midr=0x1 and "
      "SYSREG_MIDR_EL1_... contradict each other", { } },
    { FAST, "host,fpmr=off,fp8=on",
      "ID_AA64FPFR0_EL1: 0xf0000003 needs ID_AA64PFR2_EL1.FPMR", { } },
    { 0, "host,lut=off,fp8=on",
      "ID_AA64FPFR0_EL1: 0xf0000003 needs ID_AA64ISAR2_EL1.LUT", { } },
    { FAST, "host,trbe=on",
      "trbe=on is not possible with KVM, which gives its guests no trace "
      "registers", { } },
    { 0, "host,ete=on", "ete=on is not possible with KVM", { } },
    { 0, "host,trf=on", "trf=on is not possible with KVM", { } },
    { 0, "host,SYSREG_ID_AA64DFR0_EL1_TraceBuffer=1",
      "ID_AA64DFR0_EL1.TraceBuffer: KVM gives no trace buffer to guests "
      "(fixed at 0x0)", { } },
    { 0, "host,SYSREG_ID_AA64ISAR0_EL1_AES=16",
      "SYSREG_ID_AA64ISAR0_EL1_AES: 0x10 does not fit, the field has 4 bits",
      { } },
    { 0, "host,SYSREG_ID_AA64ISAR0_EL1_NONE=1",
      "Property 'host-arm-cpu.SYSREG_ID_AA64ISAR0_EL1_NONE' not found", { } },
    { 0, "host,aarch64=off", "+", { } },
    { 0, "host,aarch64=off,pauth=on",
      "pauth=on is not possible with aarch64=off", { } },
    { FAST | ONLY_6_12, "host,midr=0x410fd0c0",
      "MIDR_EL1: requested 0x410fd0c0, fixed at 0xf0510 by the host kernel, "
      "which has no KVM_CAP_ARM_WRITABLE_IMP_ID_REGS", { } },
    { ONLY_6_12, "host,revidr=1",
      "REVIDR_EL1: requested 0x1, fixed at 0x0 by the host kernel", { } },
    { ONLY_6_12, "host,aidr=1",
      "AIDR_EL1: requested 0x1, fixed at 0x0 by the host kernel", { } },
    { ONLY_6_12, "host,midr=0xf0510", NULL, { } },
    { FAST | ONLY_7_2, "host,midr=0x410fd0c0,revidr=5,aidr=7", NULL,
      { { "MIDR_EL1", 0, 32, 0x410fd0c0 }, { "REVIDR_EL1", 0, 64, 5 },
        { "AIDR_EL1", 0, 64, 7 } } },
    { ONLY_6_12, "host,SYSREG_ID_AA64MMFR0_EL1_TGran4_2=1",
      "ID_AA64MMFR0_EL1.TGran4_2: requested 0x1, fixed at 0x3", { } },
    { ONLY_7_2, "host,SYSREG_ID_AA64MMFR0_EL1_TGran4_2=1", NULL,
      { { "ID_AA64MMFR0_EL1", 40, 4, 1 } } },
    { ONLY_7_2, "host,SYSREG_ID_AA64MMFR0_EL1_TGran4_2=2",
      "ID_AA64MMFR0_EL1.TGran4_2: requested 0x2, this host allows 0x3 or 0x1",
      { } },

    { FAST, "neoverse-n1", "    ID_MMFR0_EL1.AuxReg: requested 0x2, this host "
      "allows 0x0..0x1\n", { } },
    { FAST, "neoverse-n1", "With enforce=off the CPU is made", { } },
    { 0, "cortex-a76,enforce=off,SYSREG_ID_AA64ISAR0_EL1_AES=3",
      "ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2", { } },
    { FAST | ONLY_6_12, "neoverse-n1,enforce=off",
      "~ID_AA64PFR0_EL1.RAS: requested 0x1, fixed at 0x2 by the host kernel "
      "(not writable); it is 0x2", { } },
    { 0, "neoverse-n2,enforce=off", "~ID_MMFR0_EL1.AuxReg: requested 0x2",
      { } },
    { 0, "cortex-a57,enforce=off", "~ID_AA64PFR0_EL1.FP: ", { } },
};

#define N_CASES (int)(sizeof(cases) / sizeof(cases[0]))

static void write_file(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "w");

    if (!f || fwrite(data, 1, n, f) != n || fclose(f)) {
        die(path);
    }
}

static void write_image(void)
{
    const char *image, *end;

    asm("adrp %0, guest_image\n"
        "add %0, %0, :lo12:guest_image\n"
        "adrp %1, guest_image_end\n"
        "add %1, %1, :lo12:guest_image_end\n"
        : "=&r" (image), "=&r" (end));
    write_file(IMAGE, image, end - image);
}

/* Register names come from the first "info idregs". */
static char names[N_REGS][32];
static uint64_t base[N_REGS], seen[N_REGS], told[N_REGS];

static char *read_file(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    if (f) {
        fclose(f);
    }
    text[n] = 0;
    return text;
}

/* Status of QEMU; the monitor's words are in SAID, the guest's in SERIAL. */
static int run_qemu(const char *cpu, const char *script)
{
    char command[1024];
    int status;

    write_file(SERIAL, "", 0);
    write_file(SCRIPT, script, strlen(script));
    snprintf(command, sizeof(command), "timeout %d " QEMU " -M virt,"
             "gic-version=3 -accel kvm -nodefaults -display none -m 64 -S "
             "-serial file:" SERIAL " -monitor stdio -no-reboot -kernel " IMAGE
             " -trace kvm_vcpu_ioctl -D " TRACE " -cpu %s < " SCRIPT " > " SAID
             " 2>&1", patience(50), cpu);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Lines of "info idregs" as NAME ENCODING VALUE...; how many there were */
static int parse_told(char *text)
{
    int n = 0;

    for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
        char name[32], encoding[32];
        unsigned long long value;

        if (n < N_REGS && sscanf(line, "%31s %31s 0x%llx", name, encoding,
                                 &value) == 3 && !strncmp(encoding, "S3_", 3)) {
            strcpy(names[n], name);
            told[n++] = value;
        }
    }
    return n;
}

static int parse_seen(char *text)
{
    int n = 0;

    for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
        unsigned long long value;

        if (n < N_REGS && sscanf(line, "%llx", &value) == 1) {
            seen[n] = value;
        }
        n++;
    }
    return n;
}

/*
 * How many registers were written to the vCPU before it was asked for its list
 * of registers: the lengths of SVE, and those that we want to count.
 */
static int registers_written(void)
{
    char line[256];
    FILE *f = fopen(TRACE, "r");
    bool listed = false;
    int n = 0;

    while (f && !listed && fgets(line, sizeof(line), f)) {
        listed = strstr(line, "type 0xc008aeb0");       /* KVM_GET_REG_LIST */
        n += strstr(line, "type 0x4010aeac") != NULL;   /* KVM_SET_ONE_REG */
    }
    if (f) {
        fclose(f);
    }
    return listed ? n : -1;
}

/* Nothing is written but the registers that differ from the host's. */
static bool writes_little(void)
{
    int differ = 0, written = registers_written();

    for (int i = 0; i < N_REGS; i++) {
        differ += seen[i] != base[i];
        if (!strcmp(names[i], "ID_AA64PFR0_EL1")) {
            written -= (seen[i] >> 32 & 0xf) != 0;
        }
    }
    if (written < 0 || written > differ) {
        printf("# %d registers written, %d differ\n", written, differ);
        return false;
    }
    return true;
}

static void show_said(void)
{
    char *text = read_file(SAID);

    for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
        if (!strstr(line, "  S3_")) {
            printf("    %s\n", line);
        }
    }
}

/* The guest ran, and what it saw is what QEMU told. */
static bool run_guest(const char *cpu)
{
    int status = run_qemu(cpu, "info idregs\ncont\n");
    int n_told = parse_told(read_file(SAID));
    int n_seen = parse_seen(read_file(SERIAL));
    bool good = status == 0 && n_told == N_REGS && n_seen == N_REGS;

    if (!good) {
        printf("# status %d, %d registers told, %d seen\n", status, n_told,
               n_seen);
        show_said();
        return false;
    }
    for (int i = 0; i < N_REGS; i++) {
        /* Linux does not know TminLine, and lets guests read the hardware's. */
        if (!strcmp(names[i], "CTR_EL0")) {
            told[i] |= seen[i] & CTR_TMINLINE;
        }
        if (seen[i] != told[i]) {
            printf("# %s: told 0x%llx, seen 0x%llx\n", names[i],
                   (unsigned long long)told[i], (unsigned long long)seen[i]);
            good = false;
        }
    }
    return good;
}

/* What the guest saw is what "-cpu host" has, with the changes. */
static bool as_expected(const struct change *change, int n)
{
    bool good = true;

    for (int i = 0; i < N_REGS; i++) {
        uint64_t want = base[i];

        for (int k = 0; k < n && change[k].reg; k++) {
            if (!strcmp(change[k].reg, names[i])) {
                uint64_t mask = ~0ull >> (64 - change[k].width);

                want &= ~(mask << change[k].lsb);
                want |= change[k].value << change[k].lsb;
            }
        }
        if (seen[i] != want) {
            printf("# %s: wanted 0x%llx, seen 0x%llx\n", names[i],
                   (unsigned long long)want, (unsigned long long)seen[i]);
            good = false;
        }
    }
    return good;
}

/* What the others are compared with: nothing is written at all. */
static void run_host(void)
{
    bool good = run_guest("host");

    memcpy(base, seen, sizeof(base));
    tap_ok(good && writes_little(), "-cpu host");
}

static void run_case(const struct id_case *c)
{
    const char *says = c->says;
    bool warns = says && *says == '~', good;

    if (says && !strcmp(says, "+")) {
        tap_ok(run_qemu(c->cpu, "quit\n") == 0, "-cpu %s starts", c->cpu);
    } else if (says && !warns) {
        int status = run_qemu(c->cpu, "quit\n");

        good = status == 1 && strstr(read_file(SAID), says);
        if (!good) {
            printf("# status %d, expected: %s\n", status, says);
            show_said();
        }
        tap_ok(good, "-cpu %s is refused", c->cpu);
    } else if (warns) {
        good = run_guest(c->cpu);
        good = good && strstr(read_file(SAID), says + 1);
        tap_ok(good, "-cpu %s warns", c->cpu);
    } else {
        tap_ok(run_guest(c->cpu) && as_expected(c->change, MAX_CHANGES) &&
               writes_little(), "-cpu %s", c->cpu);
    }
}

static bool is_for_this_kernel(const struct id_case *c)
{
    struct utsname name;
    bool new;

    uname(&name);
    new = strncmp(name.release, "6.", 2) != 0;
    return !(c->when & ONLY_6_12 && new) && !(c->when & ONLY_7_2 && !new);
}

/*
 * A guest of a model has no EL2 and EL3, and CSV2 and CSV3 as the model, where
 * Linux shows what it knows of the core; the rest is the host's.
 */
static bool fits_as(const char *cpu)
{
    static const struct change none[] = {
        { "ID_AA64PFR0_EL1", 8, 8, 0 },
        { "ID_PFR1_EL1", 4, 4, 0 }, { "ID_PFR1_EL1", 12, 4, 0 },
        { "ID_DFR0_EL1", 4, 4, 0 },
    };

    if (!run_guest(cpu)) {
        return false;
    }
    for (int i = 0; i < N_REGS; i++) {
        if (!strcmp(names[i], "ID_AA64PFR0_EL1")) {
            base[i] = (base[i] & ~PFR0_CSV) | (seen[i] & PFR0_CSV);
        }
    }
    return as_expected(none, 4) && !strstr(read_file(SAID), "warning");
}

static int fits(const char *model)
{
    char clamped[64];

    snprintf(clamped, sizeof(clamped), "%s,enforce=off", model);
    tap_plan(3);
    run_host();
    tap_ok(fits_as(model), "-cpu %s", model);
    tap_ok(fits_as(clamped), "-cpu %s", clamped);
    return tap_done();
}

/* Nothing is asked for of what only EL2 uses: it is the host's. */
static int less(const char *model)
{
    bool good, same = false;
    int hidden = 0;

    tap_plan(2);
    run_host();
    good = run_guest(model) && !strstr(read_file(SAID), "warning");
    for (int i = 0; i < N_REGS; i++) {
        hidden += seen[i] != base[i];
        if (!strcmp(names[i], "ID_MMFR4_EL1")) {
            same = (seen[i] & MMFR4_EVT) == (base[i] & MMFR4_EVT);
        }
    }
    printf("# %d registers differ from the host's\n", hidden);
    tap_ok(good && same && hidden > 1, "-cpu %s", model);
    return tap_done();
}

int main(int argc, char **argv)
{
    bool fast = argc == 2 && !strcmp(argv[1], "fast");
    int part = 0, parts = 1, n = 1;
    bool wanted[N_CASES];

    write_image();
    if (argc == 3 && !strcmp(argv[1], "fits")) {
        return fits(argv[2]);
    }
    if (argc == 3 && !strcmp(argv[1], "less")) {
        return less(argv[2]);
    }
    if (argc == 4 && !strcmp(argv[1], "part")) {
        part = atoi(argv[2]);
        parts = atoi(argv[3]);
    } else if (!fast) {
        fprintf(stderr, "usage: kvm-idregs fast\n"
                "       kvm-idregs part K N\n"
                "       kvm-idregs fits MODEL\n"
                "       kvm-idregs less MODEL\n");
        return 2;
    }
    for (int i = 0; i < N_CASES; i++) {
        wanted[i] = is_for_this_kernel(&cases[i]) && i % parts == part &&
                    (!fast || (cases[i].when & FAST));
        n += wanted[i];
    }
    tap_plan(n);
    run_host();
    for (int i = 0; i < N_CASES; i++) {
        if (wanted[i]) {
            run_case(&cases[i]);
        }
    }
    return tap_done();
}
