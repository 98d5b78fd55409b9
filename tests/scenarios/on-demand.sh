# SPDX-License-Identifier: GPL-2.0-only
# The only GPU, with the host's desktop on it, goes to a guest when that starts and comes back when it
# has ended; whatever goes wrong, the desktop is there. weston stands for a display manager. The firmware
# mandates 1:1 mappings for the card all the while.
# board: full-on-demand
# image: desktop
# needs: full
# seconds: 1200
# shellcheck shell=sh source=tests/vm/full/guest.sh disable=SC2034,SC2154

# shellcheck source=tests/vm/full/only-gpu.sh
. /bench/only-gpu.sh
REFUSED='the guest win does not get its card'

export COLUMNS=400

have_desktop() {
	mkdir -p /etc/xdg/weston
	# Up to 11 it has another word for that.
	case $(weston --version) in
	'weston 10.'* | 'weston 11.'*) renderer=use-pixman=true ;;
	*) renderer=renderer=pixman ;;
	esac
	printf '%s\n' '[core]' 'backend=drm-backend.so' "$renderer" 'require-input=false' 'idle-time=0' \
		>/etc/xdg/weston/weston.ini
	cat >/etc/systemd/system/weston.service <<-END
		[Unit]
		Description=A desktop
		[Service]
		Environment=XDG_RUNTIME_DIR=/run/weston LIBSEAT_BACKEND=builtin
		RuntimeDirectory=weston
		RuntimeDirectoryMode=0700
		StandardInput=tty
		TTYPath=/dev/tty7
		ExecStart=/usr/bin/weston --log=/run/weston.log
	END
	ln -s weston.service /etc/systemd/system/display-manager.service
	systemctl daemon-reload
	systemctl start weston.service
}

# The compositor has the card, and draws.
desktop_is_there() {
	systemctl -q is-active weston.service && [ -S /run/weston/wayland-1 ] &&
		ls -l "/proc/$(systemctl show --value -p MainPID weston.service)/fd" | grep -q '/dev/dri/card'
}

# libvirt writes AppArmor's profile of each guest into /etc, which is not ours to undo.
configuration() {
	listing /etc | grep -v ' *\./apparmor\.d/libvirt'
}

desktop_is_gone() {
	! systemctl -q is-active weston.service
}

weston_pid() {
	systemctl show --value -p MainPID weston.service
}

host_has_all() {
	wait_for desktop_is_there && host_has_card
}

# still_there NAME: the very desktop that was there before, and the card with it.
still_there() {
	is "$1: the desktop was not touched" "$(weston_pid)" "$pid"
	ok "$1: and has the card" host_has_all
}

