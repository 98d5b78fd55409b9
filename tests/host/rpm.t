#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages for Fedora and similar distributions: built by a user, installed, upgraded and erased
# with the real rpm and dkms, but in a Debian root.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

rpm_in_root() {
	# shellcheck disable=SC2016 # it is set inside
	"$TESTS/vm/in" "$name" "$layer" --outside sh -c 'CCACHE_DIR=/var/cache/ccache rpm --root "$ROOT" --dbpath /tmp/rpm "$@"' rpm "$@" 2>&1
}

"$PROJECT/packaging/make" dist "$work" >/dev/null
unpack "$tarball" first
ok "a user builds the packages" build rpm first
is "they are" "$(cd "$work/first.out" && echo *)" \
	"vfio-passfix-$version-1.$(uname -m).rpm vfio-passfix-dkms-$version-1.noarch.rpm"
like "rpmlint has nothing to say" "$(as_user rpmlint -r "$PROJECT/packaging/rpm/vfio-passfix.rpmlintrc" \
	"$work/first.out"/*.rpm "$work/first/packaging/rpm/vfio-passfix.spec" 2>&1)" ' 2 packages and 1 specfiles checked; 0 errors, 0 warnings'
is "the files are those of make install" \
	"$(rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$work/first.out"/*.rpm |
		sed -n '/^d/d; s/^[^ ]* //; /^\/usr\/share\/\(doc\|licenses\)\//d; /\/\.build-id\//d; p' | sort)" \
	"$(staged DEBIAN=)"
like "dkms and the headers come with it" "$(rpm -qp --requires "$work/first.out"/*-dkms-*.rpm | xargs)" \
	'^\(kernel-devel-matched if kernel-core\) .* dkms kmod '
is "and what brings the fork's source and signs modules, where it can be had" \
	"$(rpm -qp --recommends "$work/first.out"/*-dkms-*.rpm | sort | xargs)" "binutils elfutils-debuginfod-client openssl"
is "what is Debian's stays out" "$(rpm -qpl "$work/first.out"/*.rpm | grep '/etc/kernel\|/initramfs-tools')" ""
ok "the tool's can be taken apart" sh -c "mkdir '$work/taken' && cd '$work/taken' &&
	rpm2cpio '$work/first.out'/vfio-passfix-$version-*.rpm | cpio -id --quiet"
is "it has the documents that its documents lead to" "$(lost_links "$work/taken/usr/share/doc/vfio-passfix")" ""

before=$(snapshot)
fill_cache
output=$(rpm_in_root --nodeps -i "$work/first.out"/*.rpm)
is "rpm installs them" $? 0
is "the fix is there" "$(fix_for "$release")" "$version"
ok "and the fork" has_fork "$release"
like "not for a kernel that needs nothing" "$output" '^vfio-passfix: nothing is built for kernel 6\.1\.[^ ]*: .* Intel'
like "modprobe's rule is in place" "$(in_root modprobe -c)" '^install vfio_iommu_type1 .*/usr/libexec/vfio-passfix/load-type1 '
is "the tool is there" "$(in_root vfio-passfix --version)" "vfio-passfix $version"

build_next build rpm
ok "rpm upgrades to it" rpm_in_root --nodeps -U "$work/second.out"/*.rpm
is "the fix is there" "$(fix_for "$release")" "$next"
ok "and the fork" has_fork "$release"
is "dkms has it once" "$(in_root dkms status 2>/dev/null)" "vfio-passfix/$next, $release, $(uname -m): installed"
is "and nothing of the version before" \
	"$(in_root find /usr/src /var/lib/dkms -name "$version" -o -name "vfio-passfix-$version")" ""

stand_in_for_tool /usr/sbin/vfio-passfix
nok "where a card is set up and cannot be released, erasing fails" rpm_in_root -e vfio-passfix
is "having tried" "$(in_root cat /tmp/said)" "remove --apply"
like "says what to do" "$tap_output" 'vfio-passfix: a card is set up'
ok "and leaves the tool installed" rpm_in_root -q vfio-passfix

in_root sh -c 'touch /tmp/may; rm /tmp/said'
ok "rpm erases them" rpm_in_root -e vfio-passfix vfio-passfix-dkms
is "the card was released first" "$(in_root cat /tmp/said)" "remove --apply"
in_root sh -c "rm -r /var/lib/vfio-passfix; depmod $release"
# Folders that belong to systemd and the distribution in Fedora.
is "nothing is left behind" "$(changes "$before" | grep -vx '/usr/lib/kernel\(/install\.d\)\?\|/usr/share/licenses')" ""

build_previous rpm
fill_cache
upgrades rpm_in_root --nodeps -U
is "the fix is there" "$(fix_for "$release")" "$version"
ok "and the fork" has_fork "$release"

done_testing
