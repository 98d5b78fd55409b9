# SPDX-License-Identifier: GPL-2.0-only
# I7 with the kernel's tracers on the same functions: the answers are right, or there is an error.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2154

device=0000:00:08.0
function=$callback
TRACING=/sys/kernel/tracing

answers() {
	reserved_regions $device >/dev/null
	unlike "$1: the answer is relaxed" "$(reserved_regions $device)" ' direct$'
	is "$1: the fix is in force" "$(parameter relaxed | head -n 1)" 0000:00:00.0
	assigned "$1: the device is assigned" $device
}

# toggles NAME: on, right, off, right.
toggles() {
	ok "$1: on" set_parameter pass_fix 1
	answers "$1, on before"
	turn_off "$1: off" $device
	like "$1: off: the answer is stock's" "$(reserved_regions $device)" ' direct$'
	bind $device
}

load_modules
mount -t tracefs tracefs $TRACING
bind $device

for tracer in function function_graph; do
	grep -qw $tracer $TRACING/available_tracers || { diag "this kernel has no tracer $tracer"; continue; }
	echo >$TRACING/set_ftrace_filter
	echo $tracer >$TRACING/current_tracer
	toggles "$tracer, of all functions"
	printf '%s\n' "$function" 'redirected_*' 'iommu_get_resv_regions' >$TRACING/set_ftrace_filter
	toggles "$tracer, of these"
	ok "on" set_parameter pass_fix 1
	echo >$TRACING/trace
	answers "$tracer, while it is on"
	ok "$tracer: the callback was traced" grep -q "$function" $TRACING/trace
	echo nop >$TRACING/current_tracer
	answers "$tracer switched off"
	echo $tracer >$TRACING/current_tracer
	answers "$tracer switched on"
	echo nop >$TRACING/current_tracer
	turn_off "off" $device
	bind $device
done
echo >$TRACING/set_ftrace_filter

# On arm64 two drivers have a function of that name, so no event can be placed on it.
if [ -e $TRACING/kprobe_events ] && [ "$(grep -c " $function\$" /proc/kallsyms)" = 1 ]; then
	before=$(probes)
	ok "on" set_parameter pass_fix 1
	echo "p:passfix/seen $function" >$TRACING/kprobe_events
	echo 1 >$TRACING/events/passfix/seen/enable
	echo >$TRACING/trace
	answers "a kprobe event that comes later"
	ok "a kprobe event that comes later: sees the call" grep -q 'seen: ' $TRACING/trace
	turn_off "a kprobe event that comes later: off" $device
	like "a kprobe event that comes later: off: the answer is stock's" "$(reserved_regions $device)" ' direct$'
	echo 0 >$TRACING/events/passfix/seen/enable
	echo >$TRACING/kprobe_events
	is "no probe is left" "$(probes)" "$before"

	echo "p:passfix/seen $function" >$TRACING/kprobe_events
	echo 1 >$TRACING/events/passfix/seen/enable
	dmesg -c >/dev/null
	if set_parameter pass_fix 1 2>/dev/null; then
		bind $device
		answers "a kprobe event that was there"
		turn_off "a kprobe event that was there: off" $device
	else
		like "a kprobe event that was there: refused, and named" "$(dmesg)" \
			"no probe can be placed on $function .*another kprobe is there; remove it"
	fi
	echo 0 >$TRACING/events/passfix/seen/enable
	echo >$TRACING/kprobe_events
	is "no probe is left" "$(probes)" "$before"
	bind $device
	toggles "without it"
fi
if ask ipmodify - 1 >/dev/null 2>&1; then
	errors "what changes the function as a livepatch does: turning on fails" \
		"no probe can be placed on $function .*a livepatch or another kprobe is there; remove it" \
		set_parameter pass_fix 1
	is "and has changed nothing" "$(parameter pass_fix) $(direct $device)" "N 1"
	ask ipmodify - 0 >/dev/null
	ok "without it: on" set_parameter pass_fix 1
	nok "while the fix is on, nothing else may change the function" ask ipmodify - 1
	answers "without it"
	turn_off "without it: off" $device
elif kprobes_by_ftrace; then
	fail "the function could be changed as by a livepatch"
fi
