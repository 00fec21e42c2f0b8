/*
 * Run a few instructions at a chosen exception level; see what happens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For bare-metal tests that ask "which control traps this access, to which
 * EL, with which syndrome".  A test is one C file that includes this header
 * once, is linked with the usual boot.S, kernel.ld and minilib, and has a
 * main().  The smallest one:
 *
 *     #include "armv9-el.h"
 *
 *     EL_STUB(read_it, "mrs x7, cntkctl_el1")
 *
 *     int main(void)
 *     {
 *         struct el_regs regs;
 *         struct el_result res;
 *
 *         el_setup();
 *         regs = el_open;
 *         el_run(0, false, &regs, read_it, &res);
 *         tap_outcome("EL0 cannot read CNTKCTL_EL1", &res,
 *                     EL_TRAP(1, EL_ESR_UNDEF), read_it);
 *         return tap_end();
 *     }
 *
 * How it works.  main() is the monitor: it runs at the highest EL there is
 * (el_top: 3, 2 or 1, as the machine was started), on SP_ELx.  A stub runs
 * at any EL from there down to EL0 (also at el_top itself), on SP_EL0, with
 * all exceptions masked, and ends in a BRK that EL_STUB() adds.  Whatever
 * exception comes first, that BRK or another, ends the stub.  When it is
 * taken below el_top, the vector there holds nothing but an SMC or HVC to
 * the monitor, with an immediate that says which EL and which vector it
 * was; it changes no register and reads none, so it works whatever the
 * controls under test redirect or trap.  The monitor then reads ESR, ELR,
 * SPSR and FAR of the EL that took the exception.
 *
 * Controls.  struct el_regs has a field for every control register that a
 * test may vary; EL_REGS lists them.  el_open is the value of each that
 * traps nothing.  A test copies it, changes bits, and passes it to el_run().
 * Registers of ELs the machine lacks are ignored.  A test that needs more
 * registers defines EL_MORE_REGS(R) before the #include, in the same form.
 *
 * The stage 1 MMU is off at all ELs, so all memory is open to all ELs.  The
 * tables that boot.S made stay in TTBR0_EL1; they allow nothing to EL0.
 *
 * No FP register is used here, because FP traps are among the things under
 * test.  Minilib's printf does use them: print through tap_*() (see
 * armv9-tap.h) or after el_reset().
 */

#ifndef ARMV9_EL_H
#define ARMV9_EL_H

#define TAP_PREPARE()       el_reset()
static void el_reset(void);

#include "armv9-tap.h"

#define el_read(reg) ({                                     \
    uint64_t v_;                                            \
    asm volatile("mrs %0, " reg : "=r"(v_));                \
    v_;                                                     \
})

#define el_write(reg, value) do {                           \
    asm volatile("msr " reg ", %x0" : : "rZ"((uint64_t)(value))); \
} while (0)

/*
 * The control registers.  R(field, EL, present, name for MSR, open value)
 *
 * In this order they are written: SCR_EL3 first, it says whether there is
 * an EL2; EL1's registers before HCR_EL2, because with E2H set the names of
 * EL1 mean EL2's registers; EL2's after it, because E2H changes the layout
 * of CPTR_EL2.
 */
#ifndef EL_MORE_REGS
#define EL_MORE_REGS(R)
#endif

#define EL_REGS(R)                                                      \
    R(scr_el3, 3, true, "scr_el3", SCR_OPEN)                            \
    R(cptr_el3, 3, true, "cptr_el3", CPTR_EL3_OPEN)                     \
    R(sctlr_el1, 1, true, "sctlr_el1", SCTLR_OPEN)                      \
    R(cpacr_el1, 1, true, "cpacr_el1", CPACR_OPEN)                      \
    R(hcr_el2, 2, true, "hcr_el2", HCR_RW)                              \
    R(hcrx_el2, 2, el_has_hcx(), "s3_4_c1_c2_2", 0)                     \
    R(sctlr_el2, 2, true, "sctlr_el2", SCTLR_OPEN)                      \
    R(cptr_el2, 2, true, "cptr_el2", CPTR_EL2_OPEN)                     \
    R(vncr_el2, 2, el_has_nv2(), "s3_4_c2_c2_0", 0)                     \
    EL_MORE_REGS(R)

