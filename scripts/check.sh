#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [full]
#
# Run all tests, two at a time. Every step is a command that prints "N passed, N failed" as its last such line;
# a step without one counts as one test, judged by its exit status. Output goes to a log that is shown
# when the step fails.
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FULL=${1:-}
LANES=${LANES:-2}
OUT=$REPO/build/check
RESULTS=$OUT/results
STARTED=$SECONDS

mkdir -p "$OUT"
: >"$RESULTS"
cd "$REPO" || exit 1

# count_line LOG STATUS: "passed failed skipped" of one step
count_line()
{
	local line passed failed skipped

	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
	if [ -z "$line" ]; then
		[ "$2" = 0 ] && echo "1 0 0" || echo "0 1 0"
		return
	fi
	read -r passed failed skipped < <(sed -E \
		's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?.*/\1 \2 \4/' <<<"$line")
	[ "$2" = 0 ] || [ "$failed" -gt 0 ] || failed=1
	echo "$passed $failed ${skipped:-0}"
}

# run_step NAME LIMIT COMMAND...: run a command with a limit in seconds
run_step()
{
	local name=$1 limit=$2 log counts status=0 began=$SECONDS

	shift 2
	log=$OUT/$name.log
	printf 'start  %-28s %s\n' "$name" "$*"
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
	counts=$(count_line "$log" "$status")
	echo "$counts" >>"$RESULTS"
	if [ "$status" = 0 ]; then
		printf 'ok     %-28s %5d s  %s\n' "$name" $((SECONDS - began)) "$(tail -n 1 "$log")"
		return
	fi
	[ "$status" != 124 ] || echo "the limit of $limit s was reached" >>"$log"
	printf 'FAILED %-28s %5d s  exit %d; the end of %s:\n' "$name" $((SECONDS - began)) "$status" "$log"
	tail -n 40 "$log" | sed 's/^/       | /'
}

# lane NAME LIMIT COMMAND...: the same, in the background as soon as a lane is free
lane()
{
	while [ "$(jobs -rp | wc -l)" -ge "$LANES" ]; do
		wait -n || true
	done
	run_step "$@" &
}

user_space()
{
	lane lint 600 scripts/lint.sh
	lane unit 300 make -C test unit
	lane enc 600 make -C test enc
	lane golden 600 make -C test golden
	lane exec 600 make -C test exec
	lane words 600 make -C test words
	lane fuzz-driver 600 make -C test fuzz-driver
	lane fuzz-plant 900 make -C test fuzz-plant
	lane fuzz 1800 make -C test fuzz COUNT="$1"
}

# The boards whose stock kernel is compiled by an emitter of ours, and the rest.
EMITTER_BOARDS="loong64-7.2 loong64-7.3"
OBSERVE_BOARDS="arm64-6.1 arm64-6.12 arm64-7.2 mips64el-6.1 mips64el-6.12 mips64r6el-6.12 mipsel-6.1"

guests()
{
	local b

	for b in $EMITTER_BOARDS; do
		lane "test_bpf-$b" 900 scripts/vm.sh "$b" test_bpf JIT=ng
		lane "harden-$b" 1500 scripts/vm.sh "$b" test_bpf JIT=ng HARDEN=2 RANGE=0,854
		for s in tailcalls toggle unload sabotage features; do
			lane "$s-$b" 600 scripts/vm.sh "$b" "$s" SMP=2
		done
	done
	for b in $EMITTER_BOARDS $OBSERVE_BOARDS; do
		lane "hooks-$b" 900 scripts/vm.sh "$b" hooks SMP=2
	done
}

run_step toolbox 1500 scripts/toolbox.sh
if [ "$FULL" = full ]; then
	user_space 2000000
else
	user_space 100000
fi
lane dkms 900 scripts/dkms-check.sh
guests
wait

awk -v t=$((SECONDS - STARTED)) '{ p += $1; f += $2; s += $3 } END {
	printf "all steps took %d s\n", t
	printf "%d passed, %d failed", p, f
	if (s) printf ", %d skipped", s
	printf "\n"
	exit !(p > 0 && f == 0)
}' "$RESULTS"
