# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154
# Common parts of the scenarios in which a device joins an owned group. They override the variables
# below if needed. The newcomer appears by a rescan and is removed, unless a scenario overrides the
# functions for that.
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

# For a newcomer that is hot-plugged, such as a card in the next slot: the scenario calls
# newcomer_is_plugged. It has a new id each time, because the previous one may not be free yet.
# shellcheck disable=SC2317 # the functions below call it
newcomer_is_plugged() {
	come() {
		plugs=$((${plugs:-0} + 1))
		qmp '{"execute":"device_add","arguments":{"driver":"edu","id":"plugged'"$plugs"'","bus":"port2","addr":"0"}}'
	}
	leave() {
		qmp '{"execute":"device_del","arguments":{"id":"plugged'"$plugs"'"}}'
	}
}

# joins_begin: removes the newcomer. The fix is on meanwhile, because the stock 7.3 kernel warns
# when a device with require_direct is removed.
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

# No host driver can bind in a group that user space owns.
host_driver_of_newcomer() {
	# If vfio-pci has the physical function, a virtual function gets vfio-pci automatically.
	echo "$newcomer" >"/sys/bus/pci/devices/$newcomer/driver/unbind" 2>/dev/null
	bind_to passfix_host "$newcomer" 2>/dev/null
	basename "$(readlink "/sys/bus/pci/devices/$newcomer/driver")"
	echo >"/sys/bus/pci/devices/$newcomer/driver_override"
}

# join_while NAME SCOPE STEP...: the newcomer joins while a client holds what it has after these
# steps. The guest must end cleanly, and the host must get both devices back.
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

# join_end: everything must be as before the newcomer came.
join_end() {
	leave
	ok "$join_name: it leaves" wait_for is_gone "$newcomer"
	unbind "$owned"
	ok "$join_name: off" set_parameter pass_fix 0
	is "$join_name: require_direct is as on stock" "$(direct "$owned")" "${demanded% *}"
}

# join NAME SCOPE STEP...: the newcomer joins, and leaves.
join() {
	join_while "$@"
	join_end
}

# joins_in SCOPE...: with each of these scopes, a join into a group that a guest owns, and one into
# a group that is claimed but has no domain of the guest yet.
joins_in() {
	for scope; do
		join "owned, scope \"$scope\"" "$scope" claim "$owned" map 0 0x10000
		join "claimed, scope \"$scope\"" "$scope" join "$owned"
	done
}

# joins_done COUNT: checks that there were as many joins.
joins_done() {
	is "so many joins" "$joins" "$1"
}
