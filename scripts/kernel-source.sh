#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-source.sh SERIES...
#
# Unpack Debian's linux-source-SERIES (6.1, 6.12, 7.2 or 7.3) into $BJN_CACHE/src/SERIES and print that path.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

# source_suites SERIES: where Debian keeps it, best first
source_suites()
{
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	7.2) echo sid forky trixie-backports ;;
	7.3) echo trixie-backports sid experimental ;;
	*) die "no known suite has linux-source-$1; use 6.1, 6.12, 7.2 or 7.3" ;;
	esac
}

fetch_source()
{
	local series=$1 dir=$BJN_CACHE/src/$1 suite deb name version

	[ -e "$dir/.bjn-version" ] && return 0
	mkdir -p "$BJN_CACHE/src"
	need_space "$BJN_CACHE/src" 3000
	for suite in $(source_suites "$series"); do
		apt_open "$suite" amd64
		read -r name version < <(apt_names "$suite" amd64 "^linux-source-${series//./\\.}\$") || continue
		[ -n "$name" ] || continue
		deb=$(apt_fetch "$suite" amd64 "$name")
		rm -rf "$dir.part"
		mkdir -p "$dir.part"
		# shellcheck disable=SC2016
		step "unpack $name $version" "$BJN_LOG/source-$series.log" \
			"$REPO/scripts/in-toolbox" bash -o pipefail -c '
				dpkg-deb --fsys-tarfile "$1" |
				tar -x -O --wildcards "./usr/src/linux-source-*.tar.xz" |
				xz -dc -T0 | tar -x -C "$2" --strip-components=1 --no-same-owner
			' unpack "$deb" "$dir.part" ||
			die "unpacking $deb failed; remove that file and run this again"
		printf '%s\n' "$version" >"$dir.part/.bjn-version"
		rm -rf "$dir"
		mv "$dir.part" "$dir"
		rm -f "$deb"
		return 0
	done
	die "no suite has linux-source-$series any more; edit source_suites in scripts/kernel-source.sh"
}

[ $# -gt 0 ] || die "which series? use 6.1, 6.12, 7.2 or 7.3"
"$REPO/scripts/toolbox.sh" sid
for series; do
	locked "source-$series" fetch_source "$series"
	printf '%s\n' "$BJN_CACHE/src/$series"
done
