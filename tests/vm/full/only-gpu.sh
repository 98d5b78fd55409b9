# SPDX-License-Identifier: GPL-2.0-only
# The card of the board full-on-demand, the host's only display, which a guest gets on demand.
# shellcheck shell=sh disable=SC2034

CARD="0000:00:07.0 0000:00:07.1 0000:00:07.2 0000:00:07.3"
ON_HOST="bochs-drm snd_hda_intel xhci_hcd -"
WITH_GUEST="vfio-pci vfio-pci vfio-pci vfio-pci"

console_is_back() {
	grep -q 1 "$(grep -l 'frame buffer' /sys/class/vtconsole/*/name | sed 's/name$/bind/')"
}

host_has_card() {
	wait_for console_is_back && [ "$(card driver_of)" = "$ON_HOST" ] && [ ! -e /run/vfio-passfix/hand-over/win.json ]
}

# define DOMAIN: with the card.
define() {
	[ -e /var/lib/libvirt/images/win.img ] || truncate -s 64M /var/lib/libvirt/images/win.img
	vfio-passfix xml 00:07.0 --domain "$1" --memory 1 --cpus 1 --disk /var/lib/libvirt/images/win.img >"/tmp/$1.xml" &&
		virsh define "/tmp/$1.xml"
}

# killing CALLS NUMBER: what goes before a command that is to be killed at this one of these system calls.
killing() {
	echo "/usr/bin/strace -qq -o /dev/null -e trace=$1 -e inject=$1:signal=KILL:when=$2"
}

# cut_short start|end CALLS NUMBER: handing the card over is killed there.
cut_short() {
	# shellcheck disable=SC2046 # words
	timeout 100 $(killing "$2" "$3") vfio-passfix hand-over win "$1" >/tmp/cut 2>&1
}
