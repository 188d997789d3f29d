#!/bin/busybox sh
# The guest's first process: loads the disk's driver, mounts the disk and hands over to the tests on it.
#
# Knows where image.ts put things. Invariant: when anything fails this shell ends, and with it the kernel (panic), which
# the host sees as a run without a result.

set -eu

/bin/busybox --install -s /bin
export PATH=/bin

mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys

while read -r name; do
    insmod "/modules/$name"
done </modules/order

for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ ! -b /dev/vda ] || break
    sleep 0.2
done

mount -t ext4 /dev/vda /root
for name in dev proc sys; do
    mount --move "/$name" "/root/$name"
done
exec switch_root /root /bin/busybox sh /numakv/tests/vm/guest/start.sh
