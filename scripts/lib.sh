# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Common helpers of the scripts in this directory; sourced, never executed.

[ -n "${BJN_LIB:-}" ] && return 0
BJN_LIB=1

# shellcheck disable=SC2034
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BJN_CACHE=${BJN_CACHE:-$HOME/.cache/bpfjit_ng}
BJN_MIRROR=${BJN_MIRROR:-http://deb.debian.org/debian}
export BJN_CACHE BJN_MIRROR
export LC_ALL=C.UTF-8
umask 022

case $BJN_CACHE in
/*) ;;
*) BJN_CACHE=$PWD/$BJN_CACHE ;;
esac

BJN_LOG=$BJN_CACHE/log
BJN_LOCK=$BJN_CACHE/lock
mkdir -p "$BJN_LOG" "$BJN_LOCK" || {
	echo "error: cannot create $BJN_CACHE; set BJN_CACHE to a writable directory" >&2
	exit 1
}

# say TEXT...: progress, on standard error so that standard output stays a result
say()
{
	printf '%s\n' "$*" >&2
}

# die TEXT...: one sentence that names the next step, then exit 1
die()
{
	printf 'error: %s\n' "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] ||
		die "$1 needs root for chroot and mount; run it with sudo"
}

# need_space DIR MEGABYTES
need_space()
{
	local free

	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] ||
		die "only $free MB are free in $1 and $2 MB are needed; free some or point BJN_CACHE elsewhere"
}

# mirror_alive: true when the Debian mirror answers (asked once per process)
mirror_alive()
{
	if [ -z "${BJN_ONLINE:-}" ]; then
		local host=${BJN_MIRROR#*://}
		local port=80

		host=${host%%/*}
		case $host in
		*:*) port=${host#*:} host=${host%%:*} ;;
		esac
		BJN_ONLINE=no
		if [ -n "${http_proxy:-}" ] ||
		   timeout 5 bash -c "exec 3<>/dev/tcp/$host/$port" 2>/dev/null; then
			BJN_ONLINE=yes
		fi
	fi
	[ "$BJN_ONLINE" = yes ]
}

need_mirror()
{
	mirror_alive ||
		die "the Debian mirror $BJN_MIRROR does not answer and $1 is not cached yet; connect or set BJN_MIRROR"
}

# step TEXT LOG COMMAND...: run with the output in LOG, show the time it took and a sign of life every
# ten seconds; on failure show the end of LOG
step()
{
	local text=$1 log=$2 start=$SECONDS pid ticker rc=0

	shift 2
	say "  $text ..."
	# a process group of its own, so that an interrupted script takes everything down with it
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	(
		while sleep 10 && kill -0 "$pid" 2>/dev/null; do
			line=$(tr '\r' '\n' <"$log" | grep . | tail -n 1 | cut -c 1-70) || line=
			say "    $((SECONDS - start)) s: $line"
		done
	) >/dev/null &
	ticker=$!
	# shellcheck disable=SC2064
	trap "kill -- $ticker -$pid 2>/dev/null; exit 130" INT TERM
	wait "$pid" || rc=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	trap - INT TERM
	if [ "$rc" != 0 ]; then
		tail -n 15 "$log" >&2
		say "  $text: failed after $((SECONDS - start)) s, see $log"
		return "$rc"
	fi
	say "  $text: done in $((SECONDS - start)) s"
}

# locked NAME COMMAND...: run COMMAND while holding the lock NAME of this cache
locked()
{
	local name=$1 fd rc=0

	shift
	exec {fd}>"$BJN_LOCK/$name"
	flock -n "$fd" || {
		say "  waiting for another run that holds $BJN_LOCK/$name"
		flock "$fd"
	}
	"$@" || rc=$?
	# children may have inherited the descriptor, so closing it would not be enough
	flock -u "$fd"
	exec {fd}>&-
	return "$rc"
}

# hash_of FILE...: content hash that names cached results
hash_of()
{
	cat -- "$@" | sha256sum | cut -c 1-16
}
