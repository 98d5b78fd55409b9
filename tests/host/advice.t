#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The commands with which documents and programs turn the fix on limit it to some IOMMU groups: with
# devices= empty it would be on for all of them. tool.t and setup.t test what the tool prints.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

cd "$PROJECT" || exit
# The role's handler runs after its modprobe.d file, which has devices=, is written.
mapfile -t files < <(find README.md docs packaging src tools -type f ! -name '*.svg' \
	! -path 'tools/vfio-passfix/*' ! -path 'packaging/ansible/*/handlers/*' | sort)

# commands: those that turn it on, by options or by a write; each with the two lines before it, which
# may write devices=.
commands() {
	awk 'FNR == 1 { before = last = "" }
		/(options|modprobe|insmod) .*pass_fix=1/ { print FILENAME ":" FNR ": " $0 }
		/(echo|printf) "?1.*pass_fix/ { print FILENAME ":" FNR ": " before last $0 }
		{ before = last; last = $0 }' "${files[@]}"
}

seen=$(commands)
is "there are some" "$(($(wc -l <<<"$seen") >= 5))" 1
is "each names devices" "$(grep -v devices <<<"$seen")" ""

done_testing
