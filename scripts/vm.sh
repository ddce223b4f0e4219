#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vm.sh BOARD SUITE [KEY=VALUE...]
#
# Boot the board's kernel in QEMU, run one suite of test/vm in it and print its KTAP.
#   JIT=ng|stock    load bpfjit_ng first (default) or leave the kernel alone; some suites load it themselves
#   HARDEN=0|1|2    bpf_jit_harden            RANGE=a,b      test_range of test_bpf
#   SMP=n           processors (default 1)    ICOUNT=1       one guest instruction is one nanosecond
#   PARAMS="..."    module parameters         TIMEOUT=s      end of patience (default 600, and what
#                                                            SECONDS= or CYCLES= of the suite takes)
#   MODULE=x.ko     use this module instead of building one          CPU=model  of QEMU, instead of the board's
#   ROOTFS=dir      files that the suite needs, copied into the guest
# Any other KEY=VALUE is handed to the suite. The last lines are the module's counters and
# "N passed, N failed"; the exit status is 0 when nothing failed and the kernel log is clean.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/guest.sh"

declare -A job=([SUITE]='' [JIT]=ng [HARDEN]=0)

# suites that load and unload the module themselves
own_loading()
{
	case $1 in
	hooks | toggle | unload | sabotage | cycles | features | bench | demo) return 0 ;;
	*) return 1 ;;
	esac
}