#define SCR_NS          BIT64(0)
#define SCR_HCE         BIT64(8)
#define SCR_RW          BIT64(10)
#define SCR_APK         BIT64(16)
#define SCR_API         BIT64(17)
#define SCR_EEL2        BIT64(18)
#define SCR_FGTEN       BIT64(27)
#define SCR_HXEN        BIT64(38)
#define SCR_RES1        0x30
#define SCR_OPEN        (SCR_RES1 | SCR_NS | SCR_HCE | SCR_RW | SCR_APK | \
                         SCR_API | SCR_FGTEN | SCR_HXEN)

#define HCR_TGE         BIT64(27)
#define HCR_TID3        BIT64(18)
#define HCR_RW          BIT64(31)
#define HCR_E2H         BIT64(34)
#define HCR_NV          BIT64(42)
#define HCR_NV1         BIT64(43)
#define HCR_NV2         BIT64(45)

#define SCTLR_OPEN      0x30d00800ull           /* RES1 in Armv8.0; M = 0 */

/* CPACR_EL1 and, with E2H, CPTR_EL2: SMEN, FPEN, ZEN */
#define CPACR_SMEN(n)   ((uint64_t)(n) << 24)
#define CPACR_FPEN(n)   ((uint64_t)(n) << 20)
#define CPACR_ZEN(n)    ((uint64_t)(n) << 16)
#define CPACR_OPEN      (CPACR_SMEN(3) | CPACR_FPEN(3) | CPACR_ZEN(3))

/* CPTR_EL2 without E2H: RES1, but TSM (12), TFP (10) and TZ (8) clear */
#define CPTR_TFP        BIT64(10)               /* CPTR_EL3 as well */
#define CPTR_EL2_OPEN   0x22ffull
#define CPTR_EL3_OPEN   (BIT64(12) | BIT64(8))  /* ESM, EZ */

struct el_regs {
#define R(field, el, present, name, open) uint64_t field;
    EL_REGS(R)
#undef R
};

static const struct el_regs el_open = {
#define R(field, el, present, name, open) .field = open,
    EL_REGS(R)
#undef R
};

static struct el_regs el_now;       /* what the registers hold */
static bool el_now_valid;
static int el_top;                  /* the monitor's EL */
static bool el_has2, el_has3;       /* implemented ELs */

static bool el_has_hcx(void)
{
    return FIELD64(el_read("id_aa64mmfr1_el1"), 40, 4) != 0;
}

static inline bool el_has_vhe(void)
{
    return el_has2 && FIELD64(el_read("id_aa64mmfr1_el1"), 8, 4) != 0;
}

static bool el_has_nv2(void)
{
    return FIELD64(el_read("id_aa64mmfr2_el1"), 24, 4) >= 2;
}

static inline bool el_has_sel2(void)
{
    return el_has2 && el_has3 &&
           FIELD64(el_read("id_aa64pfr0_el1"), 36, 4) != 0;
}

/*
 * Stubs.  Registers X0 to X30 come from el_args and go to el_result.x.
 * The BRK's immediate tells the end of a stub from a BRK under test.
 */
#define EL_END_IMM      0xe1d0
#define EL_STR_(x)      #x
#define EL_STR(x)       EL_STR_(x)

#define EL_STUB(stub, code)                                 \
    extern const char stub[];                               \
    asm(".pushsection .text\n"                              \
        ".balign 4\n"                                       \
        #stub ":\n"                                         \
        code "\n"                                           \
        "brk #" EL_STR(EL_END_IMM) "\n"                     \
        ".popsection\n");

struct el_result {
    int from;           /* EL of the stub */
    int el;             /* EL that took the exception */
    unsigned vector;    /* number of the vector, 0 to 15 */
    uint64_t esr, elr, spsr, far;
    uint64_t x[31];
    bool done;          /* the stub ran to its end */
};

