#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# pahole-trixie.sh
#
# Fetch pahole of Debian trixie and print the path of a command that runs it, for modules of kernels that were built
# with it. BTF of Linux 7.3 is sorted; pahole 1.32 with libbpf 1.7, as sid has them, does not find the kernel's types
# in it and gives a module copies of its own, which the verifier takes for other types.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

fetch()
{
	[ ! -x "$dir/pahole" ] || return 0
	apt_unpack trixie amd64 "$dir" pahole libbpf1
	cat >"$dir/pahole.part" <<-EOF
		#!/bin/sh
		LD_LIBRARY_PATH=$dir/usr/lib/x86_64-linux-gnu exec $dir/usr/bin/pahole "\$@"
	EOF
	chmod +x "$dir/pahole.part"
	mv "$dir/pahole.part" "$dir/pahole"
}

dir=$BJN_CACHE/pahole-trixie
locked pahole-trixie fetch >&2
printf '%s\n' "$dir/pahole"
