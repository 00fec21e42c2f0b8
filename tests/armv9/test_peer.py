# Compare instructions with another QEMU: Debian's newest, as Debian built it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_peer.py --builddir=build
#     ... --peer=/some/qemu-system-aarch64
#     PEER_SEED=7 PEER_BLOCKS=80000 ...       more of it
#
# tests/peer/fp8.c runs random instructions on random operands on both, and
# prints a checksum for each block of them.  A block that differs is run again
# with all its values.  Not part of make check: make check-peer.

import collections
import os
import re

import pytest

import runner

SUITE = 'trixie-backports'
SEED = int(os.environ.get('PEER_SEED', '1'))
# 8 instructions with 16 sets of operands each
BLOCKS = int(os.environ.get('PEER_BLOCKS', '8000'))
PER_BLOCK = 8 * 16
# What has to be there to be worth comparing: register, bits
FEATURES = {'ID_AA64FPFR0_EL1': 0xf0000003, 'ID_AA64ISAR3_EL1': 0x10,
            'ID_AA64ISAR2_EL1': 1 << 56}


@pytest.fixture(scope='session')
def peer(request, build):
    """The other QEMU, as the list that starts a command."""
    path = request.config.getoption('--peer')
    if path:
        return [path]
    root = build.dir / 'peer-qemu'
    qemu = root / 'usr/bin/qemu-system-aarch64'
    if not qemu.exists():
        result = runner.run([runner.TOP / 'overlay/debs', '-s', SUITE,
                             'unpack', root, 'qemu-system-arm'], timeout=900)
        if result.rc != 0 or not qemu.exists():
            pytest.skip(f'qemu-system-arm of {SUITE} cannot be had: '
                        f'{result.out.strip()[-200:]}')
    lib = root / 'usr/lib/x86_64-linux-gnu'
    return [root / 'usr/lib64/ld-linux-x86-64.so.2', '--library-path',
            f'{lib}:{lib}/pulseaudio', qemu, '-L', root / 'usr/share/qemu']


def execute(qemu, elf, *words, timeout=1200):
    """Run the program; its lines."""
    args = ''.join(f',arg={word}' for word in ('fp8', *words))
    result = runner.run(
        [*qemu, '-nodefaults', '-display', 'none', '-machine', 'virt',
         '-cpu', 'max', '-chardev', 'stdio,id=output', '-semihosting-config',
         f'enable=on,target=native,chardev=output{args}', '-kernel', elf],
        timeout=timeout)
    if result.rc != 0:
        pytest.fail(runner.explain(result, f'exit status {result.rc}'),
                    pytrace=False)
    return result.out.splitlines()


def difference(ours, peer, elf, block):
    """One block, as text: the instructions, and the first runs that differ"""
    words = f'seed={SEED}', f'first={block}', 'blocks=1', 'detail'
    mine, theirs = (execute(qemu, elf, *words) for qemu in (ours, peer))
    text = [f'block {block} of seed {SEED}: - ours, + the peer']
    text += [line for line in mine if line.startswith('VL ')]
    before = []
    for a, b in zip(mine, theirs):
        if a.startswith('run '):
            before = [a]
        elif a.startswith('before FPMR'):
            before.append(a)
        if a != b and not a.startswith('block '):
            text += [*before, f'-{a}', f'+{b}']
            before = []
    return '\n'.join(text[:60])


def test_peer_fp8(build, peer, elf_peer):
    elf = elf_peer('fp8')
    ids = dict(line.split() for line in execute(peer, elf, 'ids'))
    lacking = [name for name, bits in FEATURES.items()
               if int(ids[name], 16) & bits != bits]
    if lacking:
        pytest.skip(f'the peer lacks features: {lacking}')
    words = f'seed={SEED}', f'blocks={BLOCKS}'
    mine = execute([build.qemu], elf, *words)
    theirs = execute(peer, elf, *words)
    assert mine[-1] == theirs[-1] == 'end'
    assert len(mine) == len(theirs)
    wrong = [int(a.split()[1]) for a, b in zip(mine, theirs) if a != b]
    counts = collections.Counter({
        m[2]: int(m[1]) for line in mine
        if (m := re.match(r'executed (\d+) (.*)', line))})
    total = sum(counts.values())
    assert total == BLOCKS * PER_BLOCK
    if BLOCKS >= 8000:
        assert total >= 1_000_000 and min(counts.values()) >= 1000
    print(f'{total} executions, {len(counts)} encodings, each at least '
          f'{min(counts.values())} times; peer: '
          f'{runner.run([*peer, "--version"], timeout=20).out.splitlines()[0]}')
    if wrong:
        pytest.fail(f'{len(wrong)} blocks of {BLOCKS} differ\n' +
                    difference([build.qemu], peer, elf, wrong[0]),
                    pytrace=False)
