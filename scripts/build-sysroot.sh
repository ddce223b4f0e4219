#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-sysroot.sh TRIPLET DIR
#
# Make DIR what apt_unpack makes of packages: the libraries and the shell that the BPF selftests want, for a MIPS
# that Debian has a compiler for but no packages. They are built from the sources of the last release that knew MIPS,
# statically, unless DIR is already what this script makes. NICE=n is the priority.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

SUITE=bookworm

# in_tree PACKAGE COMMAND...: inside the source; it is older than the C that gcc takes for granted today
in_tree()
{
	cd "$work/$1"
	shift
	"$REPO/scripts/in-toolbox" nice -n "${NICE:-19}" env CC="$triplet-gcc -std=gnu17 -w" AR="$triplet-ar" RANLIB="$triplet-ranlib" "$@"
}

# zlib undefines _FILE_OFFSET_BITS but not _TIME_BITS, which the 32-bit compilers define
build_zlib()
{
	in_tree zlib env CHOST="$triplet" CFLAGS="-O3 -fPIC -U_TIME_BITS" ./configure --static &&
		in_tree zlib make -j"$(nproc)" libz.a &&
		install -m 644 -t "$lib" "$work/zlib/libz.a" &&
		install -m 644 -t "$include" "$work"/zlib/{zlib,zconf}.h
}

build_elfutils()
{
	in_tree elfutils ./configure --host="$triplet" --disable-debuginfod --disable-libdebuginfod \
		--disable-demangler --disable-nls --without-bzlib --without-lzma --without-zstd \
		CFLAGS="-O2 -fPIC" CPPFLAGS="-I$include" LDFLAGS="-L$lib" &&
		in_tree elfutils make -j"$(nproc)" -C lib &&
		in_tree elfutils make -j"$(nproc)" -C libelf libelf.a &&
		install -m 644 -t "$lib" "$work/elfutils/libelf/libelf.a" &&
		install -m 644 -t "$include" "$work"/elfutils/libelf/{libelf,gelf,nlist}.h
}

build_openssl()
{
	local bits=32

	[[ $triplet != *64 ]] || bits=64
	in_tree openssl ./Configure "linux-generic$bits" no-asm no-dso no-engine no-legacy no-shared no-tests no-threads &&
		in_tree openssl make -j"$(nproc)" build_generated &&
		in_tree openssl make -j"$(nproc)" libcrypto.a &&
		install -m 644 -t "$lib" "$work/openssl/libcrypto.a" &&
		cp -r "$work/openssl/include/openssl" "$include/"
}

# tc does not build with the headers of newer kernels
build_busybox()
{
	in_tree busybox make defconfig &&
		sed -i -e 's/^# CONFIG_STATIC is.*/CONFIG_STATIC=y/' -e 's/^CONFIG_TC=y/# CONFIG_TC is not set/' \
			"$work/busybox/.config" &&
		in_tree busybox make -j"$(nproc)" CROSS_COMPILE="$triplet-" CC="$triplet-gcc -std=gnu17 -w" busybox &&
		install -t "$dir.part/usr/bin" "$work/busybox/busybox"
}

[ $# = 2 ] || die "usage: build-sysroot.sh TRIPLET DIR"
triplet=$1
dir=$2
lib=$dir.part/usr/lib/$triplet
include=$dir.part/usr/include
work=$BJN_CACHE/build/sysroot-$triplet
hash=$(hash_of "${BASH_SOURCE[0]}")
[ "$(cat "$dir/.hash" 2>/dev/null)" != "$hash" ] || exit 0
rm -rf "$dir.part" "$work"
mkdir -p "$lib" "$include" "$dir.part/usr/bin"
packages="zlib elfutils openssl busybox"
# shellcheck disable=SC2086
apt_sources "$SUITE" "$work" $packages
for package in $packages; do
	log=$BJN_LOG/sysroot-$triplet-$package.log
	step "build $package for $triplet (log: $log)" "$log" "build_$package" ||
		die "$package does not build for $triplet; the output is in $log"
done
printf '%s\n' "$hash" >"$dir.part/.hash"
rm -rf "$dir" "$work"
mv "$dir.part" "$dir"
