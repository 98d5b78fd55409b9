#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix report: all commands give the same output for a host and for its report, which has nothing
# private in it; tests/tool/from-report makes a described host from it. (report.sh: on a running host.)
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

need_tool
scratch

# unpack ARCHIVE FOLDER
unpack() {
	rm -rf "$2"
	mkdir "$2"
	tar -xzf "$1" -C "$2"
}

# said ROOT: the output of all commands for it, with the stand-in for the host's user.
said() {
	local words
	for words in doctor 'doctor --json' status 'status --json' groups 'groups --json' remove 'setup gpu' 'xml gpu' \
		"${devices[@]/#/doctor }" "${devices[@]/#/setup }" "${devices[@]/#/xml }"; do
		echo "$ $words"
		# shellcheck disable=SC2086 # a word each
		"$tool" --root "$1" $words 2>&1
		echo "[$?]"
	done | sed -E "s|$T/$1|ROOT|g; s,(^\|[^/[:alnum:]-])$1/,\1ROOT/,g; s/\balice\b/user1/g"
}

diag "each described host"
for folder in "$TESTS"/tool/hosts/*/; do
	host=$(basename "$folder")
	"$TESTS/tool/build-root" "$folder" "$host"
	mapfile -t devices < <(cd "$host/sys/bus/pci/devices" && printf '%s\n' *:0[0-9].[01] | head -n 4)
	ok "$host: a report" sh -c "'$tool' --root '$host' report '$host.tar.gz' >'$host.out'"
	unpack "$host.tar.gz" "$host.again"
	is "$host: it is the same host to all commands" "$(diff <(said "$host") <(said "$host.again"))" ""
	is "$host: the first page is what they say" "$(sed -n '2,/^\$ /p' "$host.again/vfio-passfix-report/said.transcript" | head -n -2)" \
		"$("$tool" --root "$host.again" doctor 2>&1; code=$?; ((!code)) || echo "[exit $code]")"
	ok "$host: it is no larger than a mail" test "$(stat -c %s "$host.tar.gz")" -lt 100000
	"$tool" --root "$host.again" report "$host.again.tar.gz" >/dev/null
	unpack "$host.again.tar.gz" again
	is "$host: a report of the report is the same host, too" "$(diff <(said "$host.again") <(said again))" ""
	rm -rf again
done
is "lspci reads its devices" "$(lspci -F guide.again/vfio-passfix-report/devices.lspci -Dn | cut -d' ' -f1,3)" \
	"$(lspci -D -A linux-sysfs -O sysfs.path=guide/sys/bus/pci -n 2>/dev/null | cut -d' ' -f1,3)"
is "the same host has the same report" "$("$tool" --root guide report same.tar.gz >/dev/null; sha256sum <same.tar.gz)" "$(sha256sum <guide.tar.gz)"

diag "for a user who is not root"
as_user() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"
}
mkdir -m 777 open
cp "$tool" open/vfio-passfix
chmod 755 healthy
as_user open/vfio-passfix --root healthy report open/user.tar.gz >out
like "it says that root would see more" "$(cat out)" '^[0-9]+ files? could not be read\. To include (it|them), run this (with sudo|as root)'
unpack open/user.tar.gz user.again
like "a user's doctor is not root's" "$(as_user open/vfio-passfix --root healthy doctor)" '[0-9] not checked'
is "root sees in it what the user saw" "$("$tool" --root user.again doctor)" "$(as_user open/vfio-passfix --root healthy doctor)"

diag "what is private"
cp -a healthy private
private=(zaphod trillian beeblebrox magrathea s6z1nx0w1234 aa:bb:cc:dd:ee:ff 192\\.168\\.7 10\\.11\\.12 0b9e7a51 deadbeef fe80:
	hunter2 secretnote heart-of-gold 0123456789abcdef 12ab-34cd 5000c500a1b2c3d4 00112233445a earth\\.example TP-SERIAL-77)
cat >>private/etc/passwd <<'END'
zaphod:x:1001:1001:Zaphod Beeblebrox,Room 42,,:/home/zaphod:/bin/bash
END
echo magrathea7.earth.example >private/etc/hostname
mkdir -p private/proc/sys/kernel private/home/zaphod
echo magrathea7 >private/proc/sys/kernel/hostname
echo '127.0.1.1 magrathea7.earth.example magrathea7' >private/etc/hosts
echo "quiet root=UUID=0b9e7a51-34cd-4e2f-9a11-77aa55cc33ee rd.luks.uuid=luks-deadbeef-34cd-4e2f-9a11-77aa55cc33ee \
ip=10.11.12.13::10.11.12.1:255.255.255.0:magrathea7:enx00112233445a:none ip6=fe80::1234:56ff:fe78:9abc \
resume=/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_S6Z1NX0W1234-part3 netconsole=6666@192.168.7.8/eth0,5555@192.168.7.9/AA:BB:CC:DD:EE:FF \
data=/dev/disk/by-label/Heart-of-Gold machine=0123456789abcdef0123456789abcdef efi=UUID=12AB-34CD pw=1 password=hunter2 \
san=wwn-0x5000c500a1b2c3d4" >private/proc/cmdline
echo S6Z1NX0W1234 >"$(readlink -f private/sys/class/nvme/nvme0)/serial"
echo TP-SERIAL-77 >private/sys/devices/virtual/dmi/id/board_serial
printf 'options foo who=magrathea7 mac=aa:bb:cc:dd:ee:ff disk=S6Z1NX0W1234 board=TP-SERIAL-77 \\\n home=/home/zaphod/x # Zaphod Beeblebrox\noptions bar mail=trillian@sirius.example\n' \
	>private/etc/modprobe.d/zaphod.conf
# A plain tar header has 100 characters for a name.
long=$(printf 'x%.0s' {1..120})
echo 'options long=1' >"private/etc/modprobe.d/$long.conf"
ln -s "../../$long/no.conf" private/etc/modprobe.d/no.conf
sed -i 's|<name>win11</name>|&<description>secretnote</description>|; s|/usr/share/vgabios|/home/zaphod/rom|' \
	private/etc/libvirt/qemu/win11.xml
mv private/usr/share/vgabios private/home/zaphod/rom
"$tool" --root private report private.tar.gz >private.out
unpack private.tar.gz private.again
is "bsdtar reads of it what GNU tar does" "$(mkdir bsd && bsdtar -xf private.tar.gz -C bsd && diff -r --no-dereference bsd private.again)" ""
is "long names and links are whole" "$(cat "private.again/etc/modprobe.d/$long.conf"; readlink private.again/etc/modprobe.d/no.conf)" \
	"options long=1"$'\n'"../../$long/no.conf"
pattern=$(IFS='|'; echo "${private[*]}")
found() {
	{ grep -rnaiE "$pattern" "$1"; find "$1" -printf '%P -> %l\n' | grep -iE "$pattern"; } | head
}
like "the host has it" "$(found private)" zaphod
is "nothing of it is in the report" "$(found private.again; grep -aiE "$pattern" private.out)" ""
for value in "${private[@]}"; do
	# The report only replaces what it looks at; it looks at each of these.
	# shellcheck disable=SC2016 # for the inner shell
	ok "$value was on the host" sh -c 'grep -rqaiE -- "$0" private/etc private/proc private/sys' "$value"
done
is "what was replaced is said, by kind" "$(sed -n '/^Replaced/,/^$/s/^  \([^:]*\):.*/\1/p' private.out | sort | xargs -d '\n' | tr '\n' ' ')" \
	"IPv4 address IPv6 address MAC address UUID e-mail address label of a file system name of a disk name of a host name of a user password serial number "
