#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boards.sh --list    print the board table with what is cached
# boards.sh --names   print the names only
# Sourced, it offers board_load.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

board_rows()
{
	sed -e '/^#/d' -e '/^$/d' "$REPO/scripts/boards.tsv"
}

board_names()
{
	board_rows | awk '{ print $1 }'
}

# kernel_arch ARCH: what the kernel's build system calls a Debian architecture
kernel_arch()
{
	case $1 in
	arm64) echo arm64 ;;
	loong64) echo loongarch ;;
	mips*) echo mips ;;
	*) die "no kernel architecture is known for '$1'; extend kernel_arch in scripts/boards.sh" ;;
	esac
}

# board_load NAME: set B_NAME B_ARCH B_SUITES B_SERIES B_FLAVOUR B_ROOT B_CC B_USER B_MACHINE, from the
# machine B_CHANNEL B_QEMU B_APPEND, the kernel's names B_KARCH B_KCROSS for architecture and cross prefix,
# and the directories B_KERNEL B_HEADERS
# shellcheck disable=SC2034
board_load()
{
	local row machine

	row=$(board_rows | awk -v name="$1" '$1 == name')
	[ -n "$row" ] ||
		die "unknown board '$1'; the boards are: $(board_names | xargs)"
	read -r B_NAME B_ARCH B_SUITES B_SERIES B_FLAVOUR B_ROOT B_CC B_USER B_MACHINE <<<"$row"
	machine=$(awk -F '|' -v name="$B_MACHINE" '$1 == name' "$REPO/scripts/machines.tsv")
	[ -n "$machine" ] || die "boards.tsv gives $1 the machine '$B_MACHINE', which machines.tsv lacks; add it"
	IFS='|' read -r _ B_CHANNEL B_QEMU B_APPEND <<<"$machine"
	B_KARCH=$(kernel_arch "$B_ARCH")
	B_KCROSS=${B_CC%gcc*}
	B_KERNEL=$BJN_CACHE/kernels/$B_NAME
	B_HEADERS=$BJN_CACHE/headers/$B_NAME
}

# board_sanitizer: variables of make for modules of a kernel with KASAN. Module memory of LoongArch has a shadow for
# good, in which the red zones around a module's variables outlive the module: the next one in its place is reported
# when it is cleared, and, worse, is not cleared. So there are no such zones; the stack has none in this kernel either.
board_sanitizer()
{
	[ "$B_KARCH" = loongarch ] && grep -qx CONFIG_KASAN_OUTLINE=y "$B_KERNEL/config" || return 0
	printf 'CFLAGS_KASAN=-fsanitize=kernel-address'
	printf ' --param asan-%s' instrumentation-with-call-threshold=0 globals=0 stack=0 kernel-mem-intrinsic-prefix=1
}

board_list()
{
	local name

	printf '%-16s %-9s %-28s %-22s %s\n' BOARD ARCH SUITES 'KERNEL (cached)' HEADERS
	for name in $(board_names); do
		board_load "$name"
		printf '%-16s %-9s %-28s %-22s %s\n' "$B_NAME" "$B_ARCH" "$B_SUITES" \
			"$(cat "$B_KERNEL/package" 2>/dev/null || echo -)" \
			"$([ -e "$B_HEADERS/package" ] && echo yes || echo -)"
	done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	case ${1:---list} in
	--list) board_list ;;
	--names) board_names ;;
	*) die "unknown option '$1'; use --list or --names" ;;
	esac
fi
