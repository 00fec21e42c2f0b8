# Traced programs: built, run, and their trace compared with a record.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What test_trace.py, which runs trace.cfg, and its neighbours share.

import json
import os
import shlex
import shutil
import struct
import sys

import pytest

import runner

TRACE = runner.TOP / 'tests/trace'
sys.path.insert(0, str(TRACE))
import progen                                       # noqa: E402

CC = os.environ.get('AARCH64_CC', 'aarch64-linux-gnu-gcc')
HOST_CC = os.environ.get('CC', 'gcc')
CFLAGS = ['-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pic',
          '-fno-tree-loop-distribute-patterns', '-static', '-mstrict-align',
          '-mgeneral-regs-only', '-O1', '-g', '-Wall', '-Werror', f'-I{TRACE}',
          '-Wl,--build-id=none', f'-Wl,-T{TRACE / "guest.ld"}']

# Where their RAM is, guest.h has to know, too.
BOARDS = {
    'virt': ['-Wl,--defsym=ram=0x40000000'],
    'sbsa-ref': ['-DSBSA_REF', '-Wl,--defsym=ram=0x10000000000'],
}

TIMEOUT = 60

# struct RecordEntry of tests/trace/record.h
RECORD_ENTRY = struct.Struct('<QIBBBB')
RECORD_RAN, RECORD_EXCEPTION = 0, 1


class Tools:
    """What is compiled once: the plugin, the decoder, and programs."""

    def __init__(self, build):
        self.build = build
        self.out = build.dir / 'trace'
        self.out.mkdir(exist_ok=True)
        flags = self.call(['pkg-config', '--cflags', 'glib-2.0'])
        self.plugin = self.out / 'librecord.so'
        self.compile(self.plugin, HOST_CC, '-O2', '-Wall', '-Werror',
                     '-shared', '-fPIC', f'-I{build.src}/include/qemu',
                     *shlex.split(flags), TRACE / 'record.c')
        self.flow = self.out / 'flow'
        self.compile(self.flow, HOST_CC, '-O2', '-Wall', '-Werror',
                     TRACE / 'flow.c', TRACE / 'flow-compare.c',
                     '-lopencsd_c_api')
        self.done = {}

    @staticmethod
    def call(cmd):
        result = runner.run(cmd, timeout=60)
        if result.rc != 0:
            pytest.fail(runner.explain(result, 'does not compile:'),
                        pytrace=False)
        return result.out

    def folder(self, request):
        """An empty folder of a test's own; workers run other tests beside."""
        path = self.out / f'{request.node.path.stem}-{request.node.name}'
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def compile(self, out, *cmd):
        with runner.fresh(out) as new:
            self.call([*cmd, '-o', new])

    def program(self, seed, board='virt'):
        """The path of the random program of this seed."""
        if (seed, board) not in self.done:
            path = self.out / f'program-{seed}-{board}'
            source = path.with_suffix('.S')
            with runner.fresh(source) as new:
                new.write_text(progen.Generator(seed).program(),
                               encoding='utf-8')
            self.compile(path, CC, *CFLAGS, *BOARDS[board], TRACE / 'guest.c',
                         TRACE / 'guest.S', source)
            self.done[seed, board] = path
        return self.done[seed, board]

    def firmware(self):
        """What sbsa-ref begins with, as it lies in the flash."""
        if 'reset' not in self.done:
            elf, path = self.out / 'reset', self.out / 'reset.bin'
            self.compile(elf, CC, *CFLAGS, *BOARDS['sbsa-ref'],
                         TRACE / 'reset.S', '-Wl,-Ttext=0')
            with runner.fresh(path) as new:
                self.call(['aarch64-linux-gnu-objcopy', '-O', 'binary', elf,
                           new])
            self.done['reset'] = path
        return self.done['reset']


def board_of(spec):
    """The board of a run: virt, unless its machine says otherwise."""
    return 'sbsa-ref' if spec['machine'] == 'sbsa-ref' else 'virt'


def arguments(tools, spec, seed):
    """The machine and the program, as a list; runs in any folder."""
    words = ['program', *spec['guest'].split(), f'seed={seed}']
    args = ''.join(f',arg={word}' for word in words)
    board = board_of(spec)
    if board == 'sbsa-ref':
        # The board resets into its flash.
        start = ['-machine', spec['machine'], '-bios', tools.firmware(),
                 '-device', f'loader,file={tools.program(seed, board)}']
    else:
        start = ['-machine', f'virt,gic-version=3,{spec["machine"]}',
                 '-kernel', tools.program(seed)]
    return [*start, '-cpu', spec.get('cpu', 'max,trbe=on'),
            '-smp', spec.get('smp', '1'), '-m', '1G',
            '-semihosting-config',
            f'enable=on,target=native,userspace=on{args}',
            *(['-icount', spec['icount']] if 'icount' in spec else [])]


def plugin(tools, spec, prefix):
    """What makes a record of each CPU, PREFIX.0 and so on."""
    return ['-plugin', ','.join([f'{tools.plugin},out={prefix}',
                                 *spec.get('record', '').split()])]


def command(tools, spec, seed, folder, record, more=()):
    """The command that runs a program; its output comes to be in folder."""
    return [tools.build.qemu, '-nodefaults', '-display', 'none',
            '-accel', 'tcg' if record else spec.get('accel', 'tcg'),
            *arguments(tools, spec, seed), *more,
            *(plugin(tools, spec, folder / 'record') if record else [])]


def qemu(tools, spec, seed, folder, record):
    """Run a program; its traces, each with the number of its record."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = runner.run(command(tools, spec, seed, folder, record),
                        timeout=TIMEOUT, cwd=folder)
    if result.rc != 0:
        why = 'not done in time' if result.rc is None else \
            f'exit status {result.rc}'
        pytest.fail(runner.explain(result, why), pytrace=False)
    if 'pieces' in spec:
        return [(folder / f'trace.{n}', 0)
                for n in range(int(spec['pieces']) + 1)]
    return [(folder / f'trace.{cpu}', cpu)
            for cpu in range(int(spec.get('smp', '1')))]


def mask(levels):
    return sum(1 << int(level) for level in levels.split())


def flow(tools, spec, seed, trace, record, more=()):
    """Decode a trace file, and compare with the record; the summary."""
    cmd = [tools.flow, f'--elf={tools.program(seed, board_of(spec))}',
           '--alias=0x40000000',
           f'--traced={mask(spec["traced"])}',
           f'--filtered={mask(spec.get("filtered", ""))}', *more, trace,
           *([record] if record else [])]
    result = runner.run(cmd, timeout=TIMEOUT)
    lines = result.out.splitlines()
    if result.rc != 0 or not lines:
        pytest.fail(runner.explain(result, 'trace is not what ran:', 30),
                    pytrace=False)
    return json.loads(lines[-1])


def header(trace):
    """The TraceHeader of trace-file.h, and the bytes."""
    data = trace.read_bytes()
    names = ('magic', 'bytes', 'trcidr0', 'trcidr1', 'trcidr2', 'trcidr8',
             'trcdevarch', 'trcconfigr', 'trbsr', 'time_before', 'time_after')
    head = dict(zip(names, struct.unpack_from('<11Q', data)))
    return head, data[128:128 + head['bytes']]
