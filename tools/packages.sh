# Distribution packages, through apt: as root at once, otherwise as a sentence that says what to type.
#
# Knows nothing of what they are for. Invariant: nothing is installed without a line that names it.

# bring_packages <what for> <package…>: installs them or leaves with a clear message.
bring_packages() {
    packages_for=$1
    shift
    have apt-get ||
        fail "$EXIT_TOOLS" "$packages_for is missing; install what your system calls: $*"
    [ "$(id -u)" -eq 0 ] ||
        fail "$EXIT_TOOLS" "$packages_for is missing; type: sudo apt-get install --no-install-recommends $*"
    say "fetching $packages_for with apt-get: $*"
    apt_install "$@" || { apt-get update -q >&2 && apt_install "$@"; } ||
        fail "$EXIT_TOOLS" "apt-get could not install: $*"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}

# bring_redis: the peer and its tools, for tests and benchmarks.
#
# Debian's redis-server package would start a service on port 6379, the port numakv wants. redis-tools
# carries the same program under another name, and it is the server when called redis-server.
bring_redis() {
    PATH=$TOOLS/bin:$PATH
    have redis-cli && have redis-benchmark && have redis-server && return
    bring_packages "redis (server, command line, benchmark)" redis-tools
    have redis-server && return
    program=$(command -v redis-check-rdb) || fail "$EXIT_TOOLS" "redis-tools brought no redis-check-rdb"
    mkdir -p "$TOOLS/bin"
    ln -sf "$program" "$TOOLS/bin/redis-server"
    say "redis-server is $program, linked as $TOOLS/bin/redis-server; no service is started"
}

# bring_taskset: pins processes to CPUs, for benchmarks.
bring_taskset() {
    have taskset || bring_packages "taskset" util-linux
}

# bring_valgrind: counts instructions, for benchmarks.
bring_valgrind() {
    have valgrind || bring_packages "valgrind" valgrind
}