is "and kept in it" "$(cat private.again/vfio-passfix-report/replaced)" "$(sed -n '/^Replaced/,/^$/s/^  //p' private.out)"
like "one value has one stand-in" "$(cat private.again/etc/modprobe.d/user1x.conf private.again/proc/cmdline | tr '\n' ' ')" \
	'who=host1xxxxx mac=(02:00:00:00:00:0.) disk=(serial[0-9]x*) board=.* home=/home/(user.x)/x .*:host1xxxxx:.*/\1 '
is "PCI's addresses and ids, and the firmware's table, are as they were" \
	"$(cd private.again && sha256sum sys/firmware/acpi/tables/IVRS sys/bus/pci/devices/*/{vendor,device,resource})" \
	"$(cd private && sha256sum sys/firmware/acpi/tables/IVRS sys/bus/pci/devices/*/{vendor,device,resource})"
is "doctor says the same of it, but for the name" "$("$tool" --root private.again doctor)" \
	"$("$tool" --root private doctor | sed 's/zaphod/user1x/')"
like "a ROM's header is all of it" "$(tr -d '\0' <private.again/home/user1x/rom/rx7900xtx.rom | wc -c)" '^[0-9]{1,2}$'
echo 'echo somebody wrote this' >>private/usr/sbin/update-initramfs
"$tool" --root private report programs.tar.gz >/dev/null
is "of programs, only that they are there" "$(tar -xzOf programs.tar.gz ./usr/sbin/update-initramfs)" '#!/bin/sh'

