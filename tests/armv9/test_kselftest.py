# Linux's own KVM selftests, in a stock kernel as KVM host at EL2.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kselftest.py --builddir=build
#     ... -k 'get-reg-list and 6.12'
#
# From Debian's linux-source (kselftest.py): make check-kselftest.  The vCPUs
# are made by the selftests, not by QEMU: this is about the CPU that we give to
# the host, and what KVM makes of it.

import re

import pytest

import kselftest
import kvmhost

# Name of a host: kernel, -cpu, words for the kernel, more of -machine.  To
# destroy a VM takes Linux 7.2 a step for each GiB of its address space, which
# is seconds where that has 52 bits.
HOSTS = {
    '6.12': ('6.12', 'max'),
    '6.12 without FPMR': ('6.12', 'max,fpmr=off'),
    '6.12 nVHE': ('6.12', 'max', 'kvm-arm.mode=nvhe'),
    '6.12 neoverse-n1': ('6.12', 'neoverse-n1'),
    '6.12 a64fx': ('6.12', 'a64fx'),
    '7.2': ('7.2', 'max', 'rcupdate.rcu_expedited=1'),
    '7.2 without FPMR': ('7.2', 'max,fpmr=off,lpa2=off',
                         'rcupdate.rcu_expedited=1'),
    '7.2 48 bits': ('7.2', 'max,lpa2=off', 'rcupdate.rcu_expedited=1'),
    '7.2 nested': ('7.2', 'max,lpa2=off',
                   'rcupdate.rcu_expedited=1 kvm-arm.mode=nested'),
}
# What runs on each: programs with their arguments.  -m is the guest's mode:
# bits of physical and virtual addresses, size of pages; where the first are
# 52, and pages not of 64K, that is FEAT_LPA2.
TESTS = {
    '6.12': ['get-reg-list', 'set_id_regs', 'debug-exceptions -i 500',
             'no-vgic-v3', 'vpmu_counter_access', 'vcpu_width_config',
             'psci_test', 'smccc_filter', 'hypercalls',
             'page_fault_test -m 52-48-4K', 'page_fault_test -m 52-48-16K',
             'page_fault_test -m 52-48-64K', 'page_fault_test -m 40-48-4K',
             'kvm_page_table_test -m 52-48-4K -b 64M',
             'kvm_page_table_test -m 52-48-16K -b 64M',
             'arch_timer -n 2 -i 3 -p 100 -e 100000',
             'arch_timer_edge_cases -i 1 -w 200'],
    '6.12 without FPMR': ['get-reg-list'],
    '6.12 nVHE': ['get-reg-list', 'set_id_regs', 'debug-exceptions -i 500',
                  'no-vgic-v3', 'vpmu_counter_access'],
    '6.12 neoverse-n1': ['get-reg-list'],
    '6.12 a64fx': ['get-reg-list', 'aarch32_id_regs',
                   'debug-exceptions -i 500', 'vpmu_counter_access'],
    '7.2': ['get-reg-list', 'set_id_regs', 'idreg-idst', 'host_sve'],
    '7.2 48 bits': ['debug-exceptions -i 500', 'no-vgic',
                    'vpmu_counter_access', 'vcpu_width_config', 'psci_test',
                    'smccc_filter', 'hypercalls', 'external_aborts',
                    'mmio_sign_ext', 'page_fault_test -m 48-48-4K',
                    'page_fault_test -m 48-48-16K',
                    'page_fault_test -m 48-48-64K',
                    'arch_timer_edge_cases -i 1 -w 200'],
    '7.2 without FPMR': ['get-reg-list', 'set_id_regs'],
    '7.2 nested': ['get-reg-list', 'at', 'hello_el2', 'external_aborts',
                   'idreg-idst'],
}
KSFT_SKIP = 4
TIMEOUT = 60 * kvmhost.SLOW