/* What a stub finds in X0 to X30; stays as it is from run to run. */
static uint64_t el_args[31];

/* What the vector code leaves for C; the layout is known to the assembly. */
struct el_mail {
    uint64_t x[31];
    uint64_t vector;
} el_mail;

/* What shall happen: el < 0, or the exception. */
struct el_want {
    int el;
    uint32_t esr;
};

#define EL_DONE             ((struct el_want) { -1, 0 })
#define EL_TRAP(el, esr)    ((struct el_want) { (el), (esr) })

#define EL_EC(esr)          FIELD64(esr, 26, 6)
#define EL_EC_UNDEF         0x00
#define EL_EC_FP            0x07
#define EL_EC_HVC           0x16
#define EL_EC_SMC           0x17
#define EL_EC_SYSREG        0x18
#define EL_EC_BRK           0x3c

/* Whole syndromes; IL is set, all A64 instructions are 32 bits long. */
#define EL_ESR(ec, iss)     (((uint32_t)(ec) << 26) | BIT64(25) | (iss))
#define EL_ESR_UNDEF        EL_ESR(EL_EC_UNDEF, 0)
#define EL_ESR_FP           EL_ESR(EL_EC_FP, 0x1e00000)   /* CV, COND = AL */
#define EL_ESR_SYSREG(op0, op1, crn, crm, op2, rt, read)                \
    EL_ESR(EL_EC_SYSREG, (op0) << 20 | (op2) << 17 | (op1) << 14 |      \
           (crn) << 10 | (rt) << 5 | (crm) << 1 | (read))

/*
 * Vectors.  Below the monitor: tell it, in the immediate, EL and vector.
 * The monitor's own: stubs run on SP_EL0, so a stub's exception comes in
 * through vectors 0-3 (same EL) or 8-15 (lower EL), on the monitor's stack
 * as el_enter left it.  Vectors 4-7 are exceptions of the monitor itself.
 */
#define EL_UP_IMM           0xe000

asm(".pushsection .text\n"
    ".macro el_vectors_below call, el\n"
    ".balign 2048\n"
    "el\\el\\()_\\call\\()_vectors:\n"
    ".set el_n, 0\n"
    ".rept 16\n"
    ".balign 128\n"
    "\\call #(" EL_STR(EL_UP_IMM) " + (\\el << 8) + el_n)\n"
    ".set el_n, el_n + 1\n"
    ".endr\n"
    ".endm\n"

    "el_vectors_below smc, 1\n"
    "el_vectors_below hvc, 1\n"
    "el_vectors_below smc, 2\n"

    ".balign 2048\n"
    "el_top_vectors:\n"
    ".set el_n, 0\n"
    ".rept 16\n"
    ".balign 128\n"
    "stp x0, x1, [sp, #-16]!\n"
    "mov x0, #el_n\n"
    "b el_leave\n"
    ".set el_n, el_n + 1\n"
    ".endr\n"
    ".balign 128\n"

    /* void el_enter(const uint64_t *args): ELR and SPSR are set already */
    "el_enter:\n"
    "stp x29, x30, [sp, #-16]!\n"
    "stp x27, x28, [sp, #-16]!\n"
    "stp x25, x26, [sp, #-16]!\n"
    "stp x23, x24, [sp, #-16]!\n"
    "stp x21, x22, [sp, #-16]!\n"
    "stp x19, x20, [sp, #-16]!\n"
    ".set el_n, 2\n"
    ".irp r, 2,4,6,8,10,12,14,16,18,20,22,24,26,28\n"
    "ldr x\\r, [x0, #(8 * \\r)]\n"
    ".endr\n"
    ".irp r, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,30\n"
    "ldr x\\r, [x0, #(8 * \\r)]\n"
    ".endr\n"
    "ldr x0, [x0]\n"
    "eret\n"

    "el_leave:\n"
    "adrp x1, el_mail\n"
    "add x1, x1, :lo12:el_mail\n"
    "str x0, [x1, #(8 * 31)]\n"
    ".irp r, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n"
    "str x\\r, [x1, #(8 * \\r)]\n"
    ".endr\n"
    ".irp r, 21,22,23,24,25,26,27,28,29,30\n"
    "str x\\r, [x1, #(8 * \\r)]\n"
    ".endr\n"
    "and x4, x0, #12\n"
    "ldp x2, x3, [sp], #16\n"
    "stp x2, x3, [x1]\n"
    "cmp x4, #4\n"
    "b.eq el_monitor_fault\n"
    "ldp x19, x20, [sp], #16\n"
    "ldp x21, x22, [sp], #16\n"
    "ldp x23, x24, [sp], #16\n"
    "ldp x25, x26, [sp], #16\n"
    "ldp x27, x28, [sp], #16\n"
    "ldp x29, x30, [sp], #16\n"
    "ret\n"
    ".popsection\n");

