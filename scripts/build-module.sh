#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-module.sh [-s SOURCEDIR] BOARD [OUTDIR] [KBUILD_VARIABLE=VALUE...]
#
# Build the module (or the modules of SOURCEDIR's Kbuild) against the board's headers and print the path of each
# .ko. The sources are mirrored into OUTDIR (default build/BOARD) and built there, so that nothing is
# written next to them; a second run compiles only what has changed.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

# mirror_sources FROM TO: sources only, including deletions; objects in TO stay
mirror_sources()
{
	mkdir -p "$2"
	BJN_BIND="$1 $2" "$REPO/scripts/in-toolbox" rsync -rtpl --delete --prune-empty-dirs \
		--exclude=/build --exclude=/test --exclude=/scripts --exclude='.*' \
		--include='*/' --include='*.[chS]' --include='*.def' --include='*.mk' --include=Kbuild --include=dkms.conf --exclude='*' \
		"$1/" "$2/"
}

kbuild()
{
	local src=$1 out=$2 log

	shift 2
	log=$out/build.log
	[ -e "$src/Kbuild" ] || die "$src has no Kbuild; the sources are incomplete"
	mirror_sources "$src" "$out"
	BJN_BIND=$out "$REPO/scripts/in-toolbox" -b "$B_ROOT" \
		make -C "$B_HEADERS/common" O="$B_HEADERS/build" M="$out" -j"$(nproc)" \
		ARCH="$B_KARCH" CROSS_COMPILE="$B_KCROSS" CC="$B_CC" \
		DEB_BUILD_ARCH=amd64 DEB_HOST_ARCH="$B_ARCH" DEB_HOST_GNU_TYPE="${B_KCROSS%-}" \
		"$@" modules >"$log" 2>&1 || {
		grep -E 'error|warning|undefined|\*\*\*' "$log" >&2 || tail -n 20 "$log" >&2
		die "the module does not build for $B_NAME; the whole output is in $log"
	}
	grep 'warning:' "$log" | grep -v 'pahole version differs' >&2 || true
	find "$out" -name '*.ko' | sort
}

src=$REPO
if [ "${1:-}" = -s ]; then
	src=$(cd "${2:?-s needs a directory}" && pwd)
	shift 2
fi
[ $# -gt 0 ] || die "which board? the boards are: $(board_names | xargs)"
board_load "$1"
shift
out=$REPO/build/$B_NAME
if [ $# -gt 0 ] && [[ $1 != *=* ]]; then
	mkdir -p "$1"
	out=$(cd "$1" && pwd)
	shift
fi
[ -e "$B_HEADERS/package" ] || "$REPO/scripts/kernel.sh" "$B_NAME"
"$REPO/scripts/toolbox.sh" "$B_ROOT" 2>/dev/null || "$REPO/scripts/toolbox.sh" "$B_ROOT"
flags=$(board_sanitizer)
[ -z "$flags" ] || set -- "$flags" "$@"
[ "$B_KARCH $B_SUITES" != 'mips self' ] || set -- "PAHOLE=$REPO/scripts/pahole-mips" "$@"
! grep -qsx CONFIG_PAHOLE_VERSION=130 "$B_HEADERS/build/include/config/auto.conf" ||
	set -- "PAHOLE=$("$REPO/scripts/pahole-trixie.sh")" "$@"
locked "build-$(printf '%s' "$out" | sha256sum | cut -c 1-16)" kbuild "$src" "$out" "$@"
