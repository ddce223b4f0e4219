#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# enc.sh ENCODER DIR BYTEORDER LLVM-MC...
#
# Compare the words of ENCODER with what LLVM disassembles them to.
set -euo pipefail

encoder=$1 dir=$2 order=$3
shift 3
mkdir -p "$dir"
echo "TAP version 14"
echo "1..2"

options=(--disassemble)
case "$*" in
*mips*) ;; # its printer has no such option
*) options+=(-M no-aliases) ;;
esac

failed=0
summary=$("$encoder" "$dir/words" "$dir/expected" "$order" | tee "$dir/log" | tail -n 1) || failed=1
grep '^#' "$dir/log" | head -n 20 || true
if ! read -r _ lines _ vectors _ wrong <<<"$summary" || [ -z "${wrong:-}" ]; then
	echo "Bail out! the encoder did not finish; see $dir/log"
	exit 1
fi
if [ "$failed" = 0 ]; then
	echo "ok 1 - operands that do not fit are refused"
else
	echo "not ok 1 - operands that do not fit are refused: $wrong wrong"
fi

"$@" "${options[@]}" <"$dir/words" 2>"$dir/llvm.log" |
	sed -e 's/^[[:space:]]*//' -e 's,[[:space:]]*//.*,,' -e '/^\.\(text\|section\)/d' -e '/^$/d' >"$dir/got" || true
differences=$(paste -d '|' "$dir/expected" "$dir/got" | awk -F '|' '$1 != $2' | tee "$dir/differences" | wc -l)
if [ "$differences" = 0 ] && [ "$(wc -l <"$dir/got")" = "$vectors" ]; then
	echo "ok 2 - LLVM disassembles every word to what was meant"
else
	echo "not ok 2 - LLVM disassembles every word to what was meant"
	echo "# expected | LLVM says"
	head -n 10 "$dir/differences" | sed 's/^/# /'
	failed=$((failed + 1))
fi
echo "enc: $lines lines, $vectors vectors, $differences differences"
echo "$((2 - failed)) passed, $failed failed"
[ "$failed" = 0 ]
