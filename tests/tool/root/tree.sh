# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # these files share variables
# The tree, collected in memory and written as one archive: a process for each of its
# thousands of files and links would take most of the time.
#
# A path is absolute, as on a running host. What is put later replaces what was there.

declare -A content=()	# of files: text, or the notation of bytes.sh where in_notation has the path
declare -A in_notation=()
declare -A mode=()	# of files and folders, octal
declare -A target=()	# of links

# text PATH TEXT [MODE]: a file with just that.
text() {
	content[$1]=$2
	mode[$1]=${3:-644}
}

# put PATH TEXT [MODE]: a file of one or more lines.
put() {
	text "$1" "$2"$'\n' "${3-}"
}

# put_bytes PATH BYTES [MODE]
put_bytes() {
	text "$1" "$2" "${3-}"
	in_notation[$1]=1
}

# file PATH [MODE]: a file with what is on standard input.
file() {
	IFS= read -r -d '' || true
	text "$1" "$REPLY" "${2-}"
}

# copy NAME PATH [MODE]: a file that lies beside the description.
copy() {
	# shellcheck disable=SC2154 # build-root sets it
	file "$2" "${3-}" <"$host/$1"
}

# copy_bytes NAME PATH [MODE]: the same with bytes that are no text.
copy_bytes() {
	REPLY=$(od -An -v -tx1 "$host/$1")
	REPLY=${REPLY//$'\n'/}
	put_bytes "$2" "${REPLY// /\\x}" "${3-}"
}

# program PATH...: something to execute, of which only the presence counts.
program() {
	local path
	for path; do
		put "$path" '#!/bin/sh' 755
	done
}

# no_program PATH...: what a distribution has, and this host has not.
no_program() {
	local path
	for path; do
		unset "content[$path]" "mode[$path]"
	done
}

# empty PATH...
empty() {
	local path
	for path; do
		text "$path" ''
	done
}

# folder PATH [MODE]: needed only where nothing is in it, or its mode matters.
folder() {
	mode[$1/]=${2:-755}
}

# link PATH TARGET: a link whose text is as given.
link() {
	target[$1]=$2
}

# lead PATH TARGET: a link to an absolute path, made relative as sysfs does: up to the
# folder that both are in, and down again, with the target's name at the end.
lead() {
	local from=${1%/*} up=
	while [[ ${2%/*}/ != "$from"/* ]]; do
		from=${from%/*}
		up+=../
	done
	target[$1]=$up${2#"$from"/}
}

# Fields of cpio's "newc" format: magic, inode, mode, uid, gid, links, time, size,
# four device numbers, length of the name with its end, checksum.
entry() {
	local name=${1#/} size=$3
	local -a ends=('\0\0\0' '\0\0' '\0' '\0\0\0\0')
	inode=$((inode + 1))
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s%b' \
		"$inode" $((8#$2)) 0 0 1 0 "$size" 0 0 0 0 $((${#name} + 1)) 0 \
		"$name" "${ends[(${#name} + 1) % 4]}"
}

archive() {
	local path text inode=0
	local -a pads=('' '\0\0\0' '\0\0' '\0')
	for path in "${!mode[@]}"; do
		[[ $path != */ ]] || entry "${path%/}" $((40000 + mode[$path])) 0
	done
	for path in "${!content[@]}"; do
		text=${content[$path]}
		if [[ -v in_notation[$path] ]]; then
			bytes_length "$text"
			entry "$path" $((100000 + mode[$path])) "$REPLY"
			printf '%b%b' "$text" "${pads[REPLY % 4]}"
		else
			entry "$path" $((100000 + mode[$path])) ${#text}
			printf '%s%b' "$text" "${pads[${#text} % 4]}"
		fi
	done
	for path in "${!target[@]}"; do
		text=${target[$path]}
		entry "$path" 120777 ${#text}
		printf '%s%b' "$text" "${pads[${#text} % 4]}"
	done
	entry 'TRAILER!!!' 0 0
}

# write_tree FOLDER
write_tree() {
	mkdir -p "$1"
	archive | (cd "$1" && cpio --quiet -id)
}
