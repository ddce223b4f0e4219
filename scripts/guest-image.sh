#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-image.sh BOARD
#
# Make a bootable Debian system for the board, with its stock kernel and what DKMS needs to build for it, and print
# the directory that holds it: "disk" (ext4, to be copied by who writes to it), "kernel" and "initrd". It is
# kept in $BJN_CACHE until scripts/packages-guest, the kernel or this script change. The packages are
# configured by the guest's own programs, run by the toolbox's QEMU user mode emulation.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"
# shellcheck source=scripts/apt.sh
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

BINFMT=bjn-guest
DISK_MB=4096

# packages RELEASE: separated by commas
packages()
{
	{
		sed 's/#.*//' "$REPO/scripts/packages-guest"
		echo "linux-image-$1 linux-headers-$1"
	} | xargs | tr ' ' ','
}

# emulated COMMAND...: while it runs the kernel starts the guest's programs too, by QEMU's user mode emulation.
# binfmt_misc is mounted in a namespace of its own and vanishes with it, unless the host has it mounted as well.
emulated()
{
	local elf='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
	local mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'

	# "F" opens the emulator now: it need not be found inside the chroot
	# shellcheck disable=SC2016
	unshare -m --propagation private bash -c '
		set -e
		dir=/proc/sys/fs/binfmt_misc name=$1 line=$2 rc=0
		shift 2
		[ -e "$dir/register" ] || mount -t binfmt_misc none "$dir" || {
			echo "error: this kernel has no binfmt_misc, which the guest system needs; load that module"
			exit 1
		}
		if grep -qs "^interpreter .*aarch64" "$dir"/*; then
			exec "$@"
		fi
		printf %s "$line" >"$dir/register"
		"$@" || rc=$?
		echo -1 >"$dir/$name"
		exit "$rc"
	' emulated "$BINFMT" ":$BINFMT:M::$elf:$mask:$BJN_CACHE/toolbox/usr/bin/qemu-aarch64:F" "$@"
}

# customize ROOT: what makes it boot here, and the service that runs the steps of a test, which the second disk
# brings as a tar archive
customize()
{
	local root=$1 unit

	echo guest >"$root/etc/hostname"
	echo '/dev/vda / ext4 defaults 0 0' >"$root/etc/fstab"
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	cat >"$root/etc/systemd/system/guest-test.service" <<-'EOF'
		[Unit]
		Description=Steps of a test, from the second disk
		After=multi-user.target
		[Service]
		Type=exec
		Environment=HOME=/home LC_ALL=C.UTF-8
		ExecStartPre=/bin/sh -c 'mkdir -p /home/test && tar -x -C /home/test -f /dev/vdb'
		ExecStart=/bin/bash /home/test/run
		StandardOutput=journal+console
		[Install]
		WantedBy=default.target
	EOF
	mkdir -p "$root/etc/systemd/system/default.target.wants"
	ln -sf ../guest-test.service "$root/etc/systemd/system/default.target.wants/"
}

# bootstrap ROOT LIST: initramfs-tools is told what the boot takes before it makes the first initrd
bootstrap()
{
	local root=$1 list=$2 dir=$1.conf

	mkdir -p "$dir/conf.d" "$dir/hooks"
	echo MODULES=list >"$dir/conf.d/guest"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$1" = prereqs ] && exit 0\n. /usr/share/initramfs-tools/hook-functions\n%s\n' \
		'manual_add_modules virtio_pci virtio_blk ext4' >"$dir/hooks/guest"
	chmod +x "$dir/hooks/guest"
	step "set up Debian ${B_SUITES%%,*} for $B_ARCH" "$BJN_LOG/guest-image-$B_NAME.log" \
		emulated env DEBIAN_FRONTEND=noninteractive mmdebstrap --mode=root --variant=apt --architectures="$B_ARCH" \
		--skip=check/qemu --include="$list" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--essential-hook="mkdir -p \"\$1/etc/initramfs-tools\"" \
		--essential-hook="cp -r '$dir/conf.d' '$dir/hooks' \"\$1/etc/initramfs-tools/\"" \
		"${B_SUITES%%,*}" "$root" "$BJN_MIRROR" ||
		die "the guest system could not be set up; if the mirror has a newer kernel, run scripts/kernel.sh --update $B_NAME"
	rm -rf "$dir"
}

build()
{
	local root=$dir.part/root release

	[ ! -e "$dir/disk" ] || return 0
	release=$(cat "$B_KERNEL/release")
	need_root "the guest image"
	need_mirror "the guest system of $B_NAME"
	need_space "$BJN_CACHE" 8000
	command -v mke2fs >/dev/null || die "mke2fs is missing; install the package e2fsprogs"
	command -v mmdebstrap >/dev/null || die "mmdebstrap is missing; install the package mmdebstrap"
	rm -rf --one-file-system "$dir.part"
	mkdir -p "$dir.part"
	bootstrap "$root" "$(packages "$release")"
	customize "$root"
	cp "$root/boot/vmlinuz-$release" "$dir.part/kernel"
	cp "$root/boot/initrd.img-$release" "$dir.part/initrd"
	step "write the disk" "$BJN_LOG/guest-disk-$B_NAME.log" \
		mke2fs -q -t ext4 -m 0 -d "$root" "$dir.part/disk" "${DISK_MB}M" ||
		die "the disk could not be written; see the log above"
	rm -rf --one-file-system "$root"
	# an older one is of no use any more
	find "${dir%/*}" -mindepth 1 -maxdepth 1 ! -path "$dir.part" -exec rm -rf {} +
	mv "$dir.part" "$dir"
}

[ $# = 1 ] || die "usage: guest-image.sh BOARD"
board_load "$1"
[ "$B_ARCH" = arm64 ] || die "a whole Debian system is made for arm64 only so far; use BOARD=arm64-7.2"
"$REPO/scripts/toolbox.sh" sid 2>/dev/null || "$REPO/scripts/toolbox.sh" sid >&2
[ -e "$B_KERNEL/package" ] || "$REPO/scripts/kernel.sh" "$B_NAME"
dir=$BJN_CACHE/guest/system-$B_NAME/$(hash_of "$REPO/scripts/packages-guest" "$B_KERNEL/package" "${BASH_SOURCE[0]}")
mkdir -p "${dir%/*}"
locked "guest-image-$B_NAME" build
printf '%s\n' "$dir"
