#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-selftests.sh [--all] BOARD
#
# Build the kernel's BPF selftests (test_progs, test_progs-cpuv4, test_verifier and the bpf_testmod family) for
# the board from Debian's linux-source, and print the directory that holds them with all they need to run in a
# guest: the tests of test/selftests/allow.tsv, or all of them. No test is edited, except that
# test/selftests/widen.tsv lets LoongArch and MIPS into some guards. The programs are built once per architecture, from
# the BTF of its -btf board (see btf_of), and again when the source, the compiler, its flags, that BTF or the list has
# changed. NICE=n is the priority, KEEP=1 keeps the object files.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

CLANG_VERSION=23
RUNNERS="test_progs test_progs-cpuv4 test_verifier"
# calls of empty functions must stay, uprobes sit on them; for gcc only, clang does not know these
KEEP_CALLS="-fno-ipa-pure-const -fno-ipa-modref"
# the tests were written for 64 bits; where the layout of a program's data is not that of C, it is the test that fails
FOR_32_BITS="-Wno-error=pointer-to-int-cast -Wno-error=int-to-pointer-cast '-D_Static_assert(...)='"
# libraries of the guest that Debian's cross compilers do not bring, and a shell for tests that call system()
SYSROOT_PACKAGES="libelf-dev zlib1g-dev zlib1g libzstd-dev libzstd1 libssl-dev busybox-static"

# sysroot_packages: the packages, after the suite that has them for this architecture; MIPS ends with bookworm
sysroot_packages()
{
	case $B_ARCH in
	mipsel | mips64el) echo "bookworm $SYSROOT_PACKAGES libelf1 libssl3" ;;
	*) echo "sid $SYSROOT_PACKAGES libelf1t64 libssl3t64" ;;
	esac
}

# fetch_sysroot: unpack the packages into $sysroot, or build what is in them
fetch_sysroot()
{
	local suite packages dir

	case $B_ARCH in
	mips | mips64 | mips64r6el)
		"$REPO/scripts/build-sysroot.sh" "$B_USER" "$sysroot" ||
			die "the selftests cannot be linked without these libraries"
		return
		;;
	esac
	read -r suite packages < <(sysroot_packages)
	[ "$(cat "$sysroot/.packages" 2>/dev/null)" != "$suite $packages" ] || return 0
	# shellcheck disable=SC2086
	apt_unpack "$suite" "$B_ARCH" "$sysroot" $packages
	# not all of bookworm is in /usr
	for dir in bin lib; do
		[ ! -d "$sysroot/$dir" ] || cp -a "$sysroot/$dir/." "$sysroot/usr/$dir/"
	done
	printf '%s\n' "$suite $packages" >"$sysroot/.packages"
}

# btf_of BOARD: whose BTF the programs are built from. That of a 32-bit kernel lacks types that they name (arenas);
# all are 64-bit for the compiler, and libbpf relocates what they access.
btf_of()
{
	if is_32bit; then
		echo "${1/mips/mips64}"
	else
		echo "$1"
	fi
}

is_32bit()
{
	[ "$B_ARCH" = mips ] || [ "$B_ARCH" = mipsel ]
}

# widened: whether widen.tsv has something about this architecture
widened()
{
	[ "$B_KARCH" != arm64 ]
}

# copy_source: the parts of the kernel source that the build reads, or writes into
copy_source()
{
	rm -rf "$work/linux"
	mkdir -p "$work/linux"
	(cd "$src" && tar -c tools scripts include lib kernel/bpf arch/*/include Makefile) |
		tar -x -C "$work/linux"
	if widened; then
		"$REPO/test/selftests/widen.sh" "$B_KARCH" "$work/linux/tools/testing/selftests/bpf"
	fi
}

# trim_source DIR RUNNER: a copy of the source with only those tests that allow.tsv gives to that runner, and the
# BPF programs that they and the rules of the Makefile name: the rest is two thirds of the build
trim_source()
{
	local bpf=$work/$1/tools/testing/selftests/bpf name

	rm -rf "${work:?}/$1"
	cp -al "$work/linux" "$work/$1"
	(
		cd "$bpf"
		awk -v r="$2" '$2 == r { print $1 }' "$REPO/test/selftests/allow.tsv" | while read -r name; do
			grep -lE "^void (serial_)?test_$name\(" prog_tests/*.c ||
				die "test/selftests/allow.tsv lists $name, which these selftests do not have"
		done | sort -u >keep-tests
		find prog_tests -name '*.c' | grep -vxF -f keep-tests | xargs rm -f prog_tests/tests.h
		{
			xargs grep -ohE '[a-zA-Z0-9_]+\.((l|sub)?skel\.h|bpf\.o)' <keep-tests
			grep -oE '[a-zA-Z0-9_]+\.(c|bpf\.o)' Makefile
		} | sed -E 's/\..*//; s/.*/progs\/&.c/' | sort -u >keep-progs
		find progs -name '*.c' ! -name 'btf_*' | grep -vxF -f keep-progs | xargs rm -f
	)
}