@pytest.fixture(scope='session')
def selftests(build):
    """selftests(kernel): the programs {name: path}, and their sources."""
    made = {}

    def make(kernel):
        if kernel not in made:
            names = {row.split()[0] for host, rows in TESTS.items()
                     for row in rows if HOSTS[host][0] == kernel}
            try:
                made[kernel] = kselftest.kvm(build, kernel, sorted(names))
            except kselftest.Unavailable as e:
                # A suite that cannot run is a failure.
                pytest.fail(str(e), pytrace=False)
        return made[kernel]

    return make


class Host:
    """A KVM host with the selftests of its kernel."""

    def __init__(self, build, selftests, name):
        self.name = name
        self.programs, self.source = selftests(HOSTS[name][0])
        self.there = set()
        self.kvm = kvmhost.KvmHost(build, *HOSTS[name], inside=False)

    def run(self, line):
        """What a selftest printed, and its exit status."""
        name = line.split()[0]
        if name not in self.there:
            self.kvm.put(f'/tmp/{name}', self.programs[name].read_bytes())
            self.there.add(name)
        if wanted := re.search(r'(?<= -m )\d+-\S+', line):
            line = line.replace(wanted[0], self.mode(name, wanted[0]))
        out = self.kvm.sh(f'cd /tmp; chmod +x {name}; timeout {TIMEOUT:.0f} '
                          f'./{line} 2>&1 </dev/null; echo "status $?"',
                          timeout=TIMEOUT + 60).decode(errors='replace')
        text, _, status = out.rpartition('status ')
        if not status.strip().isdigit():
            raise AssertionError(f'{line}: the host does not answer\n{out}')
        return text, int(status)

    def mode(self, name, wanted):
        """The number that a program has for a mode of the guest."""
        text, _ = self.run(f'{name} -h')
        modes = {'-'.join(m[1:]): m[0] for m in re.findall(
            r'(\d+): +PA-bits:(\d+), +VA-bits:(\d+), +(\d+K) pages '
            r'\(supported\)', text)}
        assert wanted in modes, text
        return modes[wanted]

    def passes(self, line):
        """What a selftest prints that must end well, and not skip."""
        text, status = self.run(line)
        why = {0: '', KSFT_SKIP: 'skipped', 143: 'no end'}.get(status,
                                                               'failed')
        if why:
            pytest.fail(f'{line} on {self.name}: {why}, status {status}\n'
                        + '\n'.join(text.splitlines()[-20:]), pytrace=False)
        return text


@pytest.fixture(scope='session')
def start(build, selftests):
    """start(name): a host; the one before is stopped when another one is
    asked for."""
    running = []

    def stop():
        for host in running:
            host.kvm.__exit__(None, None, None)
        running.clear()

    def start(name):
        if not running or running[0].name != name:
            stop()
            host = Host(build, selftests, name)
            host.kvm.__enter__()
            running.append(host)
        return running[0]

    yield start
    stop()


# get-reg-list

FPMR = (3, 3, 4, 4, 2)
CONFIGS = {'vregs', 'vregs+pmu', 'sve', 'sve+pmu',
           'vregs+pauth_address+pauth_generic',
           'vregs+pauth_address+pauth_generic+pmu'}


def encodings(text):
    """System registers, as the test prints them."""
    return {tuple(int(n) for n in args.split(','))
            for args in re.findall(r'ARM64_SYS_REG\(([\d, ]+)\)', text)}


def reg_lists(text):
    """{configuration: registers unknown to the test}, of those that pass,
    and the names of those that are skipped"""
    new = {}
    for part in re.split(r'(?<=: PASS)\n', text):
        passed = re.search(r'^(\S.*): PASS$', part, re.M)
        if passed:
            new[passed[1]] = encodings(part)
    return new, set(re.findall(r'# SKIP - (.*): .* not available', text))


