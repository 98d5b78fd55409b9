#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/packages: which of its packages count as missing, with dpkg databases of invented systems.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

scratch
export DPKG_ADMINDIR=$T
mkdir "$DPKG_ADMINDIR/updates" "$DPKG_ADMINDIR/info"

# has STATUS NAME...: the system has these packages with that status.
has() {
	local package
	for package in "${@:2}"; do
		printf '%s\n' "Package: $package" "Status: install ok $1" "Version: 1" \
			"Architecture: all" "Maintainer: nobody" "Description: none" ""
	done >>"$DPKG_ADMINDIR/status"
}

first=$(packages | sed 's/|.*//')
either=$(packages | grep -F -m 1 '|')
mapfile -t names <<<"$first"

: >"$DPKG_ADMINDIR/status"
is "on a system without any of them, each line's first is missing" "$(missing_packages)" "$first"
has installed "${either#*|}"
is "of two that do the same one is enough, whichever" \
	"$(missing_packages)" "$(grep -vx "${either%%|*}" <<<"$first")"
has unpacked "${names[0]}"
like "one that was unpacked, and no more, is missing" "$(missing_packages)" "^${names[0]}\$"
: >"$DPKG_ADMINDIR/status"
has installed "${names[@]}"
is "with all of them none is" "$(missing_packages)" ""

done_testing
