# The machine that tests/vm boots: QEMU, a stock kernel and what a guest needs, unpacked into .tools/vm/root.
#
# Packages are downloaded and unpacked, never installed: the system stays as it is, and no root is needed
# where apt's lists are there. QEMU's own libraries that the system lacks are unpacked beside it.
# Knows nothing of the tests. Invariant: .tools/vm/ready is there ⇔ the root holds everything below.

readonly VM_ROOT="$TOOLS/vm/root"
readonly VM_READY="$TOOLS/vm/ready"
# Kernels of which the first that apt knows is taken. From 6.7 on memory tiers follow HMAT, which a test checks.
readonly VM_KERNELS="linux-image-6.12-cloud-amd64 linux-image-cloud-amd64"
# What the guest runs: a shell, libnuma and numactl.
readonly VM_GUEST="busybox-static libnuma1 numactl"

# bring_vm: leaves everything in VM_ROOT, or leaves with a sentence that says what is missing.
bring_vm() {
    [ -f "$VM_READY" ] && return
    [ "$(uname -m)" = x86_64 ] || vm_fail "a guest runs the host's own programs, and only x86_64 is known"
    have apt-get && have apt-cache && have dpkg ||
        vm_fail "Debian's apt-get and dpkg are needed to fetch QEMU, a kernel ($VM_KERNELS) and $VM_GUEST"
    vm_wanted=$(vm_packages) || vm_update
    vm_wanted=$(vm_packages) ||
        vm_fail "apt knows no package of: $VM_KERNELS, qemu-system-x86, $VM_GUEST"
    say "fetching a machine for tests/vm into $TOOLS/vm: $vm_wanted"
    vm_download || { vm_update && vm_download; } || vm_fail "apt-get could not download: $vm_wanted"
    vm_unpack
}

# vm_packages: the names to download; fails when apt does not know one of them.
vm_packages() {
    vm_kernel || return 1
    for package in $VM_GUEST; do
        apt-cache show -q=2 --no-all-versions "$package" >/dev/null 2>&1 || return 1
        printf '%s ' "$package"
    done
    vm_tools=
    have qemu-system-x86_64 || vm_tools=qemu-system-x86
    PATH=$PATH:/usr/sbin:/sbin have mke2fs || vm_tools="$vm_tools e2fsprogs"
    [ -n "$vm_tools" ] || return 0
    # shellcheck disable=SC2086
    vm_missing=$(LC_ALL=C apt-get install -s --no-install-recommends $vm_tools 2>/dev/null) || return 1
    printf '%s\n' "$vm_missing" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | tr '\n' ' '
}

# vm_kernel: the package with the kernel itself, which the versionless one depends on.
vm_kernel() {
    for image in $VM_KERNELS; do
        kernel=$(apt-cache depends "$image" 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
        [ -z "$kernel" ] || break
    done
    [ -n "$kernel" ] && printf '%s ' "$kernel"
}

# vm_update: fetches apt's lists, which only root may.
vm_update() {
    [ "$(id -u)" -eq 0 ] || vm_fail "apt's lists are missing or too old; type: sudo apt-get update"
    apt-get update -q >&2
}

vm_download() {
    rm -rf "$TOOLS/vm"
    mkdir -p "$TOOLS/vm/debs"
    # As root, apt would warn that its own user may not write here.
    # shellcheck disable=SC2086
    (cd "$TOOLS/vm/debs" && apt-get download -q -o APT::Sandbox::User=root $vm_wanted >&2)
}

# vm_unpack: all packages over one another; the stamp comes last.
vm_unpack() {
    mkdir -p "$VM_ROOT"
    for deb in "$TOOLS"/vm/debs/*.deb; do
        dpkg -x "$deb" "$VM_ROOT" || vm_fail "'$deb' could not be unpacked; remove $TOOLS/vm and try again"
    done
    rm -rf "$TOOLS/vm/debs"
    printf '%s\n' "$vm_wanted" >"$VM_READY"
}

vm_fail() {
    fail "$EXIT_TOOLS" "tests/vm cannot boot a machine: $*." \
        "NUMAKV_NO_VM=1 leaves these tests out, and the run says so"
}