diag "the file"
cp guide.tar.gz there.tar.gz
ln -s nowhere.tar.gz link.tar.gz
for name in there.tar.gz link.tar.gz; do
	before=$(stat -c '%i %s %Y' "$name")
	output=$("$tool" --root guide report "$name" 2>&1)
	like "$name: what is there stays" "$? $output" "^3 vfio-passfix: cannot write $name: File exists; name another"
	is "$name: as it was" "$(stat -c '%i %s %Y' "$name")" "$before"
done
nok "and a link leads nowhere" test -e nowhere.tar.gz
is "only its owner can read it" "$(stat -c %a guide.tar.gz)" 600
is "whatever the umask" "$(umask 0; "$tool" --root guide report mask.tar.gz >/dev/null; stat -c %a mask.tar.gz)" 600
is "under sudo it is who called it's" "$(SUDO_UID=65534 SUDO_GID=65534 "$tool" --root guide report sudo.tar.gz >/dev/null; stat -c %u:%g sudo.tar.gz)" \
	65534:65534
mkdir default
is "its name by default" "$(cd default && "$tool" --root ../guide report | head -n 1 | cut -d: -f1; ls -A)" \
	$'vfio-passfix-report.tar.gz\nvfio-passfix-report.tar.gz'
mkdir full
# shellcheck disable=SC2016 # for the inner shell
is "a full disk: 3, and no part of a file" "$(unshare --mount sh -c '
	mount -t tmpfs -o size=8k tmpfs full
	"$0" --root guide report full/report.tar.gz 2>&1; echo "$?"; ls -A full' "$tool")" \
	$'vfio-passfix: cannot write full/report.tar.gz: No space left on device\n3'
# Only the report's file may be synced and renamed.
for call in fsync renameat2; do
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'strace -f -qq -o trace -e "trace=$1" -e "inject=$1:signal=KILL" "$0" --root guide report kill.tar.gz' \
		"$tool" "$call" >/dev/null 2>&1
	is "killed at $call(): $?, and there is none" "$(grep -c 'killed by SIGKILL' trace) $(ls kill.tar.gz 2>&1)" \
		"1 ls: cannot access 'kill.tar.gz': No such file or directory"
done
is "no folder: 3, with the reason" "$("$tool" --root guide report no/such.tar.gz 2>&1; echo $?)" \
	$'vfio-passfix: cannot write no/such.tar.gz: No such file or directory\n3'
unlike "a host's names reach no terminal as they are" "$(cat hostile.out)" $'[\e\x9b]'

