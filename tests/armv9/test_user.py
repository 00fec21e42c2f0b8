# What users type works as with any QEMU: mux, plugins, firmware, machines.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network, disks, shares, EDK2 and snapshots are tested with a kernel, in
# tests/guest/guests.cfg.

import re
import subprocess

import pytest


def qemu(build, *args, keys='', timeout=60):
    """Run QEMU with keys typed at it; its output."""
    done = subprocess.run(
        [str(build.qemu), *map(str, args)], input=keys, timeout=timeout,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_nographic_mux(build):
    """C-a c goes to the monitor, whose prompt answers."""
    out = qemu(build, '-M', 'virt', '-nographic', '-S',
               keys='\x01cinfo cpus\nquit\n')
    assert '(qemu)' in out
    assert '* CPU #0' in out


@pytest.mark.parametrize('machine', ['virt', 'sbsa-ref'])
def test_machine_starts_without_more(build, machine):
    """All that a machine brings by itself is found: NIC, ROMs."""
    out = qemu(build, '-M', machine, '-cpu', 'max', '-nographic', '-S',
               keys='\x01cinfo network\nquit\n')
    assert 'type=user' in out


def test_plugin(build, fpmr_guest, tmp_path):
    """A plugin of upstream's counts what the guest executes."""
    log = tmp_path / 'log'
    proc = subprocess.run(
        ['timeout', '--signal=TERM', '2', build.qemu, '-M', 'virt', '-cpu',
         'max', '-nodefaults', '-display', 'none', '-kernel', fpmr_guest,
         '-plugin', build.dir / 'qemu/contrib/plugins/libhowvec.so',
         '-d', 'plugin', '-D', log],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=60, check=False)
    counts = re.findall(r'\((\d+) hits\)', log.read_text())
    assert counts and max(map(int, counts)) > 1000, proc.stdout


def test_disassembly(build, fpmr_guest, tmp_path):
    """-d in_asm names instructions, which needs capstone."""
    log = tmp_path / 'log'
    subprocess.run(
        ['timeout', '1', build.qemu, '-M', 'virt', '-cpu', 'max',
         '-nodefaults', '-display', 'none', '-kernel', fpmr_guest,
         '-d', 'in_asm', '-D', log], timeout=60, check=False)
    assert re.search(r'^0x4000\w+:  +\w{8} +(mrs|msr|b) ', log.read_text(),
                     re.M)
