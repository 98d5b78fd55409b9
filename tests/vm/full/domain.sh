# SPDX-License-Identifier: GPL-2.0-only
# A libvirt domain inside the full guest.
# shellcheck shell=sh

# The only changes: another program instead of Windows, and a place for its output.
EDITS='/<os\>/,/<\/os>/c\
  <os>\
    <type arch="x86_64" machine="q35">hvm</type>\
    <kernel>/bench/inner</kernel>\
  </os>
/<devices>/a\
    <serial type="file"><source path="/tmp/serial"/></serial>'

# edit DOMAIN: makes the changes in EDITS as a user would, with virsh edit.
edit() {
	echo "$EDITS" >/tmp/edits
	EDITOR="sed -i -f /tmp/edits" virsh edit "$1"
}

# given_away DOMAIN: the host devices that its QEMU has.
given_away() {
	virsh qemu-monitor-command --hmp "$1" 'info qtree' | tr -d '\r' |
		sed -n 's/.*host = "\(0000:.*\)"/\1/p' | sort | xargs
}

is_off() {
	[ "$(virsh domstate "$1")" = "shut off" ]
}

# off DOMAIN: waits until it turns itself off, for two minutes at most, or 50 s if it prints nothing.
off() {
	for waited in $(seq 60); do
		! is_off "$1" || return 0
		[ "$waited" -lt 25 ] || [ -s /tmp/serial ] || return 1
		sleep 2
	done
	return 1
}

# ended DOMAIN: waits until a domain with the program above ends. In about one of twenty starts its
# firmware, which is emulated twice over, hangs before the program prints anything (also without an
# assigned device). Then it is started again, at most twice, and a message says so.
ended() {
	for try in 1 2 3; do
		if [ "$try" -gt 1 ]; then
			echo "its firmware hangs: start $try"
			virsh destroy "$1" && virsh start "$1" || return
		fi
		off "$1" && return
		virsh domstate "$1" --reason
		virsh qemu-monitor-command --hmp "$1" 'info registers'
		[ ! -s /tmp/serial ] || return 1
	done
	return 1
}
