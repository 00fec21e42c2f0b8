# Trace registers under Trusted Firmware-A, as Debian has its source.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     make check-firmware
#
# TF-A looks at the ID registers, sets up EL3 for what it finds, and enters
# bl33.S at EL2.  Nothing of it is in the repository; overlay/tfa builds it.

import re
import struct

import pytest

import runner

# Where virt's firmware looks for its images in the flash, and what begins them
FIP = 0x40000
TOC_NAME = 0xaa640001
IMAGES = {'bl2': 'UUID_TRUSTED_BOOT_FIRMWARE_BL2',
          'bl31': 'UUID_EL3_RUNTIME_FIRMWARE_BL31',
          'bl33': 'UUID_NON_TRUSTED_FIRMWARE_BL33'}

CPUS = ['max', 'neoverse-n2']


def package(images, uuids):
    """A Firmware Image Package: a table of contents, and the images."""
    toc = struct.pack('<IIQ', TOC_NAME, 1, 0)
    at = len(toc) + (len(images) + 1) * 40
    data = b''
    for name, image in images.items():
        toc += uuids[name] + struct.pack('<QQQ', at + len(data), len(image), 0)
        data += image
    toc += bytes(16) + struct.pack('<QQQ', at + len(data), 0, 0)
    return toc + data


@pytest.fixture(scope='session')
def flash(build):
    """flash(bl31): the path of a flash with TF-A and bl33.S"""
    tfa = build.dir / 'tfa'
    header = (tfa / 'src/include/tools_share/firmware_image_package.h'
              ).read_text()
    uuids = {}
    for name, macro in IMAGES.items():
        body = re.search(macro + r'\s*\\\s*(.*)', header)[1]
        uuids[name] = bytes(int(b, 16)
                            for b in re.findall(r'0x([0-9a-f]{2})', body))
    program = tfa / 'bl33'
    for cmd in (['aarch64-linux-gnu-gcc', '-nostdlib', '-static',
                 '-march=armv8.4-a', '-Wl,-Ttext=0x60000000,--build-id=none',
                 '-o', program, runner.TOP / 'tests/armv9/bl33.S'],
                ['aarch64-linux-gnu-objcopy', '-O', 'binary', program,
                 tfa / 'out/bl33.bin']):
        result = runner.run(cmd, timeout=60)
        assert result.rc == 0, runner.explain(result, 'no BL33')

    def flash(bl31):
        def read(name):
            return (tfa / f'out/{name}.bin').read_bytes()
        images = {'bl2': read('bl2'), 'bl31': read(bl31),
                  'bl33': read('bl33')}
        path = tfa / f'flash-{bl31}'
        path.write_bytes(read('bl1').ljust(FIP, b'\xff')
                         + package(images, uuids))
        return path
    return flash


def registers(build, flash, cpu):
    """What bl33.S prints, as {name: value}."""
    result = runner.run([
        build.qemu, '-nodefaults', '-display', 'none', '-serial', 'stdio',
        '-machine', 'virt,secure=on,virtualization=on,gic-version=2',
        '-cpu', cpu, '-m', '1G', '-bios', flash], timeout=60)
    found = {name: int(value, 16) for name, value in
             re.findall(r'^(\w+)=([0-9a-f]{16})\r?$', result.out, re.M)}
    if result.rc != 0 or 'CURRENTEL' not in found:
        pytest.fail(runner.explain(result, 'firmware does not get to BL33'),
                    pytrace=False)
    return found


UNDEFINED = 1 << 25             # ESR_EL2: EC 0, IL


@pytest.mark.parametrize('cpu', CPUS)
def test_default(build, flash, cpu):
    """TF-A writes TRFCR_EL2 and leaves it to BL33.  It keeps the trace buffer,
    which TRBIDR_EL1.P says, and gives back an access as UNDEFINED."""
    found = registers(build, flash('bl31'), cpu)
    assert found['CURRENTEL'] == 2 << 2
    assert found['TRFCR_EL2'] == 3
    assert found['TRFCR_EL1'] == 1
    assert found['TRBIDR_EL1'] >> 4 & 1 == 1
    assert 'TRBLIMITR_EL1' not in found
    assert found['ESR_EL2'] == UNDEFINED


@pytest.mark.parametrize('cpu', CPUS)
def test_trace(build, flash, cpu):
    """Built for trace, it leaves BL33 all registers."""
    found = registers(build, flash('bl31-trace'), cpu)
    assert 'ESR_EL2' not in found
    assert found['TRFCR_EL2'] == 3
    assert found['TRBIDR_EL1'] >> 4 & 1 == 0
    assert found['TRBLIMITR_EL1'] == 0x12000
    assert found['TRCDEVARCH'] & 0xfff == 0xa13     # ARCHPART: ETE


def test_off(build, flash):
    """Without the features it boots as well; the first access fails."""
    found = registers(build, flash('bl31-trace'), 'max' + runner.NO_TRACE)
    assert 'TRFCR_EL2' not in found
    assert found['ESR_EL2'] == UNDEFINED
