# SPDX-License-Identifier: GPL-2.0-only
# What an ordinary user cannot do: turn the fix on, widen its scope, load it, or pin more than
# RLIMIT_MEMLOCK while memlock=0; and how much a user can pin with memlock=1, as measured.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0
others=0000:00:0a.0,0000:00:0a.1
fix=$(modinfo -F filename vfio_passfix)
LIMIT=65536

# denied NAME ERROR STEP...: the client's step fails for that reason.
denied() {
	denied_name=$1
	denied_error=$2
	shift 2
	if denied_output=$(client "$@" 2>&1); then
		fail "$denied_name" "client $* succeeded: $denied_output"
	else
		like "$denied_name" "$denied_output" "^client: (read|write|load) .*: $denied_error\$"
	fi
}

# The kernel loads the module that a user's open() needs, by modprobe, so by our rule.
modprobe vfio-pci
modprobe -r vfio-pci vfio_iommu_type1_passfix vfio_passfix vfio
mkdir -p /dev/vfio
[ -e /dev/vfio/vfio ] || mknod /dev/vfio/vfio c 10 196
chmod 666 /dev/vfio/vfio
denied "a user does not load it, on" "Operation not permitted" uid 65534 load "$fix" pass_fix=1
denied "nor does root without capabilities" "Operation not permitted" uncapable load "$fix" pass_fix=1
is "it is not loaded" "$(lsmod | grep -c passfix)" 0
ok "a user opens /dev/vfio/vfio" client uid 65534 open-file /dev/vfio/vfio
like "the kernel loads VFIO for it, and the fork with that" "$(lsmod)" '^vfio_iommu_type1_passfix '
is "off" "$(parameter pass_fix)" N

# Stock's limits, to compare with each state below: how much one container, a process with several
# containers, and several processes of one user can pin.
user() {
	client memlock $LIMIT uid 65534 "$@" 2>&1
}

limits() {
	echo "one map of a page more: $(user claim $free pin 0 $((LIMIT + PAGE)) $((LIMIT + PAGE)))"
	echo "small ones: $(user claim $free pin 0 "$PAGE" 0x100000 locked | xargs)"
	echo "larger ones: $(user claim $free pin 0 0xc000 0xc0000)"
	echo "two containers: $(user claim $free pin 0 "$PAGE" 0xc000 keep claim $others pin 0 "$PAGE" 0x100000 | xargs)"
	user claim $free pin 0 "$PAGE" 0x100000 wait first >/tmp/first.log &
	wait_for test -e /tmp/first.ready
	echo "a process besides: $(user claim $others pin 0 "$PAGE" 0x100000 locked | xargs)"
	touch /tmp/first.go
	wait $!
	echo "the first process: $(cat /tmp/first.log)"
	rm -f /tmp/first.*
	echo "given back, and again: $(user claim $free pin 0 "$PAGE" 0x10000 release locked \
		claim $free pin 0 "$PAGE" 0x100000 | xargs)"
}

open_to_users() {
	for bdf in $free 0000:00:0a.0 "$@"; do
		chmod 666 "/dev/vfio/$(group_of "$bdf")"
	done
}

modprobe -r vfio_iommu_type1_passfix
modprobe --ignore-install vfio_iommu_type1 "$UNSAFE"
modprobe vfio-pci
bind $free 0000:00:0a.0 0000:00:0a.1
open_to_users
stock=$(limits)
diag "$stock"
like "stock: a map beyond the limit" "$stock" "^one map of a page more: pinned 0 KiB of $(((LIMIT + PAGE) >> 10)): Cannot allocate memory"
like "stock: many small maps up to it" "$stock" "^small ones: pinned 64 KiB of 1024: Cannot allocate memory locked 64 KiB"
like "stock: containers of one process share it" "$stock" \
	"^two containers: pinned 48 KiB of 48: all pinned 16 KiB of 1024: Cannot"
like "stock: each process has its own" "$stock" "^a process besides: pinned 64 KiB of 1024: Cannot"
modprobe -r vfio_iommu_type1

load_vfio
bind $covered
open_to_users $covered
is "off: all limits are stock's" "$(limits)" "$stock"
is "VFIO_SET_IOMMU by a user leaves it off" "$(parameter pass_fix)" N
set_parameter devices 1234:11e8

