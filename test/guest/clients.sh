# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Who uses BPF on a Debian system: each client has to do its work, and its programs have to be ours. Sourced by run.

PINNED=/sys/fs/bpf/guest-test

# background COMMAND...: a client that goes on running; its output is in $OUT.client
background()
{
	remember
	timeout 300 "$@" >"$OUT.client" 2>&1 </dev/null &
	CLIENT=$!
}

# client_said PATTERN: the client ended by itself and said so
client_said()
{
	local status=0

	wait "$CLIENT" || status=$?
	tail -n 20 "$OUT.client"
	echo "exit status $status"
	[ "$status" = 0 ] || [ "$status" = 124 ] || return 1
	grep -qE -- "$1" "$OUT.client"
}

# one_program: the smallest client, a program of bpftool's own
one_program()
{
	remember
	bpftool feature probe kernel >/dev/null
	bpftool prog load test/guest/filter.bpf.o "$PINNED" type socket || return 1
	all_ours 1
	local status=$?

	rm -f "$PINNED"
	return "$status"
}

# stock_program: the same without the module
stock_program()
{
	bpftool prog load test/guest/filter.bpf.o "$PINNED" type socket &&
		bpftool prog show pinned "$PINNED" | grep -q ' jited '
	local status=$?

	rm -f "$PINNED"
	return "$status"
}

# --- bpftool

# disassembles: objdump knows every instruction. A literal at the very end (the long jump of the entry slot) is none.
disassembles()
{
	local bad

	perl test/guest/bpf.pl code "$PINNED" >"$OUT.jited" || return 1
	objdump -D -b binary -m aarch64 "$OUT.jited" >"$OUT.dis" || return 1
	bad=$(grep -cE '\.inst|undefined|udf' "$OUT.dis" || true)
	tail -n 12 "$OUT.dis"
	[ -s "$OUT.jited" ] && [ "$bad" -le 2 ] && grep -qw ret "$OUT.dis" && grep -qw blr "$OUT.dis"
}

client_bpftool()
{
	remember
	check "bpftool loads a socket filter" bpftool prog load test/guest/filter.bpf.o "$PINNED" type socket
	check "it is ours" all_ours 1
	check "bpftool shows it JITed" grep -q ' jited [1-9][0-9]*B' <(bpftool prog show pinned "$PINNED")
	check "its code disassembles" disassembles
	check "a socket filters with it" grep -qx 'keep1 keep2 keep3 ' <(perl test/guest/bpf.pl filter "$PINNED" | tr '\n' ' ')
	rm -f "$PINNED"
}

# --- bpftrace

# one_liner NAME PROGRAMS WANTED SCRIPT: it ends by its own interval; meanwhile opens and forks happen
one_liner()
{
	background bpftrace -e "$4"
	wait_for 120 appeared "$2"
	sleep 1
	check "bpftrace $1: programs are ours" all_ours "$2"
	busy
	check "bpftrace $1: works" client_said "$3"
}

busy()
{
	local i

	for i in 1 2 3 4 5; do
		cat /etc/hostname >/dev/null
		[ "$i" = 0 ] || sleep 0.2
	done
}

client_bpftrace()
{
	one_liner kprobe 2 '^@.cat.: [1-9]' 'kprobe:vfs_open { @[comm] = count(); } interval:s:8 { exit(); }'
	one_liner fentry 2 '^@.cat.: [1-9]' 'fentry:vfs_open { @[comm] = count(); } interval:s:8 { exit(); }'
	one_liner fexit 2 '^@: [1-9]' 'fexit:vfs_read { @ = sum(retval); } interval:s:8 { exit(); }'
	one_liner interval 2 '^tick 3' 'interval:s:2 { @n++; printf("tick %d\n", @n); } interval:s:8 { exit(); }'
	one_liner tracepoint 2 '^@opens.*/etc/hostname' \
		'tracepoint:syscalls:sys_enter_openat { @opens[str(args.filename)] = count(); } interval:s:8 { exit(); }'
}

# --- libbpf-tools

# tool NAME PROGRAMS WANTED COMMAND...
tool()
{
	local name=$1 programs=$2 wanted=$3

	shift 3
	background "$@"
	wait_for 60 appeared "$programs"
	sleep 1
	check "$name: programs are ours" all_ours "$programs"
	busy
	check "$name: works" client_said "$wanted"
}

