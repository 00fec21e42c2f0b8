/*
 * KVM host side: what QEMU sees, sets and migrates of a guest's FPMR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usage: kvm-state SEED
 *
 * Starts our QEMU with -accel kvm and the default devices of the machine.
 * The guest's last job must be "fpmr-hold SEED". While that has FPMR in use,
 * this program reads and changes it as a debugger, reads it in the monitor,
 * migrates the guest to a file and into a new QEMU, looks again, and ends
 * the job. It also compares the ID registers that QEMU read from the host
 * with those that the guest printed ("idregs" must be among its jobs).
 *
 * What the guest prints comes through with "L2| " before each line. The
 * words on the kernel command line are those of l2.h.
 */

#include "l2-qmp.h"
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#define GDB_PATH "/tmp/l2.gdb"
#define STREAM "/tmp/l2.stream"

#define KVM_REG_FPMR 0x603000000013da22ull
#define GDB_CPSR 0x21                   /* number in aarch64-core.xml */

/* ID registers that accel/kvm/arm-idregs.c reads; the guest's values. */
static struct {
    const char *name;
    uint64_t guest;
    bool seen;
} idreg[] = {
    { .name = "ID_AA64PFR2_EL1" },
    { .name = "ID_AA64FPFR0_EL1" },
    { .name = "ID_AA64ISAR3_EL1" },
};

#define N_IDREG (int)(sizeof(idreg) / sizeof(idreg[0]))

static int console = -1, gdb = -1;

static uint64_t hex_number(const char *text)
{
    unsigned long long v = 0;

    sscanf(text, "%llx", &v);
    return v;
}

static bool wait_line(const char *text);

/* What makes going on pointless: say it, leave nothing running, end. */
static void fail(const char *what, const char *why)
{
    kill(qemu, SIGKILL);
    while (wait_line(NULL)) {
        continue;
    }
    printf("Bail out! %s: %s\n", what, why);
    exit(2);
}

/* The guest's console */

static void note_idreg(const char *line)
{
    for (int i = 0; i < N_IDREG; i++) {
        size_t n = strlen(idreg[i].name);

        if (!strncmp(line, idreg[i].name, n) && line[n] == '=') {
            idreg[i].guest = hex_number(line + n + 1);
            idreg[i].seen = true;
        }
    }
}

/* Show the console until a line has this in it; false at its end. */
static bool wait_line(const char *text)
{
    static char line[1024];             /* half a line may outlive a QEMU */
    static size_t fill;
    struct pollfd in = { .fd = console, .events = POLLIN };
    int end = now() + PATIENCE;

    while (now() < end) {
        char c;

        if (poll(&in, 1, 100) <= 0) {
            continue;
        }
        if (read(console, &c, 1) != 1) {
            return false;
        }
        if (c == '\r') {
            continue;
        }
        if (c != '\n' && fill < sizeof(line) - 1) {
            line[fill++] = c;
            continue;
        }
        line[fill] = 0;
        fill = 0;
        printf("L2| %s\n", line);
        note_idreg(line);
        if (text && strstr(line, text)) {
            return true;
        }
    }
    fail("no such line from the guest", text ? text : "(the end)");
}

static void must_say(const char *text)
{
    if (!wait_line(text)) {
        fail("QEMU ended before the guest said", text);
    }
}

static const char *ask_hmp(const char *line)
{
    char text[256];

    snprintf(text, sizeof(text), "{\"execute\": \"human-monitor-command\", "
             "\"arguments\": {\"command-line\": \"%s\"}}\n", line);
    return ask_qmp(text);
}

/* Ask until the answer has the text in it, or has not. */
static void wait_qmp(const char *command, const char *text, bool there)
{
    int end = now() + PATIENCE;

    while (!strstr(ask(command), text) == there) {
        if (now() > end) {
            fail(command, ask(command));
        }
        nap();
    }
}

/* FPMR of "info registers" of a stopped guest; 0 when it is not there. */
static uint64_t monitor_fpmr(const char *registers)
{
    const char *at = strstr(registers, " FPMR=");

    return at ? hex_number(at + 6) : 0;
}

/* As a debugger: one packet there, one back. */
static const char *ask_gdb(const char *packet)
{
    static char answer[65536];
    unsigned char sum = 0, want;
    char text[256], sums[3] = "";
    size_t n = 0;

    for (const char *p = packet; *p; p++) {
        sum += *p;
    }
    snprintf(text, sizeof(text), "$%s#%02x", packet, sum);
    if (write(gdb, text, strlen(text)) < 0) {
        fail(packet, strerror(errno));
    }
    while (get_byte(gdb) != '$') {
        continue;
    }
    sum = 0;
    for (char c = get_byte(gdb); c != '#'; c = get_byte(gdb)) {
        sum += c;
        if (c == '}') {
            c = get_byte(gdb);
            sum += c;
            c ^= 0x20;
        }
        if (n < sizeof(answer) - 1) {
            answer[n++] = c;
        }
    }
    answer[n] = 0;
    sums[0] = get_byte(gdb);
    sums[1] = get_byte(gdb);
    want = hex_number(sums);
    if (want != sum || write(gdb, "+", 1) != 1) {
        fail(packet, "bad checksum");
    }
    return answer;
}

