#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix setup and remove: what is written on which host, that remove restores the host byte for
# byte, and that after a crash at any point setup can be finished or undone.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/setup.sh"

need_tool

scratch

diag "the plan"
host guide
host card guide '$ a passfix'
before=$(snapshot guide)
ends 0 "it is only shown" guide setup gpu
unchanged "and nothing is written" guide "$before"
like "a new file" "$output" "^new +/$conf$"
like "with its content" "$output" '^    options vfio_passfix pass_fix=1 devices=1002:744c,1002:ab30,1002:7446,1002:7444$'
like "a link" "$output" "^new +/$link -> /$unit$"
like "what is run then" "$output" '^    dracut --force --regenerate-all$'
like "and systemd" "$output" '^    systemctl daemon-reload$'
like "what to do next" "$output" '^Nothing was changed\. To do it: add --apply$'
like "the fix is not installed: said" "$errors" 'warning: .*vfio_passfix is not installed for this kernel \(6\.19\.14-200\.fc44\.x86_64\)\. Run "make install"'
ends 3 "and refused" guide setup gpu --apply
unchanged "before anything is written" guide "$before"
ends 64 "no device: wrong usage" guide setup
ends 66 "no address: refused" guide setup 03:00.9
host locked guide '$ a passfix\nmodule_signer[vfio_passfix]=\nsecure_boot'
shows "signed modules only, and ours is not: said" 'loads signed modules only, and vfio_passfix is not signed' locked setup gpu
answers "any function stands for its card" "^0 .*|bind --expect 1002:744c 0000:03:00\.0" card setup 03:00.2

diag "what is written, with dracut"
before=$(snapshot card)
succeeds "apply" card setup gpu --apply
is "for modprobe" "$(lines card/$conf)" \
	"options vfio_passfix pass_fix=1 devices=1002:744c,1002:ab30,1002:7446,1002:7444
options vfio-pci ids=1002:744c,1002:ab30,1002:7446,1002:7444
softdep amdgpu pre: vfio-pci
softdep i2c_designware_pci pre: vfio-pci
softdep snd_hda_intel pre: vfio-pci"
like "a comment says who wrote it and for which card" "$(cat card/$conf)" \
	'^# Written by "vfio-passfix setup" for the card 0000:03:00\.0-3 \(1002:744c\)\.$'
like "and how to be rid of it" "$(cat card/$conf)" '^# "vfio-passfix remove --apply" takes it away'
like "a driver that is part of the kernel is told of" "$output$("$tool" --root guide setup gpu 2>&1)" 'The driver xhci_pci is part of this kernel'
is "for modules-load" "$(lines card/$load)" vfio_passfix
is "for systemd" "$(lines card/$unit)" \
	"[Unit]
Description=Bind the card 0000:03:00.0-3 to vfio-pci
Documentation=man:vfio-passfix(8)
After=systemd-modules-load.service
Before=libvirtd.service virtqemud.service
Before=display-manager.service systemd-user-sessions.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/vfio-passfix bind --at-boot --expect 1002:744c 0000:03:00.0
TimeoutStartSec=2min
$(grep -A 16 '^ProtectSystem=strict$' card/$unit)
[Install]
WantedBy=multi-user.target"
is "which is enabled" "$(readlink card/$link)" "/$unit"
# The tool writes to /sys and /run/vfio-passfix, loads modules, and looks at all processes and devices.
like "and has what it does not need taken away" "$(systemd-analyze security --offline=true --no-pager --threshold=60 "$PWD/card/$unit" 2>&1; echo "ends with $?")" '^ends with 0$'
# shellcheck disable=SC2016
is "for dracut" "$(bash -c '. "$1"; echo "$force_drivers|$add_drivers|$install_optional_items" | tr -s " "' . card/$dracut)" \
	" vfio_pci || /$conf "
is "permissions" "$(stat -c %a card/$conf card/$load card/$unit card/$dracut | xargs)" "644 644 644 644"
ok "no limit is lifted where the fork does that" test ! -e card/etc/systemd/system/virtqemud.service.d
like "what has to be run is said" "$output" '^To be run in that system'
like "namely" "$output" '^    dracut --force --regenerate-all$'
is "modprobe takes it" "$(modprobe -C card/etc/modprobe.d -c | grep -c '^options vfio_pci ids=1002:744c,\|^softdep amdgpu pre: vfio-pci$')" 2
answers "by another function: nothing to do" '^0 .* is set up already; nothing to do' card setup 03:00.1
answers "remove is only shown" '^0 ' card remove
like "file by file" "$output" "^removed +/$conf$"
succeeds "remove" card remove --apply
unchanged "all is as it was" card "$before"
run card remove --apply
is "again: nothing to do" "$code:$output" "0:Nothing is set up; nothing to do."

diag "other generators and hosts"
host debian guide "$debian; \$ a passfix"
round "initramfs-tools" debian gpu
run debian setup gpu --apply
is "its hook is executable" "$(stat -c %a debian/$hook)" 755
ok "and sh takes it" busybox sh -n debian/$hook
is "and it is asked what comes before it" "$(sh debian/$hook prereqs; echo $?)" 0
like "what is run then" "$output" '^    update-initramfs -u -k all$'
like "all drivers are modules here" "$(cat debian/$conf)" '^softdep xhci_pci pre: vfio-pci$'