client_libbpf()
{
	tool opensnoop 2 '^[0-9]+ +cat .*/etc/hostname' timeout -s INT 10 opensnoop-libbpf
	tool execsnoop 2 '^cat .*/etc/hostname' timeout -s INT 10 execsnoop-libbpf
	tool runqlat 3 'usecs' runqlat-libbpf 8 1
	tool vfsstat 5 '[1-9]' vfsstat-libbpf 5 1
}

# --- tcpdump: its filter is classic BPF, which stays with the stock JIT on arm64

send_udp()
{
	local i

	for i in 1 2 3 4 5; do
		echo "$i" >/dev/udp/127.0.0.1/"$1"
		sleep 0.2
	done
}

client_tcpdump()
{
	local ours

	ours=$(counter compiled)
	background tcpdump -n -i lo -c 3 'udp and dst port 4711'
	wait_for 60 grep -q 'listening on' "$OUT.client"
	send_udp 4712
	send_udp 4711
	check "tcpdump: catches three packets" client_said '3 packets captured'
	check "tcpdump: no packet of another port" fails grep -q '\.4712:' "$OUT.client"
	check "tcpdump: its filter stays with the stock JIT and is counted" [ "$(stock_count)" -gt "$STOCK" ]
	check "tcpdump: we have compiled nothing" [ "$(counter compiled)" = "$ours" ]
	check "tcpdump: nothing counts as declined" value stats/declined 0
}

# --- systemd

# unit PROPERTIES... -- COMMAND: run a shell command as a unit
unit()
{
	local properties=()

	while [ "$1" != -- ]; do
		properties+=(-p "$1")
		shift
	done
	systemd-run -q --wait --pipe "${properties[@]}" /bin/bash -c "$2" </dev/null
}

# restricted NAME PROGRAMS PROPERTIES... -- COMMAND: works without the properties, is refused with them, and
# while the unit lives its programs are ours
restricted()
{
	local name=$1 programs=$2 hold=/run/guest-test.hold service=guest-restricted.service properties=()

	shift 2
	while [ "$1" != -- ]; do
		properties+=(-p "$1")
		shift
	done
	check "systemd $name: nothing is refused without it" unit -- "$2"
	remember
	touch "$hold"
	systemd-run -q --unit="$service" --collect "${properties[@]}" /bin/bash -c \
		"if $2; then echo allowed; else echo refused; fi >$hold.answer 2>&1; while [ -e $hold ]; do sleep 0.2; done"
	wait_for 30 test -s "$hold.answer"
	check "systemd $name: is refused with it" grep -q '^refused' "$hold.answer"
	[ "$programs" = 0 ] || check "systemd $name: programs are ours" all_ours "$programs"
	rm -f "$hold" "$hold.answer"
	systemctl stop "$service" 2>/dev/null
	wait_for 10 fails systemctl is-active "$service"
}

client_systemd()
{
	# the programs of PID 1 itself are older than the module
	remember
	check "systemd executes itself anew" systemctl daemon-reexec
	wait_for 60 systemctl is-active multi-user.target
	wait_for 20 appeared 1
	check "systemd: the programs it then loads are ours" all_ours 1
	note "$(new_programs)"
	restricted IPAddressDeny=any 2 IPAddressDeny=any -- 'echo 1 >/dev/udp/127.0.0.1/4713'
	restricted DevicePolicy=closed 1 DevicePolicy=closed -- 'head -c 1 /dev/vda >/dev/null'
	check "systemd DeviceAllow=: allows the device" unit DevicePolicy=closed 'DeviceAllow=/dev/vda r' -- \
		'head -c 1 /dev/vda >/dev/null'
	restricted SocketBindDeny=any 1 SocketBindDeny=any -- "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalAddr => q(127.0.0.1), LocalPort => 4714, Proto => q(udp)) or exit 1'"
	restricted RestrictNetworkInterfaces=~lo 2 RestrictNetworkInterfaces=~lo -- 'echo 1 >/dev/udp/127.0.0.1/4713'
	restricted RestrictFileSystems=~sysfs 0 RestrictFileSystems=~sysfs -- 'cat /sys/kernel/uevent_seqnum'
}

clients()
{
	echo 1 >/proc/sys/net/core/bpf_jit_kallsyms
	client_bpftool
	client_systemd
	client_libbpf
	client_tcpdump
	client_bpftrace
}