# make_in SOURCE RUNNER...
make_in()
{
	local lib=$sysroot/usr/lib/$B_USER inc=$sysroot/usr/include source=$1
	local cc="$B_USER-gcc $KEEP_CALLS" ld=$B_USER-ld

	shift
	# this one makes 32-bit files unless told
	[ "$B_ARCH" != mips64r6el ] || ld+=" -m elf64ltsmip"
	! is_32bit || cc+=" $FOR_32_BITS"
	"$REPO/scripts/in-toolbox" env LDFLAGS="-L$lib -Wl,-rpath-link,$lib" nice -n "${NICE:-19}" \
		make -j"$((2 * $(nproc)))" -k -C "$source/tools/testing/selftests/bpf" OUTPUT="$work/out" \
		ARCH="$B_KARCH" CROSS_COMPILE="$B_USER-" LD="$ld" \
		CC="$cc -idirafter $inc -idirafter $inc/$B_USER -L$lib -Wl,-rpath-link,$lib" \
		CLANG="clang-$CLANG_VERSION" LLC="llc-$CLANG_VERSION" LLVM_CONFIG="llvm-config-$CLANG_VERSION" \
		LLVM_STRIP="llvm-strip-$CLANG_VERSION" OPT_FLAGS=-O1 SKIP_LLVM=1 SKIP_LIBBFD=1 SKIP_DOCS=1 \
		BPF_STRICT_BUILD=0 VMLINUX_BTF="$btf" "${@/#/$work/out/}" || true
}

# make_uprobe_multi: on MIPS, GNU ld fails on it, and nothing is built without it
make_uprobe_multi()
{
	local bpf=$work/linux/tools/testing/selftests/bpf

	"$REPO/scripts/in-toolbox" "$B_USER-gcc" -O0 -mxgot -fuse-ld=lld -Wl,-z,execstack "-I$bpf" \
		"-Wl,-T,$bpf/uprobe_multi.ld" -o "$work/out/uprobe_multi" "$bpf/uprobe_multi.c"
}

make_programs()
{
	local runner

	mkdir -p "$work/out"
	[ "$B_KARCH" != mips ] || make_uprobe_multi
	rm -f "$work/out/test_progs" "$work/out/test_progs-cpuv4"
	if [ "$all" = yes ]; then
		make_in "$work/linux" test_verifier test_progs test_progs-cpuv4
	else
		trim_source linux-allow progs
		make_in "$work/linux-allow" test_verifier test_progs
		trim_source linux-v4 v4
		make_in "$work/linux-v4" test_progs-cpuv4
	fi
	for runner in $RUNNERS; do
		[ -x "$work/out/$runner" ] || {
			echo "$runner has not been built"
			return 1
		}
	done
}

