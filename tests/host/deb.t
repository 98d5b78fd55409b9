#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages for Debian: built by a user, installed, upgraded after a kernel update, removed and
# purged, with the real dkms.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

apt_in_root() {
	in_root sh -c "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends $1" 2>&1
}

# build_deb FOLDER: builds its packages, and puts them where the root can read them.
build_deb() {
	build deb "$1" || return
	mkdir -p "$layer/upper/tmp/$1"
	cp "$work/$1.out"/*.deb "$layer/upper/tmp/$1"
}

ok "the source becomes a tarball" "$PROJECT/packaging/make" dist "$work"
unpack "$tarball" first
ok "a user builds the packages from it" build_deb first
is "they are" "$(cd "$work/first.out" && echo *)" \
	"vfio-passfix-dkms_${version}_all.deb vfio-passfix_${version}_$(dpkg --print-architecture).deb"
ok "the same tree makes the same tarball" as_user make -C "$work/first" dist OUT="$work/first.out"
ok "to the byte" cmp "$tarball" "$work/first.out/${tarball##*/}"
is "lintian has nothing to say" \
	"$(as_user lintian --display-info --tag-display-limit 0 "$work/first.out"/*.deb 2>&1)" ""

like "with what signs the modules" "$(dpkg-deb -f "$work/first.out"/*-dkms_*.deb Recommends)" '(^| )openssl(,|$)'
ok "the tool's can be taken apart" dpkg-deb -x "$work/first.out"/vfio-passfix_*.deb "$work/taken"
is "it has the documents that its documents lead to" "$(lost_links "$work/taken/usr/share/doc/vfio-passfix")" ""

before=$(snapshot)
output=$(unshare --net "$TESTS/vm/in" "$name" "$layer" \
	sh -c "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install /tmp/first/*.deb" 2>&1)
is "without a network apt installs them" $? 0
like "and it is said what is missing" "$output" "going on without it: for $(literal "$release") vfio_passfix alone is built"
unlike "nothing is fetched for kernels that it is not for" "$output" 'kernel-source: .* 6\.1\.0'
is "the last word on a kernel that needs nothing is that" \
	"$(grep -E '(^| )6\.1\.0|Error!' <<<"$output" | tail -n 1 | tr -d '\r')" \
	"vfio-passfix: nothing is built for kernel $(in_root ls /lib/modules | grep '^6\.1\.'): it does not have the check that refuses devices since Linux 6.6. With Intel's IOMMU, it refuses devices with RMRRs anyway: for those, use a kernel of 6.6 or later"
is "the fix is there" "$(fix_for "$release")" "$version"
nok "and no fork" has_fork "$release"
like "modprobe's rule is in place" "$(in_root modprobe -c)" '^install vfio_iommu_type1 .*/usr/libexec/vfio-passfix/load-type1 '
unlike "the fix is off" "$(in_root modprobe -c)" '^options vfio_(passfix|iommu_type1_passfix) '
is "the tool is there" "$(in_root vfio-passfix --version)" "vfio-passfix $version"
# shellcheck disable=SC2016 # it is the root's
is "the files are those of make install" "$(in_root sh -c 'dpkg -L vfio-passfix vfio-passfix-dkms |
	while read -r file; do [ -d "$file" ] || echo "$file"; done' |
	sed '/^$/d; /^\/usr\/share\/\(doc\|lintian\)\//d' | sort)" "$(staged DEBIAN=yes | sed 's/\.8$/&.gz/')"

update_kernel
is "another kernel's headers are installed ($updated)" $? 0
is "the fix is there for it" "$(fix_for "$updated")" "$version"
ok "and the fork" has_fork "$updated"

build_next build_deb
fill_cache
ok "apt upgrades to it" apt_in_root "install /tmp/second/*.deb"
like "the source is seen to before dkms builds" "$(tr '\n' ' ' <<<"$tap_output")" \
	"kernel-source: nothing to fetch: .*Building initial module for $(literal "$release")"
for kernel in "$release" "$updated"; do
	is "the fix is there for $kernel" "$(fix_for "$kernel")" "$next"
	ok "and the fork" has_fork "$kernel"
done
is "and nothing of the version before" \
	"$(in_root find /usr/src /var/lib/dkms -name "$version" -o -name "vfio-passfix-$version")" ""

in_root sh -c "rm /lib/modules/$release/updates/dkms/vfio_iommu_type1_passfix.ko*"
ok "what doctor advises where there is no fork" in_root /usr/libexec/vfio-passfix/dkms-setup install-all
ok "brings it" has_fork "$release"

stand_in_for_tool /usr/sbin/vfio-passfix
nok "where a card is set up and cannot be released, removal fails" apt_in_root "remove vfio-passfix"
is "having tried" "$(in_root cat /tmp/said)" "remove --apply"
like "says what to do" "$tap_output" 'vfio-passfix: a card is set up.*'
like "and leaves the tool installed" "$(in_root dpkg -s vfio-passfix)" '^Status: install ok installed'

in_root sh -c 'touch /tmp/may; rm /tmp/said'
ok "apt removes them" apt_in_root "remove vfio-passfix vfio-passfix-dkms"
is "the card was released first" "$(in_root cat /tmp/said)" "remove --apply"
in_root rm -r /var/lib/vfio-passfix
for kernel in "$release" "$updated"; do
	is "nothing is left for $kernel" "$(in_root find "/lib/modules/$kernel" /var/lib/dkms -name '*passfix*')" ""
	in_root depmod "$kernel"
done
is "but what may be edited, and the cache" \
	"$(changes "$before" | grep -v '^/var/cache/vfio-passfix/\|^/var/lib/dpkg/info/' | xargs)" \
	"/etc/kernel/header_postinst.d/00-vfio-passfix /etc/kernel/postinst.d/00-vfio-passfix /var/cache/vfio-passfix"
is "its hook is quiet from then on" \
	"$(in_root sh -c "/etc/kernel/postinst.d/00-vfio-passfix $release && echo fine" 2>&1)" fine
ok "apt purges them" apt_in_root "purge vfio-passfix vfio-passfix-dkms"
is "nothing is left behind" "$(changes "$before")" ""

done_testing
