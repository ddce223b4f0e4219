# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What all runs of a guest have in common: their turn, the watch over them and the verdict. A run has a directory with
# the kernel log (serial.log) and the results in KTAP (result.log), whose last line is "end". Sourced after lib.sh.

# what a kernel log must not contain
BAD_LOG='Kernel panic|Oops|BUG: |WARNING: |kernel BUG|Internal error|Unable to handle|Kernel bug detected'
BAD_LOG+='|rcu: INFO: .* stall|possible circular locking|suspicious RCU|soft lockup|hung_task|Unhandled fault'
BAD_LOG+='|inconsistent lock state|recursive locking|blocked for more than|stalls on|BUG [a-z0-9-]+ \(|Poison overwritten'
BAD_LOG+='|Unhandled kernel unaligned|scheduling while atomic|refcount_t: |KASAN:|UBSAN:'

# take_slot: at most two guests at a time on this machine, first come first served
take_slot()
{
	local n queue

	exec {queue}>"$BJN_LOCK/vm-queue"
	flock "$queue"
	while :; do
		for n in 1 2; do
			exec {slot}>"$BJN_LOCK/vm-$n"
			if flock -n "$slot"; then
				exec {queue}>&-
				return 0
			fi
			exec {slot}>&-
		done
		sleep 0.2
	done
}

# watch PID RUNDIR SECONDS: show results as they come; set "end" to why the run is over
watch()
{
	local pid=$1 run=$2 limit=$3 start=$SECONDS shown=0 lines grace=0

	end='exit'
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.3
		lines=$(wc -l <"$run/result.log")
		if [ "$lines" -gt "$shown" ]; then
			sed -n "$((shown + 1)),${lines}p" "$run/result.log" | tr -d '\r' | grep -vE '^(end$|compiled=)' || true
			shown=$lines
		fi
		if grep -q '^end' "$run/result.log"; then
			# leave the guest a moment to power off, some machines only halt
			grace=$((grace + 1))
			[ "$grace" -lt 6 ] || break
		elif grep -qE 'Kernel panic|Attempted to kill init' "$run/serial.log"; then
			end=panic
			sleep 2
			break
		elif [ $((SECONDS - start)) -ge "$limit" ]; then
			end=timeout
			break
		fi
	done
	sed -n "$((shown + 1)),\$p" "$run/result.log" | tr -d '\r' | grep -vE '^(end$|compiled=)' || true
	# in-toolbox has exec'ed into QEMU: this is its own process
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

# run_guest SECONDS WHAT: run the command in the array "qemu" when it is its turn, and watch it. The directory is
# "run"; what is large in it goes when this shell ends.
run_guest()
{
	take_slot
	: >"$run/serial.log"
	: >"$run/result.log"
	# shellcheck disable=SC2154 # the caller's
	printf '%q ' "${qemu[@]}" >"$run/command"
	say "$B_NAME ($(cat "$B_KERNEL/release")): $2"
	"$REPO/scripts/in-toolbox" "${qemu[@]}" </dev/null >"$run/qemu.log" 2>&1 &
	qemu_pid=$!
	trap 'kill "$qemu_pid" 2>/dev/null || true; rm -f "$run"/{disk,source.tar,initramfs}' EXIT
	watch "$qemu_pid" "$run" "$1"
}

# verdict RUNDIR SECONDS: count, look at the kernel log, print the last lines; SECONDS was the limit
verdict()
{
	local run=$1 passed failed skipped counters

	skipped=$(grep -c '^ok .* # SKIP' "$run/result.log" || true)
	passed=$(($(grep -c '^ok ' "$run/result.log" || true) - skipped))
	failed=$(grep -c '^not ok ' "$run/result.log" || true)
	case $end in
	panic) echo "not ok - the kernel panicked" ;;
	timeout) echo "not ok - no end within $2 s" ;;
	*) grep -q '^end' "$run/result.log" || echo "not ok - the guest ended without a result" ;;
	esac
	grep -q '^end' "$run/result.log" || failed=$((failed + 1))
	# what the stock kernel complains about while booting is not ours
	if sed '1,/Run \/init as init/d' "$run/serial.log" | grep -aE "$BAD_LOG" | head -n 5 | sed 's/^/# /' | grep .; then
		echo "not ok - the kernel log has warnings"
		failed=$((failed + 1))
	fi
	[ "$failed" = 0 ] || say "kernel log: $run/serial.log"
	counters=$(tr -d '\r' <"$run/result.log" | grep '^compiled=' | tail -n 1 || true)
	[ -z "$counters" ] || echo "$counters"
	[ "$skipped" = 0 ] && skipped='' || skipped=", $skipped skipped"
	echo "$passed passed, $failed failed$skipped"
	[ "$failed" = 0 ]
}
