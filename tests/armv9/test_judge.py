# The judge of guest tests, itself on trial: each fault must be named.
# SPDX-License-Identifier: GPL-2.0-or-later

import sys

import pytest

import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402
import watch                                        # noqa: E402

TEST = {'kernel': 'x', 'timeout': '60', 'run': 'a with\nkvm-host',
        'guest': 'b', 'expect': '^armv9: kvm .*VHE'}
GOOD = '''\
armv9: start 6.12
armv9: kvm [1]: VHE mode initialized
armv9: run a with
1..2
ok 1 - first
X=0x10
PFR=0x20
ok 2 - second
armv9: status 0
armv9: run kvm-host
1..1
L2| armv9: start 6.12
L2| armv9: run b
L2| 1..1
L2| PFR=0x30
L2| ok 1 - third
L2| armv9: status 0
L2| armv9: exit 0
L1| 1..1
L1| ok 1 - fourth
ok 1 - fifth
armv9: status 0
armv9: exit 0
'''


def judge(out, rc=0):
    return guests.judge(TEST, runner.Run(['qemu'], rc, out, 1.0))


def test_good():
    report, problems = judge(GOOD)
    assert not problems
    assert [c.text for c in report.checks] == ['first', 'second', 'fifth',
                                               'third', 'fourth']
    assert report.values['', 'PFR'] == 0x20
    assert report.values['L2', 'PFR'] == 0x30


@pytest.mark.parametrize('old, new, named', [
    ('ok 2 - second', 'not ok 2 - second', 'not ok 2 - second'),
    ('ok 2 - second\n', '', 'planned 2 checks, made 1'),
    ('ok 2 - second', 'ok 3 - second', 'ok 3 - second'),
    ('1..2\nok 1 - first\nX=0x10\nPFR=0x20\nok 2 - second\n', '',
     'nothing checked'),
    ('L2| ok 1', 'L2| not ok 1', 'L2: b: not ok 1'),
    ('L2| armv9: exit 0\n', '', 'L2: ended with no'),
    ('L2| armv9: status 0', 'L2| armv9: status 4', 'L2: b: exit status 4'),
    ('L2| armv9: run b\n', '', '0 of 1 programs ran in L2'),
    ('L1| ok 1', 'L1| not ok 1', 'L1: ?: not ok 1'),
    ('L1| ok 1 - fourth\n', '', 'L1: ?: planned 1 checks, made 0'),
    ('armv9: run a with\n', '', '1 of 2 programs ran'),
    ('fifth\narmv9: status 0', 'fifth\narmv9: status 1', 'exit status 1'),
    ('status 0\narmv9: exit 0', 'status 0\narmv9: exit 1', "status ['1']"),
    ('status 0\narmv9: exit 0', 'status 0', 'no "armv9: exit"'),
    ('VHE mode', 'mode', 'nothing in the output matches'),
    ('ok 1 - first', 'Bail out! no', 'Bail out! no'),
])
def test_fault_is_named(old, new, named):
    assert GOOD.count(old) >= 1
    at = GOOD.rindex(old)
    _, problems = judge(GOOD[:at] + new + GOOD[at + len(old):])
    assert any(named in p for p in problems), problems


def test_qemu_failed():
    assert any('status 1' in p for p in judge(GOOD, rc=1)[1])


def test_timeout():
    assert any('not done' in p for p in judge(GOOD, rc=None)[1])


# Trace events of a host at EL1, nVHE, and of its guest
EVENTS = '''\
ete_start cpu 0: from 0x400ac0: EL0 stage2 0
ete_flags cpu 0: EL0 stage2 0: traced 1 buffer EL1 waiting 9
trbe_write cpu 0: 0xffff800080101000 at 0x44101000: 60 bytes, owner EL1, \
at EL2 stage2 0
ete_flags cpu 0: EL2 stage2 0: traced 0 buffer EL1 waiting 0
ete_flags cpu 0: EL1 stage2 1: traced 0 buffer EL2 waiting 0
''' + 'ete_flags cpu 0: EL0 stage2 1: traced 0 buffer EL0 waiting 0\n' * 99


def watched(events, want):
    return watch.judge(want, watch.count(events.splitlines()))


def test_watch_good():
    assert not watched(EVENTS, 'EL1 host')
    vhe = EVENTS.replace('owner EL1', 'owner EL2')
    assert not watched(vhe, 'EL2 host')
    guest = vhe.replace('0x400ac0: EL0 stage2 0', '0x400ac0: EL1 stage2 1')
    guest = guest.replace('stage2 0: traced 1', 'stage2 0: traced 0')
    assert not watched(guest, 'EL2 guest')


@pytest.mark.parametrize('old, new, named', [
    ('0x400ac0: EL0 stage2 0', '0x400ac0: EL0 stage2 1', 'ete_start guest: 1'),
    ('0x400ac0: EL0 stage2 0', '0x400ac0: EL0 stage2 1', 'ete_start host: nev'),
    ('EL1 stage2 1: traced 0', 'EL1 stage2 1: traced 1', 'traced guest: 1'),
    ('buffer EL2', 'buffer EL1', 'buffer EL1 guest: 1'),
    ('buffer EL2 waiting 0', 'buffer EL2 waiting 7', 'waiting guest: 1'),
    ('owner EL1', 'owner EL2', 'owner EL2 host: 1'),
    ('at EL2 stage2 0', 'at EL1 stage2 1', 'trbe_write guest: 1'),
    ('trbe_write', 'trbe_wrote', 'trbe_write host: never'),
    ('EL0 stage2 1: traced', 'EL0 stage2 0: traced', 'left a level 1 times'),
])
def test_watch_names_fault(old, new, named):
    assert old in EVENTS
    problems = watched(EVENTS.replace(old, new), 'EL1 host')
    assert any(named in p for p in problems), problems
