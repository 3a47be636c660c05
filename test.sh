#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed" (", N skipped" if any).
# Usage: ./test.sh [filter]     where filter is part of a project's name, such as Storage
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh
need_dotnet
need_postgres

configuration=${CONFIGURATION:-Release}
dotnet build ContrastiveService.sln -c "$configuration" --nologo -v quiet

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in tests/*.Tests; do
  name=$(basename "$project")
  [[ $name == *"${1:-}"* ]] || continue
  echo "== $name"
  status=0
  # Tensors at work in the tests' own process: a larger youngest generation, so fewer collections at moments that TorchSharp cannot bear (docs/adr/0008).
  unset DOTNET_GCgen0size
  if [[ $name == Training.Tests ]]; then export DOTNET_GCgen0size=0x8000000; fi
  "$project/bin/$configuration/net10.0/ContrastiveService.$name" -noColor 2>&1 | tee "$log" || status=$?
  # xunit's last lines: "Total: 55, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.008s"
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$log" | tail -n 1 || true)
  count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [[ -z $summary ]]; then
    echo "$name ended without a summary (exit status $status): its process died." >&2
    failed=$((failed + 1))
    continue
  fi
  wrong=$(($(count Errors) + $(count Failed)))
  if [[ $status -ne 0 && $wrong -eq 0 ]]; then wrong=1; fi
  failed=$((failed + wrong))
  skipped=$((skipped + $(count Skipped)))
  passed=$((passed + $(count Total) - $(count Failed) - $(count Skipped)))
done

result="$passed passed, $failed failed"
if [[ $skipped -gt 0 ]]; then result+=", $skipped skipped"; fi
echo "$result"
[[ $failed -eq 0 && $passed -gt 0 ]]
