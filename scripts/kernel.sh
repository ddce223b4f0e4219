#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh [--update] BOARD...
#
# Fetch the board's current Debian kernel into $BJN_CACHE/kernels/BOARD (boot image, config, System.map, the few
# modules a guest needs) and its headers into $BJN_CACHE/headers/BOARD. A cached kernel is used as it is;
# --update asks the mirror for a newer one.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# modules worth keeping: the kernel's own JIT test and what it may depend on
KEEP_MODULES='/test_bpf\.ko'

# find_package: set suite, package and version of the newest kernel of the board's series
find_package()
{
	local re="^linux-(binary|image)-${B_SERIES//./\\.}([.+-].*)?-$B_FLAVOUR\$" line

	for suite in ${B_SUITES//,/ }; do
		apt_open "$suite" "$B_ARCH"
		# where an image package is only a wrapper, "binary" sorts before it
		line=$(apt_names "$suite" "$B_ARCH" "$re" | head -n 1)
		[ -z "$line" ] && continue
		read -r package version <<<"$line"
		return 0
	done
	die "none of the suites $B_SUITES has a kernel $B_SERIES for $B_FLAVOUR any more; edit scripts/boards.tsv"
}

# unpack DEB DIR PATTERN: those members of a package whose name matches
unpack()
{
	local deb=$1 dir=$2 pattern=$3 list

	list=$(mktemp)
	"$REPO/scripts/in-toolbox" dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -E -- "$pattern" |
		grep -v '/$' >"$list" || true
	[ -s "$list" ] && "$REPO/scripts/in-toolbox" dpkg-deb --fsys-tarfile "$deb" |
		tar -x -C "$dir" --no-same-owner -T "$list"
	rm -f "$list"
}

# fetch_image RELEASE DEB...
fetch_image()
{
	local release=$1 tmp=$B_KERNEL.part deb ko

	shift
	rm -rf "$tmp"
	mkdir -p "$tmp/root" "$tmp/modules"
	for deb; do
		unpack "$deb" "$tmp/root" \
			"/(vmlinu[xz]|config|System\.map)(-[^/]*)?\$|$KEEP_MODULES"
	done
	find "$tmp/root" -name 'vmlinu[xz]*' -type f -exec mv {} "$tmp/image" \;
	find "$tmp/root" -name 'config*' -type f -exec mv {} "$tmp/config" \;
	find "$tmp/root" -name 'System.map*' -type f -exec mv {} "$tmp/System.map" \;
	find "$tmp/root" -name '*.ko*' -type f -exec mv {} "$tmp/modules/" \;
	for ko in "$tmp"/modules/*.xz; do
		[ -e "$ko" ] && "$REPO/scripts/in-toolbox" xz -d "$ko"
	done
	[ -s "$tmp/image" ] && [ -s "$tmp/config" ] && [ -s "$tmp/modules/test_bpf.ko" ] ||
		die "the packages of $B_NAME lack a boot image, a config or test_bpf.ko; look at $tmp"
	rm -rf "$tmp/root"
	printf '%s\n' "$release" >"$tmp/release"
}

# fetch_headers RELEASE DEB...: $B_HEADERS/build and common point to the two halves
fetch_headers()
{
	local release=$1 tmp=$B_HEADERS.part deb common

	shift
	rm -rf "$tmp"
	mkdir -p "$tmp"
	for deb; do
		"$REPO/scripts/in-toolbox" dpkg-deb -x "$deb" "$tmp"
	done
	rm -rf "${tmp:?}/usr/share"
	common=$(find "$tmp/usr/src" -maxdepth 1 -name 'linux-headers-*-common')
	[ -n "$common" ] || die "the header packages of $B_NAME have no common part; look at $tmp"
	ln -s "usr/src/${common##*/}" "$tmp/common"
	ln -s "usr/src/linux-headers-$release" "$tmp/build"
	[ -e "$tmp/build/.config" ] || [ -e "$tmp/build/include/config/auto.conf" ] ||
		die "the header packages of $B_NAME have no configuration; look at $tmp"
}

# fetch_parts: download everything for package/version and put it in place
fetch_parts()
{
	local release headers image_pkgs header_pkgs debs

	release=${package#linux-*-}
	headers=linux-headers-$release
	image_pkgs=$package
	case $package in
	linux-binary-*) image_pkgs="$package linux-modules-$release linux-base-$release" ;;
	esac
	header_pkgs="$headers $(apt_depends "$suite" "$B_ARCH" "$headers" '-common$|^linux-kbuild-' |
		sed 's/^linux-kbuild-.*/&:amd64/' | xargs)"
	# shellcheck disable=SC2086
	mapfile -t debs < <(apt_fetch "$suite" "$B_ARCH" $image_pkgs $header_pkgs)
	[ "${#debs[@]}" -gt 0 ] || exit 1
	fetch_headers "$release" "$(printf '%s\n' "${debs[@]}" | grep /linux-headers-"${release}"_)" \
		"$(printf '%s\n' "${debs[@]}" | grep -- '-common_')" \
		"$(printf '%s\n' "${debs[@]}" | grep /linux-kbuild)"
	# shellcheck disable=SC2046
	fetch_image "$release" $(printf '%s\n' "${debs[@]}" | grep -Ev '/linux-(headers|kbuild)')
	rm -rf "$B_HEADERS" "$B_KERNEL"
	printf '%s %s\n' "$release" "$version" | tee "$B_HEADERS.part/package" >"$B_KERNEL.part/package"
	mv "$B_HEADERS.part" "$B_HEADERS"
	mv "$B_KERNEL.part" "$B_KERNEL"
	rm -f -- "${debs[@]}"
}

fetch_board()
{
	local suite package version

	if [ -e "$B_KERNEL/package" ] && [ -e "$B_HEADERS/package" ] && [ "$update" = no ]; then
		say "$B_NAME: $(cat "$B_KERNEL/package") (cached)"
		return 0
	fi
	[ "$B_SUITES" != self ] ||
		die "$B_NAME is a kernel of our own; build it with: make kernels KERNEL=$B_NAME"
	mkdir -p "${B_KERNEL%/*}" "${B_HEADERS%/*}"
	find_package
	if [ "$(cat "$B_KERNEL/package" 2>/dev/null)" = "${package#linux-*-} $version" ]; then
		say "$B_NAME: $(cat "$B_KERNEL/package") (current)"
		return 0
	fi
	fetch_parts
	say "$B_NAME: $(cat "$B_KERNEL/package")"
}

update=no
if [ "${1:-}" = --update ]; then
	update=yes
	shift
	rm -f "$BJN_CACHE"/apt/*/updated
fi
[ $# -gt 0 ] || die "which board? the boards are: $(board_names | xargs)"
"$REPO/scripts/toolbox.sh" sid 2>/dev/null >&2 || "$REPO/scripts/toolbox.sh" sid
for name in "$@"; do
	board_load "$name"
	locked "kernel-$name" fetch_board
done