host arch guide 's/^distribution .*/distribution arch/;s/^libvirt .*/libvirt 12.0.0 libvirtd/;$ a passfix'
round "mkinitcpio" arch gpu
shows "what is run then" '^    mkinitcpio -P$' arch setup gpu --apply
# shellcheck disable=SC2016
for set in 'MODULES=(ext4 nvme) FILES=(/a)' 'MODULES="ext4 nvme" FILES=/a'; do
	is "its file, after $set" "$(bash -c 'eval "$2"; . "$1"; printf "%s " "${MODULES[@]}" "${FILES[@]}"' . arch/$mkinitcpio "$set")" \
		"ext4 nvme vfio_pci vfio_iommu_type1? vfio_passfix? vfio_iommu_type1_passfix? /a /$conf /usr/libexec/vfio-passfix/load-type1 "
done

host none guide "$debian; \$ a passfix"
rm none/usr/sbin/update-initramfs
round "no generator" none gpu
shows "no generator: said" 'No program that makes an initramfs is known here' none setup gpu
unlike "and none is run" "$output" '^    (update-initramfs|dracut|mkinitcpio)'

cp -a debian both
run both remove --apply
printf '#!/bin/bash\n' >both/usr/bin/dracut
shows "dracut beside initramfs-tools is left alone" '^    update-initramfs' both setup gpu
printf '#!/bin/sh\nexec dracut --force\n' >both/usr/sbin/update-initramfs
shows "but not where update-initramfs is dracut's" '^    dracut' both setup gpu
cp -a debian switched
printf '#!/bin/bash\n' >switched/usr/bin/dracut
rm switched/usr/sbin/update-initramfs
shows "another one makes the initramfs by the time of remove: that one is run" '^    dracut' switched remove

host binding
round "the firmware mandates nothing" binding gpu
run binding setup gpu --apply
is "nothing of the fix is there" "$(cat binding/$conf binding/$hook | grep -c passfix_)" 0
ok "nor loaded at boot" test ! -e binding/$load
run binding remove --apply
shows "which is said" 'The fix is not needed' binding setup gpu
shows "also when it is done" 'The fix is not needed' binding setup gpu --apply

host old
shows "before 6.6 it is not needed either" 'The fix is not needed: .*' old setup gpu
unlike "and left off" "$output" pass_fix
host noiommu
shows "no IOMMU: said" 'it is in no IOMMU group: the' noiommu setup gpu

# Two functions of the card are in a group with bridges and a device of the chipset.
host grouped guide "$debian; \$ a passfix"
group=$(basename "$(readlink grouped/sys/bus/pci/devices/0000:03:00.0/iommu_group)")
for device in 0000:03:00.1 0000:02:00.0 0000:0d:00.3 0000:00:01.1; do
	old=$(basename "$(readlink "grouped/sys/bus/pci/devices/$device/iommu_group")")
	mv "grouped/sys/kernel/iommu_groups/$old/devices/$device" "grouped/sys/kernel/iommu_groups/$group/devices/"
	ln -sfn "$(readlink "grouped/sys/bus/pci/devices/$device/iommu_group" | sed "s|[0-9]*$|$group|")" \
		"grouped/sys/bus/pci/devices/$device/iommu_group"
done
run grouped setup gpu
like "the fix has one entry per group, the card's first function in it" "$output" \
	'devices=1002:744c,1002:7446,1002:7444$'
like "a device that the host keeps in the group is told of" "$output" "0000:0d:00\.3 is in IOMMU group $group with the card"
unlike "a bridge is not" "$output" '0000:00:01\.1 is in IOMMU group'
# (The ports of a network card would be cards of their own.)
host ports rmrr 's/8086:1572 020000/8086:1572 088000/'
shows "two groups of one id need one entry" 'devices=8086:1572$' ports setup 5e:00.0

diag "after the boot"
# The same host after the setup has taken effect.
host booted guide "$debian; s/^machine x870/machine x870 card=vfio-pci card_type=DMA-FQ/;\$ a passfix\nfix on 1002:744c,1002:ab30,1002:7446,1002:7444"
for path in $conf $load $unit $link $hook var/lib/vfio-passfix; do
	mkdir -p "booted/$(dirname "$path")"
	cp -a "debian/$path" "booted/$path"
done
like "the fix is on there" "$(cat booted/sys/kernel/iommu_groups/*/reserved_regions)" direct-relaxable
answers "nothing to do" '^0 .* is set up already; nothing to do' booted setup gpu --apply