/* The number of a register in one of QEMU's target description files. */
static int gdb_number(const char *file, const char *name)
{
    static char xml[131072];
    char text[256], *at;
    const char *part;
    size_t n = 0;

    do {
        snprintf(text, sizeof(text), "qXfer:features:read:%s:%zx,7000", file,
                 n);
        part = ask_gdb(text);
        n += snprintf(xml + n, sizeof(xml) - n, "%s", part + 1);
    } while (*part == 'm' && n < sizeof(xml));
    snprintf(text, sizeof(text), "<reg name=\"%s\"", name);
    at = strstr(xml, text);
    at = at ? strstr(at, " regnum=\"") : NULL;
    if (!at) {
        fail(file, "the debugger sees no such register");
    }
    return atoi(at + 9);
}

/* A register of at most 64 bits; QEMU sends it in the guest's order. */
static uint64_t gdb_read(int number)
{
    char text[32];
    const char *hex;
    uint64_t v = 0;

    snprintf(text, sizeof(text), "p%x", number);
    hex = ask_gdb(text);
    for (int i = strlen(hex) / 2; i-- > 0; ) {
        char byte[3] = { hex[2 * i], hex[2 * i + 1] };

        v = v << 8 | hex_number(byte);
    }
    return v;
}

static bool gdb_write(int number, uint64_t v)
{
    char text[64];

    snprintf(text, sizeof(text), "P%x=%016llx", number,
             (unsigned long long)__builtin_bswap64(v));
    return !strcmp(ask_gdb(text), "OK");
}

/* Attach, which stops the guest; again until that is in fpmr-hold. */
static void attach(void)
{
    int end = now() + PATIENCE / 4;

    for (;;) {
        gdb = connect_to(GDB_PATH);
        if ((gdb_read(GDB_CPSR) & 0xf) == 0) {
            return;
        }
        ask_gdb("D");
        close(gdb);
        if (now() > end) {
            fail("debugger", "its PSTATE never says EL0");
        }
        nap();
    }
}

static void detach(void)
{
    ask_gdb("D");
    close(gdb);
}

/* The same for the monitor; the answer is "info registers". */
static const char *stop(void)
{
    int end = now() + PATIENCE / 4;

    for (;;) {
        const char *registers;

        ask("stop");
        registers = ask_hmp("info registers");
        if (strstr(registers, " EL0t")) {
            return registers;
        }
        if (now() > end) {
            fail("PSTATE never says EL0", registers);
        }
        ask("cont");
        nap();
    }
}

static void launch(const char *const *more)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC)) {
        die("pipe2");
    }
    unlink(QMP_PATH);
    unlink(GDB_PATH);
    qemu = start_qemu(fd[1], -1, more);
    close(fd[1]);
    console = fd[0];
    connect_qmp();
}

