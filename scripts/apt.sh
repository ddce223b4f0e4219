# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Package look-up and download for any suite and architecture, with a private apt state per pair in
# $BJN_CACHE/apt; sourced after lib.sh. apt itself runs in the toolbox, so any host will do.

# apt_dir SUITE ARCH: the state directory; APT_CONFIG of that pair is in it
apt_dir()
{
	printf '%s\n' "$BJN_CACHE/apt/$1-$2"
}

apt_in()
{
	local dir=$1

	shift
	APT_CONFIG=$dir/apt.conf "$REPO/scripts/in-toolbox" "$@"
}

# apt_open SUITE ARCH: refresh the package lists (once a day; offline the old ones serve). amd64 is added
# because the build tools of the headers must run here. ARCH "source" opens the source packages.
apt_open()
{
	local suite=$1 arch=$2 type=deb dir

	dir=$(apt_dir "$suite" "$arch")
	if [ "$arch" = source ]; then
		type=deb-src
		arch=amd64
	fi
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/debs"
	: >"$dir/status"
	printf '%s [signed-by=/usr/share/keyrings/debian-archive-keyring.%s arch=%s] %s %s main\n' \
		"$type" "$(apt_keyring)" "$arch,amd64" "$BJN_MIRROR" "$suite" >"$dir/sources.list"
	cat >"$dir/apt.conf" <<-EOF
		Dir::State "$dir";
		Dir::State::Lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Parts "/dev/null";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; "amd64"; };
		APT::Sandbox::User "root";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Acquire::GzipIndexes "true";
	EOF
	[ -z "$(find "$dir/updated" -mmin -1440 2>/dev/null)" ] || return 0
	mirror_alive || {
		[ -e "$dir/updated" ] && return 0
		need_mirror "the package list of $suite/$2"
	}
	locked "apt-$suite-$2" step "read the package list of $suite/$2" "$BJN_LOG/apt-$suite-$2.log" \
		apt_in "$dir" apt-get -q update -o APT::Update::Error-Mode=any ||
		die "apt cannot read $suite for $2; check the mirror $BJN_MIRROR"
	touch "$dir/updated"
}

apt_keyring()
{
	if [ -e "$BJN_CACHE/toolbox/usr/share/keyrings/debian-archive-keyring.pgp" ]; then
		echo pgp
	else
		echo gpg
	fi
}

# apt_names SUITE ARCH REGEX: "name version" of each matching package, newest version first
apt_names()
{
	local dir

	dir=$(apt_dir "$1" "$2")
	# shellcheck disable=SC2016
	apt_in "$dir" bash -c '
		apt-cache pkgnames | grep -E -- "$1" | sort -u | xargs -r apt-cache show --no-all-versions |
		awk "/^Package: / { p = \$2 } /^Version: / { print p, \$2 }" | sort -u -k 2,2Vr -k 1,1
	' apt_names "$3"
}

# apt_depends SUITE ARCH PACKAGE REGEX: the direct dependencies that match
apt_depends()
{
	apt_in "$(apt_dir "$1" "$2")" apt-cache depends --no-recommends --no-suggests "$3" |
		sed -n 's/^ *Depends: //p' | sed 's/:.*//' | grep -E -- "$4" | sort -u
}

# apt_fetch SUITE ARCH PACKAGE...: download into the pair's debs/ directory, print the file names
apt_fetch()
{
	local suite=$1 arch=$2 dir

	shift 2
	dir=$(apt_dir "$suite" "$arch")
	need_mirror "$*"
	need_space "$dir" 1500
	(
		cd "$dir/debs"
		locked "apt-$suite-$arch" step "download ${*//:amd64/}" "$BJN_LOG/download-$suite-$arch.log" \
			apt_in "$dir" apt-get -q download "$@"
	) || die "downloading $* failed; check the mirror $BJN_MIRROR and run this again"
	for pkg; do
		find "$dir/debs" -name "${pkg%%:*}_*.deb" | sort -V | tail -n 1
	done
}

# apt_unpack SUITE ARCH DIR PACKAGE...: fetch packages and make DIR of what is in them
apt_unpack()
{
	local suite=$1 arch=$2 dir=$3 debs deb

	shift 3
	apt_open "$suite" "$arch"
	mapfile -t debs < <(apt_fetch "$suite" "$arch" "$@")
	[ "${#debs[@]}" = $# ] || die "not all of $* could be fetched from $suite; check the mirror $BJN_MIRROR"
	rm -rf "$dir"
	mkdir -p "$dir"
	for deb in "${debs[@]}"; do
		"$REPO/scripts/in-toolbox" dpkg-deb -x "$deb" "$dir"
	done
	rm -f -- "${debs[@]}"
}

# apt_sources SUITE DIR PACKAGE...: fetch source packages into DIR, unpack each into DIR/PACKAGE
apt_sources()
{
	local suite=$1 dir=$2 package

	shift 2
	apt_open "$suite" source
	mkdir -p "$dir"
	need_mirror "the sources of $*"
	need_space "$dir" 1000
	(
		cd "$dir"
		locked "apt-$suite-source" step "download the sources of $*" "$BJN_LOG/download-$suite-source.log" \
			apt_in "$(apt_dir "$suite" source)" apt-get -q source --download-only "$@"
	) || die "downloading the sources of $* failed; check the mirror $BJN_MIRROR and run this again"
	for package; do
		# shellcheck disable=SC2016
		"$REPO/scripts/in-toolbox" bash -c 'dpkg-source --no-check -x "$1"/"$2"_*.dsc "$1/$2"' unpack \
			"$dir" "$package" >/dev/null 2>&1 ||
			die "the sources of $package in $dir cannot be unpacked; run this again"
	done
}