extern const char el1_smc_vectors[], el1_hvc_vectors[], el2_smc_vectors[];
extern const char el_top_vectors[];
void el_enter(const uint64_t *args);

/* Registers each EL has one of, by number.  HCR_EL2.E2H must not be set. */
#define EL_BANKED(reg)                                      \
static inline uint64_t el_read_##reg(int el)                \
{                                                           \
    return el == 3 ? el_read(#reg "_el3") :                 \
           el == 2 ? el_read(#reg "_el2") :                 \
                     el_read(#reg "_el1");                  \
}                                                           \
static inline void el_write_##reg(int el, uint64_t value)   \
{                                                           \
    if (el == 3) {                                          \
        el_write(#reg "_el3", value);                       \
    } else if (el == 2) {                                   \
        el_write(#reg "_el2", value);                       \
    } else {                                                \
        el_write(#reg "_el1", value);                       \
    }                                                       \
}

EL_BANKED(esr)
EL_BANKED(elr)
EL_BANKED(spsr)
EL_BANKED(far)
EL_BANKED(vbar)

/* At EL2 with E2H, the names of EL1's registers mean EL2's: get out of it. */
static void el_leave_host(void)
{
    if (el_top == 2 && el_now.hcr_el2 != el_open.hcr_el2) {
        el_write("hcr_el2", el_open.hcr_el2);
        el_now.hcr_el2 = el_open.hcr_el2;
        asm volatile("isb");
    }
}

#define R(field, el, present, name, open)                               \
static void el_set_##field(uint64_t value)                              \
{                                                                       \
    if (el_top >= (el) && ((el) != 2 || el_has2) &&                     \
        (!el_now_valid || el_now.field != value) && (present)) {        \
        el_write(name, value);                                          \
        asm volatile("isb");                                            \
    }                                                                   \
    el_now.field = value;                                               \
}
EL_REGS(R)
#undef R

/* Bring the control registers to these values; write only what differs. */
static void el_load(const struct el_regs *r)
{
    el_leave_host();
#define R(field, el, present, name, open) el_set_##field(r->field);
    EL_REGS(R)
#undef R
    el_now_valid = true;
}

/* Nothing trapped any more; needed before anything is printed. */
static void el_reset(void)
{
    el_load(&el_open);
}

/* An exception in the monitor: a mistake in the test, or a bad surprise. */
void el_monitor_fault(void)
{
    uint64_t exit_block[2] = { 0x20026, 1 };    /* ApplicationExit, status */
    uint64_t esr = el_read_esr(el_top), elr = el_read_elr(el_top);

    el_reset();
    ml_printf("Bail out! exception in the monitor: ESR %lx ELR %lx\n",
              esr, elr);
    tap_semihosting(0x18, exit_block);           /* SYS_EXIT */
}

/* To be called first: find the ELs, take the vectors, MMU off. */
static void el_setup(void)
{
    uint64_t pfr0 = el_read("id_aa64pfr0_el1");

    el_top = FIELD64(el_read("currentel"), 2, 2);
    el_has3 = el_top == 3;
    el_has2 = el_top == 2 || (el_has3 && FIELD64(pfr0, 8, 4) != 0);

    el_write_vbar(1, (uintptr_t)(el_has3 ? el1_smc_vectors
                                         : el1_hvc_vectors));
    if (el_has2) {
        el_write_vbar(2, (uintptr_t)el2_smc_vectors);
    }
    el_write_vbar(el_top, (uintptr_t)el_top_vectors);
    el_reset();
}

/* Run a stub with this PSTATE, of which M and nRW say at which EL. */
static inline void el_run_pstate(uint64_t pstate, bool secure,
                                 const struct el_regs *regs,
                                 const char *stub, struct el_result *res)
{
    struct el_regs r = *regs;
    uint64_t esr;
    unsigned imm;
    int i;

    r.scr_el3 = (r.scr_el3 & ~SCR_NS) | (secure ? 0 : SCR_NS);
    el_load(&r);

    el_write_elr(el_top, (uintptr_t)stub);
    el_write_spsr(el_top, pstate);
    el_enter(el_args);

    el_leave_host();
    res->from = FIELD64(pstate, 2, 2);
    res->el = el_top;
    res->vector = el_mail.vector;
    esr = el_read_esr(el_top);
    imm = esr & 0xffff;
    if ((EL_EC(esr) == EL_EC_SMC || EL_EC(esr) == EL_EC_HVC) &&
        (imm & 0xf0f0) == EL_UP_IMM) {
        res->el = FIELD64(imm, 8, 4);
        res->vector = FIELD64(imm, 0, 4);
    }
    res->esr = el_read_esr(res->el);
    res->elr = el_read_elr(res->el);
    res->spsr = el_read_spsr(res->el);
    res->far = el_read_far(res->el);
    for (i = 0; i < 31; i++) {
        res->x[i] = el_mail.x[i];
    }
    res->done = EL_EC(res->esr) == EL_EC_BRK &&
                (res->esr & 0xffff) == EL_END_IMM;
}

/*
 * Run a stub at EL el, Secure or not (meaningful with EL3 only; without it
 * there is one Security state), under these controls.  The controls stay
 * set: the next el_run() writes only what is different then, which keeps
 * tens of thousands of runs within seconds.
 */
static inline void el_run(int el, bool secure, const struct el_regs *regs,
                          const char *stub, struct el_result *res)
{
    /* PSTATE: D, A, I, F masked; AArch64; SP_EL0 */
    el_run_pstate(0x3c0 | el << 2, secure, regs, stub, res);
}

/*
 * Run A32 code at EL0; ID_AA64PFR0_EL1.EL0 must be 2.  As EL_STUB()'s BRK
 * is no A32 instruction, the code ends in an exception of its own.
 */
static inline void el_run_a32(bool secure, const struct el_regs *regs,
                              const char *stub, struct el_result *res)
{
    /* PSTATE: A, I, F masked; A32; User mode */
    el_run_pstate(0x1d0, secure, regs, stub, res);
}

/*
 * Whether it happened as wanted.  An exception must be at address at, and
 * synchronous: vector 0 from the same EL, 8 from a lower one.
 */
static bool el_match(const struct el_result *res, struct el_want want,
                     const char *at)
{
    if (want.el < 0 || res->done) {
        return want.el < 0 && res->done;
    }
    return res->el == want.el && res->esr == want.esr &&
           res->elr == (uintptr_t)at &&
           res->vector == (res->el > res->from ? 8 : 0);
}

static void tap_want(struct el_want want)
{
    if (want.el < 0) {
        ml_printf("no exception");
    } else {
        ml_printf("EL%d ESR %lx", want.el, (uint64_t)want.esr);
    }
}

static void tap_got(const struct el_result *res)
{
    if (res->done) {
        ml_printf("no exception");
    } else {
        ml_printf("EL%d ESR %lx ELR %lx vector %d", res->el, res->esr,
                  res->elr, res->vector);
    }
}

static inline void tap_outcome(const char *name, const struct el_result *res,
                               struct el_want want, const char *at)
{
    bool ok = el_match(res, want, at);

    tap_head(ok);
    ml_printf("%s", name);
    if (!ok) {
        ml_printf(" # why: expected ");
        tap_want(want);
        ml_printf(", got ");
        tap_got(res);
    }
    ml_printf("\n");
}

#endif
