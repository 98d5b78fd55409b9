#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-passfix setup and remove with several cards: each is listed, added and removed separately, and a
# change that fails or is interrupted leaves the former state, or one that can be finished and undone.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/setup.sh"

need_tool

scratch

gpu=0000:01:00.0 nvme=0000:03:00.0 usb=0000:06:00.0
unit_of() {
	echo "etc/systemd/system/vfio-passfix-$1.service"
}

diag "all at once"
host several accelerator
before=$(snapshot several)
ends 0 "it is only shown" several setup gpu 03:00 06:00.0
unchanged "and nothing is written" several "$before"
for card in "$gpu +Aqua .*\[1002:74a1\]" "$nvme +NVMe .*\[144d:a80c\]" "$usb +.*USB.*\[1022:15b8\]"; do
	like "a line each: ${card%% *}" "$output" "^  $card\$"
done
succeeds "set up" several setup gpu 03:00 06:00.0 --apply
is "for modprobe: one scope, one list of ids, and the NVMe drive by its place, since the host has its twin" \
	"$(lines several/$conf | sed 's/; exec .*//; s/.*; take /take /')" \
	"options vfio_passfix pass_fix=1 devices=1002:74a1,$nvme,1022:15b8
options vfio-pci ids=1002:74a1,1022:15b8
take 0000:00:01.3/$nvme 0x144d 0xa80c
softdep amdgpu pre: vfio-pci
softdep nvme pre: vfio-pci
softdep xhci_pci pre: vfio-pci"
is "a unit each" "$(cd several/etc/systemd/system && grep -h ^ExecStart vfio-passfix*)" \
	"ExecStart=/usr/sbin/vfio-passfix bind --at-boot --expect 144d:a80c $nvme
ExecStart=/usr/sbin/vfio-passfix bind --at-boot --expect 1022:15b8 $usb
ExecStart=/usr/sbin/vfio-passfix bind --at-boot --expect 1002:74a1 $gpu"
is "all enabled" "$(cd several/etc/systemd/system/multi-user.target.wants && readlink vfio-passfix* | grep -c "^/etc/systemd/system/vfio-passfix")" 3
after=$(snapshot several)
for names in 'gpu 03:00 06:00.0' '06:00 gpu' $nvme 'group6 gpu'; do
	# shellcheck disable=SC2086 # names
	answers "setup $names: nothing to do" '^0 .*nothing to do' several setup $names --apply
done
unchanged "and nothing is" several "$after"
run several status
like "status lists them" "$output" "^setup +done for $gpu, $nvme, $usb\$"
is "its JSON, too" "$("$tool" --root several status --json | jq -c .setup)" \
	"{\"state\":\"done\",\"card\":\"$gpu\",\"cards\":[\"$gpu\",\"$nvme\",\"$usb\"]}"
succeeds "remove" several remove --apply
unchanged "all is as it was" several "$before"

diag "one by one"
succeeds "the first" several setup gpu --apply
one=$(snapshot several)
ends 0 "another is only shown" several setup 03:00
like "what is replaced" "$output" "^replaced +/$conf\$"
like "what is new" "$output" "^new +/$(unit_of $nvme)\$"
like "and what is as it is" "$output" "^as it is +/$unit\$"
unchanged "and nothing is changed" several "$one"
succeeds "the second comes to it" several setup 03:00 --apply
two=$(snapshot several)
succeeds "and the third" several setup 06:00.0 --apply
is "the same as all at once" "$(snapshot several | without_times)" "$(without_times <<<"$after")"
ends 0 "its removal is only shown" several remove 06:00.0
like "with what goes" "$output" "^removed +/$(unit_of $usb)\$"
like "and what stays" "$output" "^What stays set up: the cards $gpu \(1002:74a1\), $nvme \(144d:a80c\)\$"
succeeds "the third goes" several remove 06:00.0 --apply
is "as without it" "$(snapshot several | without_times)" "$(without_times <<<"$two")"
succeeds "the second, by its id's place" several remove $nvme --apply
is "as without both" "$(snapshot several | without_times)" "$(without_times <<<"$one")"
run several setup 03:00 --apply
succeeds "the first goes before the second" several remove gpu --apply
like "which has the first's unit then" "$(cat several/$unit)" "^ExecStart=.* $nvme\$"
ok "and no other" test ! -e "several/$(unit_of $nvme)"
complains "what is not set up is not removed" '^3 .*gpu is not set up; vfio-passfix status' several remove gpu --apply
succeeds "the last" several remove 03:00 --apply
unchanged "all is as it was" several "$before"
complains "nothing is set up: no card can go" '^3 .*is not set up' several remove 03:00 --apply

diag "refusals are for a card"
complains "one that the host uses: refused, with all that were named" '^3 .*0000:02:00\.0 is in use by the host' \
	several setup gpu 02:00 --apply
unchanged "and nothing is written" several "$before"
run several setup gpu --apply
run several setup 02:00 --apply --force
is "by force: for that card alone" "$(cd several/etc/systemd/system && grep -h ^ExecStart vfio-passfix* | grep -c -- --force)" 1
like "namely" "$(cat "several/$(unit_of 0000:02:00.0)")" '^ExecStart=.* --force .*0000:02:00\.0$'
succeeds "which hinders no other" several setup 06:00.0 --apply
run several remove --apply
unchanged "all is as it was" several "$before"