phase_1() {
	is "the host's drivers have the card" "$(card driver_of)" "$ON_HOST"
	is "it is the only display" "$(cat /sys/bus/pci/devices/*/boot_vga | xargs)" 1
	like "the firmware mandates 1:1 mappings for it" "$(reserved_regions 0000:00:07.0)" ' direct$'
	have_desktop
	ok "the desktop runs on it" wait_for desktop_is_there
	diag "$(tail -n 5 /run/weston.log)"
	diag "$(systemctl status apparmor.service | head -n 20)"
	like "AppArmor confines libvirt" "$(virsh -q list && cat "/proc/$(pidof libvirtd)/attr/current")" '^libvirtd \(enforce\)'
	ok "libvirt: network" virsh net-start default
	ok "libvirt: a guest" define win
	ok "libvirt: another one" define games
	configuration >/tmp/etc

	told "setup, on demand" vfio-passfix setup gpu --on-demand win --apply
	ok "the hook is there" test -x /etc/libvirt/hooks/qemu.d/vfio-passfix
	nok "nothing is bound at boot" ls /etc/systemd/system/multi-user.target.wants/vfio-passfix.service
	pid=$(weston_pid)

	nok "the fix is not loaded: the guest does not start" virsh start win --paused
	like "libvirt says why" "$tap_output" "$REFUSED: the kernel refuses 0000:00:07\.0-3 .* the fix is not loaded: (sudo )?modprobe vfio_passfix"
	still_there "not loaded"
	ok "the fix is loaded" modprobe vfio_passfix
	is "and on" "$(tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix)" 1

	nok "the desktop uses the card: the guest does not start" virsh start win --paused
	like "libvirt says why" "$tap_output" "$REFUSED: 0000:00:07\.0: weston \\($pid, root\\).* /dev/dri/card[0-9] open"
	like "and what to do" "$tap_output" '\-\-stop-desktop'
	still_there "in use"
	told "status" vfio-passfix status
	like "status says who has it" "$tap_output" '0000:00:07\.0-3: the host has it, until win starts'

	told "remove" vfio-passfix remove --apply
	configuration >/tmp/etc.after
	is "takes all of it away" "$(diff /tmp/etc /tmp/etc.after)" ""
	told "setup, with the desktop stopped" vfio-passfix setup gpu --on-demand win,games --stop-desktop --apply
	nok "doctor warns" vfio-passfix doctor --all 00:07.0
	like "that QEMU's display cannot be reset" "$tap_output" 'warn +Reset +the kernel has no way to reset 0000:00:07\.0'
	unlike "and of nothing else" "$tap_output" '^ +(FAIL|warn +[^R ])'
	like "the desktop is stopped for the guests" "$tap_output" 'pass +Use by the host +the desktop, which is stopped when win,games starts'
	diag "$tap_output"
	told "what would be done" vfio-passfix hand-over win start --dry-run
	like "the display manager first" "$tap_output" '^ +1\. stop weston\.service$'
	like "the console" "$tap_output" 'detach the text console vtcon[0-9]'
	like "then the card" "$tap_output" 'bind 0000:00:07\.0-3 to vfio-pci$'
	still_there "dry run"

	told "the guest starts" virsh start win --paused
	is "it has the card" "$(given_away win)" "$CARD"
	is "vfio-pci has all functions" "$(card driver_of)" "$WITH_GUEST"
	ok "the desktop is gone" desktop_is_gone
	told "status" vfio-passfix status
	like "status says who has it" "$tap_output" '0000:00:07\.0-3: the guest win has it'
	nok "the other guest does not start" virsh start games --paused
	like "libvirt says why" "$tap_output" 'the guest games does not get its card: the guest win has 0000:00:07\.0-3\. Shut it down first'
	is "the first still has it" "$(given_away win)" "$CARD"
	nok "remove is refused" vfio-passfix remove --apply
	like "and says why" "$tap_output" 'cannot remove: the guest win has 0000:00:07\.0-3'
	ok "the guest is ended" virsh destroy win
	ok "the host has all back" host_has_all

	# From here on AppArmor confines libvirt and its hooks, but no QEMU: to compile a guest's profile for
	# each start takes ten seconds under emulation.
	cp -p /etc/libvirt/qemu.conf /tmp
	echo 'security_driver = "none"' >>/etc/libvirt/qemu.conf
	systemctl restart libvirtd.service
	like "AppArmor still confines libvirt" "$(virsh -q list && cat "/proc/$(pidof libvirtd)/attr/current")" '^libvirtd \(enforce\)'
	told "the guest starts again" virsh start win --paused
	kill -9 "$(cat /run/libvirt/qemu/win.pid)"
	ok "killed: the host has all back" host_has_all

	told "the guest starts once more" virsh start win --paused
	systemctl kill -s KILL libvirtd.service
	kill -9 "$(cat /run/libvirt/qemu/win.pid)"
	ok "libvirt is there again, which was killed before the guest" wait_for virsh -q list
	ok "killed after libvirt: the host has all back" host_has_all

	pid=$(weston_pid)
	systemd-run -q --unit=player sh -c "exec sleep 10000 <$(find /dev/snd -name 'controlC*')"
	wait_for systemctl -q is-active player
	nok "a service has the sound open: the guest does not start" virsh start win --paused
	like "libvirt says why" "$tap_output" "sleep \\([0-9]+, root\\) of player\.service has 0000:00:07\.0-3 open, and is not part of a desktop session"
	still_there "sound"
	systemctl stop player
	ok "the fix goes off" fix 0
	nok "the fix is off: the guest does not start" virsh start win --paused
	like "libvirt says why" "$tap_output" 'and the fix is off: echo 1'
	still_there "off"
	ok "the fix goes on" fix 1
	told "games starts" virsh start games --paused
	is "and has the card" "$(given_away games)" "$CARD"
	ok "games is ended" virsh destroy games
	ok "the host has all back" host_has_all

	killed_at_work

	told "remove" vfio-passfix remove --apply
	cp -p /tmp/qemu.conf /etc/libvirt/
	configuration >/tmp/etc.after
	is "takes all of it away" "$(diff /tmp/etc /tmp/etc.after)" ""
	is "nothing is left in /run" "$(find /run/vfio-passfix -type f ! -name '*.lock')" ""
	is "no unit has failed" "$(failed_units)" ""
}

# killed_at_work: with the desktop, at each change that a start makes to its ledger, and as a unit.
killed_at_work() {
	for number in 1 2 3 4; do
		wait_for desktop_is_there
		cut_short start rename,renameat,renameat2 $number
		vfio-passfix hand-over win end >/tmp/end 2>&1
		ok "killed at change $number of a start that stops the desktop: the host has all back" host_has_all
	done
	# With systemd nobody has to do it: the unit's own end follows.
	mkdir -p /run/systemd/system/vfio-passfix-guest@win.service.d
	printf '%s\n' '[Service]' 'ExecStart=' \
		"ExecStart=$(killing rename,renameat,renameat2 3) vfio-passfix hand-over win start" \
		>/run/systemd/system/vfio-passfix-guest@win.service.d/killed.conf
	systemctl daemon-reload
	nok "as a unit: killed at work, the guest does not start" virsh start win --paused
	ok "as a unit: the host has all back" host_has_all
	rm -r /run/systemd/system/vfio-passfix-guest@win.service.d
	systemctl daemon-reload
	systemctl reset-failed vfio-passfix-guest@win.service
}
