# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The files to check. Sourced by tests/check; the lists have paths in the tree.

# sources FIND-EXPRESSION...: the files of this tree, without what is built in it.
sources() {
	find . -type d \( -name .git -o -path ./build -o -path ./type1 \) -prune -o -type f \
		! -name '*.ko' ! -name '*.o' ! -name '*.mod' ! -name '*.mod.c' ! -name '.*.cmd' "$@"
}

kernel_sources() {
	printf '%s\n' src/*.[ch] tests/module/*.c
}

# shells: each file for a shell, by its first line or its directive for shellcheck, with the name of
# the shell: bash, sh, zsh.
shells() {
	# shellcheck disable=SC2016 # it is awk's
	sources -exec awk '
		function end() {
			if (shell ~ /^(ba|da|z)?sh$/)
				print shell "\t" substr(file, 3)
			shell = ""
		}
		FNR == 1 { end(); file = FILENAME }
		FNR == 1 && /^#!/ { shell = $0; sub(/.*[\/ ]/, "", shell) }
		FNR <= 6 && /^# shellcheck .*shell=/ { shell = $0; sub(/.*shell=/, "", shell); sub(/ .*/, "", shell) }
		END { end() }
	' {} + | sort
}

# shells_of PATTERN
shells_of() {
	shells | awk -F'\t' -v pattern="^($1)\$" '$1 ~ pattern { print $2 }'
}
