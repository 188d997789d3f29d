# Runs the tests in the guest and turns it off: their output goes to the second serial line, the console stays the kernel's.
#
# Knows Deno's command line. Invariant: the last line written is `exit <status>`, and only after the tests ended.

/bin/busybox --install -s /bin
echo "up: $(cut -d" " -f1 /proc/uptime)" >/dev/ttyS1
export PATH=/bin:/usr/bin HOME=/tmp DENO_DIR=/deno DENO_NO_UPDATE_CHECK=1 NO_COLOR=1

mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t cgroup2 cgroup /sys/fs/cgroup
ip link set lo up
stty -F /dev/ttyS1 raw

cd /numakv || exit 1
# shellcheck disable=SC2046
set -- $(sed -n 's/^.* numakv_tests=\([^ ]*\).*/\1/p' /proc/cmdline | tr ',' ' ')
deno test -q --no-check --frozen --cached-only -P=test "$@" tests/vm/guest/*_checks.ts >/dev/ttyS1 2>&1
echo "exit $?" >/dev/ttyS1
sync
poweroff -f
