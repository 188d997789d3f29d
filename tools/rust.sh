# Rust and a C linker: needed to build the core, and only then.
#
# Knows nothing of Deno. Invariant: after `bring_rust`, `cargo` on the PATH is at least 1.85 and `cc` links.

readonly RUST_MAJOR=1 RUST_MINOR=85 # as Cargo.toml's rust-version

# bring_rust: a Rust new enough, from the PATH, from cargo's usual place, else through rustup.
bring_rust() {
    bring_linker
    rust_is_new && return
    rust_home=${CARGO_HOME:-${HOME:-/root}/.cargo}
    PATH=$rust_home/bin:$PATH
    rust_is_new && return
    install_rust
    rust_is_new ||
        fail "$EXIT_TOOLS" "Rust >= $RUST_MAJOR.$RUST_MINOR is needed; install it (https://rustup.rs) and start again"
}

# rust_is_new: whether the cargo that would run is new enough, and its compiler with it.
rust_is_new() {
    have cargo && have rustc || return 1
    rust_version=$(rustc --version 2>/dev/null) || return 1
    rust_version=${rust_version#rustc }
    at_least "${rust_version%%[ -]*}" "$RUST_MAJOR" "$RUST_MINOR"
}

# install_rust: a stable toolchain where rustup is, else rustup itself into its usual place.
install_rust() {
    if have rustup; then
        say "fetching Rust stable with rustup into ${RUSTUP_HOME:-${HOME:-/root}/.rustup}"
        rustup toolchain install stable --profile minimal >&2 && export RUSTUP_TOOLCHAIN=stable
        return
    fi
    have curl || fail "$EXIT_TOOLS" "Rust is needed and curl, to fetch it, is missing; install either and start again"
    say "fetching Rust with https://sh.rustup.rs into $rust_home and ${RUSTUP_HOME:-${HOME:-/root}/.rustup}"
    curl --proto '=https' --tlsv1.2 -fsSL https://sh.rustup.rs |
        sh -s -- -y --profile minimal --no-modify-path >&2
}

# bring_linker: cc, through apt when root.
bring_linker() {
    have cc || bring_packages "a C linker" gcc libc6-dev
    have cc || fail "$EXIT_TOOLS" "a C linker (cc) is needed to build the core and is still missing"
}

# bring_rust_gates: the formatter and the linter, which rustup's minimal profile leaves out.
bring_rust_gates() {
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
    have rustup || fail "$EXIT_TOOLS" "the tests need rustfmt and clippy; install them and start again"
    say "fetching rustfmt and clippy with rustup"
    rustup component add rustfmt clippy >&2 || fail "$EXIT_TOOLS" "rustfmt and clippy could not be fetched"
}
