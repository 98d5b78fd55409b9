# SPDX-License-Identifier: GPL-2.0-only
# A domain of libvirt's within the full guest.
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

is_off() {
	[ "$(virsh domstate "$1")" = "shut off" ]
}

# off DOMAIN: waits two minutes for it to turn itself off, or 50 s if it prints nothing.
off() {
	for waited in $(seq 60); do
		! is_off "$1" || return 0
		[ "$waited" -lt 25 ] || [ -s /tmp/serial ] || return 1
		sleep 2
	done
	return 1
}

# ended DOMAIN: that one with the program above has been started, and ends. In one start of
# about twenty its firmware hangs before the program's first word, emulated twice over as it
# is (with no device given away, too): it is started again then, at most twice, and said.
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