static int end_qemu(void)
{
    int status;

    while (wait_line(NULL)) {
        continue;
    }
    waitpid(qemu, &status, 0);
    close(console);
    close(qmp);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Numbers in the migration stream are big-endian. */
static uint64_t number_at(const unsigned char *at, int bytes)
{
    uint64_t v = 0;

    while (bytes-- > 0) {
        v = v << 8 | *at++;
    }
    return v;
}

/*
 * What the stream has for FPMR in its list of KVM's registers, which is their
 * number, all identifiers in order and all values; 0 when it is not there.
 */
static uint64_t fpmr_in_list(const unsigned char *stream, size_t size,
                             int *times)
{
    const uint64_t id = __builtin_bswap64(KVM_REG_FPMR);
    const unsigned char *end = stream + size, *at = stream, *found = NULL;
    const unsigned char *list;
    size_t n;

    for (*times = 0; ; at++, ++*times) {
        at = memmem(at, end - at, &id, sizeof(id));
        if (!at) {
            break;
        }
        found = at;
    }
    if (!found) {
        return 0;
    }
    list = found;
    while (number_at(list - 8, 1) == KVM_REG_FPMR >> 56) {
        list -= 8;
    }
    n = number_at(list - 4, 4);
    return found + 8 * n < end ? number_at(found + 8 * n, 8) : 0;
}

static void check_stream(uint64_t fpmr)
{
    static const char start[] = "{\"configuration\"";
    int fd = open(STREAM, O_RDONLY | O_CLOEXEC), times;
    unsigned char *stream, *description;
    ssize_t got, size = 0;
    uint64_t got_fpmr;
    struct stat st;

    if (fd < 0 || fstat(fd, &st)) {
        fail(STREAM, strerror(errno));
    }
    stream = malloc(st.st_size);
    do {
        got = read(fd, stream + size, st.st_size - size);
        size += got;
    } while (got > 0);
    close(fd);

    /* The last one: this program is in the guest's memory, too. */
    description = stream + size - strlen(start);
    while (description > stream &&
           memcmp(description, start, strlen(start))) {
        description--;
    }
    if (description == stream) {
        fail(STREAM, "no description of a migration stream");
    }
    got_fpmr = fpmr_in_list(stream, size, &times);
    tap_ok(times == 1 && got_fpmr == fpmr,
           "the stream has FPMR once (%d) in KVM's list, with its value "
           "(0x%llx)", times, (unsigned long long)got_fpmr);
    tap_ok(!memmem(description, stream + size - description, "fpmr", 4),
           "the stream has no field of its own for FPMR");
    printf("kvm-state: stream of %zd KiB\n", size >> 10);
    free(stream);
}

static void check_idregs(void)
{
    for (int i = 0; i < N_IDREG; i++) {
        uint64_t v = gdb_read(gdb_number("system-registers.xml",
                                         idreg[i].name));

        tap_ok(idreg[i].seen && idreg[i].guest == v,
               "%s: QEMU has 0x%llx, the guest sees 0x%llx", idreg[i].name,
               (unsigned long long)v, (unsigned long long)idreg[i].guest);
    }
}

static bool tap_value(uint64_t got, uint64_t want, const char *where)
{
    return tap_ok(got == want, "%s: FPMR is 0x%llx (0x%llx)", where,
                  (unsigned long long)want, (unsigned long long)got);
}

int main(int argc, char **argv)
{
    static const char *const source[] = {
        QMP_OPTION,
        "-gdb", "unix:" GDB_PATH ",server=on,wait=off", NULL,
    }, *const target[] = {
        QMP_OPTION,
        "-gdb", "unix:" GDB_PATH ",server=on,wait=off",
        "-S", "-incoming", "file:" STREAM, NULL,
    };
    unsigned seed = argc == 2 ? atoi(argv[1]) : 0;
    uint64_t first = fpmr_value(seed), second = fpmr_value(seed + 1);
    char has[64], keeps[64];
    char *registers;
    bool same;
    int fpmr, rc;

    if (!seed) {
        fprintf(stderr, "usage: kvm-state SEED\n");
        return 2;
    }
    snprintf(has, sizeof(has), "has 0x%016llx", (unsigned long long)second);
    snprintf(keeps, sizeof(keeps), "keeps 0x%016llx",
             (unsigned long long)second);
    tap_plan(11 + N_IDREG);
    read_cmdline();

    launch(source);
    must_say("fpmr-hold: keeps");
    tap_ok(strstr(ask_hmp("info ramblock"), "virtio-net-pci.rom") != NULL,
           "the default NIC is there, with its ROM");

    attach();
    fpmr = gdb_number("aarch64-fpmr.xml", "fpmr");
    tap_value(gdb_read(fpmr), first, "debugger");
    check_idregs();
    tap_ok(gdb_write(fpmr, second), "the debugger can write FPMR");
    detach();
    must_say(has);
    must_say(keeps);
    tap_value(monitor_fpmr(stop()), second, "monitor");
    ask("cont");

    /* It runs until the last moment, and goes on in the new QEMU. */
    ask_qmp("{\"execute\": \"migrate\", \"arguments\": "
            "{\"uri\": \"file:" STREAM "\"}}\n");
    wait_qmp("query-migrate", "\"status\": \"completed\"", true);
    registers = strdup(ask_hmp("info registers"));
    tap_value(monitor_fpmr(registers), second, "monitor, migrated away");
    ask("quit");
    rc = end_qemu();
    tap_ok(rc == 0, "the first QEMU ends well (%d)", rc);
    check_stream(second);

    launch(target);
    wait_qmp("query-status", "\"status\": \"inmigrate\"", false);
    same = !strcmp(ask_hmp("info registers"), registers);
    tap_ok(same, "all registers that the monitor shows are the same there");
    if (!same) {
        printf("# there: %s\n# here: %s\n", registers,
               ask_hmp("info registers"));
    }
    unlink(STREAM);
    ask("cont");
    must_say(keeps);
    must_say(keeps);
    attach();
    tap_value(gdb_read(fpmr), second, "debugger, in the new QEMU");
    gdb_write(fpmr, 0);
    detach();
    must_say("armv9: exit 0");
    rc = end_qemu();
    tap_ok(rc == 0, "the second QEMU ends well (%d)", rc);
    return tap_done();
}
