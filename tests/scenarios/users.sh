# SPDX-License-Identifier: GPL-2.0-only
# A card that the host is using: bind refuses, and names the programs that have its graphics and sound
# open, and the text console on its framebuffer; doctor and setup say the same.
# board: displays
# ivmd: none
# append: fbcon=map:1
# (So the console is on the second framebuffer, the card's.)
# The debug kernel has no displays and no sound.
# kernels: debian
# shellcheck shell=sh source=tests/vm/guest/guest.sh

# So that its output is one line.
export COLUMNS=200

card=0000:01:00.0
sound=0000:01:00.1
CARD="$card $sound"

# The framebuffer console in sysfs: writing 1 binds the consoles to it.
console() {
	grep -l 'frame buffer' /sys/class/vtconsole/*/name | sed 's/name$/bind/'
}

console_off() {
	echo 0 >"$(console)"
}

# node FUNCTION PATTERN: the path of its node, by its place in sysfs.
node() {
	basename "$(dirname "$(find "/sys/bus/pci/devices/$1/" -path "*/$2/dev")")"
}

# hold USER NODE: starts a program of that user that has it open; sets $held to its number.
hold() {
	su -s /bin/sh -c 'exec sleep 10000' "$1" 3<"$2" &
	held=$!
	wait_for is_sleep "$held"
}

is_sleep() {
	[ "$(cat "/proc/$1/comm")" = sleep ]
}

let_go() {
	kill "$@"
	wait "$@" 2>/dev/null
}

use() {
	"$@" 2>&1 | grep -A 9 'Use by the host' | sed '/Binding/,$d'
}

mkdir -p /etc /var/lib /tmp/dev
echo 'root:x:0:0:root:/:/bin/sh
alice:x:1000:1000::/:/bin/sh
bob:x:1001:1001::/:/bin/sh' >/etc/passwd
printf '%s\n' 'root:x:0:' 'alice:x:1000:' 'bob:x:1001:' >/etc/group
ok "graphics" modprobe bochs
ok "sound" modprobe snd-ens1370
graphics_node=/dev/dri/$(node $card 'drm/card*')
sound_node=/dev/snd/$(node $sound 'controlC*')
framebuffer=/dev/$(node $card 'graphics/fb*')
ok "the nodes are there: $graphics_node $sound_node $framebuffer" \
	wait_for test -c "$graphics_node" -a -c "$sound_node" -a -c "$framebuffer"
ok "the host has the console on a framebuffer" wait_for grep -q 1 "$(console)"
host_drivers=$(card driver_of)

tool "the text console is on the card: refused" 3 bind $card
like "and it is said" "$tap_output" "^vfio-passfix: cannot bind $card: the text console is drawn on $framebuffer "
is "nothing is changed" "$(card driver_of)" "$host_drivers"
like "and not on the other one, which is the first" "$(use vfio-passfix doctor --all 00:08.0)" '^ +pass '
like "doctor says it" "$(use vfio-passfix doctor --all $card)" "^ +- $card: the text console is drawn on"
like "how to take it off" "$tap_output" "to detach it: echo 0 \\| (sudo )?tee $(console)"
console_off

chmod 666 "$graphics_node"
hold alice "$graphics_node"
painter=$held
hold root "$sound_node"
player=$held
tool "programs have it open: refused" 3 bind $card
like "who has the graphics" "$tap_output" "^vfio-passfix: cannot bind $card: sleep \\($painter, alice\\) has $graphics_node open\$"
like "who has the sound" "$tap_output" "^vfio-passfix: cannot bind $sound: sleep \\($player, root\\) has $sound_node open\$"
unlike "the console is off" "$tap_output" console
is "nothing is changed" "$(card driver_of)" "$host_drivers"
like "doctor names them" "$(use vfio-passfix doctor --all $card)" "sleep \\($player, root\\) has $sound_node open"
output=$(use su -s /bin/sh -c "/usr/sbin/vfio-passfix doctor --all $card" bob)
like "to another user it is not known" "$output" "^ +\? .*only root can"
like "but how he gets to know it" "$output" 'run this (with sudo|as root)'

tool "setup goes on" 0 setup --apply $card
like "says who uses it" "$tap_output" "sleep \\($painter, alice\\) has $graphics_node open"
unlike "and does not offer to take it now" "$tap_output" 'without a reboot|vfio-passfix bind'
ok "and off again" vfio-passfix remove --apply

let_go "$painter" "$player"
# As in a container, where the node has another name.
mknod /tmp/dev/gpu c $((0x$(stat -c %t "$graphics_node"))) $((0x$(stat -c %T "$graphics_node")))
hold root /tmp/dev/gpu
tool "open by another name: refused" 3 bind $card
like "and named by its own" "$tap_output" "sleep \\($held, root\\) has $graphics_node open"
let_go "$held"

output=$(vfio-passfix setup --apply $card 2>&1)
like "unused, setup offers to take it now" "$output" "^ +vfio-passfix bind $card\$"
ok "and off again" vfio-passfix remove --apply
ok "when all have ended, it is bound" vfio-passfix bind $card
is "to vfio-pci" "$(card driver_of)" "vfio-pci vfio-pci"
ok "and goes back" vfio-passfix unbind $card
is "to its drivers" "$(card driver_of)" "$host_drivers"

# The framebuffer is new, and has the console again.
for option in --force --at-boot; do
	graphics_node=/dev/dri/$(node $card 'drm/card*')
	ok "the node is there: $graphics_node" wait_for test -c "$graphics_node"
	hold root "$graphics_node"
	nok "in use: refused" vfio-passfix bind $card
	ok "in use: bound with $option" vfio-passfix bind $option $card
	is "to vfio-pci" "$(card driver_of)" "vfio-pci vfio-pci"
	let_go "$held"
	ok "and goes back" vfio-passfix unbind $card
done
