# Random programs for the trace tests: assembly from a seed.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The workload that guest.S enters; guest.h says what the registers hold.

Code is position-independent, because EL0 sees it elsewhere than EL1 and EL2.
What a program does is decided by the random numbers in x19, too, so that a
second turn is not like the first.
"""

import random

# Addresses in X26 are not mapped.  X8 is the newest random number.
ALU = ('add x{a}, x{b}, x{c}', 'sub x{a}, x{b}, x{c}, lsl #3',
       'eor x{a}, x{b}, x{c}, ror #7', 'mul x{a}, x{b}, x{c}',
       'orr x{a}, x{b}, #0xff00', 'add w{a}, w{b}, #17',
       'csel x{a}, x{b}, x{c}, lo', 'ubfx x{a}, x{b}, #5, #20',
       'rbit x{a}, x{b}', 'movk x{a}, #0x1234, lsl #16', 'nop',
       'str x{a}, [sp, #{d}]', 'ldr x{a}, [sp, #{d}]',
       'adr x{a}, .', 'clz x{a}, x{b}')

FRAME = 64


class Generator:
    """One program.

    seed       of everything
    functions  how many there are
    weights    {kind of block: weight}; a method has the name block_KIND
    """

    WEIGHTS = {
        'alu': 10, 'rng': 8, 'skip': 16, 'diamond': 8, 'loop': 6, 'call': 8,
        'indirect': 5, 'pauth_call': 2, 'jump_table': 4, 'recurse': 1,
        'barrier': 3, 'wait': 1, 'svc': 2, 'hvc': 1, 'smc': 1, 'function': 1,
        'undefined': 1, 'breakpoint': 1, 'data_abort': 1, 'unaligned': 1,
        'instruction_abort': 1, 'pc_alignment': 1, 'sp_alignment': 1,
        'step': 1, 'illegal': 1, 'serror': 1, 'eret': 1, 'semihosting': 1,
        'patch': 1, 'context': 1, 'watchpoint': 1,
    }

    def __init__(self, seed, functions=40, weights=None):
        self.random = random.Random(seed)
        self.functions = functions
        self.weights = dict(self.WEIGHTS, **(weights or {}))
        self.out = []
        self.labels = 0
        self.number = 0         # of the function that is made

    # Small parts

    def emit(self, *lines):
        self.out += [f'    {line}' for line in lines]

    def label(self):
        self.labels += 1
        return f'.L{self.labels}'

    def place(self, label):
        self.out.append(f'{label}:')

    def alu(self, low=1, high=5):
        for _ in range(self.random.randint(low, high)):
            a, b, c = (self.random.choice((0, 1, 2, 3, 4, 5, 6, 7, 10, 11))
                       for _ in range(3))
            self.emit(self.random.choice(ALU).format(
                a=a, b=b, c=c, d=8 * self.random.randint(2, 5)))

    def rng(self):
        self.emit('madd x19, x19, x20, x21', 'lsr x8, x19, #33')

    def branch(self, target, likely=None):
        """A conditional branch that depends on x8."""
        bit = self.random.randrange(16)
        kind = self.random.randrange(6)
        if kind == 0:
            cond = self.random.choice(('eq', 'ne', 'hi', 'lt', 'gt', 'mi'))
            self.emit(f'tst x8, #{1 << bit:#x}', f'b.{cond} {target}')
        elif kind == 1:
            self.emit(f'tbz x8, #{bit}, {target}')
        elif kind == 2:
            self.emit(f'tbnz x8, #{bit}, {target}')
        elif kind == 3:
            self.emit(f'ubfx x9, x8, #{bit}, #2', f'cbz x9, {target}')
        elif kind == 4:
            self.emit(f'ubfx w9, w8, #{bit}, #1', f'cbnz w9, {target}')
        else:
            self.emit(f'cmp w8, w{self.random.randrange(8)}',
                      f'b.{self.random.choice(("hs", "lo", "ge", "le"))} '
                      f'{target}')

    def rarely(self, bits):
        """Branch to the label that is returned but once in 2^bits."""
        skip = self.label()
        self.rng()
        self.emit(f'tst x8, #{(1 << bits) - 1:#x}', f'b.ne {skip}')
        return skip

    def only(self, *flags):
        """Branch to the label that is returned unless x29 has all flags."""
        skip = self.label()
        for flag in flags:
            self.emit(f'tbz x29, #FLAG_{flag}, {skip}')
        return skip

    def callee(self):
        """A function further on: calls end, somewhere."""
        return f'function_{self.random.randint(self.number + 1, self.functions)}'

    # Blocks

    def block_alu(self):
        self.alu()

    def block_rng(self):
        self.rng()

    def block_skip(self):
        target = self.label()
        self.branch(target)
        self.alu()
        self.place(target)

    def block_diamond(self):
        other, end = self.label(), self.label()
        self.branch(other)
        self.alu()
        self.emit(f'b {end}')
        self.place(other)
        self.alu()
        self.place(end)

    def block_loop(self):
        top, skip = self.label(), self.label()
        if self.random.randrange(3):
            self.emit(f'mov x12, #{self.random.randint(1, 40)}')
        else:
            self.emit('and x12, x8, #31', 'add x12, x12, #1')
        self.place(top)
        self.alu(0, 3)
        if self.random.randrange(2):
            self.rng()
            self.branch(skip)
            self.alu(1, 2)
            self.place(skip)
        if self.random.randrange(2):
            self.emit('subs x12, x12, #1', f'b.ne {top}')
        else:
            self.emit('sub x12, x12, #1', f'cbnz x12, {top}')

    def nested(self, *call):
        """A call, if x22 still allows it."""
        skip = self.label()
        self.emit(f'cbz x22, {skip}', 'sub x22, x22, #1', *call,
                  'add x22, x22, #1')
        self.place(skip)

    def block_call(self):
        self.nested(f'bl {self.callee()}')

    def block_indirect(self):
        """Through one of four pointers"""
        table, after = self.label(), self.label()
        self.emit(f'adr x13, {table}', 'and x14, x8, #3',
                  'ldrsw x14, [x13, x14, lsl #2]', 'add x13, x13, x14',
                  f'b {after}')
        self.place(table)
        self.emit(*(f'.word {self.callee()} - {table}' for _ in range(4)))
        self.place(after)
        self.nested('blr x13')

    def block_pauth_call(self):
        key, callee = self.random.choice('ab'), self.callee()
        self.emit(f'adrp x13, {callee}', f'add x13, x13, :lo12:{callee}')
        if self.random.randrange(2):
            self.nested(f'paciz{key} x13', f'blra{key}z x13')
        else:
            self.nested(f'paci{key} x13, x12', f'blra{key} x13, x12')

    def block_jump_table(self):
        table, end = self.label(), self.label()
        cases = [self.label() for _ in range(4)]
        self.emit(f'adr x13, {table}', 'ubfx x14, x8, #4, #2',
                  'ldrsw x14, [x13, x14, lsl #2]', 'add x13, x13, x14',
                  self.random.choice(('br x13', 'paciza x13\n    braaz x13')))
        self.place(table)
        self.emit(*(f'.word {case} - {table}' for case in cases))
        for case in cases:
            self.place(case)
            self.alu(1, 3)
            if self.random.randrange(2):
                self.emit(f'b {end}')
        self.place(end)

    def block_recurse(self):
        self.emit('and x0, x8, #15')
        self.emit('bl recursive')

    def block_barrier(self):
        self.emit(self.random.choice(('isb', 'isb', 'dsb sy', 'dmb ish', 'sb',
                                      'yield', 'hint #20')))

    def block_wait(self):
        skip = self.rarely(3)
        if self.random.randrange(2):
            self.emit('wfe')
        else:
            self.emit(f'tbz x29, #FLAG_IRQ, {skip}', 'wfi')
        self.place(skip)

    def when(self, flags, bits, *lines):
        skip = self.rarely(bits)
        for flag in flags:
            self.emit(f'tbz x29, #FLAG_{flag}, {skip}')
        self.emit(*lines)
        self.place(skip)

    def block_svc(self):
        self.when((), 2, f'svc #{self.random.randrange(8):#x}')

    def block_hvc(self):
        self.when(('HVC',), 2, f'hvc #{self.random.randrange(8):#x}')

    def block_smc(self):
        self.when(('SMC',), 2, 'mov w0, #0x84000000', 'smc #0')

    def block_function(self):
        self.when((), 2, f'svc #(CALL_FUNCTION + {self.random.randrange(8)})')

    def block_undefined(self):
        self.when((), 3, self.random.choice(
            ('udf #1', 'mrs x0, actlr_el3', '.inst 0x00000000')))

    def block_breakpoint(self):
        if self.random.randrange(3):
            self.when((), 3, f'brk #{self.random.randrange(8)}')
        else:
            self.when((), 3, 'bl breakpoint_here')

    def block_data_abort(self):
        self.when((), 3, self.random.choice(
            ('ldr x0, [x26]', 'str x0, [x26, #8]', 'ldp x0, x1, [x26, #16]',
             'ldr x10, [x26], #8')))

    def block_unaligned(self):
        self.when((), 3, 'add x13, sp, #17', self.random.choice(
            ('ldxr x0, [x13]', 'stlr x0, [x13]')))

    def block_instruction_abort(self):
        self.when((), 3, 'blr x26')

    def block_pc_alignment(self):
        self.when((), 3, 'adr x13, . + 2', 'blr x13')

    def block_sp_alignment(self):
        self.when(('EL0',), 3, 'mov x13, sp', 'add sp, sp, #8',
                  'ldr x0, [sp]', 'mov sp, x13')

    def block_step(self):
        self.when(('EL0', 'STEP'), 3, 'svc #CALL_STEP')
        self.alu(2, 4)

    def block_watchpoint(self):
        self.when(('EL0', 'STEP'), 3, self.random.choice(
            ('ldr x0, [x25]', 'str x0, [x25]', 'ldp x0, x1, [x25, #-8]')))

    def block_illegal(self):
        self.when((), 3, 'svc #CALL_ILLEGAL')

    def block_serror(self):
        self.when(('EL1', 'HVC', 'SERROR'), 3, 'hvc #CALL_SERROR')

    def block_eret(self):
        """To itself, at EL1 and EL2"""
        target, end = self.label(), self.label()
        skip = self.rarely(2)
        self.emit(f'tbnz x29, #FLAG_EL0, {skip}', 'mrs x13, daif',
                  'msr daifset, #3      // handlers use ELR_ELx',
                  'mrs x14, currentel', 'orr x13, x13, x14',
                  'orr x13, x13, #1', f'adr x15, {target}',
                  f'tbnz x29, #FLAG_EL2, {end}',
                  'msr spsr_el1, x13', 'msr elr_el1, x15', 'eret')
        self.place(end)
        self.emit('msr spsr_el2, x13', 'msr elr_el2, x15', 'eret')
        self.place(skip)
        self.alu()
        self.place(target)

    def block_semihosting(self):
        self.when(('SEMIHOSTING',), 4, 'mov w0, #0x13', 'mov x1, #0',
                  'hlt #0xf000')

    def block_context(self):
        skip = self.rarely(3)
        other = self.label()
        self.emit(f'tbnz x29, #FLAG_EL0, {skip}',
                  f'tbz x29, #FLAG_EL2, {other}',
                  'msr contextidr_el2, x19', 'isb')
        self.place(other)
        self.emit('msr contextidr_el1, x8', 'isb')
        self.place(skip)

    def block_patch(self):
        """Turn a branch's condition round: trace of it has the same form."""
        here, target = self.label(), self.label()
        self.when(('PATCH',), 5, f'adr x13, {here}', 'add x14, x13, x27',
                  'ldr w15, [x14]', 'eor w15, w15, #1', 'str w15, [x14]',
                  'dc cvau, x13', 'dsb ish', 'ic ivau, x13', 'dsb ish', 'isb')
        self.emit('tst x8, #4')
        self.place(here)
        self.emit(f'b.eq {target}')
        self.alu()
        self.place(target)

    # Whole functions

    def function(self, name, blocks, number, kinds=None):
        self.number = number
        kinds = kinds or [k for k in self.weights if self.weights[k]]
        weights = [self.weights[k] for k in kinds]
        signed = self.random.randrange(5) == 0
        self.out += ['    .balign 16', f'{name}:']
        if signed:
            self.emit('paciasp')
        self.emit(f'stp x30, x12, [sp, #-{FRAME}]!')
        self.rng()
        for kind in self.random.choices(kinds, weights, k=blocks):
            getattr(self, f'block_{kind}')()
        self.emit(f'ldp x30, x12, [sp], #{FRAME}')
        if signed:
            self.emit(*self.random.choice((('retaa',), ('autiasp', 'ret'))))
        else:
            self.emit('ret')

    def program(self):
        """The text of the program."""
        self.out = [
            f'// {self.functions} functions',
            '#define GUEST_ASSEMBLY', '#include "guest.h"',
            '    .arch armv8.5-a', '    .text', '    .global workload',
            '    .global function_table',
        ]
        plain = ('alu', 'rng', 'skip', 'diamond', 'loop', 'barrier')
        last = self.functions
        for i in range(last):
            self.function('workload' if i == 0 else f'function_{i}',
                          60 if i == 0 else self.random.randint(3, 25), i)
        self.function(f'function_{last}', 5, last, plain)
        for i in range(8):
            self.function(f'handler_{i}', 6, last, plain)
        self.out.append('''
recursive:
    cbz     x0, 1f
    stp     x30, x0, [sp, #-16]!
    sub     x0, x0, #1
    tbz     x0, #0, 2f
    bl      recursive
    b       3f
2:  adr     x13, recursive
    blr     x13
3:  ldp     x30, x0, [sp], #16
1:  ret
    .global breakpoint_here, handler_0
breakpoint_here:                        // four on which nothing depends
    nop
    nop
    nop
    nop
    ret
    .balign 4
function_table:''')
        self.emit(*(f'.word handler_{i} - function_table' for i in range(8)))
        return '\n'.join(self.out) + '\n'


if __name__ == '__main__':
    import sys
    print(Generator(int(sys.argv[1])).program(), end='')
