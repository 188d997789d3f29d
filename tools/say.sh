# Speaking to the user: every line the launcher writes goes to stderr, so that stdout belongs to the
# server and to the reports.
#
# Knows nothing of tools or builds. Invariant: `fail` never returns.

# Exit codes, as `./numakv --help` lists them. A run that ends well exits 0; the server's own errors are 1.
readonly EXIT_USAGE=2
readonly EXIT_TOOLS=3

# say <words…>: tells what happens, one line.
say() {
    printf 'numakv: %s\n' "$*" >&2
}

# fail <code> <words…>: says why and leaves with the code.
fail() {
    fail_code=$1
    shift
    say "$*"
    exit "$fail_code"
}

# have <command>: whether the PATH has it.
have() {
    command -v "$1" >/dev/null 2>&1
}

# at_least <version> <major> <minor>: whether a version like 2.9.6 is that new.
at_least() {
    version_major=${1%%.*}
    version_rest=${1#*.}
    version_minor=${version_rest%%.*}
    case "$version_major$version_minor" in
        '' | *[!0-9]*) return 1 ;;
    esac
    [ "$version_major" -gt "$2" ] || { [ "$version_major" -eq "$2" ] && [ "$version_minor" -ge "$3" ]; }
}
