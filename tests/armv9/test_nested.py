# KVM host and guest under emulation: the tests of tests/guest/nested.cfg.
# SPDX-License-Identifier: GPL-2.0-or-later

import sys

import pytest

import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402

TESTS = guests.load(runner.TOP / 'tests' / 'guest' / 'nested.cfg')

# ID registers of FPMR and FP8: KVM gives the guest what the host has, except
# for ID_AA64ISAR3_EL1, which 6.12 keeps from guests.
SAME = ('ID_AA64PFR2_EL1', 'ID_AA64FPFR0_EL1')
FPMR_FIELD = 0xf << 32


@pytest.mark.parametrize('name', TESTS)
def test_nested(build, name):
    result, report, problems = guests.run_test(build, TESTS[name],
                                               f'nested-{name}')
    for reg in SAME:
        host, guest = (report.values.get((stream, reg))
                       for stream in ('', 'L2'))
        if reg == 'ID_AA64PFR2_EL1' and None not in (host, guest):
            # Other fields need what this guest's QEMU does not ask KVM for.
            host, guest = host & FPMR_FIELD, guest & FPMR_FIELD
        want = host
        if reg == 'ID_AA64FPFR0_EL1' and \
           'fp8=off' in TESTS[name].get('guestcpu', ''):
            want = 0
        if None in (host, guest) or guest != want:
            problems.append(f'{reg}: host {host}, guest {guest}')
    if problems:
        pytest.fail(runner.explain(result, '\n'.join(problems)),
                    pytrace=False)


def test_demo(build):
    """make demo ends well and fills its table with what the consoles said."""
    result = guests.run(
        [guests.HERE / 'demo', f'--builddir={build.dir}',
         f'--qemu={build.qemu}', '--kernel=6.12'], 300)
    assert result.rc == 0, result.out
    table = {cells[0].strip(): [c.strip() for c in cells[1:]]
             for cells in (line.split(' | ')
                           for line in result.out.splitlines())
             if len(cells) == 4}
    assert table['ID_AA64PFR2_EL1.FPMR'][:2] == ['0x1', '0x1']
    assert all(cell.endswith(' 0 lost')
               for cell in table['FPMR, both at once'][:2])
    assert not any('FAILED' in cell for row in table.values() for cell in row)
