#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-kernel.sh [BOARD...]
#
# Build the test kernels of our own (boards.tsv: suites = self; default: all of them) from Debian's kernel
# source and scripts/kernels/BOARD.config, and put them where the fetched ones are: boot image, config,
# System.map, test_bpf.ko and vmlinux (symbols and BTF) in $BJN_CACHE/kernels/BOARD, what modules are built
# against in $BJN_CACHE/headers/BOARD. A kernel is built anew when its configuration, the source or the
# compiler has changed. NICE=n (default 19) is the priority; KEEP=1 keeps the object files.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

# fragments BOARD: the files that make up its configuration; those of its "# include" line come first
fragments()
{
	local own=$REPO/scripts/kernels/$1.config name names

	[ -e "$own" ] || die "there is no configuration $own; write one like loong64-btf.config"
	read -ra names < <(sed -n 's/^# include //p' "$own") || true
	for name in "${names[@]}"; do
		printf '%s\n' "$REPO/scripts/kernels/$name"
	done
	printf '%s\n' "$own"
}

# uninstrumented: the objects of the fragments' "# uninstrumented" line, as make variables
uninstrumented()
{
	sed -n 's/^# uninstrumented //p' "${files[@]}" | xargs -r -n 1 printf 'KASAN_SANITIZE_%s=n\n'
}

kernel_make()
{
	local plain

	mapfile -t plain < <(uninstrumented)
	"$REPO/scripts/in-toolbox" nice -n "${NICE:-19}" make -C "$src" O="$out" "${plain[@]}" \
		ARCH="$B_KARCH" CROSS_COMPILE="$B_KCROSS" KBUILD_BUILD_USER=bpfjit_ng KBUILD_BUILD_HOST=toolbox "$@"
}

# configure: every option that a fragment sets must have come through. A later fragment overrides an
# earlier one; an option set to n may not exist at all.
configure()
{
	local lost

	mkdir -p "$out"
	cat "${files[@]}" >"$out.all"
	KCONFIG_ALLCONFIG="$out.all" kernel_make -s allnoconfig
	lost=$(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=\(.*\)/\1 \2/p' "$out.all" |
		awk '{ k = $1; sub(/^[^ ]* /, ""); v[k] = $0 } END { for (k in v) if (v[k] != "n") print k "=" v[k] }' |
		sort | comm -23 - <(sort -u "$out/.config"))
	[ -z "$lost" ] || {
		printf '%s\n' "$lost"
		echo "the options above did not survive: Kconfig has other dependencies for them"
		return 1
	}
}

# boot_image: what QEMU gets
boot_image()
{
	case $B_KARCH in
	mips) "$REPO/scripts/in-toolbox" "${B_KCROSS}strip" -g -o "$1" "$out/vmlinux" ;;
	*) cp "$out/$(kernel_make -s image_name | tail -n 1)" "$1" ;;
	esac
}

keep_kernel()
{
	local dir=$B_KERNEL.part

	rm -rf "$dir"
	mkdir -p "$dir/modules"
	boot_image "$dir/image"
	cp "$out/.config" "$dir/config"
	cp "$out/System.map" "$dir/"
	"$REPO/scripts/in-toolbox" "${B_KCROSS}strip" -g -o "$dir/vmlinux" "$out/vmlinux"
	"$REPO/scripts/in-toolbox" "${B_KCROSS}strip" -g -o "$dir/modules/test_bpf.ko" "$out/lib/test_bpf.ko"
	printf '%s\n' "$release" >"$dir/release"
}

# keep_headers: the generated half of the headers with the build's own programs. vmlinux has nothing but
# the BTF that a module's own is based upon.
keep_headers()
{
	local dir=$B_HEADERS.part list=$out.list

	rm -rf "$dir"
	mkdir -p "$dir/build"
	(
		cd "$out"
		find .config Makefile Module.symvers System.map include "arch/$B_KARCH/include" scripts \
			tools/objtool/objtool tools/bpf/resolve_btfids/resolve_btfids \
			! -type d ! -name '*.o' ! -name '*.a' 2>/dev/null || true
	) >"$list"
	tar -C "$out" -c -T "$list" | tar -C "$dir/build" -x
	ln -s "$src" "$dir/build/source"
	ln -s "$src" "$dir/common"
	"$REPO/scripts/in-toolbox" "${B_KCROSS}objcopy" -j .BTF -j .BTF_ids "$out/vmlinux" "$dir/build/vmlinux"
	rm -f "$list"
}

build()
{
	local name=$B_NAME start=$SECONDS

	step "configure $name" "$BJN_LOG/kernel-$name-config.log" configure ||
		die "the configuration of $name is not what its fragments say; edit scripts/kernels"
	rm -f "$out/.tmp_vmlinux"*
	step "build $name (log: $BJN_LOG/kernel-$name.log)" "$BJN_LOG/kernel-$name.log" \
		kernel_make -j"$((2 * $(nproc)))" ||
		die "the kernel $name does not build; the output is in $BJN_LOG/kernel-$name.log"
	release=$(cat "$out/include/config/kernel.release")
	keep_kernel
	keep_headers
	rm -rf "$B_KERNEL" "$B_HEADERS"
	printf '%s %s\n' "$release" "$hash" | tee "$B_HEADERS.part/package" >"$B_KERNEL.part/package"
	mv "$B_HEADERS.part" "$B_HEADERS"
	mv "$B_KERNEL.part" "$B_KERNEL"
	[ "${KEEP:-0}" = 1 ] || rm -rf "$out" "$out.all"
	say "$name: $release built in $((SECONDS - start)) s, $(du -sm "$B_KERNEL" "$B_HEADERS" |
		awk '{ s += $1 } END { print s }') MB kept"
}

build_board()
{
	local src out release hash files

	[ "$B_SUITES" = self ] || die "$B_NAME is a Debian kernel; fetch it with: scripts/kernel.sh $B_NAME"
	mapfile -t files < <(fragments "$B_NAME")
	src=$("$REPO/scripts/kernel-source.sh" "$B_SERIES" 2>/dev/null) ||
		src=$("$REPO/scripts/kernel-source.sh" "$B_SERIES")
	out=$BJN_CACHE/build/kernel-$B_NAME
	hash=$({
		cat "${files[@]}" "$src/.bjn-version"
		"$REPO/scripts/in-toolbox" "$B_CC" --version
	} | sha256sum | cut -c 1-16)
	if [ "$(cut -d ' ' -f 2 "$B_KERNEL/package" 2>/dev/null)" = "$hash" ] && [ -e "$B_HEADERS/package" ]; then
		say "$B_NAME: $(cat "$B_KERNEL/package") (cached)"
		return 0
	fi
	mkdir -p "$BJN_CACHE/build" "${B_KERNEL%/*}" "${B_HEADERS%/*}"
	need_space "$BJN_CACHE/build" 4000
	build
}

[ $# -gt 0 ] || mapfile -t names < <(board_rows | awk '$3 == "self" { print $1 }')
[ $# -eq 0 ] || names=("$@")
"$REPO/scripts/toolbox.sh" sid 2>/dev/null || "$REPO/scripts/toolbox.sh" sid
for name in "${names[@]}"; do
	board_load "$name"
	locked "kernel-$name" build_board
done
