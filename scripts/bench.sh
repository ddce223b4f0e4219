#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench.sh [BOARD] [--self[=stock|ng] | --cached]
#
# What our code costs against that of the stock JIT, counted, not timed: QEMU runs one guest instruction
# per nanosecond of guest time, so the figures of the kernel's own test_bpf.ko are executed instructions
# (of one run of the program and the loop around it; nothing is subtracted). Both JITs run in the same
# boot. A figure is the minimum over all runs in BOOTS boots (default 3), because an interrupt inside a test
# adds to it; cases in which ours is above stock after that are run RETRY times more (default 12), with both JITs
# in turn, and the minimum is taken again. Size and compile cost (instructions of the calling task in the whole compile call, median) come
# from the records that the module keeps with trace=N. All figures go to build/bench-BOARD.tsv.
#   --self    compare a JIT with itself: shows how much of a ratio is noise
#   --cached  do not run the stock JIT again: its figures are those of earlier runs on the same kernel
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

BOOTS=${BOOTS:-3}
RETRY=${RETRY:-12}
board=loong64-7.2
pair=stock-ng
cached=
table=
for arg; do
	case $arg in
	--self | --self=stock) pair=stock-stock ;;
	--self=ng) pair=ng-ng ;;
	--cached) cached=yes ;;
	-*) die "unknown option '$arg'; use --self, --self=stock, --self=ng or --cached" ;;
	*) board=$arg ;;
	esac
done
table=$REPO/build/bench-$board.tsv
[ "$pair" = stock-ng ] || table=$REPO/build/bench-$board-$pair.tsv
out=$REPO/build/bench/$board-$pair
[[ $BOOTS =~ ^[1-9][0-9]*$ ]] || die "BOOTS=$BOOTS is not a number of boots; use 3"

board_load "$board"
[ -e "$B_KERNEL/release" ] || "$REPO/scripts/kernel.sh" "$board"
kept=$BJN_CACHE/bench/$board-$(cat "$B_KERNEL/release").stock
run=$pair
if [ -n "$cached" ]; then
	[ "$pair" = stock-ng ] || die "--cached and --self exclude each other; use one"
	[ -e "$kept" ] || die "no figures of the stock JIT on $board are cached; run bench.sh without --cached once"
	run=none-ng
fi
mkdir -p "$out" "${kept%/*}"
rm -f "$out"/boot-*.log
# built once: all boots measure the same module
ko=$("$REPO/scripts/build-module.sh" "$board" "$out/module" | grep '/bpfjit_ng\.ko$') ||
	die "there is no bpfjit_ng.ko for $board; see the output above"

# run_boot NAME KEY=VALUE...
run_boot()
{
	local log=$out/boot-$1.log

	"$REPO/scripts/vm.sh" "$board" bench ICOUNT=1 TIMEOUT=1500 PAIR="$run" MODULE="$ko" "${@:2}" |
		tee "$log" | grep --line-buffered -E '^(# |not ok|error)' || true
	# the pipe hides its status; a clean run ends in this line
	tail -n 1 "$log" | grep -qE '^[1-9][0-9]* passed, 0 failed$' || {
		failed=1
		say "boot $1 failed; its output is in $log"
	}
}

evaluate()
{
	status=0
	rm -f "$out/above"
	awk -v table="$table" -v worst=10 -v above="$out/above" \
		-v wrong="$REPO/scripts/bench-wrong.tsv" -v flavour="$B_FLAVOUR" -f "$REPO/scripts/bench.awk" \
		${cached:+"$kept"} "$out"/boot-*.log >"$out/summary" || status=$?
}

# keep_stock: what the stock JIT did in these boots, for --cached
keep_stock()
{
	[ "$pair$cached" = stock-ng ] && [ "$failed" = 0 ] || return 0
	cat "$out"/boot-*.log | tr -d '\r' | grep -E '^(case|compile) A stock ' >"$kept.$$"
	mv "$kept.$$" "$kept"
}

failed=0
for ((boot = 1; boot <= BOOTS; boot++)); do
	say "boot $boot of $BOOTS (about two minutes on an idle machine)"
	run_boot "$boot" FIRST=$((boot % 2))
done
evaluate
# so many that it is no accident are left as they are
if [ -s "$out/above" ] && [ "$RETRY" -gt 0 ] && [ "$(sort -un "$out/above" | wc -l)" -le 64 ]; then
	cases=$(sort -un "$out/above" | xargs)
	say "$(wc -w <<<"$cases") cases above stock: $RETRY more runs of each"
	run_boot retry AGAIN="$RETRY" CASES="$cases"
	evaluate
fi
keep_stock
sed '$d' "$out/summary"
echo "all figures: ${table#"$REPO/"}"
[ "$failed" = 0 ] || echo "error: not every boot was clean (see above), so these figures are incomplete"
tail -n 1 "$out/summary"
[ "$status" = 0 ] && [ "$failed" = 0 ]
