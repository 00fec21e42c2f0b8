# What QEMU itself saw of trace while a KVM guest ran: "watch" in a .cfg.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The value is "ELn WHO".  ELn owns the trace buffer whenever something is
# written to it: EL1 where the host is nVHE, EL2 where it is VHE.  WHO is
# "host" or "guest", the only one of them that is traced.  In any case the
# guest ran, and more than once, while the trace unit was enabled, and EL1 did
# not own an enabled buffer then: EL1 was the guest's.  Where the host is traced,
# nothing was written while the guest ran; and with nVHE nothing waited to be,
# because Linux drains the trace unit before.

import collections
import re

EVENTS = {
    'ete_start': r'.* EL\d stage2 (?P<guest>\d)',
    'ete_flags': r'EL\d stage2 (?P<guest>\d): traced (?P<traced>\d) '
                 r'buffer EL(?P<buffer>\d) waiting (?P<waiting>\d+)',
    'trbe_write': r'.* owner EL(?P<owner>\d), at EL\d stage2 (?P<guest>\d)',
}
EVENTS = {name: re.compile(rf'{name} cpu \d+: {text}$')
          for name, text in EVENTS.items()}

# How often at least the guest came to EL0 or EL1, or changed a register
ENTRIES = 100


def options(log):
    """QEMU options that write the events into the file log."""
    return [*(word for name in EVENTS for word in ('-trace', name)),
            '-D', str(log)]


def count(lines):
    """How often the events said what matters, in the host and in the guest."""
    seen = collections.Counter()
    for line in lines:
        name = line.split(' ', 1)[0]
        match = name in EVENTS and EVENTS[name].match(line)
        if not match:
            continue
        field = match.groupdict()
        where = 'guest' if field['guest'] == '1' else 'host'
        seen[name, where] += 1
        if field.get('traced') == '1':
            seen['traced', where] += 1
        if field.get('buffer') == '1':
            seen['buffer EL1', where] += 1
        if field.get('waiting', '0') != '0':
            seen['waiting', where] += 1
        if 'owner' in field:
            seen['owner EL' + field['owner'], where] += 1
    return seen


def judge(watch, seen):
    """What is wrong with these counts; a list."""
    owner, who = watch.split()
    other = 'guest' if who == 'host' else 'host'
    wrong_owner = 'owner EL2' if owner == 'EL1' else 'owner EL1'
    never = [('ete_start', other), ('traced', other), ('buffer EL1', 'guest'),
             (wrong_owner, 'host'), (wrong_owner, 'guest')]
    if who == 'host':
        never.append(('trbe_write', 'guest'))
    if owner == 'EL1':
        never.append(('waiting', 'guest'))
    problems = [f'watched: {what} {where}: {seen[what, where]} times'
                for what, where in never if seen[what, where]]
    problems += [f'watched: {what} {where}: never' for what, where in
                 (('ete_start', who), ('trbe_write', 'host'))
                 if not seen[what, where]]
    if seen['ete_flags', 'guest'] < ENTRIES:
        problems.append('watched: the guest entered or left a level '
                        f'{seen["ete_flags", "guest"]} times')
    return problems
