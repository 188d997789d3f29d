# The core's library: built in release, and only when a source is newer than the last build.
#
# The stamp is touched before cargo runs and moved into place after it: an edit made during a build is
# newer than the stamp and builds again. Knows nothing of Deno's code.
# Invariant: a fresh stamp means no cargo, no compiler and no network.

readonly CORE_LIBRARY="$ROOT/target/release/libnumakv_core.so"
readonly CORE_STAMP="$ROOT/target/release/.numakv-core-built"

# bring_core: builds the library when it is stale. NUMAKV_CORE names a library built elsewhere.
bring_core() {
    if [ -n "${NUMAKV_CORE:-}" ]; then
        [ -f "$NUMAKV_CORE" ] || fail "$EXIT_USAGE" "NUMAKV_CORE is '$NUMAKV_CORE', which is not a file"
        return
    fi
    core_is_fresh && return
    bring_rust
    build_core
    fetch_modules
}

# core_is_fresh: whether nothing the library is made of changed. A deleted file makes its directory newer.
core_is_fresh() {
    [ -f "$CORE_LIBRARY" ] && [ -f "$CORE_STAMP" ] || return 1
    newer=$(find "$ROOT/core" "$ROOT/Cargo.toml" "$ROOT/Cargo.lock" "$ROOT/deno.lock" \
        -newer "$CORE_STAMP" -print -quit) || return 1
    [ -z "$newer" ]
}

build_core() {
    say "building the core in release into $ROOT/target"
    mkdir -p "${CORE_STAMP%/*}"
    : >"$CORE_STAMP.new"
    cargo build --release --locked -p numakv-core \
        --manifest-path "$ROOT/Cargo.toml" --target-dir "$ROOT/target" >&2 ||
        fail "$EXIT_TOOLS" "the core did not build; cargo's messages are above"
    mv "$CORE_STAMP.new" "$CORE_STAMP"
}

# fetch_modules: what the server imports from npm, if anything, into Deno's cache, as the lock file names it.
fetch_modules() {
    "$DENO" install -q --frozen --config "$ROOT/deno.json" --entrypoint "$ROOT/mod.ts" >&2 ||
        fail "$EXIT_TOOLS" "the server's modules could not be fetched; deno's messages are above"
}
