#!/usr/bin/env bash
# Builds the release preset and runs every benchmark of docs/benchmarks.md, about fourteen minutes on an
# idle machine; ends with one table of ratios. Arguments go to pipeline_bench (--rounds 5 …).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/models/prepare_nanodet.py
scripts/data/fetch_vtest.sh
cmake --preset release -Wno-dev >/dev/null
cmake --build --preset release --target prelabel prelabel-worker \
  decode_bench features_bench formats_bench pipeline_bench seek_bench noop_bench page_bench plan_memory_bench report_bench resume_bench \
  scale_bench stream_bench tail_bench micro_bench

bin=build/release/bin
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cd build/release  # the benchmarks' databases go to the disk that holds the build
run() {
  printf '\n== %s   (load average %s)\n' "$*" "$(cut -d' ' -f1-3 /proc/loadavg)"
  local program=$1
  shift
  "../../$bin/$program" "$@" | tee -a "$log"
}
run pipeline_bench --model ../../var/models/nanodet-g-coco/model.yaml \
  --video ../../var/data/vtest.avi "$@"
run features_bench --model ../../var/models/nanodet-g-coco/model.yaml \
  --video ../../var/data/vtest.avi
run report_bench --model ../../var/models/nanodet-g-coco/model.yaml \
  --reference ../../configs/profiles/nanodet-g-coco.profile
run decode_bench --video ../../var/data/vtest.avi
run formats_bench
run seek_bench --video ../../var/data/vtest.avi
run noop_bench
run page_bench
run plan_memory_bench
run plan_memory_bench --tasks 250000 --shard-size 16
run resume_bench
run scale_bench
run stream_bench
run tail_bench
PRELABEL_BIN=$PWD/bin ../../tests/bench/failover_bench.py | tee -a "$log"
run micro_bench --benchmark_min_time=0.2

printf '\n%-24s%8s  %-8s%s\n' 'figure' 'ratio' 'target' 'of'
awk '$1 == "RATIO" { name = $2; ratio = $3; target = $5; $1 = $2 = $3 = $4 = $5 = ""
  sub(/^ +/, ""); printf "%-24s%8s  %-8s%s\n", name, ratio, target, $0 }' "$log"
