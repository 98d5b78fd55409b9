#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What others set in modprobe.d: on the running host libkmod says what counts, under --root the
# tool reads it, and both come to the same.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

need_tool
scratch
mkdir -p "$T/hosts/guide" "$T/mount"
cp -r "$TESTS/tool/hosts/guide/host" "$T/hosts/guide"
# A driver that is a module heeds modprobe.d; the kernel's command line comes before that.
sed -i '/^cmdline/,/pass_fix=1/c cmdline quiet
$ a passfix' "$T/hosts/guide/host"
"$TESTS/tool/build-root" "$T/hosts/guide" "$T/root" || { done_testing; exit; }

# set FOLDER/FILE TEXT: as printf has it.
set_in() {
	mkdir -p "$T/root/${1%/*}"
	# shellcheck disable=SC2059 # it is a format
	printf "$2" >"$T/root/$1"
}

under_root() {
	"$tool" --root "$T/root" "$@" 2>&1
}

# Where the root lies over this machine's own.
on_host() {
	# shellcheck disable=SC2016 # for the inner shells
	unshare --mount --propagation private bash -euc '
		mount -t tmpfs tmpfs "$1/mount"
		mkdir "$1"/mount/{low,up,work,all}
		cp -a "$1/root/." "$1/mount/low"
		cp "$2" "$1/mount/low/usr/sbin/vfio-passfix"
		rm -rf "$1/mount/low"/{etc,usr/lib,run}/modprobe.d/vfio-passfix.conf
		mount -t overlay overlay -o "lowerdir=$1/mount/low:/,upperdir=$1/mount/up,workdir=$1/mount/work" "$1/mount/all"
		mount --rbind /dev "$1/mount/all/dev"
		exec chroot "$1/mount/all" vfio-passfix "${@:3}"
	' on_host "$T" "$tool" "$@" 2>&1
}

# Of doctor the line of the scope, of setup what it notes; each as one line.
heard() {
	sed -n '/^  [^ ]* *Scope/,/^  [^ ]* *VFIO/p; /^- /,$p' | tr -s ' \n' ' '
}

# says WHAT PATTERN COMMAND...: on the host and under --root.
says() {
	local what=$1 pattern=$2
	shift 2
	like "under --root: $what" "$(under_root "$@" | heard)" "$pattern"
	like "on the host: $what" "$(on_host "$@" | heard)" "$pattern"
}

# says_not WHAT PATTERN COMMAND...
says_not() {
	local what=$1 pattern=$2
	shift 2
	unlike "under --root: $what" "$(under_root "$@" | heard)" "$pattern"
	unlike "on the host: $what" "$(on_host "$@" | heard)" "$pattern"
}

says_not "nobody sets anything" 'sets (options|ids) for' setup gpu
says "scope: nothing is set" 'no scope yet: vfio_passfix is not loaded (pass|FAIL|warn)' doctor gpu

set_in etc/modprobe.d/a.conf 'options vfio-pci \\\n\tdisable_vga=1 \\\n\tids=8086:1539\n'
says "a line that goes on in the next" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu
set_in etc/modprobe.d/a.conf 'options vfio-pci i\\\nds=8086:1539\n'
says "even in the middle of a word" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu
set_in etc/modprobe.d/a.conf 'options vfio-pci \\\\\nids=8086:1539\n'
says_not "but not behind a backslash that is one" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf '# options vfio-pci \\\nids=8086:1539\n'
says_not "a comment goes on as well" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf '\toptions\tvfio_pci\tids=8086:1539\n'
says "tabs and blanks before it" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu

set_in usr/lib/modprobe.d/a.conf 'options vfio_passfix memlock=0\n'
says_not "a file of a name that comes twice counts where it comes first" 'sets options for vfio_passfix' setup gpu
set_in etc/modprobe.d/a.conf ''
says_not "also where that is empty" 'sets options for vfio_passfix' setup gpu
rm "$T/root/etc/modprobe.d/a.conf"
says "and else there" '/usr/lib/modprobe\.d/a\.conf sets options for vfio_passfix' setup gpu

set_in etc/modprobe.d/b.conf 'options vfio-passfix \\\ndevices=1002:744c\n'
says "the options are those of all files, by their names" \
	'not loaded; set to memlock=0 devices=1002:744c (pass|FAIL|warn)' doctor gpu

set_in etc/modprobe.d/c.conf 'install vfio-pci \\\n/bin/true\n'
set_in etc/modprobe.d/d.conf 'options vfio-pci ids=1002:744c\n'
says "a rule for loading vfio-pci" '/etc/modprobe\.d/c\.conf has a rule for loading vfio-pci' setup gpu

rm -rf "$T/root"/{etc,usr/lib}/modprobe.d/[abcd].conf
echo 'quiet vfio_passfix.memlock=0' >"$T/root/proc/cmdline"
like "on the host: libkmod knows of the kernel's command line" "$(on_host setup gpu | heard)" \
	"The kernel's command line sets options for vfio_passfix"

done_testing