diag "what was there before"
host sparse guide "$debian; \$ a passfix alone"
sparse sparse
run sparse setup gpu
like "no fork: the limit is lifted for what starts guests" "$output" '^new +/etc/systemd/system/libvirtd\.service\.d/vfio-passfix\.conf$'
like "and how" "$output" '^    LimitMEMLOCK=infinity$'
round "folders that are missing" sparse gpu
host unwanted guide "$debian; \$ a passfix"
run unwanted setup gpu
unlike "the fork lifts it by itself" "$output" LimitMEMLOCK
mkdir -p unwanted/etc/vfio-passfix
touch unwanted/etc/vfio-passfix/no-fork
shows "but not where it is not wanted" '^    LimitMEMLOCK=infinity$' unwanted setup gpu
run sparse setup gpu --apply
shows "a file that will be removed" "^removed +/$conf$" sparse remove
like "a folder that will be removed" "$output" '^removed +/etc/modules-load\.d, if it is empty$'
echo mine >sparse/etc/modules-load.d/mine.conf
run sparse remove --apply
is "a folder that somebody else uses by now is left" "$code $(ls sparse/etc/modules-load.d)" "0 mine.conf"

# Something else exists at each of the names.
host blocked guide '$ a passfix'
for path in $conf $load $unit $link $dracut; do
	for what in "a file" "a folder" "a link"; do
		cp -a blocked occupied
		mkdir -p "$(dirname "occupied/$path")"
		case $what in
		*file) echo mine >"occupied/$path" ;;
		*folder) mkdir "occupied/$path" ;;
		*link) ln -s nowhere "occupied/$path" ;;
		esac
		before=$(snapshot occupied)
		shows "$what at /$path: shown" "^blocked +/$path" occupied setup gpu
		run occupied setup gpu --apply --force
		like "$what at /$path: refused, by name" "$code $errors" "^3 .*nothing was changed: .*/$path: it already exists, and setup did not write it"
		unchanged "$what at /$path: and nothing is written" occupied "$before"
		rm -rf occupied
	done
done
# What docs/by-hand.md has people write is not a file of setup's, and stays.
cp -a blocked hand
echo 'options vfio_passfix pass_fix=1' >hand/etc/modprobe.d/vfio-passfix-on.conf
round "a file written by hand is left" hand gpu

# A setup of 0.1.0, with its file names, and its journal instead of ours.
old_journal() {
	jq '.format = 1 | .made_home = true | . += (.cards[0] | del(.name)) | del(.boot, .cards) |
		.files |= map({ path, before: {}, planned:
			(if .content | startswith("link:") then { link: .content[5:] } else { sha256: .content[7:] } end + { mode }) })' \
		"$1/var/lib/vfio-passfix/setup/journal.json" >journal.json
	cp journal.json "$1/var/lib/vfio-passfix/setup/journal.json"
}
cp -a blocked upgraded
before=$(snapshot upgraded)
run upgraded setup gpu --apply
for path in $conf $load; do
	mv "upgraded/$path" "upgraded/${path/-setup/-on}"
	sed -i "s|/$path|/${path/-setup/-on}|" upgraded/var/lib/vfio-passfix/setup/journal.json
done
old_journal upgraded
cp -a upgraded replaced
complains "a setup of 0.1.0: to be removed first" '^3 .*what is to be written for it has changed since' upgraded setup gpu --apply
succeeds "remove undoes it" upgraded remove --apply
unchanged "and all is as it was" upgraded "$before"
journal=replaced/var/lib/vfio-passfix/setup/journal.json
jq '.files |= map(.before = { sha256: "0", mode: 420 })' $journal >journal.json && cp journal.json $journal
before=$(snapshot replaced)
complains "one that has replaced a file: by hand" '^3 .*0\.1\.0 kept copies of the files it replaced' replaced remove --apply
unchanged "and nothing is touched" replaced "$before"

diag "refusals"
host healthy
host laptop
host rmrr
# refused NAME ROOT DEVICE PATTERN
refused() {
	local before
	before=$(snapshot "$2")
	ends 3 "$1: refused" "$2" setup "$3" --apply
	like "$1: the reason" "$errors" "refused: .*$4"
	like "$1: the way out" "$errors" 'add --force'
	unchanged "$1: nothing is written" "$2" "$before"
	ends 3 "$1: the plan ends with 3, too" "$2" setup "$3"
}
refused "the boot display" card 0d:00.0 'the display that the host boots on'
refused "the only display" laptop c1:00.0 'the only display of this host'
refused "a disk with the root, btrfs" card 04:00.0 '0000:04:00\.0 is in use by the host: /dev/nvme0n1p[0-9] is mounted on /'
grep -v 'nvme0n1p[12]' healthy/proc/self/mountinfo >mountinfo && cat mountinfo >healthy/proc/self/mountinfo
refused "through a volume group" healthy 04:00.0 '/dev/mapper/vg-root \(on /dev/nvme0n1p3\) is mounted on /'
grep -v mapper healthy/proc/self/mountinfo >mountinfo && cat mountinfo >healthy/proc/self/mountinfo
refused "swap in it" healthy 04:00.0 '/dev/mapper/vg-swap \(on /dev/nvme0n1p3\) is used as swap'
sed -i 2,\$d healthy/proc/swaps
ends 0 "a disk that nobody uses" healthy setup 04:00.0
refused "through encryption" laptop 02:00.0 'is mounted on /'
: >rmrr/proc/self/mountinfo
refused "swap on a partition" rmrr 5f:00.0 '/dev/nvme0n1p3 is used as swap'
refused "a network interface that is up" rmrr 01:00.0 'the network interface eno1 is up'
# An NVMe disk with several paths is not below its device; a btrfs on several disks is mounted by one
# of them.
disk=$(readlink -f rmrr/sys/class/block/nvme0n1)
mkdir -p rmrr/sys/devices/virtual/nvme-subsystem/nvme-subsys0 "${disk%/*}/nvme0c0n1"
mv "$disk" rmrr/sys/devices/virtual/nvme-subsystem/nvme-subsys0/
for name in nvme0n1 nvme0n1p1 nvme0n1p2 nvme0n1p3; do
	ln -sfn "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1$([[ $name == nvme0n1 ]] || echo "/$name")" "rmrr/sys/class/block/$name"
