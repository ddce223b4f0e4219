#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh FUZZER COUNT SEED JOBS
#
# Divide COUNT programs among JOBS processes under the emulator in $QEMU. The last line is the sum.
set -euo pipefail

fuzzer=$1 count=$2 seed=$3 jobs=$4
out=$(mktemp -d /tmp/bjn-fuzz.XXXXXX)
trap 'rm -rf "$out"' EXIT

[ "$count" -ge "$jobs" ] || jobs=1
read -ra qemu <<<"${QEMU:?set QEMU to the emulator}"
pids=()
for ((j = 0; j < jobs; j++)); do
	share=$((count / jobs + (j < count % jobs ? 1 : 0)))
	nice "${qemu[@]}" "$fuzzer" -n "$share" -s "$seed" >"$out/$j" &
	pids+=($!)
	seed=$((seed + share))
done

status=0
for pid in "${pids[@]}"; do
	wait "$pid" || status=1
done
grep -hv '^fuzz:' "$out"/* || true
if ! awk '/^fuzz: [0-9]+ programs, [0-9]+ mismatches$/ { n += $2; bad += $4; seen++ }
	END { if (seen != want) exit 1; printf "fuzz: %d programs, %d mismatches\n", n, bad }' \
	want="$jobs" "$out"/*; then
	echo "fuzz: a process ended early; its output is above"
	status=1
fi
exit "$status"