# Each parameter of both modules; nothing changes. What users can read with stock stays readable.
# shellcheck disable=SC2153
state() {
	head -n 100 "$PARAMETERS"/* "$TYPE1_PARAMETERS"/*
}
before=$(state)
parameters=$(echo "$PARAMETERS"/* "$TYPE1_PARAMETERS"/*)
for file in $parameters; do
	denied "a user does not write ${file#/sys/module/}" "Permission denied" uid 65534 write "$file" 1
done
for file in "$PARAMETERS"/* "$TYPE1_PARAMETERS"/pass_fix; do
	denied "a user does not read ${file#/sys/module/}" "Permission denied" uid 65534 read "$file"
done
if [ -e /proc/self/ns/user ]; then
	echo 1 >/proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || true
	ok "a user becomes root of a namespace" client uid 65534 namespace
	for file in $parameters; do
		denied "which does not write ${file#/sys/module/}" "Permission denied" \
			uid 65534 namespace write "$file" 1
	done
	denied "nor read what is relaxed" "Permission denied" uid 65534 namespace read "$PARAMETERS/relaxed"
	denied "nor load a module" "Operation not permitted" uid 65534 namespace load "$fix" pass_fix=1
else
	diag "this kernel has no user namespaces"
fi
for file in $parameters; do
	denied "root of a container with a read-only /sys does not write ${file#/sys/module/}" \
		"(Read-only file system|Permission denied)" container uncapable write "$file" 1
done
is "nothing has changed" "$(state)" "$before"
is "it is off" "$(parameter pass_fix)" N
# uid 0 of the host owns the files, and needs no capability to write them.
ok "root without capabilities, but with the host's /sys, does write" \
	client uncapable write "$PARAMETERS/devices" 1234:1111
is "that is seen" "$(parameter devices)" 1234:1111
chmod 666 "$PARAMETERS/devices"
ok "and so would a user, if root let users write the file" \
	client uid 65534 write "$PARAMETERS/devices" " "
chmod 600 "$PARAMETERS/devices"
is "that is seen, too" "$(parameter devices)" ""

ok "on" set_parameter pass_fix 1
for name in $(settings); do
	denied "on: a user does not write $name" "Permission denied" uid 65534 write "$PARAMETERS/$name" 0
done
denied "on: a user does not read what is relaxed" "Permission denied" uid 65534 read "$PARAMETERS/relaxed"
ok "memlock=0" set_parameter memlock 0
is "on, memlock=0: all limits are stock's" "$(limits)" "$stock"

ok "memlock=1" set_parameter memlock 1
pinned=$(user claim $covered pin 0 0x4000000 0x4000000 locked release locked | xargs)
is "memlock=1: with a limit of 64 KiB a user pins 64 MiB, and it counts as locked until it is released" \
	"$pinned" "pinned 65536 KiB of 65536: all locked 65536 KiB locked 0 KiB"

# All memory that the machine can spare; it is freed afterwards.
available() {
	awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo
}
before=$(available)
most=$((before - 96))
# Above the MSI window, which on arm64 begins at 128 MiB.
pinned=$(user claim $covered pin 0x10000000 0x100000 $((most << 20)) locked | xargs)
is "memlock=1: nor is there another limit: $most of $before MiB" \
	"$pinned" "pinned $((most << 10)) KiB of $((most << 10)): all locked $((most << 10)) KiB"
given_back() {
	[ "$(available)" -ge $((before - 16)) ]
}
# Freed pages are counted only after a moment.
wait_for given_back
ok "all of it is given back: $(available) MiB" given_back

# Pages that are pinned when root sets memlock=0 stay pinned, but no more can be pinned.
user claim $covered pin 0 0x4000000 0x4000000 wait holder pin 0x10000000 "$PAGE" "$PAGE" locked \
	>/tmp/holder.log &
wait_for test -e /tmp/holder.ready
ok "memlock=0, while a user has 64 MiB pinned" set_parameter memlock 0
touch /tmp/holder.go
wait $!
is "those stay pinned, and not a page more is" "$(xargs </tmp/holder.log)" \
	"pinned 65536 KiB of 65536: all pinned 0 KiB of $((PAGE >> 10)): Cannot allocate memory locked 65536 KiB"

unbind $covered
ok "memlock=1" set_parameter memlock 1
ok "off" set_parameter pass_fix 0
is "off, memlock=1: stock's limit" "$(user claim $free pin 0 "$PAGE" 0x100000)" \
	"pinned 64 KiB of 1024: Cannot allocate memory"
