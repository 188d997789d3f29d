# Deno: the one on the PATH when it is new enough, else one of our own in .tools/.
#
# Three ways to get it, in this order: npm, the npm registry's tarball with curl, Deno's own installer.
# The npm package's install script is not run: the binary already sits in its platform package.
# Knows nothing of Rust. Invariant: after `bring_deno`, $DENO is a Deno of at least 2.9.

readonly DENO_MAJOR=2 DENO_MINOR=9 # the oldest Deno that serves
readonly DENO_VERSION=2.9.6        # the one that is fetched
readonly NPM_REGISTRY=https://registry.npmjs.org

# bring_deno: sets DENO, fetching it when no place has one.
bring_deno() {
    find_deno && return
    mkdir -p "$TOOLS"
    for way in deno_by_npm deno_by_tarball deno_by_installer; do
        "$way" && find_deno && return
    done
    fail "$EXIT_TOOLS" "Deno >= $DENO_MAJOR.$DENO_MINOR is needed and could not be fetched;" \
        "install it (https://deno.com) or npm or curl, and start again"
}

# find_deno: looks at every place a Deno may be, ours last but one.
find_deno() {
    for DENO in \
        "$(command -v deno)" \
        "$(deno_package)/deno" \
        "$TOOLS/deno/bin/deno" \
        "${HOME:-/root}/.deno/bin/deno"; do
        [ -x "$DENO" ] || continue
        deno_version=$("$DENO" --version 2>/dev/null) || continue
        deno_version=${deno_version#deno }
        at_least "${deno_version%% *}" "$DENO_MAJOR" "$DENO_MINOR" && return
    done
    return 1
}

# deno_package: where the npm package puts this machine's binary.
deno_package() {
    printf '%s/node_modules/@deno/%s' "$TOOLS" "$(deno_platform)"
}

# deno_platform: Deno's name for this machine, as its npm packages carry it.
deno_platform() {
    case $(uname -m) in
        aarch64 | arm64) printf linux-arm64-glibc ;;
        *) printf linux-x64-glibc ;;
    esac
}

deno_by_npm() {
    have npm || return 1
    say "fetching Deno $DENO_VERSION with npm into $TOOLS"
    npm install --prefix "$TOOLS" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
        "deno@$DENO_VERSION" >&2
}

# deno_by_tarball: what npm does, by hand: the platform package, its digest compared with the registry's.
deno_by_tarball() {
    have curl && have sha512sum || return 1
    package=@deno/$(deno_platform)
    archive=$TOOLS/deno.tgz
    url=$NPM_REGISTRY/$package/-/$(deno_platform)-$DENO_VERSION.tgz
    say "fetching Deno $DENO_VERSION from $url into $TOOLS"
    wanted=$(curl -fsSL "$NPM_REGISTRY/$package/$DENO_VERSION" |
        sed -n 's/.*"integrity":"sha512-\([^"]*\)".*/\1/p' | base64 -d | od -An -v -tx1 | tr -d ' \n')
    curl -fSL --progress-bar -o "$archive" "$url" || return 1
    got=$(sha512sum <"$archive")
    if [ -z "$wanted" ] || [ "$wanted" != "${got%% *}" ]; then
        say "the digest of $url is not the one the registry names; the download is dropped"
        rm -f "$archive"
        return 1
    fi
    mkdir -p "$(deno_package)"
    tar -xzf "$archive" -C "$(deno_package)" --strip-components=1 && rm -f "$archive" &&
        chmod +x "$(deno_package)/deno"
}

deno_by_installer() {
    have curl || return 1
    say "fetching Deno $DENO_VERSION with https://deno.land/install.sh into $TOOLS/deno"
    curl -fsSL https://deno.land/install.sh |
        DENO_INSTALL="$TOOLS/deno" sh -s -- -y --no-modify-path "v$DENO_VERSION" >&2
}
