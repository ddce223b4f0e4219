#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# socket.pl PINNED
#
# Attach a pinned program to a UDP socket as its filter, send that socket datagrams and print those that arrive.
use strict;
use warnings;
use Socket qw(AF_INET SOCK_DGRAM SOL_SOCKET INADDR_LOOPBACK MSG_DONTWAIT pack_sockaddr_in);

# numbers of arm64 and of linux/bpf.h; perl has no names for them
my ($NR_BPF, $BPF_OBJ_GET, $SO_ATTACH_BPF) = (280, 7, 50);

my $path = "$ARGV[0]\0";
my $attr = pack('p L L', $path, 0, 0);
my $prog = syscall($NR_BPF, $BPF_OBJ_GET, $attr, length $attr);
die "cannot open $ARGV[0]: $!\n" if $prog < 0;

socket(my $in, AF_INET, SOCK_DGRAM, 0) && bind($in, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "socket: $!\n";
setsockopt($in, SOL_SOCKET, $SO_ATTACH_BPF, pack('i', $prog)) or die "attach: $!\n";
socket(my $out, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
for my $text (qw(drop1 keep1 drop2 keep2 keep3)) {
	send($out, $text, 0, getsockname($in)) or die "send: $!\n";
}
while (defined recv($in, my $got, 100, MSG_DONTWAIT)) {
	print "$got\n";
}
