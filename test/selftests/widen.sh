#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# widen.sh SELFTESTS_BPF_DIRECTORY
#
# Let LoongArch into the guards listed in widen.tsv, in a copy of tools/testing/selftests/bpf. A guard that is not
# found as often as the list says is an error: the source has moved on and the list must follow.
set -euo pipefail

list=$(dirname "${BASH_SOURCE[0]}")/widen.tsv
dir=${1:?usage: widen.sh SELFTESTS_BPF_DIRECTORY}

# marks FILE KIND: lines that tell whether something has changed
marks()
{
	case $2 in
	drop:*) echo "-$(grep -c "${2#drop:}" "$1")" || true ;;
	*) grep -c loongarch "$1" || true ;;
	esac
}

# widen FILE KIND COUNT
widen()
{
	local file=$dir/$1 expr before after

	[ -e "$file" ] || {
		echo "error: $file is missing; remove it from test/selftests/widen.tsv" >&2
		exit 1
	}
	before=$(marks "$file" "$2")
	case $2 in
	target) expr='/!defined(__TARGET_ARCH_arm64)/!s/defined(__TARGET_ARCH_arm64)/& || defined(__TARGET_ARCH_loongarch)/' ;;
	host) expr='/!defined(__aarch64__)/!s/defined(__aarch64__)/& || defined(__loongarch__)/' ;;
	not) expr='s/!defined(__aarch64__)/& \&\& !defined(__loongarch__)/' ;;
	# in front of the others: the machine code expected below an __arch_ tag stays with that tag
	tag) expr='s/^__arch_x86_64$/__arch_loongarch\n&/' ;;
	drop:*) expr="/${2#drop:}/d" ;;
	*)
		echo "error: test/selftests/widen.tsv: unknown kind '$2'" >&2
		exit 1
		;;
	esac
	sed -i "$expr" "$file"
	after=$(marks "$file" "$2")
	[ $((after - before)) = "$3" ] || {
		echo "error: $1 has $((after - before)) guards of kind $2, not $3; check test/selftests/widen.tsv" >&2
		exit 1
	}
}

while read -r file kind count _; do
	widen "$file" "$kind" "$count"
done < <(sed -e '/^#/d' -e '/^$/d' "$list")
