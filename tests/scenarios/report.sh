# SPDX-License-Identifier: GPL-2.0-only
# doctor, groups and status give the same output for a running host and for its report, with and
# without the fix, as root and as a user. The report has none of the host's names, serial numbers
# and addresses.
# kernels: newest
# seconds: 1800
# needs: full
# append: note.mac=52:54:00:ab:cd:ef note.ip=10.11.12.13 note.host=magrathea-7
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

REPORT=/run/report

as_user() {
	setpriv --reuid zaphod --regid zaphod --clear-groups --inh-caps=-all "$@"
}

# played WHEN [as_user]: writes a report, and compares it with the host as it is now.
played() {
	rm -rf "$REPORT" "$REPORT.tar.gz"
	mkdir -m 777 "$REPORT"
	told "$1: a report" ${2-} vfio-passfix report "$REPORT/report.tar.gz"
	ok "$1: tar unpacks it" tar -xzf "$REPORT/report.tar.gz" -C "$REPORT"
	for words in "doctor 03:00.0" doctor groups status "doctor --json" "setup 03:00.0"; do
		# shellcheck disable=SC2086 # a word each
		${2-} vfio-passfix $words >/run/here 2>&1
		# With --root, setup says that its commands must be run in that system.
		# shellcheck disable=SC2086
		vfio-passfix --root "$REPORT" $words 2>&1 |
			sed "s/Then run these commands in that system:/Then these commands run:/" >/run/there
		is "$1: $words says the same of it" "$(diff /run/here /run/there)" ""
	done
	like "$1: doctor has looked" "$(cat "$REPORT/vfio-passfix-report/said.transcript")" '[0-9]+ passed \(see --all\)'
	is "$1: nothing of the host's is in it" "$(private_in "$REPORT")" ""
}

# What must stay private, one expression per line.
private() {
	hostname
	echo zaphod
	echo Beeblebrox
	echo 52:54:00:ab:cd:ef
	echo '10\.11\.12\.13'
	echo 'disk-7c1f9a'
	cat /etc/machine-id
	cat /sys/class/net/*/address | grep -v 00:00:00:00:00:00
	cat /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid /sys/class/dmi/id/board_serial \
		/sys/class/block/*/serial 2>/dev/null | grep '....'
	find /dev/disk/by-uuid -type l -printf '%f\n'
	cat /proc/sys/kernel/random/boot_id
}

private_in() {
	private >/run/private
	grep -rnaiE -f /run/private "$1" | grep -v '/report.tar.gz' | head
	find "$1" -printf '%P -> %l\n' | grep -iE -f /run/private | head
}

phase_1() {
	echo magrathea-7 >/etc/hostname
	hostname magrathea-7
	useradd -c 'Zaphod Beeblebrox' zaphod
	echo 'options note home=/home/zaphod disk=/dev/disk/by-id/nvme-disk-7c1f9a host=magrathea-7' >/etc/modprobe.d/note.conf
	private >/run/private
	diag "$(cat /run/private)"
	ok "there is something private" test "$(wc -l </run/private)" -gt 7
	ok "and the host's files have it" grep -rqiE -f /run/private /etc/modprobe.d /proc/cmdline

	played "as installed"
	like "the kernel's messages are in it" "$(cat "$REPORT/vfio-passfix-report/log")" 'AMD-Vi'
	like "what was replaced is told" "$(cat "$REPORT/vfio-passfix-report/replaced")" 'name of a host: 1 value'
	played "for a user" as_user
	told "the text for the maker" vfio-passfix report --vendor
	like "it has the card" "$tap_output" '0000:03:00\.0 .*!'

	ok "the fix is on" modprobe vfio_passfix pass_fix=1
	ok "vfio-pci has the card" vfio-passfix bind 03:00.0
	played "with the fix"
	like "doctor sees it" "$(vfio-passfix --root "$REPORT" doctor 03:00.0 --all)" 'Fix +on, and it covers this card'
	rm -rf "$REPORT"
}
