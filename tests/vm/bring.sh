#!/bin/sh
# Brings what tests/vm boots into .tools/vm, or says what is missing: tools/vm.sh as a program of its own.
#
# Knows the launcher's parts and nothing of the tests. Invariant: exit status 0 ⇔ a machine can be booted.

set -eu

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
TOOLS=$ROOT/.tools

for part in say vm; do
    # shellcheck source=/dev/null
    . "$ROOT/tools/$part.sh"
done

bring_vm
