#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [full]
#
# Run all tests, two at a time; "full" adds the kernels that we build ourselves, the kernel's selftests, all boards
# and the long runs (most of a day). Every step is a command that prints "N passed, N failed" as its last such line;
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
FUZZ_LIMIT=4000
FUZZ_OTHERS=20000

# Every board is hooked; some are tested more deeply.
BOARDS="loong64-7.2 loong64-7.3 arm64-6.1 arm64-6.12 arm64-7.2 mips64el-6.1 mips64el-6.12 mips64r6el-6.12 mipsel-6.1"
TEST_BPF_BOARDS="loong64-7.2 loong64-7.3 arm64-7.2 mips64el-6.12 mipsel-6.1"
HARDEN_BOARDS="loong64-7.2 loong64-7.3"
SUITE_BOARDS="loong64-7.2"
SUITES="tailcalls toggle unload sabotage features frames"
# where the kernel has BTF
BTF_BOARDS="arm64-7.2"
BTF_SUITES="exceptions streams mixed structops"
CALLBACK_BOARDS="mipsel-6.1 mips64el-6.12"
STRESS_BOARDS="loong64-7.2"
STRESS_SECONDS=20
CYCLES=10
SELFTEST_BOARDS=""
DEBIAN_BOARDS=""

if [ "$FULL" = full ]; then
	SELF_BUILT=$(awk '!/^#/ && $3 == "self" { print $1 }' scripts/boards.tsv)
	TARGETS="aarch64 mips64el mipsel mips64 mips mips64r6el mips32r6el"
	FUZZ=2000000
	FUZZ_LIMIT=20000
	FUZZ_OTHERS=1000000
	BOARDS+=" arm64-7.3 loongson3-6.12 ${SELF_BUILT//$'\n'/ }"
	TEST_BPF_BOARDS=$BOARDS
	SUITE_BOARDS="loong64-7.2 loong64-7.3 loong64-btf loong64-orc loong64-debug arm64-7.2 mips64el-6.12 mips64r6el-6.12"
	BTF_BOARDS="loong64-btf loong64-orc loong64-debug arm64-7.2 arm64-7.3"
	CALLBACK_BOARDS+=" loong64-7.2 arm64-7.2"
	STRESS_BOARDS="loong64-7.2 loong64-btf loong64-debug arm64-7.2 mips64r6el-6.12"
	STRESS_SECONDS=600
	CYCLES=100
	SELFTEST_BOARDS="loong64-btf loong64-orc loong64-debug arm64-7.2 mips64el-btf mips64r6el-btf mips64-btf mipsel-btf mips-btf"
	DEBIAN_BOARDS="arm64-7.2"
fi

user_space()
{
	local t

	lane lint 600 scripts/lint.sh
	[ "$FULL" != full ] || lane words-all 1800 make -s -C test words-all
	for t in unit enc golden exec words fuzz-driver; do
		lane "$t" 900 make -s -C test "$t"
	done
	lane fuzz-plant 1200 make -s -C test fuzz-plant
	for t in $TARGETS; do
		lane "exec-$t" 900 make -s -C test exec TARGET="$t"
		lane "enc-$t" 900 make -s -C test enc TARGET="$t"
		[ "$FULL" != full ] || lane "words-$t" 1800 make -s -C test words-all TARGET="$t"
		lane "fuzz-$t" "$FUZZ_LIMIT" make -s -C test fuzz TARGET="$t" COUNT="$FUZZ_OTHERS"
	done
	lane fuzz "$FUZZ_LIMIT" make -s -C test fuzz COUNT="$FUZZ"
}

# Processors of a board: the malta machines have one.
smp_of()
{
	case $1 in
	mips64el-* | mipsel-* | mips64-* | mips-*) echo 1 ;;
	*) echo 2 ;;
	esac
}

# vm NAME LIMIT BOARD SUITE [KEY=VALUE...]: a suite in a guest
vm()
{
	local name=$1 limit=$2 board=$3 suite=$4

	shift 4
	# what looks at every access takes its time
	[ "$board" != loong64-debug ] || limit=$((limit * 6))
	lane "$name-$board" $((limit + 100)) scripts/vm.sh "$board" "$suite" SMP="$(smp_of "$board")" \
		TIMEOUT="$limit" "$@"
}

# selftests TIMES BOARD [KEY=VALUE...]: passed when nothing is lost against the stock JIT; what fails with both is
# in the table
selftests()
{
	# shellcheck disable=SC2016
	lane "selftests-$2" 80000 bash -c 'for i in $(seq "$1"); do
			scripts/selftests.sh "${@:2}" || exit
		done
		echo "$1 passed, 0 failed"' bash "$@"
}

long_runs()
{
	local b

	for b in $STRESS_BOARDS; do
		vm stress $((STRESS_SECONDS + 600)) "$b" stress SECONDS="$STRESS_SECONDS"
		vm cycles $((CYCLES * 20 + 300)) "$b" cycles CYCLES="$CYCLES"
	done
	for b in $DEBIAN_BOARDS; do
		lane "debian-$b" 10000 scripts/guest-dkms.sh "$b" TIMEOUT=7200
	done
	for b in $SELFTEST_BOARDS; do
		case $b in
		loong64-debug) selftests 2 "$b" JIT=ng SLOW=6 ;;
		mips*) selftests 1 "$b" SMP="$(smp_of "$b")" SLOW=3 ;;
		*) selftests 1 "$b" ;;
		esac
	done
}

guests()
{
	local b s

	for b in $TEST_BPF_BOARDS; do
		vm test_bpf 1100 "$b" test_bpf JIT=ng SMP=1
	done
	for b in $HARDEN_BOARDS; do
		vm harden 1700 "$b" test_bpf JIT=ng SMP=1 HARDEN=2 RANGE=0,854
	done
	for b in $SUITE_BOARDS; do
		for s in $SUITES; do
			vm "$s" 800 "$b" "$s"
		done
	done
	for b in $BTF_BOARDS; do
		for s in $BTF_SUITES; do
			vm "$s" 800 "$b" "$s"
		done
	done
	for b in $CALLBACK_BOARDS; do
		vm callbacks-stock 400 "$b" callbacks JIT=stock
		vm callbacks 400 "$b" callbacks
	done
	for b in $BOARDS; do
		vm hooks 1100 "$b" hooks
	done
	long_runs
}

run_step toolbox 1500 scripts/toolbox.sh sid bookworm
user_space
if [ "$FULL" = full ]; then
	run_step kernels 30000 scripts/build-kernel.sh
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
