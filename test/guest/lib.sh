# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Common to the steps that run inside the Debian guest: results as KTAP on standard output, progress kept over reboots
# in $STATE, and the question who compiled a BPF program. Sourced by run.

STATE=/var/lib/guest-test
MODULE=bpfjit_ng
SYSFS=/sys/kernel/$MODULE
DEBUGFS=/sys/kernel/debug/$MODULE
OUT=/run/guest-test.out

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# result STATUS NAME
result()
{
	local n

	n=$(($(cat "$STATE/count" 2>/dev/null || echo 0) + 1))
	echo "$n" >"$STATE/count"
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

# check NAME COMMAND...: its output is shown when it fails
check()
{
	local name=$1 status=0

	shift
	"$@" >"$OUT.check" 2>&1 </dev/null || status=$?
	result "$status" "$name"
	[ "$status" = 0 ] || note "$(tail -n 25 "$OUT.check")"
	return 0
}

# refute NAME COMMAND...: it has to fail
refute()
{
	local name=$1

	shift
	check "$name" fails "$@"
}

fails()
{
	! "$@"
}

# readme TEXT: the indented lines below the paragraph of README.md that begins with TEXT
readme()
{
	awk -v text="$1" '
		index($0, text) == 1 { found = 1 }
		found && /^    / { print substr($0, 5); lines++ }
		lines && !/^    / { exit }
		END { exit !lines }' README.md
}

# typed LINE: what a user does with a line of the README; the console shows how it goes on
typed()
{
	local status

	bash -c "$1" 2>&1 </dev/null | tee "$OUT.typed" >/dev/console
	status=${PIPESTATUS[0]}
	result "$status" "README: $1"
	[ "$status" = 0 ] || note "$(tail -n 25 "$OUT.typed")"
}

# in_use: "rmmod" has to be refused while programs of ours live
in_use()
{
	[ "$(cat "$SYSFS/programs")" -gt 0 ]
}

refused()
{
	local said

	said=$(bash -c "$1" 2>&1) && return 1
	echo "$said"
	grep -q 'in use' <<<"$said"
}

# type_block TEXT: all lines of a block, with their comments cut off
type_block()
{
	local line

	readme "$1" | sed 's/ *# .*//' >"$OUT.lines" || {
		result 1 "README.md has lines below '$1'"
		return 0
	}
	while IFS= read -r line; do
		if [[ $line == rmmod* ]] && in_use; then
			check "README: $line: is refused while $(cat "$SYSFS/programs") programs of ours live" refused "$line"
		else
			typed "$line"
		fi
	done <"$OUT.lines"
}

# counter NAME: of the module, 0 when it is not loaded
counter()
{
	cat "$SYSFS/stats/$1" 2>/dev/null || echo 0
}

# stock_count: programs that the stock JIT compiled since the module was loaded
stock_count()
{
	sed -n 's/^stock programs=\([0-9]*\) .*/\1/p' "$DEBUGFS/cost"
}

# kallsyms_programs: "address name" of every JITed program
kallsyms_programs()
{
	awk '$3 ~ /^bpf_prog_/ { print $1, $3 }' /proc/kallsyms | sort
}

# remember: what lives now, so that new programs can be told from old ones
remember()
{
	kallsyms_programs >"$OUT.before"
	COMPILED=$(counter compiled)
	# shellcheck disable=SC2034
	STOCK=$(stock_count)
}

# new_programs: "address name" of those that appeared since remember
new_programs()
{
	kallsyms_programs | comm -13 "$OUT.before" -
}

# is_ours ADDRESS: is it inside an image of ours?
is_ours()
{
	local addr=$((16#$1)) start size

	while read -r start size; do
		if ((addr >= start && addr < start + size)); then
			return 0
		fi
	done < <(sed -n 's/.* image=\(0x[0-9a-f]*\) .* bytes=\([0-9]*\) .*/\1 \2/p' "$DEBUGFS/programs")
	return 1
}

# all_ours COUNT: at least so many programs appeared since remember, and all of them were compiled by us
all_ours()
{
	local addr name n=0 foreign=0

	while read -r addr name; do
		n=$((n + 1))
		is_ours "$addr" || {
			echo "$name at $addr was compiled by the stock JIT"
			foreign=1
		}
	done < <(new_programs)
	echo "$n new programs, $(($(counter compiled) - COMPILED)) compiled by us since"
	[ "$foreign" = 0 ] && [ "$n" -ge "$1" ]
}

# wait_for SECONDS COMMAND...
wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.5
	done
}

appeared()
{
	[ "$(new_programs | wc -l)" -ge "$1" ]
}
