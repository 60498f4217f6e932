#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for a while, two at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
Usage: scripts/fuzz.sh [SECONDS] [TARGET...]

Runs every target of tests/fuzz (or those named: coco, envelope, job, …) for SECONDS, default 30.
New inputs are kept in build/fuzz/corpus/TARGET for the next time. An input that is a finding is
kept in build/fuzz/findings/TARGET and ends with status 1; mend it, and add it to
tests/fuzz/corpus/TARGET, which all presets replay as a unit test.
USAGE
}

seconds=30
case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
  [0-9]*)
    seconds=$1
    shift
    ;;
esac
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "fuzz.sh: SECONDS must be a whole number from 1, not '$seconds'" >&2
  usage >&2
  exit 2
fi

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do
    name=${source##*/}
    targets+=("${name%_fuzz.cc}")
  done
fi
for target in "${targets[@]}"; do
  if [ ! -f "tests/fuzz/${target}_fuzz.cc" ]; then
    echo "fuzz.sh: there is no tests/fuzz/${target}_fuzz.cc" >&2
    exit 2
  fi
done

cmake --preset fuzz -Wno-dev >/dev/null
cmake --build --preset fuzz --target fuzz_targets

fuzz_one() {
  local target=$1 seconds=$2
  local build=build/fuzz
  local findings=$build/findings/$target log=$build/findings/$target.log
  mkdir -p "$build/corpus/$target" "$findings"
  # Stale findings would look like new ones.
  find "$findings" -type f -delete
  local options=(-max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=16384
    -print_final_stats=1 -artifact_prefix="$findings/")
  if [ -f "tests/fuzz/$target.dict" ]; then
    options+=(-dict="tests/fuzz/$target.dict")
  fi
  if "$build/bin/${target}_fuzz" "${options[@]}" "$build/corpus/$target" \
    "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing found"
  else
    tail -n 40 "$log"
    echo "$target: FOUND SOMETHING: $(find "$findings" -type f | tr '\n' ' ')(log: $log)"
    return 1
  fi
}
export -f fuzz_one

printf '%s\n' "${targets[@]}" |
  xargs -P 2 -I '{}' bash -c 'fuzz_one "$@"' fuzz_one '{}' "$seconds"
