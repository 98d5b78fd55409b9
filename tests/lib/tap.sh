# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# TAP for test scripts, POSIX sh: sourced on the host and in guests.

tap_count=0
tap_failed=0

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	[ -z "${2-}" ] || diag "$2"
}

# ok NAME COMMAND...: the command succeeds. If it does not, its output is shown.
ok() {
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "$* ended with $?:
$tap_output"
	fi
}

# nok NAME COMMAND...: the command fails, but not by a signal or crash.
nok() {
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		fail "$tap_name" "$* succeeded:
$tap_output"
	elif [ $? -ge 126 ]; then
		fail "$tap_name" "$* could not run or was killed:
$tap_output"
	else
		pass "$tap_name"
	fi
}

# is NAME GOT EXPECTED: the two texts are the same.
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:      $2
expected: $3"
	fi
}

# like NAME TEXT PATTERN: an extended regular expression occurs in the text.
like() {
	if printf '%s\n' "$2" | grep -E -- "$3" >/dev/null; then
		pass "$1"
	else
		fail "$1" "no match for: $3
in: $2"
	fi
}

# unlike NAME TEXT PATTERN: the expression does not occur in the text.
unlike() {
	if printf '%s\n' "$2" | grep -E -- "$3" >/dev/null; then
		fail "$1" "should not match: $3
in: $2"
	else
		pass "$1"
	fi
}

# literal TEXT: an extended regular expression that matches exactly the text.
literal() {
	printf '%s\n' "$1" | sed 's/[][(){}.*+?^$|\\]/\\&/g'
}

# The plan comes last, so that a test that ends half way is noticed.
done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