diag "some functions of a card"
host parts guide '$ a passfix'
succeeds "each in a group of its own: allowed" parts setup 03:00.1-1 --apply
like "and no others" "$(cat parts/$unit)" '^ExecStart=.* 0000:03:00\.1-1$'
is "nor in the scope" "$(grep -c 'devices=1002:ab30$' parts/$conf)" 1
complains "all of the card: the part has to go first" '^3 .*remove 0000:03:00\.1-1 --apply' parts setup gpu --apply
succeeds "it goes by that name" parts remove 03:00.1-1 --apply
ends 0 "--only is the same" parts setup 03:00.1 --only --apply
like "as its range" "$(cat parts/$unit)" '^ExecStart=.* 0000:03:00\.1-1$'
run parts remove --apply
complains "named twice, as parts: refused" '^66 .*have a function in common' parts setup gpu 03:00.1-1
host twins
complains "in a group with another: refused" '^3 .*refused: 0000:0a:00\.0 is in IOMMU group 14, too' twins setup 0a:00.1 --only
ends 0 "but not with both" twins setup 0a:00.0-0 0a:00.1-1

diag "what changes meanwhile"
run several setup gpu 03:00 --apply
two=$(snapshot several)
echo '# mine' >>several/$conf
complains "a file that was edited: refused" '^3 .*edited since setup wrote it' several setup 06:00.0 --apply
complains "for a removal, too" '^3 .*edited since setup wrote it' several remove 03:00 --apply
ends 0 "kept, by force" several setup 06:00.0 --apply --force
like "as it was" "$(cat several/var/lib/vfio-passfix/edited/*)" '^# mine$'
rm -r several/var/lib/vfio-passfix/edited
run several remove 06:00.0 --apply
is "all is as before" "$(snapshot several | without_times)" "$(without_times <<<"$two")"
mv several/sys/bus/pci/devices/$nvme gone
complains "a card that is gone: nothing is added beside it" "^3 .*$nvme \(144d:a80c\) is set up, and is no longer there.*remove $nvme --apply" \
	several setup 06:00.0 --apply
succeeds "but it can go" several remove 03:00.0 --apply
mv gone several/sys/bus/pci/devices/$nvme
is "as without it" "$(snapshot several | without_times)" "$(without_times <<<"$one")"
for state in applying removing; do
	sed -i "s/\"state\":\"[a-z]*\"/\"state\":\"$state\"/" several/var/lib/vfio-passfix/setup/journal.json
	complains "$state: to be finished first" '^3 .*To finish that first: sudo vfio-passfix (setup|remove)' several setup 03:00 --apply
done
run several remove --apply
unchanged "all is as it was" several "$before"

diag "crashes"
small_host hosts/small alone
echo 'device 03:00.0 144d:a80c 010802 driver=nvme' >>hosts/small/host
"$TESTS/tool/build-root" hosts/small small
sparse small
small_before=$(snapshot small)
cp -a small one
ends 0 "one card" one setup gpu --apply
small_one=$(snapshot one)
cp -a one both
ends 0 "and another" both setup 03:00 --apply
small_both=$(snapshot both)

# A root without the journal that was being written, which the next one replaces.
settled() {
	snapshot "$1" | grep -vF .journal.json.new | without_times
}

# Prints what is wrong after undoing everything, and after finishing and then undoing a copy.
try_both() {
	local here=$1 said
	said=$(cat log)
	# A change is complete (even if its output is lost) or undone, or only the journal must be updated.
	[[ $failing != ENOSPC || $said == *'changed, but that could not be recorded; run this again'* ||
		$(settled "$here") == "$(without_times <<<"$as_before")" ||
		$(settled "$here") == "$(without_times <<<"$small_both")" ]] ||
		echo "$said: $(diff <(without_times <<<"$as_before") <(settled "$here"))"
	cp -a "$here" again
	"$tool" --root "$here" remove --apply >log 2>&1 || echo "remove: $(cat log)"
	[[ $(snapshot "$here") == "$small_before" ]] || echo "remove left: $(diff <(echo "$small_before") <(snapshot "$here"))"
	"$tool" --root again setup gpu 03:00 --apply >log 2>&1 || "$tool" --root again setup gpu --apply >log 2>&1 || echo "setup: $(cat log)"
	"$tool" --root again setup gpu 03:00 --apply >log 2>&1 || echo "setup again: $(cat log)"
	[[ $(settled again) == "$(without_times <<<"$small_both")" ]] ||
		echo "setup left: $(diff <(without_times <<<"$small_both") <(settled again))"
	rm -rf again
}

failing=KILL
everywhere signal=KILL 137 one setup 03:00 --apply
everywhere signal=KILL 137 both remove 03:00 --apply
failing=ENOSPC as_before=$small_one
everywhere error=ENOSPC 3 one setup 03:00 --apply

done_testing
