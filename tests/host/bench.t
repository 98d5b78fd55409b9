#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What make bench computes from its measurements: medians, ratios within a round, quartiles, units;
# and the table and plot of these.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

bench=$TESTS/lib/bench
scratch

# Three rounds on a machine that becomes slower: with the fix on it takes twice as long in each.
cat >data <<'END'
1 stock map-thp-2097152 1000000
1 off map-thp-2097152 1000000
1 on map-thp-2097152 2000000
2 stock map-thp-2097152 2000000
2 off map-thp-2097152 1000000
2 on map-thp-2097152 4000000
3 stock map-thp-2097152 4000000
3 off map-thp-2097152 5000000
3 on map-thp-2097152 8000000
1 stock claim 5000000
1 on claim-demanded 10000000
1 stock update 8000000000000
1 on update 10000000000
2 on update 20000000000
1 on on 1000000
2 on on 2000000
3 on on 3000000
1 stock memory-type1 40960
1 off memory-type1 49152
END
awk -f "$bench/summary.awk" "$bench/rows" data >summary

# row WHAT: its columns after the label.
row() {
	awk -F'\t' -v what="$1" '$1 == what' summary | cut -f 4- | tr '\t' ' '
}

is "throughput in MiB/s, ratios of the same round, quartiles" "$(row map-thp-2097152)" \
	"3 1000 2000 500 1 0.9 1.5 0.5 0.5 0.5 375 750"
is "a device that stock cannot have is compared with its neighbour" "$(row claim-demanded)" \
	"1 - - 10 - - - 2 2 2 10 10"
is "what was measured once is compared with each round" "$(row update)" \
	"2 8000 - 15 - - - 0.001875 0.0015625 0.0021875 12.5 17.5"
is "without stock, its own quartiles" "$(row on)" "3 - - 2 - - - - - - 1.5 2.5"
is "what was not measured is not made up" "$(row release)" "0 - - - - - - - - - - -"

table=$(awk -f "$bench/table.awk" summary)
like "the table: a row" "$table" '^  2 MiB, THP +1000 +2000 +500 +1\.00 \(0\.90-1\.50\) +0\.50 \(0\.50-0\.50\)$'
like "a small ratio as a fraction" "$table" '^  source at hand .* 1/533 \(1/640-1/457\)$'
like "without stock, the spread" "$table" '^  written .* \(1\.50-2\.50 ms\)$'
is "as many rows in Markdown" "$(awk -v markdown=1 -f "$bench/table.awk" summary | wc -l)" \
	"$(($(wc -l <<<"$table") + 1))"

# It fails unless every row was measured.
while IFS=$'\t' read -r what _; do
	printf '%s\n' "1 stock $what 8000000000000" "1 off $what 9000000000000" "1 on $what 7000000000000"
done < <(grep -v '^[#:]' "$bench/rows") >all
awk -f "$bench/summary.awk" "$bench/rows" all >summary
gnuplot -e "summary='summary'" "$bench/plot.gnuplot" >plot.svg 2>says
is "gnuplot has nothing to say" "$(cat says)" ""
ok "the plot is XML" xmllint --noout --nonet plot.svg
like "the plot has the rebuilt kernel" "$(cat plot.svg)" '8000 s'
done_testing
