#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests.sh BOARD [JIT=ng|stock|none] [TESTS=name,name...|all|v3|v4] [SMP=n] [SLOW=n]
#
# Run the kernel's own BPF selftests in the board's guest, with ours and with the stock JIT, and print a table of
# subtests passed/failed/skipped, which is also written to build/selftests-BOARD.tsv. JIT= limits it to one; "none"
# runs nothing and shows what is there. Stock results are kept, so that they are measured once.
# Without TESTS the list is test/selftests/allow.tsv; "all" is everything but test/selftests/deny.tsv, and all that
# once more as NAME@v4, with programs compiled for the fourth version of the instruction set; "v3" and "v4" are its
# halves, which two guests can run at a time. Of what is not in allow.tsv the stock JIT then runs only the tests of
# which ours failed or skipped something: it cannot be better in the others. SLOW multiplies the time limits. The
# exit status is 0 when every subtest that passes with the stock JIT passes with ours, and all those of the tests in
# allow.tsv but what test/selftests/known.tsv lists. No list has what absent.tsv says of the board, and the stock JIT
# is not asked for what hangs.tsv says.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

LISTS=$REPO/test/selftests
DEFAULT_SECONDS=180
declare -A arg=([JIT]='' [TESTS]='' [SMP]=2 [SLOW]=1) expected=()

rows()
{
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"
}

# matches NAME PATTERN...
matches()
{
	local name=$1 pattern

	shift
	for pattern; do
		# shellcheck disable=SC2053
		[[ $name != $pattern ]] || return 0
	done
	return 1
}

# listed FILE: the tests (shell patterns) in FILE's rows whose second column, a pattern too, is about this board
listed()
{
	local name board

	rows "$LISTS/$1" | while read -r name board _; do
		! matches "$B_NAME" "$board" || printf '%s\n' "$name"
	done
}

# leave_out PATTERN...: the names in standard input that match none
leave_out()
{
	local name

	while read -r name; do
		matches "${name%@v4}" "$@" || printf '%s\n' "$name"
	done
}

# all_tests: every test of test_progs, then those of the other runners
all_tests()
{
	cat "$programs/tests"
	rows "$LISTS/allow.tsv" | awk '$2 == "verifier" { print $1 }'
	grep -vxF -f <(rows "$LISTS/allow.tsv" | awk '$2 == "v4" { print $1 }') "$programs/tests-v4" | sed 's/$/@v4/'
}

# everything: whether the list is test_progs as a whole
everything()
{
	[[ ${arg[TESTS]} =~ ^(all|v3|v4)$ ]]
}

wanted_tests()
{
	case ${arg[TESTS]} in
	'') rows "$LISTS/allow.tsv" | awk '{ print $1 }' | leave_out "${absent[@]}" ;;
	all) all_tests | leave_out "${deny[@]}" "${absent[@]}" ;;
	v3) all_tests | grep -v '@v4$' | leave_out "${deny[@]}" "${absent[@]}" ;;
	v4) all_tests | grep '@v4$' | leave_out "${deny[@]}" "${absent[@]}" ;;
	*) printf '%s\n' "${arg[TESTS]//,/$'\n'}" ;;
	esac
}

# outside_of_allow: those wanted tests for which everything has to be built
outside_of_allow()
{
	if everything; then
		echo all
	elif [ -n "${arg[TESTS]}" ]; then
		wanted_tests | grep -vxF -f <(rows "$LISTS/allow.tsv" | awk '{ print $1 }') || true
	fi
}

# plan_line NAME: seconds, name, command
plan_line()
{
	local name=$1 runner seconds

	read -r runner seconds < <(rows "$LISTS/allow.tsv" | awk -v n="${name%@v4}" '$1 == n { print $2, $3 }') ||
		runner=progs
	[[ $name != *@v4 ]] || runner=v4
	seconds=$((${seconds:-$DEFAULT_SECONDS} * arg[SLOW]))
	case $runner in
	progs) echo "$seconds $name ./test_progs -w 0 -a $name" ;;
	v4) echo "$seconds $name ./test_progs-cpuv4 -w 0 -a ${name%@v4}" ;;
	verifier) echo "$seconds $name ./test_verifier" ;;
	*) die "test/selftests/allow.tsv gives $name the runner '$runner'; use progs, v4 or verifier" ;;
	esac
}

