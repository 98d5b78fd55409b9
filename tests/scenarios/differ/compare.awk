# SPDX-License-Identifier: GPL-2.0-only
# compare.awk HUNKS STOCK FIX: the lines of two players; for each episode, the first
# operation that is answered otherwise must be a row of the table. Only the first:
# what comes after it in that episode is about something else. Prints what no row
# allows, and for each row how often it was met.
BEGIN { FS = "\t+" }

FNR == 1 { file++ }

file == 1 && !/^#/ {
	hunk[++rows] = $1; kind[rows] = $2; remark[rows] = $3; from[rows] = $4; to[rows] = $5
}
file == 2 && /^# [0-9]/ { split($0, word, " "); stock[word[2]] = $0 }
file == 3 && /^# [0-9]/ { compare($0) }
file == 3 && /^# episode/ { differed = 0 }

# An answer's own word, and what else came out.
function answer(line) { sub(/.* -> /, "", line); sub(/ .*/, "", line); return line }
function question(line) { sub(/ -> .*/, "", line); return line }

# GET_INFO: all but the ranges and what their number changes, which are the bytes.
function rest(line) {
	sub(/.* -> [^ ]*/, "", line)
	gsub(/ bytes=#[0-9a-f]*| \(ranges[^)]*\)/, "", line)
	return line
}

# Nor did the ranges fit into what was asked with, where stock has more of them.
function too_small(line) { return line ~ /\(ranges\)$/ }

function whole(text, pattern) { return text ~ "^(" pattern ")$" }

function row_of(ours, fixed,   word, i) {
	if (question(ours) != question(fixed))
		return 0
	split(ours, word, " ")
	for (i = 1; i <= rows; i++)
		if (whole(word[3], kind[i]) && question(ours) ~ remark[i] &&
		    whole(answer(ours), from[i]) && whole(answer(fixed), to[i]) &&
		    (answer(ours) != answer(fixed) || word[3] == "info" &&
		     (rest(ours) == rest(fixed) || too_small(ours))))
			return i
	return 0
}

function compare(line,   word, ours, row) {
	split(line, word, " ")
	ours = stock[word[2]]
	if (differed || ours == line)
		return
	differed = 1
	row = row_of(ours, line)
	met[row]++
	if (!row)
		print "not allowed:\n  stock: " ours "\n  fix:   " line
}

END {
	for (i = 1; i <= rows; i++)
		printf "hunk %s: %s %s, %s becomes %s: %d times\n", hunk[i], kind[i], remark[i],
			from[i], to[i], met[i]
}
