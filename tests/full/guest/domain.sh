# SPDX-License-Identifier: GPL-2.0-only
# A domain of libvirt's within the full guest. Sourced by scenarios that have one.
# shellcheck shell=sh

# Another program than Windows, and somewhere for its words: all that is changed.
EDITS='/<os\>/,/<\/os>/c\
  <os>\
    <type arch="x86_64" machine="q35">hvm</type>\
    <kernel>/bench/inner</kernel>\
  </os>
/<devices>/a\
    <serial type="file"><source path="/tmp/serial"/></serial>'

# edit DOMAIN: gives it that program, as one edits a domain.
edit() {
	echo "$EDITS" >/tmp/edits
	EDITOR="sed -i -f /tmp/edits" virsh edit "$1"
}

# given_away DOMAIN: the host's devices that its QEMU has.
given_away() {
	virsh qemu-monitor-command --hmp "$1" 'info qtree' | tr -d '\r' |
		sed -n 's/.*host = "\(0000:.*\)"/\1/p' | sort | xargs
}

# ended DOMAIN: waits for it to turn itself off, five minutes and more.
ended() {
	for try in $(seq 150); do
		[ "$(virsh domstate "$1")" != "shut off" ] || {
			echo "it has turned itself off, seen at look $try"
			return
		}
		sleep 2
	done
	virsh domstate "$1" --reason
	virsh qemu-monitor-command --hmp "$1" 'info registers -a' | grep -E 'CPU|EIP|RIP|HLT'
	tail -n 5 "/var/log/libvirt/qemu/$1.log"
	return 1
}
