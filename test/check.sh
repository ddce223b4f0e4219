#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh SUITE...: run suites of this bench one after another and add up
#
# A suite is a goal of the Makefile, or fuzz=COUNT. Its output goes to $OUT/SUITE.log; failures are shown.
set -uo pipefail

passed=0
failed=0
for suite in "$@"; do
	log=$OUT/${suite%%=*}.log
	began=$SECONDS
	mkdir -p "$OUT"
	goal=("${suite%%=*}")
	[ "$suite" = "${suite#*=}" ] || goal+=("COUNT=${suite#*=}")
	printf '%-12s ' "${goal[0]}" >&2
	status=0
	"${MAKE:-make}" --no-print-directory TARGET="$TARGET" "${goal[@]}" >"$log" 2>"$log.err" || status=$?
	line=$(grep -E '^([0-9]+ passed, [0-9]+ failed|fuzz: [0-9]+ programs, [0-9]+ mismatches)' "$log" | tail -n 1)
	case $line in
	fuzz:*)
		ok=1 bad=0
		[[ $line == *" 0 mismatches" ]] || ok=0 bad=1
		;;
	*" passed, "*)
		read -r ok _ bad _ <<<"$line"
		;;
	*)
		ok=0 bad=1 line="it did not finish"
		;;
	esac
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	printf '%s (%d s)\n' "$line" $((SECONDS - began)) >&2
	if [ "$bad" -gt 0 ]; then
		grep -A 8 -E '^not ok|^# mismatch|^Bail out' "$log" | head -n 60
		tail -n 20 "$log.err"
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
