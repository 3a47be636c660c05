#!/usr/bin/env bash
# Starts the whole service on this machine and trains on sample pictures; ./run.sh --help says what else it can do.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh
need_dotnet
need_postgres

log=$(mktemp)
for project in Api Worker Local; do
  if ! dotnet build "src/$project" -c Release --nologo -v quiet >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
  fi
done
rm -f "$log"
exec dotnet src/Local/bin/Release/net10.0/ContrastiveService.Local.dll "$@"
