# SPDX-License-Identifier: GPL-2.0-only
# gnuplot -e "summary='FILE'" plot.gnuplot: draws the output of summary.awk as SVG: at the top a kernel
# update; left the throughput by page size and size; right each ratio to stock.

set terminal svg size 1000,1040 font "sans-serif,13" background "white"
set datafile separator tab
set border 3 linecolor "#666666"
set tics nomirror textcolor "#222222" scale 0.5
set grid linecolor "#dddddd" linetype 1 linewidth 0.5

stock = "#777777"
off = "#0072b2"
on = "#d55e00"
rows(pattern) = "< awk -F'\t' -v OFS='\t' '$1 ~ /^" . pattern . "/ { size = $1; sub(/.*-/, \"\", size); print size, $0 }' " . summary
column_of(n) = n + 1

set multiplot

# A kernel update: three bars, from 1 s on, because the axis is logarithmic.
set label 1 "A kernel update, until the device can be assigned (seconds, logarithmic)" at graph 0,1.14 left
set origin 0,0.84
set size 1,0.16
set tmargin at screen 0.97
set bmargin at screen 0.875
set lmargin at screen 0.27
set rmargin at screen 0.96
set logscale x
set xrange [1:*]
set yrange [0.4:3.6]
unset key
set ytics nomirror ("the kernel rebuilt, extrapolated" 3, "DKMS, source downloaded" 2, "DKMS, source at hand" 1)
set style fill solid 1 noborder
plot rows("update$") using (1):(3):(1):column_of(5):(2.7):(3.3) with boxxyerror linecolor rgb stock, \
	rows("update-download") using (1):(2):(1):column_of(7):(1.7):(2.3) with boxxyerror linecolor rgb on, \
	rows("update$") using (1):(1):(1):column_of(7):(0.7):(1.3) with boxxyerror linecolor rgb on, \
	rows("update$") using column_of(5):(3):(sprintf("  %.0f s", column(column_of(5)))) with labels left, \
	rows("update-download") using column_of(7):(2):(sprintf("  %.0f s", column(column_of(7)))) with labels left, \
	rows("update$") using column_of(7):(1):(sprintf("  %.0f s", column(column_of(7)))) with labels left

# Throughput: a line for stock, and points for the fork.
unset tmargin
unset bmargin
set ytics autofreq nomirror
set xrange [2896:100000000]
set yrange [*:*]
set logscale y
set xtics ("4 KiB" 4096, "2 MiB" 2097152, "16 MiB" 16777216, "64 MiB" 67108864) rotate by -30
set format y "%.0f"
set lmargin at screen 0.08
set rmargin at screen 0.46
set size 0.48,0.39
set key top left samplen 1.5 spacing 1 font ",11" maxrows 5
do for [part in "map unmap"] {
	set origin 0,(part eq "map" ? 0.43 : 0.02)
	set label 1 (part eq "map" ? "Map" : "Unmap") . ", MiB/s, by the size of the mapping" at graph 0,1.06 left
	plot rows(part . "-hugetlb-") using 1:column_of(5) with lines linecolor rgb stock dashtype 3 title "stock, 2 MiB hugetlb", \
		rows(part . "-thp-") using 1:column_of(5) with lines linecolor rgb stock dashtype 2 title "stock, THP", \
		rows(part . "-4k-") using 1:column_of(5) with lines linecolor rgb stock dashtype 1 title "stock, 4 KiB pages", \
		rows(part . "-") using 1:column_of(6) with points pointtype 6 linecolor rgb off title "fork off", \
		rows(part . "-") using 1:column_of(7) with points pointtype 2 linecolor rgb on title "fork on"
}

# Ratios: a row each; those of throughput are above 1 if the fork is faster.
unset logscale y
unset format
set xtics autofreq norotate nomirror
set origin 0.48,0.02
set size 0.52,0.80
set lmargin at screen 0.72
set rmargin at screen 0.97
set logscale x 2
set xtics font ",11" (0.125, 0.25, 0.5, 0.8, 1, 1.25, 2, 4, 8)
set xrange [*<0.8:1.25<*]
count = int(system("awk -F'\t' '$1 ~ /map-|^claim|^release/' " . summary . " | wc -l"))
ratios = "< awk -F'\t' -v OFS='\t' '$1 == \":\" { part = $3; next } $1 ~ /map-|^claim|^release/ { print n++, ($1 ~ /^(un)?map/ ? part \", \" : \"\") $3, $0 }' " . summary
set yrange [count - 0.5:-0.5]
set ytics nomirror font ",11"
set label 1 "Fork : stock, quartiles of pairs" at graph 0,1.03 left
set key bmargin center horizontal
set arrow from 1,graph 0 to 1,graph 1 nohead linecolor rgb stock
plot ratios using 10:($1 - 0.15):11:12 with xerrorbars pointtype 6 linecolor rgb off title "off", \
	ratios using 13:($1 + 0.15):14:15:ytic(2) with xerrorbars pointtype 2 linecolor rgb on title "on"
unset multiplot
