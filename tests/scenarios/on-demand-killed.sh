# SPDX-License-Identifier: GPL-2.0-only
# A card on demand, without a desktop: handing it over is killed wherever it changes something or waits, and
# done 50 times. on-demand.sh has the differences between kernels and the desktop, whose starts take
# seconds under emulation, and udev.
# board: full-on-demand
# image: desktop
# kernels: newest
# needs: full
# seconds: 1200
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2154

# shellcheck source=tests/vm/full/only-gpu.sh
. /bench/only-gpu.sh

phase_1() {
	is "the host's drivers have the card" "$(card driver_of)" "$ON_HOST"
	ok "a guest" define win
	told "setup, on demand" vfio-passfix setup gpu --on-demand win --apply
	ok "the fix is loaded" modprobe vfio_passfix
	like "a start is planned" "$(vfio-passfix hand-over win start --dry-run)" "bind 0000:00:07\.0-3 to vfio-pci\$"
	# Its rules would take much of the time. They run in on-demand.sh.
	systemctl stop systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket
	killed_anywhere
	rounds
	systemctl start systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udevd.service
	told "remove" vfio-passfix remove --apply
	is "nothing is left in /run" "$(find /run/vfio-passfix -type f ! -name '*.lock')" ""
	is "no unit has failed" "$(failed_units)" ""
}

# At each file that a start or an end puts into place or removes, and wherever it waits for a driver: what is
# left is undone by an end.
killed_anywhere() {
	bad='' calls=0
	for to in start end; do
		for call in rename renameat renameat2 unlinkat poll; do
			# There is a poll for each wait for each function's driver: some of them are enough.
			for number in $(seq 1 $([ $call != poll ] && echo 1 || echo 4) 20); do
				[ "$to" = start ] || vfio-passfix hand-over win start >/dev/null 2>&1
				cut_short $to $call $number
				[ $? -eq 137 ] || { vfio-passfix hand-over win end >/dev/null 2>&1; break; }
				calls=$((calls + 1))
				vfio-passfix hand-over win end >/tmp/end 2>&1 && host_has_card ||
					bad="$bad $to:$call:$number ($(cat /tmp/end); $(card driver_of))"
			done
		done
	done
	ok "a start and an end were killed at $calls calls" test "$calls" -ge 12
	is "each time the host had all back" "$bad" ""
}

slab() {
	sed -n 's/^SUnreclaim: *\([0-9]*\).*/\1/p' /proc/meminfo
}

rounds() {
	vfio-passfix hand-over win start >/dev/null && vfio-passfix hand-over win end >/dev/null
	before=$(slab) done=0
	for round in $(seq 50); do
		vfio-passfix hand-over win start >/dev/null || break
		[ "$(card driver_of)" = "$WITH_GUEST" ] || break
		vfio-passfix hand-over win end >/dev/null || break
		[ "$(card driver_of)" = "$ON_HOST" ] || break
		done=$((done + 1))
	done
	is "50 rounds" "$done" 50
	after=$(slab)
	ok "the kernel's memory: $before kB before, $after kB after" test $((after - before)) -lt 3000
	ok "and the host has the card" host_has_card
}
