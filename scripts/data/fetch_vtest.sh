#!/bin/bash
# Takes vtest.avi (795 frames of pedestrians, PETS 2009 S2.L1) out of Debian's opencv-doc package,
# which is not installed: its one file is what is wanted. Needs no root. Quick the second time.
#
# usage: fetch_vtest.sh [FILE]        FILE defaults to var/data/vtest.avi
set -euo pipefail

readonly sha256=45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf
readonly member=./usr/share/doc/opencv-doc/examples/data/vtest.avi
target=${1:-var/data/vtest.avi}

is_good() {
  [[ -f $1 ]] && echo "$sha256  $1" | sha256sum --check --status
}

if is_good "$target"; then
  echo "fetch_vtest: $target is up to date"
  exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# As root, apt drops to its own user for downloads and warns that a private folder is closed to it.
if ! (cd "$scratch" && apt-get --quiet -o APT::Sandbox::User=root download opencv-doc >&2); then
  echo "fetch_vtest: apt-get found no opencv-doc: run 'apt-get update', check the network" >&2
  exit 1
fi
dpkg-deb --fsys-tarfile "$scratch"/opencv-doc_*.deb |
  tar --extract --to-stdout "$member" > "$scratch/vtest.avi"
if ! is_good "$scratch/vtest.avi"; then
  echo "fetch_vtest: vtest.avi of this opencv-doc is not the expected one (sha256 $sha256)" >&2
  exit 1
fi
mkdir -p "$(dirname "$target")"
# Renamed within its folder at the end, so that an interrupted copy is never taken for the file.
cp "$scratch/vtest.avi" "$target.partial"
mv "$target.partial" "$target"
echo "fetch_vtest: wrote $target"
