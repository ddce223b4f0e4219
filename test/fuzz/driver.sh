#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# driver.sh HARNESS CASES SEEDS RUNS
#
# Run a libFuzzer harness, starting from the programs of the conformance cases.
set -euo pipefail

harness=$1 cases=$2 seeds=$3 runs=$4

if [ ! -d "$seeds" ]; then
	mkdir -p "$seeds.new"
	awk 'length($2) <= 4096 { gsub("/", "-", $1); gsub("..", "\\x&", $2); print $1, $2 }' "$cases" |
		while read -r name bytes; do
			printf '\x08\x0d%b' "$bytes" >"$seeds.new/$name"
		done
	mv "$seeds.new" "$seeds"
fi
log=$seeds.log
echo "TAP version 14"
echo "1..1"
if ASAN_OPTIONS=allocator_may_return_null=1 "$harness" -runs="$runs" -max_len=4098 -timeout=20 -seed=1 \
	-print_final_stats=1 -artifact_prefix="$seeds-" "$seeds" >"$log" 2>&1; then
	echo "ok 1 - arbitrary programs neither crash the emitter nor break its promises"
	grep -E 'number_of_executed_units' "$log" | sed 's/.*: */# runs: /'
	echo "1 passed, 0 failed"
else
	echo "not ok 1 - arbitrary programs neither crash the emitter nor break its promises"
	grep -vE '^#[0-9]' "$log" | tail -n 40 | sed 's/^/# /'
	echo "0 passed, 1 failed"
	exit 1
fi
