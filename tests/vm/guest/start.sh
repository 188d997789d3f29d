# Runs the tests in the guest and turns it off: their output goes to the second serial line, the console stays the kernel's.
#
# Knows Deno's command line. Invariant: the last line written is `exit <status>`, and only after the tests ended.

/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin HOME=/tmp DENO_DIR=/deno DENO_NO_UPDATE_CHECK=1 NO_COLOR=1

mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t cgroup2 cgroup /sys/fs/cgroup
ip link set lo up

# run: everything that is to be heard outside. What is no terminal gets no cursor movements.
run() {
    echo "up after $(cut -d' ' -f1 /proc/uptime) s"
    cd /numakv || return 1
    filter=$(sed -n 's/^.*numakv_filter=\([^ ]*\).*/\1/p' /proc/cmdline)
    deno test -q --no-check --frozen --cached-only -P=test ${filter:+--filter "$filter"} tests/vm/guest/main.ts 2>&1
    echo "exit $?"
}

stty -F /dev/ttyS1 raw
run | cat >/dev/ttyS1
sync
poweroff -f
