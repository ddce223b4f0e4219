#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# widen.sh loongarch|mips SELFTESTS_BPF_DIRECTORY
#
# Let the architecture into the guards listed in widen.tsv, in a copy of tools/testing/selftests/bpf. A guard that is
# not found as often as the list says is an error: the source has moved on and the list must follow.
set -euo pipefail

list=$(dirname "${BASH_SOURCE[0]}")/widen.tsv
arch=${1:?usage: widen.sh loongarch|mips SELFTESTS_BPF_DIRECTORY}
dir=${2:?usage: widen.sh loongarch|mips SELFTESTS_BPF_DIRECTORY}
name=${arch^^}

# marks FILE KIND: lines that tell whether something has changed
marks()
{
	case $2 in
	drop:*) echo "-$(grep -c "${2#drop:}" "$1")" || true ;;
	known) grep -cE "ARCH_$name|\"$name\"" "$1" || true ;;
	*) grep -cE "__TARGET_ARCH_$arch\>|__${arch}__|__arch_$arch" "$1" || true ;;
	esac
}

# known: the places that list the architectures, in the runner and in the header of the programs
known_expr()
{
	cat <<-X
		s/^\\tARCH_LOONGARCH\\t= 0x20,/&\\n\\tARCH_$name = 0x40,/
		s/^#elif defined(__loongarch__)/#elif defined(__${arch}__)\\n\\treturn ARCH_$name;\\n&/
		s/^\\t\\t\\t} else if (strcmp(val, "LOONGARCH") == 0) {/\\t\\t\\t} else if (strcmp(val, "$name") == 0) { arch = ARCH_$name;\\n&/
		s/^#define __arch_loongarch.*/&\\n#define __arch_$arch __arch("$name")/
	X
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
	target) expr="/!defined(__TARGET_ARCH_arm64)/!s/defined(__TARGET_ARCH_arm64)/& || defined(__TARGET_ARCH_$arch)/" ;;
	list) expr="s/defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_x86) ||/defined(__TARGET_ARCH_$arch) || &/" ;;
	host) expr="/!defined(__aarch64__)/!s/defined(__aarch64__)/& || defined(__${arch}__)/" ;;
	not) expr="s/!defined(__aarch64__)/& \&\& !defined(__${arch}__)/" ;;
	# in front of the others: the machine code expected below an __arch_ tag stays with that tag
	tag) expr="s/^__arch_x86_64\$/__arch_$arch\n&/" ;;
	known) expr=$(known_expr) ;;
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

while read -r file archs kind count _; do
	[ "$archs" != '*' ] && [ "$archs" != "$arch" ] || widen "$file" "$kind" "$count"
done < <(sed -e '/^#/d' -e '/^$/d' "$list")
