# SPDX-License-Identifier: GPL-2.0-only
# summary.awk rows DATA: prints medians of the measurements (lines "ROUND KIND WHAT VALUE") in the units
# of rows, and medians and quartiles of the ratios to stock in the same round. Columns, separated by
# tabs, "-" if empty: what, unit, label, rounds, the medians of stock, off and on, the ratio of off and
# its quartiles, the ratio of on and its quartiles, the quartiles of on. A heading is ":", unit, label.

BEGIN { FS = OFS = "\t" }

FILENAME == ARGV[1] && /^[^#]/ {
	if ($1 == ":")
		unit = $2
	what[++n] = $1
	unit_of[n] = unit
	label[n] = $1 == ":" ? $3 : $2
	against[n] = $1 != ":" && $3 != "" ? $3 : $1
}

FILENAME != ARGV[1] {
	split($0, field, " ")
	if (field[1] > rounds)
		rounds = field[1]
	value[field[3], field[2], field[1] + 0] = field[4]
}

function convert(v, unit, w) {
	if (unit == "MiB/s") {
		sub(/.*-/, "", w)
		return w / 1048576 / (v / 1e9)
	}
	return v / (unit == "s" ? 1e9 : unit == "ms" ? 1e6 : 1024)
}

# The values of KIND, or, if the name of stock's measurement is given, their ratios to it: sorted, in v[1..m].
function collect(i, kind, stock,   r, j, x, base) {
	m = 0
	for (r = 1; r <= rounds; r++) {
		if (!((what[i], kind, r) in value))
			continue
		x = convert(value[what[i], kind, r], unit_of[i], what[i])
		if (stock != "") {
			# A value that was measured once is compared with each round.
			base = (stock, "stock", r) in value ? value[stock, "stock", r] : value[stock, "stock", 1]
			if (base == "")
				continue
			x /= convert(base, unit_of[i], what[i])
		}
		for (j = ++m; j > 1 && v[j - 1] > x; j--)
			v[j] = v[j - 1]
		v[j] = x
	}
}

function quantile(q,   at, low) {
	at = 1 + (m - 1) * q
	low = int(at)
	return low < m ? v[low] + (at - low) * (v[low + 1] - v[low]) : v[m]
}

function three() {
	return m ? sprintf("%.6g\t%.6g\t%.6g", quantile(.5), quantile(.25), quantile(.75)) : "-\t-\t-"
}

function middle() {
	if (m > most)
		most = m
	return m ? sprintf("%.6g", quantile(.5)) : "-"
}

END {
	for (i = 1; i <= n; i++) {
		if (what[i] == ":") {
			print ":", unit_of[i], label[i]
			continue
		}
		most = 0
		if (against[i] == what[i]) {
			collect(i, "stock")
			stock = middle()
		} else {
			stock = "-"
		}
		collect(i, "off")
		off = middle()
		collect(i, "on")
		on = middle()
		on_spread = three()
		sub(/[^\t]*\t/, "", on_spread)
		collect(i, "off", against[i])
		off_ratio = three()
		collect(i, "on", against[i])
		print what[i], unit_of[i], label[i], most, stock, off, on, off_ratio, three(), on_spread
	}
}
