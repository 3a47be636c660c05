#!/usr/bin/env bash
# Measures. Each benchmark compares two sides in one run, taking turns, and reports their ratio: figures of two runs or two machines do not compare.
# Usage: ./bench.sh trainer | checkpoint     The table goes to the terminal, the figures to bench/results/.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh
need_dotnet
need_postgres
dotnet build bench/Bench.csproj -c Release --nologo -v quiet
exec bench/bin/Release/net10.0/ContrastiveService.Bench "$@"
