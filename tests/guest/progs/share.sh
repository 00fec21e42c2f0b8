#!/bin/sh
# A 9p share named "share": read the host's file, leave one for the host.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: share IN OUT     (file "in" holds IN; OUT goes to file "out")

echo 1..3
rc=0
check() {
    if [ "$3" = "$4" ]; then
        echo "ok $1 - $2"
    else
        echo "not ok $1 - $2 # got: $3"
        rc=1
    fi
}
mkdir -p /mnt
mount -t 9p -o trans=virtio,version=9p2000.L share /mnt
check 1 'the share can be mounted' $? 0
check 2 'a file of the host can be read' "$(cat /mnt/in)" "$1"
echo "$2" > /mnt/out
check 3 'a file for the host can be written' "$(cat /mnt/out)" "$2"
umount /mnt
exit $rc