def get_reg_list(host):
    """Each register that the oldest kernel had is there, can be read, and
    written with what it is; none is new but FPMR, which the host has."""
    text = host.passes('get-reg-list')
    new, skipped = reg_lists(text)
    want = {config: {FPMR} for config in CONFIGS}
    if host.name == '7.2 nested':
        # The same with EL2 in vCPUs, without and with E2H0.
        want |= {f'{el2}{config}': {FPMR} for config in CONFIGS
                 for el2 in ('EL2+', 'EL2+EL2 E2H0+')}
    if host.name == '6.12 neoverse-n1':
        want = {'vregs': set(), 'vregs+pmu': set()}
    if host.name == '6.12 a64fx':
        want = {config: set() for config in CONFIGS if 'pauth' not in config}
    if 'without FPMR' in host.name:
        want = {config: set() for config in want}
    assert new == want, text
    # What the host does not have, and EL2 where it is not asked for
    assert {name for name in skipped if not name.startswith('EL2+')} == \
        CONFIGS - new.keys(), text


# set_id_regs

def fields_of(source):
    """Fields that the test writes, in its order, by registers"""
    tables, name = {}, None
    for line in source.read_text(encoding='utf-8').splitlines():
        if m := re.match(r'static const struct reg_ftr_bits (\w+)\[\]', line):
            name = m[1]
        elif m := re.match(r'\tS?_?REG_FTR_BITS(?:_MUTABLE)?\(\w+, (\w+), '
                           r'(\w+),', line):
            tables.setdefault(name, []).append(f'{m[1]}_{m[2]}')
    return [field for table in
            re.findall(r'\tTEST_REG\(\w+, (\w+)\)',
                       source.read_text(encoding='utf-8'))
            for field in tables[table]]


def results(text):
    """[(passed, skipped)]: what the lines of TAP say, in their order; the
    test must not have said "not ok"."""
    assert not re.search('^not ok', text, re.M), text
    lines = re.findall(r'^ok (\d+) (# SKIP )?(.*)$', text, re.M)
    assert [int(n) for n, _, _ in lines] == list(range(1, len(lines) + 1))
    return ([name for _, skip, name in lines if not skip],
            [name for _, skip, name in lines if skip])


def set_id_regs(host):
    """Each field that can be written by the test's table takes a safe value
    and no other, and the guest reads that."""
    if host.name.startswith('6.12'):
        return set_id_regs_6_12(host)
    text = host.passes('set_id_regs')
    passed, skipped = results(text)
    assert f'1..{len(passed) + len(skipped)}\n' in text
    fields = fields_of(host.source / 'arm64/set_id_regs.c')
    assert len(fields) > 90
    assert passed[:len(fields)] == fields
    assert {'test_vcpu_ftr_id_regs', 'test_vcpu_non_ftr_id_regs',
            'test_reset_preserves_id_regs'} < set(passed[len(fields):])
    assert [name.split(' ')[0] for name in skipped] == [
        'ID_AA64PFR0_EL1.MPAM', 'ID_AA64PFR1_EL1.MPAM_frac', 'MTE']


def set_id_regs_6_12(host):
    """Its table has ASIDBITS.  Debian's kernel has the fix by which that
    cannot be written, the test has not: it ends there."""
    text, status = host.run('set_id_regs')
    passed, skipped = results(text)
    fields = fields_of(host.source / 'aarch64/set_id_regs.c')
    asid = 'ID_AA64MMFR0_EL1_ASIDBITS'
    assert not skipped
    if asid not in fields:
        assert (status, passed[:len(fields)]) == (0, fields), text
        return
    assert passed == fields[:fields.index(asid)], text
    assert len(passed) > 50
    # The mask has none of the field's bits.
    assert re.search(r'^  0 != 0xf0 \(masks\[idx\] & ftr_bits\[j\]\.mask != '
                     r'ftr_bits\[j\]\.mask\)$', text, re.M), text
    assert status == 254


JUDGES = {'get-reg-list': get_reg_list, 'set_id_regs': set_id_regs}


@pytest.mark.parametrize('host, line', [
    pytest.param(host, line, id=f'{host}: {line}')
    for host, lines in TESTS.items() for line in lines])
def test_kselftest(start, host, line):
    if line in JUDGES:
        JUDGES[line](start(host))
    else:
        assert not re.search('^not ok', start(host).passes(line), re.M)
