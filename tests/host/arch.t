#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages for Arch: built by a user, installed, upgraded and removed with the real pacman, but in
# a Debian root. A stub of dkms's hook notes when it runs.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

pacman_in_root() {
	# shellcheck disable=SC2016 # it is set inside
	"$TESTS/vm/in" "$name" "$layer" --outside sh -c 'mkdir -p "$ROOT/tmp/pacman" &&
		pacman --config /dev/null --root "$ROOT" --dbpath "$ROOT/tmp/pacman" --cachedir "$ROOT/tmp" \
			--logfile /dev/null --noconfirm "$@"' pacman "$@" 2>&1
}

"$PROJECT/packaging/make" dist "$work" >/dev/null
unpack "$tarball" first
ok "a user builds the packages" build arch first
is "they are" "$(cd "$work/first.out" && echo *)" \
	"vfio-passfix-$version-1-$(uname -m).pkg.tar.gz vfio-passfix-dkms-$version-1-any.pkg.tar.gz"
is "for x86_64 and Arm" "$(cd "$work/first/packaging/arch" && as_user makepkg --printsrcinfo |
	sed -n 's/^\tarch = //p' | sort -u | xargs)" "aarch64 any x86_64"
is "the files are those of make install, with pacman's hook for Debian's" \
	"$(for package in "$work/first.out"/*; do bsdtar -tf "$package"; done |
		sed '/^\./d; /\/$/d; s|^|/|; s|^/usr/bin/|/usr/sbin/|; s/\.8\.gz$/.8/
			/^\/usr\/share\/doc\//d' | sort)" \
	"$({ staged DEBIAN= | sed 's|^/usr/libexec/|/usr/lib/|'; echo /usr/share/libalpm/hooks/69-vfio-passfix.hook; } | sort)"
ok "the tool's can be taken apart" sh -c "mkdir '$work/taken' &&
	bsdtar -C '$work/taken' -xf '$work/first.out'/vfio-passfix-$version-*.pkg.tar.gz"
is "it has the documents that its documents lead to" "$(lost_links "$work/taken/usr/share/doc/vfio-passfix")" ""

in_root sh -c 'mkdir -p /usr/share/libalpm/hooks && cat >/usr/share/libalpm/hooks/70-dkms-install.hook' <<'END'
[Trigger]
Operation = Install
Operation = Upgrade
Type = Path
Target = usr/src/*/dkms.conf
[Action]
When = PostTransaction
Exec = /usr/bin/echo dkms builds
END
before=$(snapshot)
fill_cache
ok "pacman installs them" pacman_in_root -Udd "$work/first.out"/*
like "the source is seen to before dkms builds" "$(tr '\n' ' ' <<<"$tap_output")" \
	"kernel-source: nothing to fetch: .* for $(literal "$release") .* dkms builds"
is "the tool is there" "$(in_root vfio-passfix --version)" "vfio-passfix $version"

build_next build arch
ok "pacman upgrades to it" pacman_in_root -Udd "$work/second.out"/*
like "and fetches again" "$(tr '\n' ' ' <<<"$tap_output")" "kernel-source: nothing to fetch: .* dkms builds"
is "the next version is there" "$(in_root vfio-passfix --version)" "vfio-passfix $next"
is "and nothing of the one before" "$(in_root find /usr/src -name "vfio-passfix-$version")" ""

stand_in_for_tool /usr/bin/vfio-passfix
ok "pacman removes them" pacman_in_root -R vfio-passfix vfio-passfix-dkms
is "a card that is set up was released first" "$(in_root cat /tmp/said)" "remove --apply"
like "where that could not be done, it is said" "$tap_output" 'vfio-passfix: a card is set up'
in_root rm -r /var/lib/vfio-passfix
is "nothing is left behind" "$(changes "$before")" ""

build_previous arch
fill_cache
# On Arch the programs are still there.
old_programs=/usr/lib/vfio-passfix/dkms-setup
upgrades pacman_in_root -Udd

done_testing
