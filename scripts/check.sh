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

# summary LOG: the line that says most about a step
summary()
{
	grep -E '^(fuzz|enc): |^[0-9]+ passed' "$1" | tail -n 1 || true
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
		printf 'ok     %-28s %5d s  %s\n' "$name" $((SECONDS - began)) "$(summary "$log")"
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

# Targets of the user-space bench behind the first one, and how many programs each is fuzzed with.
TARGETS="aarch64 mips64el mipsel"
FUZZ=100000
FUZZ_OTHERS=20000

# Every board is hooked; some are tested more deeply.
BOARDS="loong64-7.2 loong64-7.3 arm64-6.1 arm64-6.12 arm64-7.2 mips64el-6.1 mips64el-6.12 mips64r6el-6.12 mipsel-6.1"
TEST_BPF_BOARDS="loong64-7.2 loong64-7.3 arm64-7.2 mips64el-6.12 mipsel-6.1"
HARDEN_BOARDS="loong64-7.2 loong64-7.3"
SUITE_BOARDS="loong64-7.2"
SUITES="tailcalls toggle unload sabotage features frames"

if [ "$FULL" = full ]; then
	TARGETS="aarch64 mips64el mipsel mips64 mips mips64r6el mips32r6el"
	FUZZ=2000000
	FUZZ_OTHERS=1000000
	BOARDS+=" arm64-7.3 loongson3-6.12"
	TEST_BPF_BOARDS=$BOARDS
	SUITE_BOARDS="loong64-7.2 loong64-7.3 arm64-7.2 mips64el-6.12"
fi

user_space()
{
	local t

	lane lint 600 scripts/lint.sh
	for t in unit enc golden exec words fuzz-driver; do
		lane "$t" 900 make -s -C test "$t"
	done
	lane fuzz-plant 1200 make -s -C test fuzz-plant
	for t in $TARGETS; do
		lane "exec-$t" 900 make -s -C test exec TARGET="$t"
		lane "enc-$t" 900 make -s -C test enc TARGET="$t"
		lane "fuzz-$t" 4000 make -s -C test fuzz TARGET="$t" COUNT="$FUZZ_OTHERS"
	done
	lane fuzz 4000 make -s -C test fuzz COUNT="$FUZZ"
}

# Processors of a board: the malta machines have one.
smp_of()
{
	case $1 in
	mips64el-* | mipsel-*) echo 1 ;;
	*) echo 2 ;;
	esac
}

guests()
{
	local b s

	for b in $TEST_BPF_BOARDS; do
		lane "test_bpf-$b" 1200 scripts/vm.sh "$b" test_bpf JIT=ng TIMEOUT=1100
	done
	for b in $HARDEN_BOARDS; do
		lane "harden-$b" 1800 scripts/vm.sh "$b" test_bpf JIT=ng HARDEN=2 RANGE=0,854 TIMEOUT=1700
	done
	for b in $SUITE_BOARDS; do
		for s in $SUITES; do
			lane "$s-$b" 900 scripts/vm.sh "$b" "$s" SMP="$(smp_of "$b")" TIMEOUT=800
		done
	done
	for b in $BOARDS; do
		lane "hooks-$b" 1200 scripts/vm.sh "$b" hooks SMP="$(smp_of "$b")" TIMEOUT=1100
	done
}

run_step toolbox 1500 scripts/toolbox.sh sid bookworm
user_space
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
