#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-libbpf.sh BOARD
#
# Build the programs of test/vm/libbpf for the board with Debian's libbpf, statically, and print the directory that
# holds them as a guest wants them. The architectures that Debian has given up come from bookworm.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

CLANG=clang-23
SOURCE=$REPO/test/vm/libbpf

# suite_and_packages: what Debian has for the architecture
suite_and_packages()
{
	case $B_ARCH in
	mipsel | mips64el)
		suite=bookworm
		packages="libbpf-dev libelf-dev zlib1g-dev"
		;;
	arm64 | loong64)
		suite=sid
		packages="libbpf-dev libelf-dev zlib1g-dev libzstd-dev"
		;;
	*) die "Debian has no libbpf for $B_ARCH; use another board" ;;
	esac
}

# fetch: unpack the packages into $sysroot
fetch()
{
	[ "$(cat "$sysroot/.packages" 2>/dev/null)" != "$packages" ] || return 0
	# shellcheck disable=SC2086
	apt_unpack "$suite" "$B_ARCH" "$sysroot" $packages
	printf '%s\n' "$packages" >"$sysroot/.packages"
}

# compile NAME: the BPF object, then the program that loads it
compile()
{
	local lib inc=$sysroot/usr/include triplet endian=bpfel zstd=

	lib=$(dirname "$(find "$sysroot/usr/lib" -name libbpf.a)")
	triplet=$(basename "$lib")
	[ ! -e "$lib/libzstd.a" ] || zstd=-lzstd
	"$REPO/scripts/in-toolbox" "$CLANG" --target=$endian -mcpu=v3 -g -O2 -Wall -Werror \
		-idirafter "$inc" -idirafter "/usr/$B_USER/include" -c "$SOURCE/$1.bpf.c" -o "$out.part/libbpf/$1.bpf.o" &&
		"$REPO/scripts/in-toolbox" "$B_USER-gcc" -O2 -Wall -Wextra -Werror -static -s \
			-idirafter "$inc" -idirafter "$inc/$triplet" -L"$lib" -o "$out.part/libbpf/$1" "$SOURCE/$1.c" \
			-lbpf -lelf -lz $zstd
}

[ $# = 1 ] || die "usage: build-libbpf.sh BOARD"
board_load "$1"
suite_and_packages
sysroot=$BJN_CACHE/sysroot/libbpf-$B_ARCH
out=$BJN_CACHE/guest/libbpf-$B_ARCH/$(hash_of "$SOURCE"/* "${BASH_SOURCE[0]}")
if [ ! -e "$out/libbpf/callbacks" ]; then
	fetch
	rm -rf "$out.part"
	mkdir -p "$out.part/libbpf"
	compile callbacks >&2 || die "test/vm/libbpf does not build for $B_ARCH; fix the errors above"
	mv "$out.part" "$out"
fi
printf '%s\n' "$out"
