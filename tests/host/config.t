#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Settings of others in modprobe.d: on the running host libkmod reads them, under --root the tool
# does, and both must have the same result.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

need_tool
scratch
mkdir -p "$T/hosts/guide"
cp -r "$TESTS/tool/hosts/guide/host" "$T/hosts/guide"
# modprobe.d applies to a driver that is a module; the kernel's command line overrides it.
sed -i '/^cmdline/,/pass_fix=1/c cmdline quiet
$ a passfix' "$T/hosts/guide/host"
"$TESTS/tool/build-root" "$T/hosts/guide" "$T/root" || { done_testing; exit; }
cp "$tool" "$T/root/usr/sbin/vfio-passfix"

# set FOLDER/FILE TEXT: writes the text with printf.
set_in() {
	mkdir -p "$T/root/${1%/*}"
	# shellcheck disable=SC2059 # it is a format
	printf "$2" >"$T/root/$1"
}

under_root() {
	"$tool" --root "$T/root" "$@" 2>&1
}

# Runs with the root overlaid on this machine's own, without this machine's settings for the fix.
on_host() {
	over_host "$T/root" sh -c 'rm -rf /etc/modprobe.d/vfio-passfix.conf /usr/lib/modprobe.d/vfio-passfix.conf \
		/run/modprobe.d/vfio-passfix.conf; exec vfio-passfix "$@"' on_host "$@" 2>&1
}

# doctor's line for the scope, and setup's notes; each as one line.
heard() {
	sed -n '/^  [^ ]* *Scope/,/^  [^ ]* *VFIO/p; /^- /,$p' | tr -s ' \n' ' '
}

# both CHECK WHAT PATTERN COMMAND...: like or unlike, on the host and under --root.
both() {
	"$1" "under --root: $2" "$(under_root "${@:4}" | heard)" "$3"
	"$1" "on the host: $2" "$(on_host "${@:4}" | heard)" "$3"
}

both unlike "nobody sets anything" 'sets (options|ids) for' setup gpu
both like "scope: nothing is set" 'no scope yet: vfio_passfix is not loaded (pass|FAIL|warn)' doctor gpu --all

set_in etc/modprobe.d/a.conf 'options vfio-pci \\\n\tdisable_vga=1 \\\n\tids=8086:1539\n'
both like "a line that goes on in the next" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu
set_in etc/modprobe.d/a.conf 'options vfio-pci i\\\nds=8086:1539\n'
both like "even in the middle of a word" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu
set_in etc/modprobe.d/a.conf 'options vfio-pci \\\\\nids=8086:1539\n'
both unlike "but not behind a backslash that is one" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf '# options vfio-pci \\\nids=8086:1539\n'
both unlike "a comment goes on as well" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf '\toptions\tvfio_pci\tids=8086:1539\n'
both like "tabs and blanks before it" '/etc/modprobe\.d/a\.conf sets ids for vfio-pci' setup gpu

set_in usr/lib/modprobe.d/a.conf 'options vfio_passfix memlock=0\n'
both unlike "a file of a name that comes twice counts where it comes first" 'sets options for vfio_passfix' setup gpu
set_in etc/modprobe.d/a.conf ''
both unlike "also where that is empty" 'sets options for vfio_passfix' setup gpu
rm "$T/root/etc/modprobe.d/a.conf"
both like "and else there" '/usr/lib/modprobe\.d/a\.conf already sets options for vfio_passfix' setup gpu

set_in etc/modprobe.d/b.conf 'options vfio-passfix \\\ndevices=1002:744c\n'
both like "the options are those of all files, by their names" \
	'not loaded; set to memlock=0 devices=1002:744c (pass|FAIL|warn)' doctor gpu --all

set_in etc/modprobe.d/c.conf 'install vfio-pci \\\n/bin/true\n'
set_in etc/modprobe.d/d.conf 'options vfio-pci ids=1002:744c\n'
both like "a rule for loading vfio-pci" '/etc/modprobe\.d/c\.conf has a rule for loading vfio-pci' setup gpu

ids=1002:744c,1002:ab30,1002:7446,1002:7444
rm "$T/root"/etc/modprobe.d/[abcd].conf
set_in etc/modprobe.d/a.conf "options vfio-pci ids=$ids disable_vga=1\n"
both unlike "ids end where the value ends" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf "options vfio-pci disable_vga=1\tids=\"1002:7444, ${ids%,*}\"\tdisable_idle_d3=1\n"
both unlike "and may have quotes, and tabs around them" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf "options vfio-pci \"ids=$ids\" disable_vga=1\n"
both unlike "quotes around the whole word" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf 'options vfio-pci my_ids=8086:1539 x="ids=8086:1539"\n'
both unlike "what is called otherwise, or is a value" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf "options vfio-pci ids=8086:1539 ids=$ids\n"
both unlike "of several words the last counts" 'sets ids for' setup gpu
set_in etc/modprobe.d/a.conf "options vfio-pci ids=$ids\n"
set_in etc/modprobe.d/b.conf 'options vfio-pci ids=8086:1539\n'
both like "of several lines each is looked at" '/etc/modprobe\.d/b\.conf sets ids for vfio-pci' setup gpu
set_in etc/modprobe.d/b.conf 'options vfio-pci ids=1002:744c:1002:0e3b,1002:ab30,1002:7446,1002:7444\n'
both like "an id for some of these devices only" '/etc/modprobe\.d/b\.conf sets ids for vfio-pci' setup gpu
rm "$T/root"/etc/modprobe.d/[ab].conf

rm -rf "$T/root"/{etc,usr/lib}/modprobe.d/[abcd].conf
echo 'quiet vfio_passfix.memlock=0' >"$T/root/proc/cmdline"
both like "the kernel's command line counts, too" "The kernel's command line already sets options for vfio_passfix" setup gpu

done_testing
