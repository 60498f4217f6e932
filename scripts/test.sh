#!/usr/bin/env bash
# Sets up, builds and runs all tests. Those that judge against reference data need
# PRELABEL_REFERENCE_DATA (docs in CONTRIBUTING.md) and are skipped without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --dev
scripts/models/prepare_nanodet.py
scripts/data/fetch_vtest.sh
cmake --preset release -Wno-dev
cmake --build --preset release
ctest --test-dir build/release -j "$(nproc)" --output-on-failure --no-tests=error "$@"