# check_lists: a test that was renamed must not drop out silently
check_lists()
{
	local name pattern

	for name in $(rows "$LISTS/allow.tsv" | awk '$2 != "verifier" { print $1 }'); do
		grep -qx -- "$name" "$programs/tests" ||
			die "test/selftests/allow.tsv lists $name, which these selftests do not have; update the list"
	done
	mapfile -t deny < <(rows "$LISTS/deny.tsv" | awk '{ print $1 }')
	mapfile -t absent < <(listed absent.tsv)
	everything || return 0
	for pattern in "${deny[@]}" "${absent[@]}"; do
		grep -qxE -- "${pattern//\*/.*}" <(all_tests) ||
			die "test/selftests/deny.tsv or absent.tsv lists $pattern, which matches no test; update the list"
	done
}

# split_results KTAP DIR: one file per test, its subtests and its own line
split_results()
{
	mkdir -p "$2"
	awk -v dir="$2" '
		/^    (not )?ok / { lines = lines $0 "\n" }
		/^(not )?ok [0-9]+ .* passed, .* failed, .* skipped/ {
			name = $1 == "not" ? $4 : $3
			print lines $0 >(dir "/" name)
			close(dir "/" name)
			lines = ""
		}' "$1"
}

# missing JIT PLAN: the lines of the plan whose result is not there yet
missing()
{
	local line name

	while read -r line; do
		name=$(awk '{ print $2 }' <<<"$line")
		[ -e "$results/$1/$name" ] || printf '%s\n' "$line"
	done <"$2"
}

# complete JIT PLAN: a test without a result breaks the whole run
complete()
{
	local names

	names=$(missing "$1" "$2" | awk '{ print $2 }' | xargs)
	[ -z "$names" ] || {
		echo "no result with JIT=$1 from: $names; see build/selftests-$B_NAME-$1.ktap" >&2
		broken=yes
	}
}

# run_jit JIT PLAN: one boot
run_jit()
{
	local jit=$1 plan=$2 limit ktap=$REPO/build/selftests-$B_NAME-$1.ktap stage=$root.run.$$

	limit=$(awk '{ s += $1 } END { print s + 300 }' "$plan")
	say "$B_NAME: $(wc -l <"$plan") selftests, JIT=$jit"
	# a run that breaks must not show what an earlier one found
	awk -v dir="$results/$jit" '{ print dir "/" $2 }' "$plan" | xargs -d '\n' rm -f
	rm -rf "$stage"
	cp -al "$root" "$stage"
	cp "$plan" "$stage/selftests/plan"
	"$REPO/scripts/vm.sh" "$B_NAME" selftests JIT="$jit" ROOTFS="$stage" SMP="${arg[SMP]}" \
		TIMEOUT="$limit" >"$ktap.part" || true
	rm -rf "$stage"
	mv "$ktap.part" "$ktap"
	split_results "$ktap" "$results/$jit"
	complete "$jit" "$plan"
	# anything but failed tests (those are in the table) is a failure of the whole run
	! grep '^not ok' "$ktap" | grep -v ' passed, ' >&2 || broken=yes
}

# figures FILE: "passed/failed/skipped", or "-" when the test has not been run
figures()
{
	[ -e "$1" ] || {
		echo -
		return 0
	}
	sed -nE 's/^(not )?ok [0-9]+ .* ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped.*/\2\/\3\/\4/p' "$1"
}

# names_of VERDICT FILE
names_of()
{
	grep -v '# SKIP' "$2" | sed -nE "s/^    $1 +(.*)/\1/p" | sort -u
}

# known TEST: how many subtests of a test fail with both JITs and are listed in known.tsv, with the reason
known()
{
	local stock=$results/stock/$1 ours=$results/ng/$1 name n=0

	[ -e "$ours" ] || return 0
	while IFS= read -r name; do
		! { [ -e "$stock" ] && names_of ok "$stock" | grep -qxF -- "$name"; } || continue
		[ -z "${expected[$name]:-${expected[${name%%/*}/*]:-}}" ] || n=$((n + 1))
	done < <(names_of 'not ok' "$ours")
	echo "$n"
}

# known_load: fill "expected" with what known.tsv says about this board
known_load()
{
	local name board reason

	while IFS=$'\t' read -r name board reason; do
		# shellcheck disable=SC2053
		[[ $B_NAME != $board ]] || expected[$name]=$reason
	done < <(sed -e '/^#/d' -e '/^$/d' "$LISTS/known.tsv")
}

# without_hangs PLAN: those lines of the plan after which the stock JIT leaves the guest alive
without_hangs()
{
	local hangs=() seconds name command

	mapfile -t hangs < <(listed hangs.tsv)
	while read -r seconds name command; do
		matches "${name%@v4}" "${hangs[@]}" || printf '%s\n' "$seconds $name $command"
	done <"$1"
}

