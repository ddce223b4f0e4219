#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dkms-check.sh
#
# Build the source tree the way DKMS does on a user's machine, cross, in the toolbox, against stock kernels of
# every architecture; and see that an architecture without a back end is skipped politely.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

WORK=$REPO/build/dkms
NAME=$(sed -n 's/^PACKAGE_NAME="\(.*\)"/\1/p' "$REPO/dkms.conf")
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$REPO/dkms.conf")
PASSED=0
FAILED=0

# verdict NAME STATUS LOG
verdict()
{
	if [ "$2" = 0 ]; then
		PASSED=$((PASSED + 1))
		echo "ok $((PASSED + FAILED)) - $1"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $((PASSED + FAILED)) - $1"
		cat "$3" "$WORK/tree/$NAME/$VERSION/build/make.log" 2>/dev/null | tail -n 30 | sed 's/^/#  /'
	fi
}

# What DKMS would find below /usr/src: the files that git tracks, nothing that was built.
stage_source()
{
	rm -rf "$WORK"
	mkdir -p "$WORK/src/$NAME-$VERSION" "$WORK/tree"
	(cd "$REPO" && git ls-files --cached --others --exclude-standard -z |
		xargs -0 cp --parents -t "$WORK/src/$NAME-$VERSION")
}

# dkms_build KERNEL ARCHITECTURE HEADERS CC: in the toolbox. Debian's headers name each other by their place
# below /usr/src, so they are linked there.
dkms_build()
{
	# shellcheck disable=SC2016
	BJN_BIND=$WORK scripts/in-toolbox bash -euc '
		kernel=$1 arch=$2 headers=$3 work=$4 module=$5
		for d in "$headers"/usr/src/*; do ln -sfn "$d" /usr/src/; done
		for d in "$headers"/usr/lib/linux-kbuild*; do [ ! -e "$d" ] || ln -sfn "$d" /usr/lib/; done
		export MAKEFLAGS="CC=$6"
		options="--dkmstree $work/tree --sourcetree $work/src --no-depmod"
		dkms status $options "$module" | grep -q . || dkms add $options "$module"
		dkms build $options "$module" -k "$kernel" -a "$arch" \
			--kernelsourcedir "$headers/build"
	' - "$1" "$2" "$3" "$WORK" "$NAME/$VERSION" "$4"
}

# check_board BOARD ARCHITECTURE COMPILER
check_board()
{
	local log=$WORK/$1.log status=0 kernel

	[ -e "$BJN_CACHE/headers/$1/package" ] || scripts/kernel.sh "$1" >&2
	board_load "$1"
	kernel=$(cut -d' ' -f1 "$B_HEADERS/package")
	dkms_build "$kernel" "$2" "$B_HEADERS" "$3" >"$log" 2>&1 || status=$?
	if [ "$status" = 0 ] && ! find "$WORK/tree/$NAME/$VERSION/$kernel" -name "$NAME.ko*" | grep -q .; then
		echo "dkms reported success, but there is no module" >>"$log"
		status=1
	fi
	verdict "dkms builds for $1 ($kernel)" "$status" "$log"
}

# An excluded architecture is not an error for DKMS: it says so (exit status 77) and builds nothing.
check_skip()
{
	local log=$WORK/skip.log status=0

	board_load loong64-7.2
	dkms_build "6.1-foreign" x86_64 "$B_HEADERS" gcc >"$log" 2>&1 || status=$?
	if [ "$status" = 77 ] && grep -q BUILD_EXCLUSIVE "$log"; then
		status=0
	else
		echo "exit status $status instead of 77" >>"$log"
		status=1
	fi
	verdict "dkms skips an architecture without a back end" "$status" "$log"
}

cd "$REPO"
"$REPO/scripts/toolbox.sh" >&2
stage_source
check_board loong64-7.2 loongarch64 loongarch64-linux-gnu-gcc
check_board arm64-7.2 aarch64 aarch64-linux-gnu-gcc
check_board mips64el-6.12 mips64el mips64el-linux-gnuabi64-gcc
check_skip

echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
