#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh [BOARD]
#
# Boot a stock Debian kernel and show, end to end, what bpfjit_ng does to it. Everything that is missing
# (toolbox, kernel, module) is fetched or built first. Exit 0 only if every step happened.
set -euo pipefail
# shellcheck source=scripts/boards.sh
. "$(dirname "${BASH_SOURCE[0]}")/boards.sh"

board=${1:-loong64-7.2}
board_load "$board"

# pretty: the guest's output for people
pretty()
{
	awk '
	function table(    i, f, name)
	{
		if (!rows)
			return
		printf "\n   sample program            machine code, bytes   instructions per run*\n"
		printf "                             stock  ours  ratio     stock  ours  ratio\n"
		for (i = 1; i <= rows; i++) {
			split(row[i], f, " ")
			name = row[i]
			sub(/^row [0-9]+ [0-9]+ [0-9]+ [0-9]+ /, "", name)
			printf "   %-25s %5d %5d   %.2f     %5d %5d   %.2f\n", name, f[2], f[3], f[3] / f[2], \
				f[4], f[5], f[5] / f[4]
		}
		print "   * executed by the processor, with the loop of BPF_PROG_TEST_RUN around the program"
		rows = 0
	}
	$1 == "step" {
		table()
		n = $2
		sub(/^step [0-9]+ /, "")
		printf "\n%d. %s\n", n, $0
	}
	$1 == "row" { row[++rows] = $0 }
	/^ok [0-9]+ / { sub(/^ok [0-9]+ /, ""); print "   ok      " $0 }
	/^not ok/ { sub(/^not ok [0-9]* ?/, ""); print "   FAILED  " $0 }
	/^# / { sub(/^# /, ""); print "           " $0 }
	{ fflush() }
	END { table() }'
}

say "demo on $board: preparing (the first time downloads Debian packages, later runs need none)"
"$REPO/scripts/toolbox.sh" sid
[ "$B_ROOT" = sid ] || "$REPO/scripts/toolbox.sh" "$B_ROOT"
"$REPO/scripts/kernel.sh" "$board"
say "building bpfjit_ng.ko for it"
ko=$("$REPO/scripts/build-module.sh" "$board" | grep '/bpfjit_ng\.ko$') ||
	die "there is no bpfjit_ng.ko for $board; see the output above"
say "booting it in QEMU (two to three minutes: the kernel's own JIT test runs twice)"

log=$REPO/build/demo-$board.log
mkdir -p "${log%/*}"
started=$SECONDS
"$REPO/scripts/vm.sh" "$board" demo ICOUNT=1 MODULE="$ko" TIMEOUT=1200 | tee "$log" | pretty || true

# a clean run ends in "N passed, 0 failed"; only then did everything happen
steps=$(grep -c '^step ' "$log" || true)
result=$(tail -n 1 "$log")
compiled=$(sed -n 's/^ok [0-9]* every program was ours: \([0-9]*\) compiled.*/\1/p' "$log")
echo
if ! [[ $result =~ ^[1-9][0-9]*\ passed,\ 0\ failed$ ]] || [ "$steps" != 5 ] || [ -z "$compiled" ]; then
	grep '^not ok' "$log" | sed 's/^/# /' || true
	echo "The demo failed on $board: see the lines above marked FAILED and $log."
	exit 1
fi
echo "Shown in $((SECONDS - started)) s: on Debian's unmodified $(cat "$B_KERNEL/release") (guest $board) insmod made bpfjit_ng" \
	"compile all $compiled programs, the kernel's own test_bpf passed on it, the switch went off and on," \
	"a live program kept rmmod away, and rmmod left nothing behind."
