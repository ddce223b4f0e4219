# SPDX-License-Identifier: GPL-2.0
#
# bench.awk: the output of the guest suite bench, any number of boots, to figures (see bench.sh).
# Variables: table=FILE for all figures, worst=N cases to print, above=FILE for the numbers of the cases of
# test_bpf in which B is above A (the file is not written when there are none), wrong=FILE and flavour=NAME: cases
# that the stock JIT of that kernel gets wrong unnoticed.
# A is the yardstick, B is measured. Executed instructions are the minimum over all runs of a side: whatever
# interferes adds to them. The cost of a compilation depends on the state of the memory allocator in both
# directions, so it is the median.

function ratio(b, a) { return a > 0 ? b / a : 0 }

# first(KEY): remember a case in the order of test_bpf
function first(key, name)
{
	if (!(key in title)) {
		title[key] = name
		order[++cases] = key
	}
}

function least(table_, seen_, key, value)
{
	if (!(key in table_) || value < table_[key]) {
		table_[key] = value
		seen_[key] = 0
	}
	if (value == table_[key])
		seen_[key]++
}

function median(text,    v, n, i, j, x)
{
	n = split(text, v, " ")
	for (i = 2; i <= n; i++) {
		x = v[i] + 0
		for (j = i - 1; j && v[j] + 0 > x; j--)
			v[j + 1] = v[j]
		v[j + 1] = x
	}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function complain(key, side, text)
{
	if (!((key, side) in problem))
		problem[key, side] = text
}

function why(key, side)
{
	return (key, side) in problem ? problem[key, side] : ""
}

BEGIN {
	FS = "\t"
	while (wrong && (getline <wrong) > 0)
		if ($1 == flavour)
			unnoticed[$2] = $3
	FS = " "
}

$1 == "case" {
	if (after_compiles) {
		after_compiles = jited = 0
	}
	side = $2
	jit[side] = $3
	key = $4 SUBSEP substr($5, 2)
	text = $0
	sub(/^case [^#]*#[0-9]+ /, "", text)
	at = match(text, / *jited:[01] /)
	if (!at) {
		# no program: test_bpf expected the kernel to refuse it
		first(key, text)
		complain(key, side, text ~ /PASS$/ ? "no program" : "failed")
		next
	}
	first(key, substr(text, 1, at - 1))
	rest = substr(text, at + RLENGTH)
	if (substr(text, at, RLENGTH) ~ /1 $/)
		list[++jited] = key
	else
		complain(key, side, "not compiled")
	if (rest !~ /PASS/ || rest ~ /FAIL/) {
		complain(key, side, "failed")
		next
	}
	n = split(rest, word, " ")
	for (i = 1; i <= n && word[i] ~ /^[0-9]+$/; i++)
		least(runs, runs_seen, side SUBSEP key SUBSEP i, word[i] + 0)
	if (!(key in subs) || i - 1 > subs[key])
		subs[key] = i - 1
}

$1 == "compile" {
	if (!after_compiles)
		nr = 0
	after_compiles = 1
	split($5 "=" $6 "=" $7, word, "=")
	if (!word[2])		# second pass of a subprogram
		next
	key = list[++nr]
	if ((key in bpf) && bpf[key] != word[2] && odd == "")
		odd = title[key]
	bpf[key] = word[2] + 0
	if ($3 != jit[$2])
		left[key] = 1
	least(bytes, bytes_seen, $2 SUBSEP key, word[4] + 0)
	costs[$2, key] = costs[$2, key] " " word[6]
}

function row(key, i,    a, b, id, tail, k)
{
	a = runs["A", key, i]
	b = runs["B", key, i]
	split(key, id, SUBSEP)
	tail = "-\t-\t-\t-\t-\t-\t-"
	if (i == 1 && (("A", key) in bytes) && (("B", key) in bytes))
		tail = sprintf("%d\t%d\t%d\t%.3f\t%d\t%d\t%.3f", bpf[key], bytes["A", key], bytes["B", key],
			       ratio(bytes["B", key], bytes["A", key]), cost["A", key], cost["B", key],
			       ratio(cost["B", key], cost["A", key]))
	k = runs_seen["A", key, i]
	if (runs_seen["B", key, i] < k)
		k = runs_seen["B", key, i]
	printf "%s\t%d\t%s\t%d\t%d\t%d\t%.3f\t%d\t%s\n", id[1], id[2], title[key], i, a, b, ratio(b, a), k, tail >table
}

function measure(key,    i, a, b, id)
{
	if ((("A", key) in costs) && (("B", key) in costs)) {
		cost["A", key] = median(costs["A", key])
		cost["B", key] = median(costs["B", key])
	}
	for (i = 1; i <= subs[key]; i++) {
		a = runs["A", key, i]
		b = runs["B", key, i]
		if (!a || !b)
			continue
		figures++
		twice += runs_seen["A", key, i] > 1 && runs_seen["B", key, i] > 1
		log_insns += log(b / a)
		nr_above += b > a
		split(key, id, SUBSEP)
		if (b > a && id[1] == "test_bpf" && above)
			print id[2] >above
		if (b / a > max)
			max = b / a
		ranked[figures] = sprintf("%.6f\t%s\t%d", b / a, key, i)
		row(key, i)
	}
	if ((("A", key) in bytes) && (("B", key) in bytes)) {
		sized++
		log_bytes += log(bytes["B", key] / bytes["A", key])
		bytes_above += bytes["B", key] > bytes["A", key]
	}
	if (("A", key) in cost) {
		timed++
		log_cost += log(cost["B", key] / cost["A", key])
		sum["A"] += cost["A", key]
		sum["B"] += cost["B", key]
		sum_bpf += bpf[key]
	}
}

# the figures with the greatest ratio
function show_worst(    n, i, best, at, f)
{
	printf "the %d greatest ratios of executed instructions (%s / %s):\n", worst, jit["B"], jit["A"]
	for (n = 0; n < worst && n < figures; n++) {
		best = ""
		for (i = 1; i <= figures; i++) {
			if (ranked[i] != "" && (best == "" || ranked[i] + 0 > best + 0)) {
				best = ranked[i]
				at = i
			}
		}
		ranked[at] = ""
		split(best, f, "\t")
		split(f[2], id, SUBSEP)
		printf "  %.3f  %8d / %-8d %s #%d.%d %s\n", f[1], runs["B", f[2], f[3]], runs["A", f[2], f[3]],
			id[1], id[2], f[3], title[f[2]]
	}
}

function show_problems(    i, s, key, id, side, silent, given)
{
	for (i = 1; i <= cases; i++) {
		key = order[i]
		if (title[key] in unnoticed && "stock" == jit["A"])
			complain(key, "A", "wrong, " unnoticed[title[key]] ",")
		if (why(key, "A") == "no program" && why(key, "B") == "no program") {
			silent++
			continue
		}
		for (s = 1; s <= 2; s++) {
			side = substr("AB", s, 1)
			if (why(key, side) == "")
				continue
			split(key, id, SUBSEP)
			printf "not counted: %s #%d %s: %s with the %s JIT\n", id[1], id[2], title[key],
				why(key, side), jit[side]
			excluded[key] = 1
		}
	}
	for (i = 1; i <= cases; i++)
		given += order[i] in left
	if (given)
		printf "not counted: %d cases that were left to the stock JIT\n", given
	printf "%d cases; %d without a program (test_bpf expects the kernel to refuse it)\n", cases, silent
}

END {
	if (odd != "") {
		printf "error: two runs compiled programs of different length for %s; were other programs loaded?\n", odd
		exit 1
	}
	if (!cases) {
		print "error: no results; see the output of the guest above"
		exit 1
	}
	print "suite\tcase\tname\tsubrun\t" jit["A"] "_insns\t" jit["B"] "_insns\tratio\tseen\tbpf_insns\t" \
		jit["A"] "_bytes\t" jit["B"] "_bytes\tratio\t" jit["A"] "_compile\t" jit["B"] "_compile\tratio" >table
	show_problems()
	for (c = 1; c <= cases; c++)
		if (!(order[c] in excluded) && !(order[c] in left))
			measure(order[c])
	show_worst()
	if (!figures)
		exit 1
	printf "%d figures, %d above 1.00; %d of them were measured with the same result at least twice by both\n", \
		figures, nr_above, twice
	if (!sized || !timed) {
		print "error: the module recorded no compilations, so there are no sizes and costs"
		exit 1
	}
	printf "%d images, %d larger; compile cost per BPF instruction over all programs: %.1f against %.1f\n", \
		sized, bytes_above, sum["B"] / sum_bpf, sum["A"] / sum_bpf
	printf "insns geomean %.3f max %.2f · bytes geomean %.3f · compile geomean %.3f (%s)\n", \
		exp(log_insns / figures), max, exp(log_bytes / sized), exp(log_cost / timed), \
		jit["A"] == jit["B"] ? jit["A"] " against itself" : "ours/stock"
}
