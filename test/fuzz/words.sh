#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# words.sh FUZZER DIR BYTEORDER COUNT LEVEL LLVM-MC...
#
# Whatever the emitter writes for random programs has to be an instruction of the chosen set of CPU
# capabilities: LLVM must be able to disassemble every word.
set -euo pipefail

fuzzer=$1 dir=$2 order=$3 count=$4 level=$5
shift 5
read -ra qemu <<<"${QEMU:?set QEMU to the emulator}"
mkdir -p "$dir"
echo "TAP version 14"
echo "1..1"
"${qemu[@]}" "$fuzzer" -n "$count" -s 31337 -l "$level" -w "$dir/words" >"$dir/log" || {
	echo "not ok 1 - level $level: the fuzzer failed, see $dir/log"
	echo "0 passed, 1 failed"
	exit 1
}
od -An -v -w4 -tx4 --endian="$order" "$dir/words" | sort -u >"$dir/unique"
bytes='0x\4 0x\3 0x\2 0x\1'
[ "$order" = little ] || bytes='0x\1 0x\2 0x\3 0x\4'
sed -E "s/ *(..)(..)(..)(..)/$bytes/" "$dir/unique" >"$dir/bytes"
"$@" --disassemble <"$dir/bytes" >"$dir/text" 2>"$dir/refused" || true
bad=$(grep -c 'warning:\|error:' "$dir/refused" || true)
n=$(wc -l <"$dir/unique")
if [ "$bad" = 0 ] && [ "$n" -gt 100 ]; then
	echo "ok 1 - level $level: LLVM knows all $n different words"
	echo "1 passed, 0 failed"
else
	echo "not ok 1 - level $level: LLVM does not know $bad of $n different words"
	head -n 20 "$dir/refused" | sed 's/^/# /'
	echo "0 passed, 1 failed"
	exit 1
fi
