#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-dkms.sh [BOARD] [TIMEOUT=s] [SMP=n]
#
# Install the module in a whole Debian system by the lines of README.md, with DKMS and the system's own compiler;
# reboot; let systemd, bpftrace, libbpf-tools, tcpdump and a socket filter run on it; remove it; reboot; see that
# nothing is left. The steps are in test/guest. Prints KTAP and "N passed, N failed".
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/guest.sh"

declare -A arg=([TIMEOUT]=3600 [SMP]=2)

# make_archive FILE: the sources as a user has them, the steps, and the BPF object that a step loads
make_archive()
{
	local stage=$run/stage tree

	tree=$stage/bpfjit_ng
	mkdir -p "$tree"
	(cd "$REPO" && git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents -t "$tree")
	"$REPO/scripts/in-toolbox" clang --target=bpfel -mcpu=v3 -g -O2 -Wall -Werror \
		-idirafter "/usr/$B_USER/include" -c "$REPO/test/guest/filter.bpf.c" -o "$tree/test/guest/filter.bpf.o" ||
		die "test/guest/filter.bpf.c does not build; fix the errors above"
	printf '#!/bin/bash\nexec /home/test/bpfjit_ng/test/guest/run >/dev/%s\n' "$B_CHANNEL" >"$stage/run"
	tar -c -f "$1" --owner=0 --group=0 --mtime=now -C "$stage" run bpfjit_ng
	# a disk is made of sectors
	truncate -s %512 "$1"
	rm -rf "$stage"
}

# qemu_command: fill the array "qemu"
qemu_command()
{
	local words

	read -ra words <<<"$B_QEMU"
	qemu=("${words[@]}" -kernel "$image/kernel" -initrd "$image/initrd" -smp "${arg[SMP]}"
		-append "$B_APPEND root=/dev/vda rw panic=-1 log_buf_len=4M printk.devkmsg=on"
		-display none -monitor none -nic none
		-drive "file=$run/disk,format=raw,if=virtio,cache=unsafe"
		-drive "file=$run/source.tar,format=raw,if=virtio,readonly=on"
		-serial "file:$run/serial.log" -serial "file:$run/result.log")
}

# in a function, so that bash has read all of this file before anything runs
main()
{
	local pair

	[ $# -gt 0 ] && [[ $1 != *=* ]] || set -- arm64-7.2 "$@"
	board_load "$1"
	[[ ${B_SUITES%%,*} != *-backports ]] ||
		die "$1 has its kernel from ${B_SUITES%%,*}, which is no whole Debian; use BOARD=arm64-7.2"
	shift
	for pair; do
		[[ $pair == *=* ]] || die "'$pair' is not KEY=VALUE"
		arg[${pair%%=*}]=${pair#*=}
	done
	image=$("$REPO/scripts/guest-image.sh" "$B_NAME")
	run=$BJN_LOG/$B_NAME-guest-$(date +%H%M%S)-$$
	mkdir -p "$run"
	make_archive "$run/source.tar"
	need_space "$run" 3000
	cp --sparse=always "$image/disk" "$run/disk"
	qemu_command
	run_guest "${arg[TIMEOUT]}" "Debian with DKMS; kernel log: $run/serial.log"
	verdict "$run" "${arg[TIMEOUT]}"
}

main "$@"
