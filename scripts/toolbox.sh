#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# toolbox.sh [sid] [bookworm]
#
# Create or update the build chroots in $BJN_CACHE from Debian packages: "sid" (the toolbox: cross
# compilers, QEMU, LLVM; the default) and "bookworm" (gcc-12 for the headers of older kernels). An
# interrupted run resumes, a filled chroot needs no network, a changed package list is installed on top, and what
# is there already stays as it is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

package_list()
{
	sed 's/#.*//' "$REPO/scripts/packages-$1" | xargs
}

need_mmdebstrap()
{
	command -v mmdebstrap >/dev/null && return 0
	command -v apt-get >/dev/null ||
		die "mmdebstrap is missing and this is no Debian system; install mmdebstrap first"
	step "install mmdebstrap" "$BJN_LOG/mmdebstrap-install.log" sh -c '
		apt-get -q update || true
		DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install \
			mmdebstrap debian-archive-keyring' ||
		die "mmdebstrap could not be installed; run: apt-get install mmdebstrap"
}

# bootstrap SUITE DIR: the minimal system, all else is installed by apt inside it
bootstrap()
{
	local suite=$1 dir=$2

	rm -rf --one-file-system "$dir"
	step "bootstrap Debian $suite" "$BJN_LOG/toolbox-$suite-base.log" \
		mmdebstrap --variant=minbase \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$suite" "$dir" "$BJN_MIRROR" ||
		die "bootstrapping Debian $suite failed; check the mirror $BJN_MIRROR and run this again"
	printf '%s\n' "$suite" >"$dir/.bjn-toolbox"
}

# install_packages SUITE DIR: downloads are kept in the cache, so that a second try need not repeat them
install_packages()
{
	local suite=$1 dir=$2 archives=$BJN_CACHE/apt/archives-$1 packages

	read -ra packages <<<"$(package_list "$suite")"
	mkdir -p "$archives/partial"
	# shellcheck disable=SC2016
	step "install the packages of $suite" "$BJN_LOG/toolbox-$suite-install.log" \
		env DEBIAN_FRONTEND=noninteractive \
		unshare -m --propagation private -- /bin/bash -c '
			set -e
			dir=$1
			mount --bind "$2" "$dir/var/cache/apt/archives"
			mount -t proc proc "$dir/proc"
			mount --rbind /dev "$dir/dev"
			shift 2
			cp -L /etc/resolv.conf "$dir/etc/resolv.conf" || true
			chroot "$dir" dpkg --configure -a
			chroot "$dir" apt-get -q update
			chroot "$dir" apt-get -qy --no-install-recommends --no-upgrade -f install "$@"
		' toolbox "$dir" "$archives" "${packages[@]}" ||
		die "installing into $dir failed; check the mirror and the free space and run this again"
}

# fill SUITE DIR
fill()
{
	local suite=$1 dir=$2 stamp start=$SECONDS

	stamp=$(package_list "$suite" | sha256sum | cut -c 1-16)
	if [ "$(cat "$dir/.bjn-stamp" 2>/dev/null)" = "$stamp" ]; then
		say "$suite: ready in $dir"
		return 0
	fi
	need_root "creating a chroot"
	if [ -e "$dir/.bjn-stamp" ] && ! mirror_alive; then
		say "$suite: the package list has changed but the mirror does not answer; using $dir as it is"
		return 0
	fi
	need_mirror "the build root $suite"
	say "$suite: filling $dir"
	if [ -e "$dir/.bjn-stamp" ]; then
		install_packages "$suite" "$dir"
	else
		need_space "$BJN_CACHE" 6000
		need_mmdebstrap
		[ -e "$dir.part/.bjn-toolbox" ] || bootstrap "$suite" "$dir.part"
		install_packages "$suite" "$dir.part"
		rm -rf --one-file-system "$dir"
		mv "$dir.part" "$dir"
	fi
	printf '%s\n' "$stamp" >"$dir/.bjn-stamp"
	say "$suite: ready in $dir after $((SECONDS - start)) s"
}

[ $# -gt 0 ] || set -- sid
for suite in "$@"; do
	case $suite in
	sid) locked toolbox-sid fill sid "$BJN_CACHE/toolbox" ;;
	bookworm) locked toolbox-bookworm fill bookworm "$BJN_CACHE/buildroot-bookworm" ;;
	*) die "unknown build root '$suite'; use sid or bookworm" ;;
	esac
done