done
ln -s "$(realpath --relative-to rmrr/sys/class/block "${disk%/*}/nvme0c0n1")" rmrr/sys/class/block/nvme0c0n1
refused "an NVMe disk with paths" rmrr 5f:00.0 '/dev/nvme0n1p3 is used as swap'
sed -i 2,\$d rmrr/proc/swaps
mkdir -p rmrr/sys/fs/btrfs/6f6a3c1d-2e4b-4f0a-9d8c-7b6a59483726/devices/nvme0n1p2
refused "a btrfs of several disks" rmrr 5f:00.0 '/dev/nvme0n1p2 is part of a btrfs that is mounted'
shows "a link that is down, its sister up, and a group for each: that one alone" 'card 0000:01:00\.1 ' rmrr setup 01:00.1
ends 0 "by force" card setup 0d:00.0 --apply --force
like "with a warning" "$errors" 'warning: 0000:0d:00\.0 is the display that the host boots on'
like "also at boot" "$(cat card/$unit)" '^ExecStart=/usr/sbin/vfio-passfix bind --at-boot --force --expect 1002:13c0 0000:0d:00\.0$'
answers "again, and force is remembered" '^0 .*nothing to do' card setup 0d:00.0 --apply
run card remove --apply

diag "files that were edited"
before=$(snapshot card)
run card setup gpu --apply
echo '# mine' >>card/$conf
rm card/$load
after=$(snapshot card)
for words in "setup gpu --apply" "remove --apply"; do
	# shellcheck disable=SC2086
	ends 3 "$words: refused" card $words
	like "$words: it is named" "$errors" "edited since setup wrote it:"
	like "$words: namely" "$errors" "^  /$conf$"
	unlike "$words: one that is gone is no matter" "$errors" "/$load"
	unchanged "$words: and nothing is changed" card "$after"
done
run card setup gpu
unlike "our own file is not taken for somebody else's" "$output" 'sets options for vfio_passfix'
complains "said when it is only shown, too" "^3 .*/$conf was edited since" card remove
cp -a card forced
ends 0 "setup by force" forced setup gpu --apply --force
is "writes them again" "$(lines forced/$load)$(grep -c mine forced/$conf)" vfio_passfix0
like "and keeps the edited one" "$(cat forced/var/lib/vfio-passfix/edited/etc-modprobe.d-vfio-passfix-setup.conf)" '^# mine$'
ends 0 "remove by force" card remove --apply --force
like "says where it is kept" "$output" "^keeping the edited /$conf as /var/lib/vfio-passfix/edited/etc-modprobe\.d-vfio-passfix-setup\.conf$"
is "and so it is" "$(grep -c mine card/var/lib/vfio-passfix/edited/*)" 1
rm -r card/var/lib/vfio-passfix
unchanged "all else is as it was" card "$before"
run card setup gpu --apply
sed -i 's/1002:744c,/1002:744c,1002:1111,/' card/sys/bus/pci/devices/0000:03:00.0/vendor
echo 0x1111 >card/sys/bus/pci/devices/0000:03:00.1/device
complains "the host has changed since: refused" '^3 ' card setup gpu --apply
like "with what differs" "$errors" "^  /$conf$"
like "and what to do" "$errors" 'remove --apply, then run this again'
rm -rf card
host card guide '$ a passfix'

diag "identical cards"
host twins
succeeds "vfio-pci as part of the kernel" twins setup gpu --apply
like "it is given the card by place" "$(cat twins/$conf)" '^install vfio-passfix-card sh -c .*take 0000:00:03\.1/0000:0a:00\.0 0x10de 0x2684; take 0000:00:03\.1/0000:0a:00\.1 0x10de 0x22ba;'
is "before each driver" "$(grep ^softdep twins/$conf)" "softdep nouveau pre: vfio-passfix-card
softdep snd_hda_intel pre: vfio-passfix-card"
unlike "not by id" "$(cat twins/$conf)" '^options vfio-pci'
like "and the fix is for its address, since the id fits another" "$(cat twins/$conf)" 'devices=0000:0a:00\.0$'
like "the unit does nothing where another one is in that place" "$(cat twins/$unit)" '^AssertPathExists=/sys/bus/pci/devices/0000:00:03\.1/0000:0a:00\.0$'
is "modprobe runs the rule before the driver" \
	"$(modprobe -d twins -C twins/etc/modprobe.d -S 6.8.0-60-generic -n -v nouveau | sed "s|^insmod .*/\([a-z]*\)\.ko.*|\1|; s/ .*//" | xargs)" "drm install nouveau"
run twins remove --apply
complains "the other one is the boot display" '^3 .*0000:01:00\.0 is the display that the host boots on' twins setup 01:00.0

host modular twins 's/^distribution .*/distribution debian 13/;s/passfix alone/passfix/'
run modular setup gpu --apply
# shellcheck disable=SC2016
like "vfio-pci as a module: the rule is on its loading" "$(cat modular/$conf)" '^install vfio-pci sh -c .*exec modprobe --ignore-install vfio-pci "\$@"'\'' vfio-pci \$CMDLINE_OPTS$'
is "modprobe has it" "$(modprobe -C modular/etc/modprobe.d -c | grep -c '^install vfio_pci sh -c ')" 1
is "and runs it before the driver" \
	"$(modprobe -d modular -C modular/etc/modprobe.d -S 6.8.0-60-generic -n -v nouveau | sed -n "s|^insmod .*/\(nouveau\)\.ko.*|\1|p; s/^install .*/rule/p" | xargs)" "rule nouveau"
# shellcheck disable=SC2016
like "with the options" "$(modprobe -d modular -C modular/etc/modprobe.d -S 6.8.0-60-generic -n -v vfio-pci disable_vga=1)" ' vfio-pci \$CMDLINE_OPTS disable_vga=1|vfio-pci disable_vga=1$'

# The rules themselves, in the shell of an initramfs, on the devices of the host "twins".
# rule ROOT: as modprobe passes it to sh, with paths below ROOT and a modprobe that only prints.
rule() {
	sed -n "s|^install [a-z-]* ||p" "$1/$conf" |
		sed "s|/sys/bus|$1/sys/bus|g; s|exec modprobe|echo modprobe|; s|\\\$CMDLINE_OPTS|disable_vga=1|"
}
overrides() {
	grep -H . "$1"/sys/bus/pci/devices/*/driver_override | sed 's|.*/\(0000:[^/]*\)/driver_override:|\1 |' | grep -v '(null)' | xargs
}
run twins setup gpu --apply
for root in twins modular; do
	: >"$root/sys/bus/pci/drivers_probe"
	is "$root: nothing is overridden before" "$(overrides $root)" ""
	output=$(busybox sh -c "$(rule $root)" 2>&1)
	is "$root: the rule works" $? 0
	is "$root: on these devices and no others" "$(overrides $root)" "0000:0a:00.0 vfio-pci 0000:0a:00.1 vfio-pci"
	for device in 0000:0a:00.0 0000:0a:00.1; do
		echo '(null)' >"$root/sys/bus/pci/devices/$device/driver_override"
	done
	echo 0x2685 >"$root/sys/bus/pci/devices/0000:0a:00.0/device"
	busybox sh -c "$(rule $root)" >/dev/null 2>&1
	is "$root: another device in that place is left alone" "$(overrides $root)" "0000:0a:00.1 vfio-pci"
	echo '(null)' >"$root/sys/bus/pci/devices/0000:0a:00.1/driver_override"
	# The bus numbers change: now the other device has the address.
	mv "$root/sys/devices/pci0000:00/0000:00:03.1/0000:0a:00.1" "$root/sys/devices/pci0000:00/0000:00:01.1/"
	ln -sfn ../../../devices/pci0000:00/0000:00:01.1/0000:0a:00.1 "$root/sys/bus/pci/devices/0000:0a:00.1"
	errors=$(busybox sh -c "$(rule $root)" 2>&1)
	is "$root: so is one at that address in another slot" "$(overrides $root)" ""
	unlike "$root: without a word" "$errors" '[Nn]o such|open'
done
like "vfio-pci is then loaded, with its options" "$output" '^modprobe --ignore-install vfio-pci disable_vga=1$'
is "or told to look again" "$(cat twins/sys/bus/pci/drivers_probe)" 0000:0a:00.1

# Settings of others.
host others guide '/^cmdline/,/pass_fix=1/c cmdline quiet
$ a passfix'
echo 'options vfio-pci ids=8086:1539,1002:744c disable_vga=1' >others/etc/modprobe.d/vfio.conf
echo 'options vfio_passfix memlock=0' >others/etc/modprobe.d/memlock.conf
run others setup gpu
unlike "another file sets ids: ours do not fight them" "$output" '^    options vfio-pci'
like "the card is taken by its place" "$output" '^    install vfio-pci .*take 0000:00:01\.1/0000:01:00\.0/0000:02:00\.0/0000:03:00\.0 0x1002 0x744c;'
like "which is said" "$output" '/etc/modprobe\.d/vfio\.conf sets ids for vfio-pci'
like "so are options of the fix" "$output" '/etc/modprobe\.d/memlock\.conf already sets options for vfio_passfix'
unlike "the unit needs no more than the id" "$output" AssertPathExists
echo 'install vfio_pci /usr/local/bin/mine' >others/etc/modprobe.d/vfio2.conf
shows "another rule is told of" '/etc/modprobe\.d/vfio2\.conf has a rule for loading vfio-pci' others setup gpu
echo 'options vfio-pci ids=1002:7444,1002:744c,1002:ab30,1002:7446' >others/etc/modprobe.d/vfio.conf
shows "the same ids are no matter" '^    options vfio-pci ids=1002:744c' others setup gpu

diag "two at once, and other trouble"
before=$(snapshot card)
lock=$(printf '/run/vfio-passfix/setup-%x-%x.lock' "$(stat -c %d card)" "$(stat -c %i card)")
run card remove --apply
is "the lock is root's alone" "$(stat -c '%a %u' "$lock")" "600 0"
errors=$(flock "$lock" "$tool" --root card setup gpu --apply 2>&1)
like "another one is at work: refused" "$? $errors" '^3 .*another vfio-passfix setup is at work'
unchanged "and nothing is done" card "$before"
mkdir empty
cp -a card/sys card/proc empty/
complains "no system below --root" '^3 ' empty setup gpu --apply
cp -a card damaged
run damaged setup gpu --apply
cp damaged/var/lib/vfio-passfix/setup/journal.json journal.json
for broken in '' '{' '[]' '{"format":2}' "$(sed 's/"done"/"over"/' journal.json)" "$(sed '/"content"/d' journal.json)" \
	"$(sed 's/"format":2/"format":3/' journal.json)" "$(sed 's/"files":\[/"files":[7,/' journal.json)" \
	"$(sed 's|"path":"/|"path":"|' journal.json)" "$(sed 's|"path":"/etc/|"path":"/etc/../|' journal.json)" \
	"$(sed 's|"path":"/etc/[^"]*"|"path":"/etc/passwd"|' journal.json)" \
	"$(sed 's|"folders":\[|"folders":["/home"|' journal.json)"; do
	echo "$broken" >damaged/var/lib/vfio-passfix/setup/journal.json
	run damaged remove --apply
	like "a damaged journal is told of: $(tr -d '\n ' <<<"${broken:0:40}")" "$code $errors" '^3 .*journal\.json.*damaged'
done
cp journal.json damaged/var/lib/vfio-passfix/setup/
ends 0 "and whole again it does" damaged remove --apply
cp -a card relative
mv relative/etc/modules-load.d relative/usr/lib/loads
ln -s ../usr/lib/loads relative/etc/modules-load.d
round "a link that stays inside" relative gpu

diag "on the running host"
# Without the leak check, which is done above: it needs the real /proc, and no strace.
export ASAN_OPTIONS=detect_leaks=0
host plain guide "$debian; \$a passfix"
cp "$tool" plain/usr/sbin/vfio-passfix
rm -f plain/usr/bin/systemctl
for program in update-initramfs systemctl; do
	printf '#!/bin/sh\necho %s "$@" >>/ran\n' $program >plain/usr/sbin/$program
	chmod 755 plain/usr/sbin/$program
done
# on_host: runs commands from standard input, with that root overlaid on this machine's own.
on_host() {
	over_host plain bash -uc "cd /; $(cat)" 2>&1
}
output=$(on_host <<'END'
vfio-passfix setup gpu; echo "plan $?"; ls /ran
vfio-passfix setup gpu --apply; echo "setup $?"; cat /ran; rm /ran
vfio-passfix setup gpu --apply; echo "again $?"; ls /ran
mkdir -p /run/systemd/system
vfio-passfix remove --apply; echo "remove $?"; cat /ran; rm /ran
ls /etc/modprobe.d/vfio-passfix-setup.conf /var/lib/vfio-passfix
END
)
like "the plan" "$output" '^plan 0$'
like "a step is a line" "$output" "^writing /$conf$"
like "so is one that takes long" "$output" '^regenerating the initramfs \(a minute or more\): update-initramfs -u -k all$'
like "setup" "$output" '^setup 0$'
is "what was run: the initramfs, systemd only where it runs" "$(grep -E '^(update-initramfs|systemctl) ' <<<"$output")" \
	"update-initramfs -u -k all
update-initramfs -u -k all
systemctl daemon-reload"
is "nothing for a plan, for a second setup, and nothing left" "$(grep -c '^ls: cannot access' <<<"$output")" 4
like "how to have it now" "$output" '^    vfio-passfix bind 0000:03:00\.0$'
like "and the fix" "$output" '^    modprobe vfio_passfix$'
like "and how to have it back" "$output" '^    vfio-passfix unbind 0000:03:00\.0$'

output=$(on_host <<'END'
printf '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo word $i; done; echo disk full >&2; exit 3\n' >/usr/sbin/update-initramfs
vfio-passfix setup gpu --apply; echo "setup $?"
vfio-passfix setup gpu; echo "plan $?"
vfio-passfix remove --apply; echo "remove $?"
vfio-passfix remove; echo "plan $?"
printf '#!/bin/sh\nkill -9 $$\n' >/usr/sbin/update-initramfs
vfio-passfix remove --apply; echo "killed $?"
printf '#!/bin/sh\nkill -9 $PPID\n' >/usr/sbin/update-initramfs
vfio-passfix remove --apply; echo "crash $?"
printf '#!/bin/sh\necho works >>/ran\n' >/usr/sbin/update-initramfs
vfio-passfix setup gpu --apply; echo "finish $?"; cat /ran
printf '#!/bin/sh\nkill -9 $PPID\n' >/usr/sbin/update-initramfs
vfio-passfix remove --apply; echo "crash $?"
rm /usr/sbin/update-initramfs
vfio-passfix remove --apply; echo "removed $?"
ls /etc/modprobe.d/vfio-passfix-setup.conf
END
)
like "the initramfs fails: so does setup" "$output" '^setup 3$'
like "with its exit code" "$output" '^  update-initramfs -u -k all failed \(exit code 3\)\. The end of its output:$'
like "and words" "$output" '^  disk full$'
unlike "the last ones" "$output" '^word 3$'
like "the state, and how to finish" "$output" 'the files are written, .*run this again; to undo it: sudo vfio-passfix remove --apply'
like "which the plan says, too" "$output" 'started but not finished\. To finish it: add --apply'
like "remove fails likewise" "$output" '^remove 3$'
like "and says so" "$output" 'all files are removed, but that may not take effect'
like "killed: said" "$output" '^  update-initramfs -u -k all failed \(signal 9\)'
like "a crash on the way" "$output" '^crash 137$'
like "and setup finishes" "$output" '^finish 0$'
like "with what has to be run" "$output" '^works$'
like "the generator is gone: the rest is done" "$output" '^removed 0$'
like "and all is gone" "$output" "cannot access '/$conf'"
output=$(on_host <<'END'
printf '#!/bin/sh\nsleep 1.8\n' >/usr/sbin/update-initramfs
script -qec 'vfio-passfix setup gpu --apply' /dev/null; echo "setup $?"
vfio-passfix remove --apply; echo "remove $?"
END
)
like "on a terminal a step shows how long it is at work" "$output" $'^\r  at work for 1 s.*\r +\r'
unlike "and nowhere else" "${output##*setup 0}" 'at work'

# Interruptions. While the initramfs is made, all files exist, but setup is not finished.
output=$(on_host <<'END'
printf '#!/bin/sh\nkill -TERM $PPID; kill -INT -- -$(ps -o pgid= -p $PPID | tr -d " "); kill -HUP $PPID; sleep 0.2; echo made >>/ran\n' >/usr/sbin/update-initramfs
# As from a terminal: in its own process group, which gets Ctrl-C.
set -m; vfio-passfix setup gpu --apply & wait $!; echo "setup $?"; set +m; cat /ran
vfio-passfix status | grep ^setup
vfio-passfix remove --apply; echo "remove $?"; vfio-passfix status | grep ^setup
printf '#!/bin/sh\nsleep 0.2; echo "a word"\n' >/usr/sbin/update-initramfs
vfio-passfix setup gpu --apply | head -1; echo "piped ${PIPESTATUS[0]}"; vfio-passfix status | grep ^setup
vfio-passfix remove --apply | head -1; vfio-passfix status | grep ^setup
printf '#!/bin/sh\nkill -9 $PPID; sleep 2\n' >/usr/sbin/update-initramfs
vfio-passfix setup gpu --apply; echo "killed $?"
vfio-passfix remove --apply; echo "beside its child $?"
vfio-passfix status | grep -A 9 ^setup; vfio-passfix doctor gpu --all | grep -A 3 ' Setup '
sleep 2.5; printf '#!/bin/sh\n' >/usr/sbin/update-initramfs
vfio-passfix setup gpu --apply; echo "finished $?"
mkdir -p /proc/sys/kernel/random; echo one >/proc/sys/kernel/random/boot_id
vfio-passfix remove --apply; vfio-passfix setup gpu --apply
vfio-passfix status | grep -A 1 ^setup
echo two >/proc/sys/kernel/random/boot_id; vfio-passfix status | grep ^setup
echo edited >>/etc/modprobe.d/vfio-passfix-setup.conf; vfio-passfix status | grep -A 2 ^setup
END
)
like "signals wait until all is done" "$output" '^made$'
like "then they end it" "$output" '^setup (143|130|129)$'
is "with all in its place, and all gone" "$(grep '^setup  ' <<<"$output" | head -4)" \
	"setup     done for 0000:03:00.0-3
setup     nothing is set up
setup     done for 0000:03:00.0-3
setup     nothing is set up"
like "a reader who is gone is told of, and changes nothing" "$output" '^piped 3$'
like "killed: what it has run holds the lock" "$output" '^killed 137$'
like "so nobody else begins" "$output" '^beside its child 3$'
like "by name" "$output" 'another vfio-passfix setup is at work'
like "status knows" "$output" '^setup     started for 0000:03:00\.0-3, but not finished$'
like "doctor, too" "$output" 'warn  Setup  .*started for 0000:03:00\.0-3'
like "and what to do" "$output" 'vfio-passfix setup 0000:03:00\.0 --apply; to'
like "which does it" "$output" '^finished 0$'
like "before the next boot it is pending" "$output" '^setup     done for 0000:03:00\.0-3; takes effect at the next boot$'
is "and not after it" "$(grep -c '^setup     done for 0000:03:00.0-3$' <<<"$output")" 3
like "edited files are seen" "$output" '^setup     done for 0000:03:00\.0-3; some of its files have been edited'

output=$(on_host <<'END'
mkdir -p /sys/module/vfio_passfix
vfio-passfix setup gpu --apply
END
)
like "loaded before, it gets the scope first" "$output" '^    echo 0 > pass_fix && echo 1002:744c,1002:ab30,1002:7446,1002:7444 > devices && echo 1 > pass_fix$'
unlike "and is on for nothing else" "$output" 'modprobe vfio_passfix'

output=$(on_host <<'END'
mount --bind /etc /etc; mount -o remount,ro,bind /etc
vfio-passfix setup gpu --apply; echo "$?"
find /var/lib/vfio-passfix
umount /etc; mkdir -p /sys/fs/selinux; : >/sys/fs/selinux/enforce
printf '#!/bin/sh\necho restorecon "$@" >>/ran\n' >/usr/sbin/restorecon; chmod 755 /usr/sbin/restorecon
vfio-passfix setup gpu --apply; echo "$?"; grep restorecon /ran
END
)
like "/etc that is read-only: refused" "$output" 'nothing is set up, and what was written is gone again: .*Read-only file system'
like "and nothing is left" "$output" "find: .*/var/lib/vfio-passfix.*: No such file"
like "SELinux's labels are set" "$output" "^restorecon /$conf /$load /"

output=$(on_host <<'END'
chmod 755 / /usr /usr/sbin /tmp; setpriv --reuid 65534 --clear-groups vfio-passfix setup gpu --apply; echo "$?"
END
)
like "not root: said" "$output" 'cannot set up: only root can; run it with sudo'

diag "crashes"
# A small host, with files of ours, and with missing folders.
small_host hosts/small alone
"$TESTS/tool/build-root" hosts/small small
sparse small
small_before=$(snapshot small)
cp -a small whole
ends 0 "the host for it" whole setup gpu --apply
small_after=$(snapshot whole | grep -v journal.json | without_times)

# Prints what is wrong after undoing a root, and after finishing and then undoing a copy of it.
try_both() {
	local here=$1
	cp -a "$here" again
	"$tool" --root "$here" remove --apply >log 2>&1 || echo "remove: $(cat log)"
	[[ $(snapshot "$here") == "$small_before" ]] || echo "remove left: $(diff <(echo "$small_before") <(snapshot "$here"))"
	"$tool" --root again setup gpu --apply >log 2>&1 || echo "setup: $(cat log)"
	[[ $(snapshot again | grep -v journal.json | without_times) == "$small_after" ]] || echo "setup left: $(diff <(echo "$small_after") <(snapshot again | without_times))"
	"$tool" --root again remove --apply >log 2>&1 || echo "remove after setup: $(cat log)"
	[[ $(snapshot again) == "$small_before" ]] || echo "remove after setup left: $(diff <(echo "$small_before") <(snapshot again))"
	rm -rf again
}

# The data of a file are synced before its name, and its name before the next step.
in_order() {
	is "$1: what is renamed is on the disk, and the name as well" "$(awk '
		/^fsync\(/ { synced = 1 }
		/^write\([^1]/ { synced = 0 }
		/^renameat\(/ { if (!synced) print "not synced before " $0; synced = 0; due = $0 }
		/^renameat\(|^unlinkat\([^)]*\) = 0|^mkdirat\(/ && due && due != $0 { print "not synced after " due }
		/^fsync\(/ { due = "" }' trace)" ""
}

everywhere signal=KILL 137 small setup gpu --apply
in_order setup
everywhere signal=KILL 137 whole remove --apply
in_order remove
# The same with a full disk.
everywhere error=ENOSPC 3 small setup gpu --apply
everywhere error=ENOSPC 3 whole remove --apply

diag "a real initramfs"
# In the root of a kernel without our modules: missing modules are no error.
use_root
mkdir -p "$layer/upper/etc/initramfs-tools/hooks" "$layer/upper/etc/modprobe.d"
run debian setup gpu --apply
cp -a debian/$hook "$layer/upper/$hook"
cp -a debian/$conf "$layer/upper/$conf"
output=$(in_root sh -c "update-initramfs -c -k $release && lsinitramfs /boot/initrd.img-$release" 2>&1)
is "update-initramfs takes the hook" $? 0
for path in "kernel/drivers/vfio/pci/vfio-pci\.ko" "etc/modprobe\.d/vfio-passfix-setup\.conf"; do
	like "and it brings $path" "$output" "$path"
done

done_testing
