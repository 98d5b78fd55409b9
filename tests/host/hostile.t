#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix --root on a hostile tree: nothing outside is written or disclosed, nothing hangs or
# fills the memory, and no name becomes a line of a file that root runs.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

need_tool

scratch
mkdir outside
small_host small.host
"$TESTS/tool/build-root" small.host small
rm -rf small/var/lib/vfio-passfix
cp -a small clean

# A file that must not change, and whose content must not be printed.
secret=TOP-SECRET-$RANDOM
mkdir -p outside/setup outside/x
echo "options amdgpu $secret=1" >outside/x/file
echo "$secret" >outside/setup/journal.json
echo "$secret" >outside/vfio-passfix-target
outside() {
	find outside -printf '%p %y %m %T@ %l\n' | sort
	cat outside/x/file outside/setup/journal.json outside/vfio-passfix-target
}
before=$(outside)

# try WORDS: runs it with limits of ten seconds and 600 MB; sets $code and $output.
try() {
	# shellcheck disable=SC2086 # a word each
	output=$(ulimit -v 600000; timeout -s KILL 10 "$tool" --root small $1 2>&1 </dev/null)
	code=$?
}

fresh() {
	rm -rf small
	cp -a clean small
}

diag "links that lead out"
# A link at each folder on the way to a written file, absolute or with "..".
try "setup gpu --apply"
is "the tree itself is good" "$code" 0
mapfile -t written < <(cd small && find etc var -newer ../small.host/host \( -name '*vfio-passfix*' -o -name journal.json \))
for path in "${written[@]}"; do
	part=$path
	while [[ $part == */* ]]; do
		part=${part%/*}
		echo "$part"
	done
done | sort -u >folders
wrong=
while read -r folder; do
	for target in "$T/outside" "$(printf '../%.0s' {1..20})$T/outside"; do
		for words in "setup gpu --apply --force" "remove --apply --force"; do
			fresh
			[[ $words == setup* ]] || try "setup gpu --apply"
			rm -rf "small/${folder:?}"
			mkdir -p "$(dirname "small/$folder")"
			ln -s "$target" "small/$folder"
			try "$words"
			[[ $(outside) == "$before" ]] || wrong+="$folder -> $target: $words"$'\n'
			((code < 126)) || wrong+="$folder -> $target: $words ended with $code"$'\n'
		done
	done
done <folders
is "no folder that is a link ($(wc -l <folders) of them) has anything written or deleted outside" "$wrong" ""
test "$(wc -l <folders)" -gt 8
is "and these are all on the way" $? 0

diag "a journal that lies"
fresh
try "setup gpu --apply"
cp small/var/lib/vfio-passfix/setup/journal.json journal.json
up=$(printf '../%.0s' {1..20})
for lie in "s|\"path\":\"/etc/modprobe.d/[^\"]*|\"path\":\"/$up${T#/}/outside/vfio-passfix-target|" \
	"s|\"path\":\"/etc/modprobe.d/[^\"]*|\"path\":\"/etc/../../../outside/vfio-passfix-target|" \
	"s|\"path\":\"/etc/modprobe.d/[^\"]*|\"path\":\"/etc/hostname|" \
	"s|\"folders\":\[|\"folders\":[\"/$up${T#/}/outside/x\"|"; do
	for words in "remove --apply --force" "setup gpu --apply --force"; do
		sed "$lie" journal.json >small/var/lib/vfio-passfix/setup/journal.json
		hostname=$(cat small/etc/hostname)
		try "$words"
		like "${words%% *}, $(cut -c 1-40 <<<"$lie"): refused" "$code $output" '^3 .*cannot act on'
		is "${words%% *}, $(cut -c 1-40 <<<"$lie"): nothing is touched" "$(outside)$(cat small/etc/hostname)" "$before$hostname"
	done
done
# A link with the right name, and its target.
fresh
try "setup gpu --apply"
ln -sf "$T/outside/x/file" small/etc/modprobe.d/vfio-passfix-setup.conf
try "setup gpu --apply --force"
is "a link in the place of a file: what it leads to stays" "$(outside)" "$before"

diag "what is read"
# Each file that the commands open is replaced in turn by a FIFO, an endless device, a link that leads
# out, and an endless file.
fresh
commands=("doctor gpu" "doctor" status groups "setup gpu" "xml gpu")
for words in "${commands[@]}"; do
	# shellcheck disable=SC2086
	strace -f -qq -e trace=open,openat,openat2 -o trace "$tool" --root small $words >/dev/null 2>&1
	grep -oE '(small|AT_FDCWD, "|[0-9]+, ")/[^"]*"' trace | sed 's/^[^"]*"//; s/"$//; s/^small//; s|^/||'
	grep -oE '"small/[^"]*"' trace | tr -d '"' | sed 's|^small/||'
done | sort -u | while read -r path; do
	[[ ! -f small/$path ]] || echo "$path"
done >files
wrong=
while read -r path; do
	for what in fifo node link endless; do
		rm -f "small/$path"
		case $what in
		fifo) mkfifo "small/$path" ;;
		node) mknod "small/$path" c 1 5 ;;
		link) ln -s "$T/outside/x/file" "small/$path" ;;
		endless) truncate -s 20G "small/$path" ;;
		esac
		for words in "doctor gpu" "setup gpu"; do
			try "$words"
			((code < 126)) || wrong+="$path as $what: $words ended with $code: $output"$'\n'
			[[ $output != *"$secret"* ]] || wrong+="$path as $what: $words tells what is outside"$'\n'
		done
		rm -f "small/$path"
	done
	cp -a "clean/$path" "small/$path"
done <files
is "none of $(wc -l <files) files as a FIFO, a device, a link out or without end has a command hang or tell" "$wrong" ""
test "$(wc -l <files)" -gt 45
is "and these are all that are read" $? 0
# Configuration folders may have files of any name.
for folder in etc/modprobe.d usr/lib/modprobe.d etc/libvirt/qemu; do
	mkdir -p "small/$folder"
	mkfifo "small/$folder/a.conf" "small/$folder/a.xml"
	ln -s "$T/outside/x/file" "small/$folder/b.conf"
done
for words in "${commands[@]}"; do
	try "$words"
	unlike "$words: neither hangs nor tells" "$code $output" "^(1[2-9].|2..) |$secret"
done

diag "what lies in the files"
# time_and_memory NAME: with this tree no command hangs, crashes or fills the memory.
harmless() {
	local words
	for words in "doctor gpu" "setup gpu" status; do
		try "$words"
		unlike "$1: $words" "$code" '^(1[2-9].|2..)$'
	done
	try "report $T/report.tar.gz"
	unlike "$1: report" "$code" '^(1[2-9].|2..)$'
	rm -f report.tar.gz
	fresh
}
release=$(cat small/proc/sys/kernel/osrelease)
fresh
mkdir out
mkfifo out/initstate
find small/lib/modules -name '*passfix*.ko' -delete
depmod -b "$PWD/small" "$release"
echo "alias vfio_passfix ../../..$T/out" >small/etc/modprobe.d/zz.conf
harmless "an alias that leads out"
head -c 1G /dev/zero | zstd -q >"small/lib/modules/$release/bomb.ko.zst"
sed "s|^[^ ]*vfio[-_]passfix.ko[^:]*|bomb/vfio_passfix.ko.zst|" "small/lib/modules/$release/modules.dep" >dep && cat dep >"small/lib/modules/$release/modules.dep"
mkdir "small/lib/modules/$release/bomb"
mv "small/lib/modules/$release/bomb.ko.zst" "small/lib/modules/$release/bomb/vfio_passfix.ko.zst"
harmless "a module that is larger than it looks"
# A document whose first node is its own child.
printf '\xb0\x07\xf4\x57\x00\x02\x00\x01\x20\x00\x00\x0c**\x20\x00\x00\x0c' >"small/lib/modules/$release/modules.alias.bin"
harmless "an index without an end"
for index in dep alias builtin; do
	head -c 30000 /dev/urandom >"small/lib/modules/$release/modules.$index.bin"
	head -c 30000 /dev/urandom >"small/lib/modules/$release/modules.$index"
done
harmless "indices of modules that are noise"
device=small/sys/devices/pci0000:00/0000:00:01.1/0000:01:00.0
ln -s . "$device/0000:01:00.0"
ln -sfn ../../../devices/pci0000:00/0000:00:01.1/0000:01:00.0/0000:01:00.0 small/sys/bus/pci/devices/0000:01:00.0
harmless "a device that is its own bridge"
yes | head -c 60M | tr y '\n' >small/big
for path in proc/self/mountinfo proc/cmdline etc/passwd; do
	mkdir -p "small/${path%/*}"
	ln -sf /big "small/$path"
done
for group in small/sys/kernel/iommu_groups/*; do
	ln -sf /big "$group/type"
	ln -sf /big "$group/reserved_regions"
done
harmless "long texts everywhere"
mkdir -p small/etc/libvirt/qemu
{
	printf '<!DOCTYPE d [<!ENTITY a "%s">]><domain><name>' "$(head -c 60000 /dev/zero | tr '\0' A)"
	for ((i = 0; i < 5000; i++)); do printf '&a;'; done
	printf '</name><devices><hostdev type="pci"><source><address domain="0" bus="1" slot="0" function="0"/></source></hostdev></devices></domain>'
} >small/etc/libvirt/qemu/a.xml
harmless "a domain with entities"
try "setup gpu --apply"
jq '.files = [range(30000) as $i | .files[0]] | .folders = [range(30000) | "/etc"]' \
	small/var/lib/vfio-passfix/setup/journal.json >journal.json
cp journal.json small/var/lib/vfio-passfix/setup/journal.json
harmless "a journal of 60,000 paths"

diag "names that would be lines"
fresh
evil=$'0000:03:00.0\nExecStart=evil'
cp -a small/sys/devices/pci0000:00/0000:00:01.1/0000:01:00.0 "small/sys/devices/pci0000:00/$evil"
ln -s "../../../devices/pci0000:00/$evil" "small/sys/bus/pci/devices/$evil"
for name in 0000:01:00.00 0000:1:00.0 01:00.0 0000:01:00.0x 0000:01:20.0 0000:01:00.8 0000:0G:00.0; do
	ln -s ../../../devices/pci0000:00/0000:00:01.1/0000:01:00.0 "small/sys/bus/pci/devices/$name"
done
try groups
unlike "what has no address is no device" "$output" 'evil|0000:01:00\.00|0000:1:|0000:01:20|00\.8|0G'
try "setup gpu --apply"
is "and does not make the card two" "$code" 0
unlike "nor is in a file" "$(cat small/etc/systemd/system/vfio-passfix.service small/etc/modprobe.d/*)" evil
fresh
driver=$'amdgpu\ninstall x evil'
mv small/sys/bus/pci/drivers/amdgpu "small/sys/bus/pci/drivers/$driver"
mkdir -p "small/sys/module/$driver"
ln -sfn "../../../../module/$driver" "small/sys/bus/pci/drivers/$driver/module"
ln -sfn "../../../../bus/pci/drivers/$driver" small/sys/bus/pci/devices/0000:01:00.0/driver
try "setup gpu --apply"
is "a driver's name with a line in it: set up" "$code" 0
unlike "without that line" "$(cat small/etc/modprobe.d/*)" '^install x|evil'

done_testing