diag "for the maker of the board"
vendor() {
	output=$("$tool" --root "$@" 2>&1)
	code=$? line=$(tr '\n' ' ' <<<"$output")
}
vendor guide report --vendor
is "it is printed" "$code" 0
like "the board" "$output" 'Board: +Gigabyte Technology Co., Ltd\. X870M AORUS ELITE WIFI7'
like "each block, decoded" "$output" '3\. IVMD type 0x22 at offset 0xc0, devices 00:00\.0-0f:1f\.7'
like "with its memory and flags" "$output" 'memory 0x9d7e3000-0x9d7e3fff, 4 KiB, flags 0x08'
like "each device" "$output" '1, 2, 3  0000:03:00\.0  1002:744c  VGA compatible controller: Navi 31.*  !'
like "which kernel refuses them" "$line" 'Linux 6\.6 and later therefore refuses.*runs Linux 6\.19\.14-200\.fc44\.x86_64, which refuses them'
like "what the firmware should do" "$output" 'one block of type 0x21 for each'
is "no line of text is longer than 80 characters" "$(grep -vE '^  [0-9, ]+ +[0-9a-f]{4}:|^Board' <<<"$output" | grep -E '.{81}')" ""
vendor rmrr report --vendor
like "Intel: an RMRR and its devices" "$line" 'RMRR at offset .*5d:00\.0/00\.0.*0000:5e:00\.0  8086:1572'
like "and other words of what to do" "$output" 'RMRR.s device scope'
vendor old report --vendor
like "an old kernel is told apart" "$output" 'does not refuse them yet'
unlike "and has no device refused" "$output" '  !$'
vendor private report --vendor vendor.txt
is "into a file" "$code:$output:$(stat -c %a vendor.txt)" 0::600
is "without what is private" "$(grep -iE "$pattern" vendor.txt)" ""
vendor noiommu report --vendor
like "no table: 3, and it says so" "$code $output" '^3 .*mandates no 1:1 mappings: it has neither'
vendor desktop report --vendor
like "a table that asks for nothing, or its text" "$code $output" '^(3 .*mandates no 1:1 mappings, so|0 Firm)'
output=$(as_user open/vfio-passfix --root guide report --vendor 2>&1)
like "not root's: 3, and what to do" "$? $output" '^3 .*cannot read the firmware.s table IVRS: Permission denied; run this with sudo'

diag "a described host of it"
export PASSFIX_BUILD
from_report() {
	output=$("$TESTS/tool/from-report" "$@" 2>&1)
	code=$?
}
from_report "$T/desktop.tar.gz" "$T/made/desktop"
like "from-report makes one" "$code $output" '^0 .*a host of [0-9]+ lines'
is "and play says of it what was said on the host" "$(sed 1d <<<"$output"; "$TESTS/tool/play" made/desktop/said.transcript)" ""
sed -i 's/ passed (see --all)/ lost (see --all)/' desktop.again/vfio-passfix-report/said.transcript
tar -czf other.tar.gz -C desktop.again .
from_report "$T/other.tar.gz" "$T/made/other"
like "what differs is shown" "$code $(tr '\n' ' ' <<<"$output")" '^0 .*-[0-9]+ lost \(see.*\+[0-9]+ passed \(see.*Either is right'
# A report that is made to harm its reader.
# shellcheck disable=SC2016 # it is not to be expanded
echo 'quiet $(touch '"$T"'/harm) `touch '"$T"'/harm`'"'; touch $T/harm; '" >desktop.again/proc/cmdline
tar -czf words.tar.gz -C desktop.again .
from_report "$T/words.tar.gz" "$T/made/words"
nok "words of it are no commands" test -e harm
like "but words" "$(cat made/words/host)" 'touch'
for line in '$ sh: touch harm' '$ vfio-passfix doctor; touch harm' '$ vfio-passfix setup gpu --apply' '$ user: vfio-passfix doctor'; do
	printf '\n%s\n' "$line" >>desktop.again/vfio-passfix-report/said.transcript
	tar -czf command.tar.gz -C desktop.again .
	from_report "$T/command.tar.gz" "$T/made/command"
	like "its transcript says \"$line\": refused" "$code $output" '^1 .*commands that no report has'
	sed -i '$d' desktop.again/vfio-passfix-report/said.transcript
done
mknod desktop.again/node c 1 5
tar -czf node.tar.gz -C desktop.again .
from_report "$T/node.tar.gz" "$T/made/node"
like "a device in it: refused" "$code $output" '^1 .*something else than files'
tar -czf empty.tar.gz -C default .
head -c 3000 desktop.tar.gz >cut.tar.gz
echo text >text.tar.gz
for name in empty cut text; do
	from_report "$T/$name.tar.gz" "$T/made/$name"
	like "$name: no report" "$code $output" '^1 from-report: .* is no report'
	nok "$name: nothing is made" test -e "made/$name"
done

done_testing