# of_interest PLAN: those lines of the plan whose stock results matter, see the head of this file
of_interest()
{
	local seconds name command failed skipped

	while read -r seconds name command; do
		IFS=/ read -r _ failed skipped < <(figures "$results/ng/$name")
		if ! everything || [ "${failed:-1}" != 0 ] || [ "${skipped:-1}" != 0 ] ||
			rows "$LISTS/allow.tsv" | awk '{ print $1 }' | grep -qxF -- "$name"; then
			printf '%s\n' "$seconds $name $command"
		fi
	done <"$1"
}

# table PLAN: the comparison, one row per test
table()
{
	local name stock ours lost

	printf 'test\tstock passed/failed/skipped\tours passed/failed/skipped\tlost\tknown\n'
	awk '{ print $2 }' "$1" | while read -r name; do
		stock=$results/stock/$name
		ours=$results/ng/$name
		lost=-
		if [ -e "$stock" ] && [ -e "$ours" ]; then
			lost=$(comm -23 <(names_of ok "$stock") <(names_of ok "$ours") | wc -l)
		fi
		printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$(figures "$stock")" "$(figures "$ours")" "$lost" \
			"$(known "$name")"
	done
}

# totals COLUMN: sums of one column of the table
totals()
{
	awk -F '\t' -v c="$1" 'NR > 1 && split($c, f, "/") == 3 { p += f[1]; q += f[2]; r += f[3] }
		END { printf "%d passed, %d failed, %d skipped\n", p, q, r }' "$tsv"
}

run_both()
{
	mkdir -p "$REPO/build" "$results"
	case ${arg[JIT]} in
	'')
		run_jit ng "$plan"
		of_interest "$plan" >"$plan.interest"
		missing stock <(without_hangs "$plan.interest") >"$plan.stock"
		[ ! -s "$plan.stock" ] || run_jit stock "$plan.stock"
		;;
	ng) run_jit ng "$plan" ;;
	stock)
		without_hangs "$plan" >"$plan.stock"
		run_jit stock "$plan.stock"
		;;
	none) complete ng "$plan" ;;
	*) die "JIT=${arg[JIT]} is unknown; use ng, stock or none" ;;
	esac
	table "$plan" >"$tsv"
}

# verdict: exit status of the run, see the head of this file
verdict()
{
	local lost failed

	awk -F '\t' '{ printf "%-30s %-18s %-18s %-5s %s\n", $1, $2, $3, $4, $5 }' "$tsv" |
		sed '1s/.*/test                           stock p\/f\/s        ours p\/f\/s         lost  known/'
	echo "table: $tsv"
	[ "${arg[JIT]}" = ng ] || echo "stock: $(totals 2)"
	[ "${arg[JIT]}" != stock ] || {
		totals 2
		[ "$broken" = no ]
		return
	}
	lost=$(awk -F '\t' '{ s += $4 } END { print s + 0 }' "$tsv")
	failed=$(awk -F '\t' 'NR == FNR { allow[$1]; next } ($1 in allow) && split($3, f, "/") == 3 { s += f[2] - $5 }
		END { print s + 0 }' <(rows "$LISTS/allow.tsv" | awk '{ print $1 }') "$tsv")
	echo "lost: $lost subtests pass with the stock JIT and not with ours"
	echo "known: $(awk -F '\t' '{ s += $5 } END { print s + 0 }' "$tsv") subtests fail with every JIT, see test/selftests/known.tsv"
	totals 3
	[ "$lost" = 0 ] && [ "$failed" = 0 ] && [ "$broken" = no ]
}

[ $# -ge 1 ] || die "usage: selftests.sh BOARD [JIT=ng|stock|none] [TESTS=...]"
board_load "$1"
shift
for pair; do
	[[ $pair == *=* ]] && [ -n "${arg[${pair%%=*}]+set}" ] ||
		die "'$pair' is unknown; use JIT=, TESTS=, SMP= or SLOW="
	arg[${pair%%=*}]=${pair#*=}
done
choice=()
[ -z "$(outside_of_allow)" ] || choice=(--all)
root=$("$REPO/scripts/build-selftests.sh" "${choice[@]}" "$B_NAME")
programs=$(readlink "$root.programs")
results=$BJN_CACHE/selftests/results/${root##*/}-$(cut -c 1-16 "$root/.hash")
tsv=$REPO/build/selftests-$B_NAME.tsv
plan=$(mktemp)
trap 'rm -f "$plan" "$plan.stock" "$plan.interest"' EXIT
broken=no
check_lists
known_load
for name in $(wanted_tests); do
	plan_line "$name"
done >"$plan"
run_both
verdict
