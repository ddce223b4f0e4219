#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests-table.sh TABLE BOARD[:ours]...
#
# Write the results of the last "make selftests" of these boards (build/selftests-BOARD.tsv) into the README,
# between its two lines "<!-- selftests TABLE -->": subtests passed/failed/skipped with the stock JIT and with ours
# (":ours" leaves the stock JIT out), summed up as test/selftests/groups.tsv says.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# group_of TEST
group_of()
{
	local i pattern words

	for i in "${!groups[@]}"; do
		read -ra words <<<"${patterns[i]}"
		for pattern in "${words[@]}"; do
			# shellcheck disable=SC2053
			if [[ $1 == $pattern ]]; then
				echo "$i"
				return 0
			fi
		done
	done
	die "test/selftests/groups.tsv has no group for $1; its last line must be a group for the rest"
}

# add FIGURES KEY: sum up "passed/failed/skipped", or remember that there is a test that was not run
add()
{
	local -a f

	[ "$1" != - ] || return 0
	IFS=/ read -ra f <<<"$1"
	sum[$2.0]=$((${sum[$2.0]:-0} + f[0]))
	sum[$2.1]=$((${sum[$2.1]:-0} + f[1]))
	sum[$2.2]=$((${sum[$2.2]:-0} + f[2]))
}

show()
{
	[ -n "${sum[$1.0]:-}" ] && echo "${sum[$1.0]}/${sum[$1.1]}/${sum[$1.2]}" || echo -
}

read_board()
{
	local tsv=$REPO/build/selftests-${1%:ours}.tsv name stock ours group

	[ -e "$tsv" ] || die "there are no results of ${1%:ours}; run first: make selftests BOARD=${1%:ours}"
	while IFS=$'\t' read -r name stock ours _; do
		group=$(group_of "${name%@v4}")
		add "$stock" "$group.$1.stock"
		add "$ours" "$group.$1.ours"
		add "$stock" "all.$1.stock"
		add "$ours" "all.$1.ours"
	done < <(tail -n +2 "$tsv")
}

# row TITLE KEY BOARD...
row()
{
	local title=$1 key=$2 board line=

	shift 2
	for board; do
		[[ $board == *:ours ]] || line+=" $(show "$key.$board.stock") |"
		line+=" $(show "$key.$board.ours") |"
	done
	[ -z "${line//[-| ]/}" ] || echo "| $title |$line"
}

table()
{
	local board i head='| subtests passed/failed/skipped |' rule='|---|'

	for board; do
		[[ $board == *:ours ]] || {
			head+=" $board, stock |"
			rule+='---|'
		}
		head+=" ${board%:ours}, ours |"
		rule+='---|'
	done
	printf '%s\n%s\n' "$head" "$rule"
	for i in "${!groups[@]}"; do
		row "${groups[i]}" "$i" "$@"
	done
	row 'all' all "$@"
}

[ $# -gt 1 ] || die "usage: selftests-table.sh TABLE BOARD[:ours]..."
mark="<!-- selftests $1 -->"
shift
declare -A sum=()
groups=()
patterns=()
while IFS=$'\t' read -r name list; do
	groups+=("$name")
	patterns+=("$list")
done < <(sed -e '/^#/d' -e '/^$/d' "$REPO/test/selftests/groups.tsv")
[ "$(grep -cxF -- "$mark" "$REPO/README.md")" = 2 ] ||
	die "README.md must have two lines '$mark' between which the table goes"
for board; do
	read_board "$board"
done
table "$@" >"$REPO/README.md.table"
awk -v mark="$mark" -v table="$REPO/README.md.table" '
	$0 != mark { if (!inside) print; next }
	{ print; inside = !inside; if (inside) while ((getline line <table) > 0) print line }' \
	"$REPO/README.md" >"$REPO/README.md.new"
rm -f "$REPO/README.md.table"
mv "$REPO/README.md.new" "$REPO/README.md"
