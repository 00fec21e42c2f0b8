#!/bin/sh
# A virtio disk: read what the host wrote, write what the host will read.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: disk IN OUT     (sector 0 holds IN; OUT goes to sector 8)

echo 1..2
rc=0
dev=/dev/vda
got=$(dd if=$dev bs=512 count=1 2>/dev/null | head -n 1)
if [ "$got" = "$1" ]; then
    echo 'ok 1 - the disk holds what the host wrote'
else
    echo "not ok 1 - the disk holds what the host wrote # got: $got"
    rc=1
fi
echo "$2" > /tmp/out
if dd if=/tmp/out of=$dev bs=512 seek=8 conv=sync,fsync 2>/dev/null; then
    echo 'ok 2 - written and flushed'
else
    echo 'not ok 2 - written and flushed'
    rc=1
fi
exit $rc