# add_libraries ROOT: loader and shared libraries of everything in ROOT/selftests
add_libraries()
{
	local root=$1 loader name added=1

	loader=$("$REPO/scripts/in-toolbox" readelf -l "$root/selftests/test_progs" |
		sed -n 's/.*interpreter: \(.*\)\]/\1/p')
	mkdir -p "$root/lib" "$root/${loader%/*}"
	cp -L "$BJN_CACHE/toolbox/usr/$B_USER$loader" "$root$loader" 2>/dev/null ||
		cp -L "$BJN_CACHE/toolbox/usr/$B_USER/lib/${loader##*/}" "$root$loader"
	cp -L "$BJN_CACHE/toolbox/usr/$B_USER/lib/libgcc_s.so.1" "$root/lib/"
	while [ "$added" = 1 ]; do
		added=0
		for name in $(find "$root/selftests" "$root/lib" -type f ! -name '*.o' -exec \
			"$REPO/scripts/in-toolbox" readelf -d {} + 2>/dev/null |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
			[ ! -e "$root/lib/$name" ] && [ ! -e "$root/selftests/$name" ] || continue
			[ "$name" != "${loader##*/}" ] || continue
			cp -L "$BJN_CACHE/toolbox/usr/$B_USER/lib/$name" "$root/lib/" 2>/dev/null ||
				cp -L "$sysroot/usr/lib/$B_USER/$name" "$root/lib/" ||
				die "the selftests need $name; add its package to SYSROOT_PACKAGES"
			added=1
		done
	done
}

add_shell()
{
	local root=$1 tool

	mkdir -p "$root/bin" "$root/sbin" "$root/etc"
	cp "$sysroot/usr/bin/busybox" "$root/bin/busybox"
	for tool in sh ash bash cat cp mv rm mkdir rmdir mount umount ifconfig grep sed awk ls ln chmod chown sleep \
		dd echo true false kill ps pidof mktemp head tail cut tr wc sort uname id test "[" ping taskset \
		insmod rmmod lsmod sysctl hostname touch stat find xargs losetup mkfs.ext2 nc ip; do
		ln -sf busybox "$root/bin/$tool"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo '127.0.0.1 localhost' >"$root/etc/hosts"
}

# tests_in SOURCE...: the tests that these copies of the source have
tests_in()
{
	(cd "$work" && find "${@/%//tools/testing/selftests/bpf/prog_tests}" -name '*.c' -exec cat {} +) |
		sed -nE 's/^void (serial_)?test_([a-zA-Z0-9_]+)\((void)?\).*/\2/p' | sort -u
}

# keep_programs: what runs, without debugging information
keep_programs()
{
	local dir=$programs.part out=$work/out

	rm -rf "$dir"
	mkdir -p "$dir/root/selftests/cpuv4"
	for f in $RUNNERS urandom_read liburandom_read.so uprobe_multi xdp_synproxy sign-file veristat; do
		[ ! -e "$out/$f" ] ||
			"$REPO/scripts/in-toolbox" "$B_USER-strip" -g -o "$dir/root/selftests/$f" "$out/$f"
	done
	cp "$out"/*.bpf.o "$dir/root/selftests/"
	cp "$out"/cpuv4/*.bpf.o "$dir/root/selftests/cpuv4/"
	find "$dir/root/selftests" -name '*.bpf.o' -exec \
		"$REPO/scripts/in-toolbox" "llvm-strip-$CLANG_VERSION" -g {} +
	cp "$work"/linux/tools/testing/selftests/bpf/{progs/btf_dump_test_case_*.c,ima_setup.sh,verify_sig_setup.sh} "$dir/root/selftests/"
	ln "$dir"/root/selftests/{urandom_read,liburandom_read.so,uprobe_multi,btf_dump_test_case_*.c} \
		"$dir/root/selftests/cpuv4/"
	if [ -x "$out/tools/sbin/bpftool" ]; then
		"$REPO/scripts/in-toolbox" "$B_USER-strip" -g -o "$dir/root/selftests/bpftool" "$out/tools/sbin/bpftool"
		ln "$dir/root/selftests/bpftool" "$dir/root/selftests/cpuv4/bpftool"
	fi
	if [ "$all" = yes ]; then
		tests_in linux | tee "$dir/tests" >"$dir/tests-v4"
	else
		tests_in linux-allow linux-v4 >"$dir/tests"
		tests_in linux-v4 >"$dir/tests-v4"
	fi
	grep -E 'SKIP-(BPF|SKEL|TEST)' "$log" | awk '{ print $2 }' | sort -u >"$dir/not-built" || true
	add_libraries "$dir/root"
	add_shell "$dir/root"
	printf '%s\n' "$hash" >"$dir/hash"
	rm -rf "$programs"
	mv "$dir" "$programs"
}

# hash_of_build ALL: what the programs depend on, for all tests or those of allow.tsv
hash_of_build()
{
	{
		cat "$btf" "$src/.bjn-version"
		echo "$1 $KEEP_CALLS"
		! is_32bit || echo "$FOR_32_BITS"
		[ "$1" = yes ] || awk '$2 != "verifier"' "$REPO/test/selftests/allow.tsv"
		! widened || cat "$REPO"/test/selftests/widen.*
		"$REPO/scripts/in-toolbox" "clang-$CLANG_VERSION" --version
		"$REPO/scripts/in-toolbox" "$B_USER-gcc" --version
	} | sha256sum | cut -c 1-16
}

build_programs()
{
	local log=$BJN_LOG/selftests-$B_ARCH.log start=$SECONDS hash

	hash=$(hash_of_build "$all")
	[ "$(cat "$programs/hash" 2>/dev/null)" != "$hash" ] || return 0
	need_space "$BJN_CACHE" 6000
	mkdir -p "$work"
	fetch_sysroot
	copy_source
	step "build the selftests for $B_ARCH (log: $log)" "$log" make_programs ||
		die "the selftests do not build for $B_ARCH; the output is in $log"
	keep_programs
	[ "${KEEP:-0}" = 1 ] || rm -rf "$work"
	say "selftests for $B_ARCH: built in $((SECONDS - start)) s, $(du -sm "$programs" | cut -f 1) MB," \
		"$(wc -l <"$programs/not-built") files could not be built (see $programs/not-built)"
}

# build_modules: the kernel modules of the tests belong to one kernel
build_modules()
{
	local kmods=$root.kmods hash ko

	hash=$({
		cat "$programs/hash" "$B_KERNEL/package"
		[ "$B_CC" = "${B_KCROSS}gcc" ] || echo "$B_CC, pahole as well"
		board_sanitizer
	} | sha256sum)
	[ "$(cat "$root/.hash" 2>/dev/null)" != "$hash" ] || return 0
	rm -rf "$root" "$kmods"
	mkdir -p "$kmods" "${root%/*}"
	cp "$src"/tools/testing/selftests/bpf/test_kmods/*.[ch] "$kmods/"
	{
		for ko in "$kmods"/*.c; do
			ko=${ko##*/}
			echo "obj-m += ${ko%.c}.o"
		done
		# shellcheck disable=SC2016
		echo 'ccflags-y += -I$(src)'
	} >"$kmods/Kbuild"
	cp -al "$programs/root" "$root"
	"$REPO/scripts/build-module.sh" -s "$kmods" "$B_NAME" "$kmods/build" >"$kmods/list"
	while read -r ko; do
		"$REPO/scripts/in-toolbox" "$B_USER-strip" -g -o "$root/selftests/${ko##*/}" "$ko"
		ln "$root/selftests/${ko##*/}" "$root/selftests/cpuv4/"
	done <"$kmods/list"
	mkdir -p "$root/boot"
	cp "$B_KERNEL/config" "$root/boot/config-$(cat "$B_KERNEL/release")"
	rm -rf "$kmods"
	printf '%s\n' "$hash" >"$root/.hash"
}