# guest_binary: static init with all suites, cached by the content of its sources; prints its path
guest_binary()
{
	local sources=("$REPO"/test/vm/*.[ch] "$REPO"/test/vm/*.def
		"$REPO"/module/{hooks,ksyms}.def "$REPO/arch-$B_KARCH/kglue-hooks.def") dir

	dir=$BJN_CACHE/guest/$B_USER/$(hash_of "${sources[@]}")
	if [ ! -e "$dir/init" ]; then
		mkdir -p "$dir"
		"$REPO/scripts/in-toolbox" "$B_USER-gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -static \
			-I"$REPO/arch-$B_KARCH" -s -o "$dir/init.$$" "$REPO"/test/vm/*.c >&2 ||
			die "the guest programs in test/vm do not build for $B_USER; fix the errors above"
		mv "$dir/init.$$" "$dir/init"
	fi
	printf '%s\n' "$dir/init"
}

# stage_modules ROOT: test_bpf, and ours as far as the run needs it
stage_modules()
{
	local root=$1 ko

	cp "$B_KERNEL"/modules/*.ko "$root/modules/"
	if [ "${job[JIT]}" = ng ]; then
		ko=${job[MODULE]:-$("$REPO/scripts/build-module.sh" "$B_NAME" | grep '/bpfjit_ng\.ko$')}
		[ -n "$ko" ] || die "there is no bpfjit_ng.ko for $B_NAME; see the build output above"
		cp "$ko" "$root/modules/bpfjit_ng.ko"
	fi
	if [ "${job[SUITE]}" = sabotage ]; then
		ko=$("$REPO/scripts/build-module.sh" "$B_NAME" "$REPO/build/$B_NAME-sabotage" BJN_SABOTAGE=1 |
			grep '/bpfjit_ng\.ko$')
		cp "$ko" "$root/modules/bpfjit_ng-sabotage.ko"
	fi
	if [ "${job[SUITE]}" = exceptions ] && [ "$B_ARCH" = loong64 ]; then
		cp "$("$REPO/scripts/build-module.sh" -s "$REPO/test/vm/probe" "$B_NAME" "$REPO/build/$B_NAME-probe")" \
			"$root/modules/"
	fi
}

# make_initramfs RUNDIR
make_initramfs()
{
	local root=$1/root pack=cat key

	mkdir -p "$root"/{dev,proc,sys,tmp,modules}
	cp "$(guest_binary)" "$root/init"
	stage_modules "$root"
	[ "${job[SUITE]}" != callbacks ] || : "${job[ROOTFS]:=$("$REPO/scripts/build-libbpf.sh" "$B_NAME")}"
	[ -z "${job[ROOTFS]:-}" ] || cp -a "${job[ROOTFS]}/." "$root/"
	if [ "${job[JIT]}" = ng ] && ! own_loading "${job[SUITE]}"; then
		job[LOAD]=yes
	fi
	for key in "${!job[@]}"; do
		printf '%s=%s\n' "$key" "${job[$key]}"
	done >"$root/job"
	# 32-bit kernels see 256 MB of these machines and refuse files beyond half of what is free
	case $B_MACHINE in
	malta | maltael) [ -z "${job[ROOTFS]:-}" ] || pack="gzip -1" ;;
	esac
	# shellcheck disable=SC2016
	"$REPO/scripts/in-toolbox" bash -o pipefail -c \
		'cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet | $3 >"$2"' bash "$root" "$1/initramfs" "$pack"
	rm -rf "$root"
}

# choose_cpu: without sc.q (see machines.tsv) programs have neither timers nor arenas
choose_cpu()
{
	case $B_MACHINE-${job[SUITE]} in
	loong64-features | loong64-frames | loong64-callbacks | loong64-stress | loong64-cycles) : "${job[CPU]:=max}" ;;
	esac
	[ -z "${job[CPU]:-}" ] || qemu+=(-cpu "${job[CPU]}")
}

# qemu_command RUNDIR: fill the array "qemu"
qemu_command()
{
	local run=$1 append words

	append="$B_APPEND panic=-1 log_buf_len=8M rdinit=/init ${job[APPEND]:-}"
	read -ra words <<<"$B_QEMU"
	if [[ ${words[0]} == loader=* ]]; then
		local at=${words[0]#loader=}

		qemu=("${words[@]:1}" -device
			"loader,file=$run/initramfs,addr=${at%,*},force-raw=on")
		append+=" rd_start=${at#*,} rd_size=$(stat -c %s "$run/initramfs")"
	else
		qemu=("${words[@]}" -initrd "$run/initramfs")
	fi
	qemu+=(-kernel "$B_KERNEL/image" -append "$append" -smp "${job[SMP]:-1}" -no-reboot
		-display none -monitor none -nic none -serial "file:$run/serial.log")
	case $B_CHANNEL in
	pci)
		qemu+=(-chardev "file,id=result,path=$run/result.log"
			-device "pci-serial,chardev=result")
		;;
	vport*)
		qemu+=(-chardev "file,id=result,path=$run/result.log"
			-device "virtio-serial-pci,disable-legacy=on,bus=${B_CHANNEL#*@}"
			-device "virtserialport,chardev=result,name=result")
		;;
	*)
		qemu+=(-serial "file:$run/result.log")
		;;
	esac
	choose_cpu
	# A MIPS kernel measures its timer by the real-time clock: that must not run on the host's time.
	[ "${job[ICOUNT]:-0}" = 0 ] || qemu+=(-icount shift=0 -rtc clock=vm)
}

# in a function, so that bash has read all of this file before anything runs
main()
{
	[ $# -ge 2 ] || die "usage: vm.sh BOARD SUITE [KEY=VALUE...]"
	board_load "$1"
	job[SUITE]=$2
	job[CHANNEL]=${B_CHANNEL%@*}
	job[SERIES]=$B_SERIES
	case $B_ARCH in
	mips*) job[END]=reboot ;;
	esac
	shift 2
	for pair; do
		[[ $pair == *=* ]] || die "'$pair' is not KEY=VALUE"
		job[${pair%%=*}]=${pair#*=}
	done
	: "${job[TIMEOUT]:=$((600 + ${job[SECONDS]:-0} + 20 * ${job[CYCLES]:-0}))}"
	"$REPO/scripts/toolbox.sh" sid 2>/dev/null || "$REPO/scripts/toolbox.sh" sid
	[ -e "$B_KERNEL/package" ] || "$REPO/scripts/kernel.sh" "$B_NAME"

	run=$BJN_LOG/$B_NAME-${job[SUITE]//,/+}-$(date +%H%M%S)-$$
	mkdir -p "$run"
	make_initramfs "$run"
	qemu_command "$run"
	run_guest "${job[TIMEOUT]}" "${job[SUITE]}, JIT=${job[JIT]}"
	grep -v "terminating on signal" "$run/qemu.log" | head -n 5 | sed "s/^/# qemu: /" || true
	verdict "$run" "${job[TIMEOUT]}"
}

main "$@"
