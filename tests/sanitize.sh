#!/bin/sh
# The core's unit tests and its soaks under a sanitizer: tests/sanitize.sh address|thread [<filter>]
#
# RUSTC_BOOTSTRAP lets the stable compiler take the flag. Where the sources of the standard library are installed
# (rustup component add rust-src), it is built with the sanitizer too. Without them AddressSanitizer misses accesses inside
# the library, and ThreadSanitizer does not see the library's synchronization, so that reports about it are suppressed:
# tests/support/tsan_suppressions.txt says which and why.
# Invariant: the exit status is cargo's; a report fails the test binary.

set -eu

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
KIND=${1:-}
case $KIND in
    address | thread) shift ;;
    *)
        echo "Cannot use the sanitizer '$KIND': want 'address' or 'thread'" >&2
        exit 2
        ;;
esac

host=$(rustc -vV | sed -n 's/^host: //p')
flags="-Zsanitizer=$KIND --cfg numakv_sanitizer=\"$KIND\""
set -- --locked -p numakv-core --lib --test soak --test moves --target "$host" \
    --target-dir "$ROOT/target/sanitize-$KIND" --no-fail-fast "$@"
if [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]; then
    set -- -Zbuild-std "$@"
    suppressions=
else
    flags="$flags -Cunsafe-allow-abi-mismatch=sanitizer"
    suppressions="suppressions=$ROOT/tests/support/tsan_suppressions.txt"
fi

cd "$ROOT"
RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" \
    TSAN_OPTIONS="history_size=4 $suppressions ${TSAN_OPTIONS:-}" \
    exec cargo test "$@"
