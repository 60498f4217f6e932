#!/usr/bin/env bash
# Format, shell and schema checks of all tracked files; with --tidy clang-tidy as well.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: scripts/lint.sh [--tidy [all | REVISION]]

  --tidy            clang-tidy over the C++ files that differ from main (or from HEAD on main)
  --tidy REVISION   over those that differ from a revision
  --tidy all        over all of them
clang-tidy reads build/debug/compile_commands.json: `cmake --preset debug` first, and build once for
the generated protobuf headers.
EOF
}

tidy=""
case "${1:-}" in
  "") ;;
  --tidy) tidy="${2:-changed}" ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    echo "lint.sh: unknown option $1" >&2
    usage >&2
    exit 2
    ;;
esac

# The tool of version 14, by which the files are formatted; others disagree in details.
tool() {
  if command -v "$1-14" >/dev/null; then
    echo "$1-14"
  elif command -v "$1" >/dev/null && "$1" --version | grep -q 'version 14\.'; then
    echo "$1"
  else
    echo "lint.sh: $1 14 is missing; run scripts/setup.sh --dev" >&2
    return 1
  fi
}

failed=()

clang_format=$(tool clang-format)
mapfile -d '' -t cpp_files < <(git ls-files -z -- '*.h' '*.cc')
if ! "$clang_format" --dry-run -Werror -- "${cpp_files[@]}"; then
  failed+=("clang-format (to mend: $clang_format -i FILE)")
fi

if ! command -v shellcheck >/dev/null; then
  echo "lint.sh: shellcheck is missing; run scripts/setup.sh --dev" >&2
  exit 1
fi
mapfile -d '' -t shell_files < <(git ls-files -z -- '*.sh' '.ci/*' docker/install-runtime docker/prelabel-health)
if [ "${#shell_files[@]}" -gt 0 ] && ! shellcheck -- "${shell_files[@]}"; then
  failed+=(shellcheck)
fi

if [ -f scripts/check_schema.py ] && ! /usr/bin/python3 scripts/check_schema.py; then
  failed+=(scripts/check_schema.py)
fi

if [ -n "$tidy" ]; then
  clang_tidy=$(tool clang-tidy)
  if [ ! -f build/debug/compile_commands.json ]; then
    echo "lint.sh: build/debug/compile_commands.json is missing; run cmake --preset debug" >&2
    exit 1
  fi
  case "$tidy" in
    all) mapfile -d '' -t sources < <(git ls-files -z -- '*.cc') ;;
    changed)
      base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
      mapfile -d '' -t sources < <(git diff --name-only --diff-filter=d -z "$base" -- '*.cc')
      ;;
    *)
      mapfile -d '' -t sources < <(git diff --name-only --diff-filter=d -z "$tidy" -- '*.cc')
      ;;
  esac
  # A file that this configuration does not build (a fuzz target) has no command to check it by.
  known=()
  for source in "${sources[@]}"; do
    if grep -qF "\"file\": \"$PWD/$source\"" build/debug/compile_commands.json; then
      known+=("$source")
    fi
  done
  echo "lint.sh: $clang_tidy over ${#known[@]} files" >&2
  if [ "${#known[@]}" -gt 0 ] &&
    ! printf '%s\0' "${known[@]}" |
      xargs -0 -n 1 -P "$(nproc)" "$clang_tidy" --quiet -p build/debug; then
    failed+=("clang-tidy")
  fi
fi

if [ "${#failed[@]}" -gt 0 ]; then
  printf 'lint.sh: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "lint.sh: ok" >&2
