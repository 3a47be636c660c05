#!/usr/bin/env bash
# Measures. Most benchmarks compare two sides in one run, taking turns, and report their ratio: figures of two runs or two machines do not compare.
# Usage: ./bench.sh train | gpu | trainer | memory | data | data-run | checkpoint | methods | serve | serve-models | search | search-hnsw | explain     Tables go to the terminal, figures to bench/results/.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/prepare.sh
need_dotnet
case "${1:-}" in
  checkpoint | train | data | data-store | data-ingest | data-run | serve | serve-models | search | search-hnsw) need_postgres ;;
  explain) need_domain_pictures ;;
  methods | memory | gpu)
    need_domain_pictures
    [[ -e data/domain-benchmark/fashion-mnist-m/train-images-idx4-ubyte.gz ]] || dotnet run samples/make-domain-benchmark.cs
    ;;
esac
dotnet build bench/Bench.csproj -c Release --nologo -v quiet
exec bench/bin/Release/net10.0/ContrastiveService.Bench "$@"
