#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# If a build folder is mounted noexec, as /tmp, /home and /var are on some hosts, the build works, or
# says why it cannot.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

# in_root_noexec FOLDER COMMAND: runs it with a copy of the tree in /tmp/tree; FOLDER is noexec.
in_root_noexec() {
	# shellcheck disable=SC2016 # they are set inside
	"$TESTS/vm/in" "$name" "$layer" --outside sh -euc '
		mkdir -p "$ROOT$1" "$ROOT/tmp/tree"
		mount -t tmpfs -o noexec tmpfs "$ROOT$1"
		cd "$ROOT/project"
		cp -r Kbuild Makefile dkms.conf docs packaging src tools ./*.md LICENSE "$ROOT/tmp/tree"
		exec env -i PATH=/usr/lib/ccache:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 \
			PASSFIX_CACHE=/var/cache/vfio-passfix-tests chroot "$ROOT" sh -c "cd /tmp/tree && $2"
	' in_root_noexec "$@" 2>&1
}

output=$(in_root_noexec /tmp/tree "make modules KVER=$release && ls *.ko")
is "make modules in a folder that is noexec" $? 0
is "builds both" "$(tail -n 2 <<<"$output" | xargs)" "vfio_iommu_type1_passfix.ko vfio_passfix.ko"

output=$(in_root_noexec /tmp/no "TMPDIR=/tmp/no bash tools/dkms-setup trial '' $release /lib/modules/$release/build")
is "the trial build with such a TMPDIR" "$? $output" "0 "

output=$(in_root_noexec /tmp/tree "make tools")
is "make tools there fails" "$(($? != 0))" 1
like "and says why and what to do" "$output" \
	'vfio-passfix: cannot build the host tool in /tmp/tree/build/tools: programs cannot be run there \(mounted noexec\?\)\. Build it elsewhere: add OUT=DIR'
unlike "before anything is compiled" "$output" ' CC '
ok "elsewhere it works" in_root_noexec /tmp/tree "make tools OUT=/tmp/tools"

# Hardening guides mount /var noexec, and dkms builds below /var.
output=$(in_root_noexec /var/lib/dkms "make install KVER=$release OUT=/tmp/tools && modinfo -k $release -F filename vfio_passfix vfio_iommu_type1_passfix")
is "make install where dkms's folder is noexec" $? 0
like "installs both modules" "$(tail -n 2 <<<"$output" | xargs)" \
	'/updates/dkms/vfio_passfix\.ko.* .*/updates/dkms/vfio_iommu_type1_passfix\.ko'

# package TMPDIR FOLDER...: runs make deb on this host while those folders are noexec.
package() {
	# shellcheck disable=SC2016 # they are set inside
	unshare --mount sh -euc '
		export TMPDIR=$1
		project=$2 out=$3
		shift 3
		for folder; do
			mount -t tmpfs -o noexec,mode=1777 tmpfs "$folder"
		done
		make -C "$project" deb OUT="$out"
	' package "$1" "$PROJECT" "$work/out" "${@:2}" 2>&1
}

mkdir "$work/out" "$work/no"
output=$(package "$work/no" "$work/no")
is "make deb where TMPDIR is noexec" $? 0
is "makes the packages" "$(cd "$work/out" && echo *)" \
	"vfio-passfix-dkms_${version}_all.deb vfio-passfix_${version}_$(dpkg --print-architecture).deb"
output=$(package "$work/no" "$work/no" /var/tmp "$work/out")
is "where there is no other place it fails" "$(($? != 0))" 1
like "and says why and what to do" "$output" \
	"vfio-passfix: cannot build packages: programs cannot be run in $work/no, /var/tmp or $work/out \(mounted noexec\?\)\. Set TMPDIR to a folder where they can"

done_testing
