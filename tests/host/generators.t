#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Which program makes the initramfs on hosts with several: setup and dkms-setup must agree.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

need_tool
scratch
"$TESTS/tool/build-root" "$TESTS/tool/hosts/guide" "$T/root" || { done_testing; exit; }
mkdir -p "$T/root/etc/modprobe.d" "$T/programs"
echo "options vfio_passfix pass_fix=1 devices=1002:744c" >"$T/root/etc/modprobe.d/fix.conf"
cp -r "$PROJECT/tools" "$T/root/tools"
rm -rf "$T/root/tools/vfio-passfix"

programs='update-initramfs dracut mkinitcpio'
functions=usr/share/initramfs-tools/hook-functions
for folder in usr/sbin usr/bin sbin bin; do
	for program in $programs; do
		rm -f "$T/root/$folder/$program"
	done
done

# by_setup: the generator that setup would run.
by_setup() {
	"$tool" --root "$T/root" setup gpu 2>&1 | sed -nE 's/^    (update-initramfs|dracut|mkinitcpio) .*/\1/p'
}

# by_dkms_setup: the one that dkms-setup runs, with the root overlaid on this machine's own, whose
# generators are hidden.
by_dkms_setup() {
	rm -rf "$T/over"
	mkdir "$T/over"
	cp -a "$T/root"/{etc,tools,usr} "$T/programs" "$T/over"
	[[ ! -e $T/root/whole ]] || touch "$T/over/whole"
	# shellcheck disable=SC2016 # for the inner shell
	over_host "$T/over" bash -uc '
		rm -f {/usr,}/{s,}bin/{update-initramfs,dracut,mkinitcpio}
		[[ -e /whole ]] || rm -f "/$1"
		cp /programs/* /usr/sbin
		bash /tools/dkms-setup initramfs 6.12.0 >&2
		cat /ran' by_dkms_setup "$functions" 2>"$T/errors" | xargs
}

# generators NAME...: makes a host with these generators of an initramfs. "initramfs-tools" is installed
# completely, "left" is its program update-initramfs alone, "wrapped" the one that comes with dracut.
generators() {
	local name program text
	rm -f "$T/programs"/* "$T/root/whole" "$T/root/$functions"
	for name; do
		program=$name text=:
		case $name in
		wrapped) program=update-initramfs text='exec dracut --force' ;;
		initramfs-tools | left) program=update-initramfs ;;
		esac
		printf '#!/bin/sh\necho %s >>/ran\n%s\n' "$program" "$text" >"$T/programs/$program"
		chmod 755 "$T/programs/$program"
		if [[ $name == initramfs-tools ]]; then
			mkdir -p "$T/root/${functions%/*}"
			touch "$T/root/$functions" "$T/root/whole"
		fi
	done
	for program in $programs; do
		rm -f "$T/root/usr/sbin/$program"
	done
	cp "$T/programs"/* "$T/root/usr/sbin"
}

while read -r expected names; do
	# shellcheck disable=SC2086 # a word each
	generators $names
	is "$names: setup runs $expected" "$(by_setup)" "$expected"
	is "$names: so does dkms-setup" "$(by_dkms_setup)" "$expected"
done <<'END'
update-initramfs initramfs-tools
dracut dracut
mkinitcpio mkinitcpio
update-initramfs initramfs-tools dracut
update-initramfs initramfs-tools mkinitcpio
update-initramfs initramfs-tools dracut mkinitcpio
mkinitcpio dracut mkinitcpio
dracut wrapped dracut
dracut initramfs-tools wrapped dracut
dracut left dracut
mkinitcpio left mkinitcpio
END

done_testing