all=no
if [ "${1:-}" = --all ]; then
	all=yes
	shift
fi
[ $# = 1 ] || die "usage: build-selftests.sh [--all] BOARD"
board_load "$1"
"$REPO/scripts/toolbox.sh" sid 2>/dev/null || "$REPO/scripts/toolbox.sh" sid
[ -e "$B_KERNEL/package" ] && [ -e "$B_HEADERS/package" ] || "$REPO/scripts/kernel.sh" "$B_NAME"
family=$B_NAME
[ "$B_SUITES" != self ] || family=${B_NAME%-*}-btf
source_of_btf=$(btf_of "$family")
btf=$BJN_CACHE/headers/$source_of_btf/build/vmlinux
[ -e "$btf" ] || [ "$B_SUITES" != self ] ||
	die "the selftests are built from the BTF of $source_of_btf; build it with: make kernels KERNEL=$source_of_btf"
[ -e "$btf" ] || die "the kernel of $B_NAME has no BTF, which most selftests need; use a board whose name ends in -btf"
src=$("$REPO/scripts/kernel-source.sh" "$B_SERIES" 2>/dev/null) ||
	src=$("$REPO/scripts/kernel-source.sh" "$B_SERIES")
sysroot=$BJN_CACHE/sysroot/$B_ARCH
work=$BJN_CACHE/build/selftests-$B_ARCH
programs=$BJN_CACHE/selftests/programs-$family
root=$BJN_CACHE/selftests/$B_NAME
# all of them serve for a part
[ "$(cat "$programs-all/hash" 2>/dev/null)" != "$(hash_of_build yes)" ] || all=yes
if [ "$all" = yes ]; then
	programs+=-all
	root+=-all
fi
mkdir -p "$BJN_CACHE/selftests"
locked "selftests-$B_ARCH" build_programs
locked "selftests-$B_NAME" build_modules
ln -sfn "$programs" "$root.programs"
printf '%s\n' "$root"
