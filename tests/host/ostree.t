#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# packaging/ostree: buildah makes an image from the Containerfile. Its base is a kernel's Debian root,
# because no ostree image is available here. So dnf and dracut are stubs; scenarios/dracut.sh tests what
# dracut does with setup's files.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

kernel=$(kernel_with newest)
release=$(cat "$PASSFIX_TEST_CACHE/roots/$kernel.release")
work=$PASSFIX_BUILD/ostree
# buildah works without a daemon, network or user namespace.
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay
# shellcheck disable=SC2317 # the trap calls it
finish() {
	local path
	in_store rm --all >/dev/null 2>&1
	for path in "$work"/store/overlay/*/merged; do
		umount -q "$path"
	done
	rm -rf "$work"
}
rm -rf "$work"
trap finish EXIT
mkdir -p "$work"/{tree,etc/modprobe.d,store}

in_store() {
	buildah --root "$work/store" --runroot "$work/run" "$@"
}

# stand_in NAME TEXT: adds a stub of a program to the base.
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"$base/usr/bin/$1"
	chmod 755 "$base/usr/bin/$1"
}

image() {
	in_store bud -q --layers=false --build-arg BASE=localhost/base -t image \
		-v "$PASSFIX_TEST_CACHE/sources/$kernel:/var/cache/vfio-passfix" \
		-f "$work/tree/packaging/ostree/Containerfile" "$@" "$work/tree"
}

# layer STEP COMMAND: runs the step in a container of the base, after the command.
layer() {
	in_store run -v "$work/tree:/source" "$container" sh -c "$2; bash /source/packaging/ostree/layer $1"
}

git -C "$PROJECT" ls-files -z packaging/kmm/build packaging/ostree tools src docs Kbuild Makefile '*.conf' '*.md' LICENSE packaging |
	(cd "$PROJECT" && xargs -0 cp --parents -t "$work/tree")
openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=of the hosts/' -keyout "$work/mok.key" \
	-out "$work/mok.pem" 2>/dev/null

# Only those kernel modules on which the fork depends.
container=$(in_store from scratch)
base=$(in_store mount "$container")
tar -C "$PASSFIX_TEST_CACHE/roots/$kernel" --exclude='./usr/share/doc' --exclude='./usr/share/locale' \
	--exclude='./usr/lib/modules/*/kernel/[a-cf-z]*' --exclude='./usr/lib/modules/*/kernel/drivers/[a-uw-z]*' \
	--exclude='./var/cache' --exclude='./boot' --exclude='./dev/*' -c . | tar -C "$base" -x
depmod -b "$base" "$release"
# shellcheck disable=SC2016 # it is the program's
stand_in dracut 'echo "$*" >/dracut-was-called; echo packed >"/usr/lib/modules/'"$release"'/initramfs.img"'
stand_in dnf 'echo "$*" >>/dnf-was-called; [ ! -e /no-such-package ]'
mkdir -p "$base/usr/lib/dracut/modules.d/98ostree"
in_store commit -q "$container" localhost/base >/dev/null

nok "an image of one kernel whose headers cannot be had is not made" layer packages 'touch /no-such-package'
like "which is said" "$tap_output" "dnf has no kernel-devel-$(literal "$release"), without which"
nok "of two kernels" layer packages 'rm /no-such-package; mkdir -p /usr/lib/modules/9.9/kernel'
like "one has to be named" "$tap_output" "several kernels in /usr/lib/modules \((9\.9 $(literal "$release")|$(literal "$release") 9\.9)\).*KVER="
nok "nor is it made without any" layer packages "mv /usr/lib/modules /usr/lib/other; mkdir /usr/lib/modules"
like "which is said, too" "$tap_output" 'there is no kernel in /usr/lib/modules. Is BASE an image that boots'
in_store rm "$container" >/dev/null

mkdir -p "$work/tree/packaging/ostree/etc/modprobe.d"
echo 'options vfio_passfix pass_fix=1' >"$work/tree/packaging/ostree/etc/modprobe.d/vfio-passfix-setup.conf"
ok "the image is made" image --secret "id=mok.key,src=$work/mok.key" --secret "id=mok.pem,src=$work/mok.pem"
diag "$tap_output"
container=$(in_store from localhost/image)
root=$(in_store mount "$container")
for module in vfio_passfix vfio_iommu_type1_passfix; do
	is "modprobe finds $module for the image's kernel" "$(modinfo -b "$root" -k "$release" -F filename "$module")" \
		"$root/lib/modules/$release/extra/$module.ko"
	is "it is for that kernel" "$(modinfo -F vermagic "$root/usr/lib/modules/$release/extra/$module.ko" | cut -d' ' -f1)" "$release"
	is "it is signed with the key of the builder's" \
		"$(modinfo -F signer "$root/usr/lib/modules/$release/extra/$module.ko")" "of the hosts"
done
like "the fork depends on the image's vfio" "$(grep passfix.ko "$root/usr/lib/modules/$release/modules.dep")" \
	'vfio_iommu_type1_passfix\.ko:.* kernel/drivers/vfio/vfio\.ko'
is "the tool is there" "$(chroot "$root" vfio-passfix --version)" "vfio-passfix $version"
ok "modprobe's rule is there" test -s "$root/usr/lib/modprobe.d/vfio-passfix.conf"
ok "what it calls is there" test -x "$root/usr/libexec/vfio-passfix/load-type1"
is "what setup printed is there" "$(cat "$root/etc/modprobe.d/vfio-passfix-setup.conf")" 'options vfio_passfix pass_fix=1'
is "the initramfs was rebuilt, for that kernel and ostree" "$(cat "$root/dracut-was-called")" \
	"--force --no-hostonly --reproducible --add ostree --kver $release /usr/lib/modules/$release/initramfs.img"
is "the second stage takes libraries, no compiler" "$(cat "$root/dnf-was-called")" \
	"-y install glib2 pciutils-libs kmod-libs libxml2 json-c"
is "what built it is not there, nor the key" \
	"$(cd "$root" && find source out out.modules usr/src/vfio-passfix* usr/lib/kernel/install.d/*passfix* run/secrets -type f 2>/dev/null)" ""

done_testing
