# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# Bytes in a notation that printf's %b writes: \xHH, and plain characters for themselves
# (no backslash among them). Bash's variables hold no zero bytes. What is being
# made is in $bytes.

bytes=

# le WIDTH NUMBER...: little-endian numbers.
le() {
	local width=$1 number i
	shift
	for number; do
		for ((i = 0; i < width; i++)); do
			printf -v REPLY '\\x%02x' $((number >> 8 * i & 255))
			bytes+=$REPLY
		done
	done
}

# ascii TEXT: its characters as \xHH, which bytes_sum() and bytes_set() need.
ascii() {
	local i
	for ((i = 0; i < ${#1}; i++)); do
		printf -v REPLY '\\x%02x' "'${1:i:1}"
		bytes+=$REPLY
	done
}

# zeros COUNT
zeros() {
	printf -v REPLY '%*s' "$1" ''
	bytes+=${REPLY// /\\x00}
}

# bytes_length BYTES, into REPLY: one for four characters of \xHH, one for any other.
bytes_length() {
	local bare=${1//\\x/}
	REPLY=$((${#1} - 3 * (${#1} - ${#bare}) / 2))
}

# bytes_sum, of $bytes, all of them \xHH; into REPLY.
bytes_sum() {
	local sum=0 number
	local -a numbers
	IFS=' ' read -ra numbers <<<"${bytes//\\x/ 0x}"
	for number in "${numbers[@]}"; do
		sum=$((sum + number))
	done
	REPLY=$((sum & 255))
}

# bytes_set OFFSET WIDTH NUMBER: in $bytes, all of them \xHH.
bytes_set() {
	local before=${bytes:0:$1 * 4} after=${bytes:($1 + $2) * 4}
	bytes=$before
	le "$2" "$3"
	bytes+=$after
}
