#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# bpf.pl code PINNED     machine code of a pinned program on standard output (Debian's bpftool for arm64 has no
#                        disassembler and then gives out no code either)
# bpf.pl filter PINNED   attach it to a UDP socket as its filter, send that socket datagrams, print those that arrive
use strict;
use warnings;
use Socket qw(AF_INET SOCK_DGRAM SOL_SOCKET INADDR_LOOPBACK MSG_DONTWAIT pack_sockaddr_in);

# numbers of arm64 and of linux/bpf.h; perl has no names for them
my ($NR_BPF, $BPF_OBJ_GET, $BPF_OBJ_GET_INFO_BY_FD, $SO_ATTACH_BPF) = (280, 7, 15, 50);

sub bpf
{
	my ($command, $attr, $what) = @_;
	my $result = syscall($NR_BPF, $command, $attr, length $attr);

	die "cannot $what: $!\n" if $result < 0;
	return $result;
}

# info PROG LEN CODE: struct bpf_prog_info is type, id, tag, jited_prog_len, xlated_prog_len, jited_prog_insns and more
# that stays 0. The kernel writes into CODE, so it must not be copied on its way.
sub info
{
	my ($prog, $len) = @_;
	my $info = pack('L2 x8 L2', 0, 0, $len, 0) . ($len ? pack('P', $_[2]) : pack('Q', 0)) . "\0" x 200;

	bpf($BPF_OBJ_GET_INFO_BY_FD, pack('L2 P', $prog, length $info, $info), "ask for the program");
	return (unpack 'L2 x8 L', $info)[2];
}

sub code
{
	my ($prog) = @_;
	my $len = info($prog, 0);
	my $code = "\0" x $len;

	info($prog, $len, $code);
	binmode STDOUT;
	print $code;
}

sub filter
{
	my ($prog) = @_;

	socket(my $in, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
	bind($in, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!\n";
	setsockopt($in, SOL_SOCKET, $SO_ATTACH_BPF, pack('i', $prog)) or die "attach: $!\n";
	socket(my $out, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
	for my $text (qw(drop1 keep1 drop2 keep2 keep3)) {
		send($out, $text, 0, getsockname($in)) or die "send: $!\n";
	}
	while (defined recv($in, my $got, 100, MSG_DONTWAIT)) {
		print "$got\n";
	}
}

my ($command, $path) = @ARGV;
$path .= "\0";
my $prog = bpf($BPF_OBJ_GET, pack('p L L', $path, 0, 0), "open $path");
$command eq 'code' ? code($prog) : filter($prog);
