#!/usr/bin/env bash
# From a clean clone to the labels of a real video: set-up, build, model, video, run.
# Each step is skipped where it has been done already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*" >&2; }

step 'Packages (Debian 12)'
scripts/setup.sh --build
step 'Build'
cmake --preset release -Wno-dev >/dev/null
cmake --build --preset release --target prelabel prelabel-worker
step 'Model: NanoDet-g, the 80 classes of COCO'
scripts/models/prepare_nanodet.py
step 'Video: vtest.avi, pedestrians in a street'
scripts/data/fetch_vtest.sh
step 'prelabel run configs/quickstart.yaml'
build/release/bin/prelabel run configs/quickstart.yaml
