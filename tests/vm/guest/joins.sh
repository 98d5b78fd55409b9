# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154
# Shared by the scenarios in which a device joins an owned group. They set what is another
# there. The newcomer comes by a rescan, and leaves, unless they have functions of their own.
owned=0000:00:0a.0	# the device that a guest owns
newcomer=0000:00:0a.1	# the one that joins its group
demanded="1 1"		# require_direct of both with stock
page=0x7e000000		# of a firmware-mandated 1:1 mapping

come() {
	echo 1 >/sys/bus/pci/rescan
}

leave() {
	echo 1 >"/sys/bus/pci/devices/$newcomer/remove"
}

# For a newcomer that is plugged in, as the card in the next slot: the scenario says
# newcomer_is_plugged. A new id each time: the one before may not be free yet.
# shellcheck disable=SC2317 # called by what is below
newcomer_is_plugged() {
	come() {
		plugs=$((${plugs:-0} + 1))
		qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"plugged'"$plugs"'","bus":"port2","addr":"0"}}'
	}
	leave() {
		qmp '{"execute":"device_del","arguments":{"id":"plugged'"$plugs"'"}}'
	}
}

# joins_begin: the newcomer is not there. It leaves while the fix is on, since 7.3 warns
# with stock when a device with require_direct is removed.
joins_begin() {
	load_modules
	ask host - 0 >/dev/null
	[ ! -e "/sys/bus/pci/devices/$newcomer" ] || {
		is "with stock, the demand is" "$(direct "$owned" "$newcomer")" "$demanded"
		set_parameter pass_fix 1
		leave
		ok "the newcomer has left" wait_for is_gone "$newcomer"
		set_parameter pass_fix 0
	}
	joins=0
}

same_group() {
	in_group "$newcomer" &&
		[ "$(group_of "$newcomer")" = "$(group_of "$owned")" ]
}

# A host driver is not let into a group that user space owns.
host_driver_of_newcomer() {
	# A virtual function of one that vfio-pci has gets vfio-pci by itself.
	echo "$newcomer" >"/sys/bus/pci/devices/$newcomer/driver/unbind" 2>/dev/null
	bind_to passfix_host "$newcomer" 2>/dev/null
	basename "$(readlink "/sys/bus/pci/devices/$newcomer/driver")"
	echo >"/sys/bus/pci/devices/$newcomer/driver_override"
}

# join_while NAME SCOPE STEP...: the newcomer joins while a client holds what it has
# after these steps. The guest ends well, and the host has both devices as before.
join_while() {
	join_name=$1
	set_parameter devices "$2"
	shift 2
	ok "$join_name: on" set_parameter pass_fix 1
	bind "$owned"
	background owner "$@"
	is "$join_name: a guest holds the group" $? 0
	come
	ok "$join_name: the newcomer joins the group" wait_for same_group
	is "$join_name: neither has require_direct (I3)" "$(direct "$owned" "$newcomer")" "0 0"
	is "$join_name: no driver of the host's gets it" "$(host_driver_of_newcomer)" ""
	nok "$join_name: meanwhile the fix stays on" set_parameter pass_fix 0
	go owner
	is "$join_name: the guest ends well" $? 0
	no_complaint
	for bdf in "$owned" "$newcomer"; do
		[ "$(ask demanded "$bdf")" = 0 ] ||
			is "$join_name: the host maps the page 1:1 again, $bdf" "$(ask iova "$bdf" "$page")" "$page"
	done
	joins=$((joins + 1))
}

# join_end: all is as before the newcomer came.
join_end() {
	leave
	ok "$join_name: it leaves" wait_for is_gone "$newcomer"
	unbind "$owned"
	ok "$join_name: off" set_parameter pass_fix 0
	is "$join_name: require_direct is as with stock" "$(direct "$owned")" "${demanded% *}"
}

# join NAME SCOPE STEP...: it joins, and leaves.
join() {
	join_while "$@"
	join_end
}

# joins_in SCOPE...: with each of these scopes, a join into the group that a guest owns, and
# one into the group that it has claimed and given no domain yet.
joins_in() {
	for scope; do
		join "owned, scope \"$scope\"" "$scope" claim "$owned" map 0 0x10000
		join "claimed, scope \"$scope\"" "$scope" join "$owned"
	done
}

# joins_done COUNT: as many joins as the scenario has.
joins_done() {
	is "so many joins" "$joins" "$1"
}
