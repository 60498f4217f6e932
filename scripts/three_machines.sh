#!/usr/bin/env bash
# From fresh Debian 12 machines to a finished run: installs the packages, makes keys, starts the units, waits, fetches
# labels and report. What docs/install.md shows by hand. May be run again: what is there stays, and the run goes on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
Usage: scripts/three_machines.sh [OPTION...] COORDINATOR WORKER...

COORDINATOR and WORKERs are machines that ssh reaches, as root or as a user who may sudo without a password.

  --packages DIR   where cpack put the packages (default: build/release/packages)
  --job FILE       the job; its name is the run's (default: configs/three-machines.yaml)
  --data DIR       becomes /srv/prelabel on COORDINATOR, where the job finds data and model (default: var)
  --address HOST   how workers reach COORDINATOR (default: its name for ssh, without a user)
  --out DIR        gets the run's labels and report (default: runs)
USAGE
}

packages=build/release/packages
job=configs/three-machines.yaml
data=var
address=""
out=runs
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --packages | --job | --data | --address | --out)
      if [ $# -lt 2 ]; then
        usage >&2
        exit 2
      fi
      declare "${1#--}=$2"
      shift 2
      ;;
    -*)
      echo "three_machines.sh: unknown option $1" >&2
      usage >&2
      exit 2
      ;;
    *) break ;;
  esac
done
if [ $# -lt 2 ]; then
  usage >&2
  exit 2
fi
coordinator=$1
shift
workers=("$@")
if [ -z "$address" ]; then address=${coordinator##*@}; fi
run=$(basename "$job" .yaml)
unit=prelabel-coordinator@$run
for file in "$packages"/prelabel_*.deb "$packages"/prelabel-worker_*.deb "$job" "$data"; do
  if [ ! -e "$file" ]; then
    echo "three_machines.sh: $file is not there; docs/install.md says how packages are made, and" \
      "scripts/quickstart.sh fetches the model and the video" >&2
    exit 1
  fi
done

step() { printf '\n== %s\n' "$*" >&2; }

# on HOST WORD...: a command as root there; standard input and output are its own. No word may have a line break: what
# is quoted is for any shell.
on() {
  local host=$1
  shift
  # shellcheck disable=SC2029  # it shall be expanded here
  ssh "$host" "$(printf '%q ' sh -c "$become_root" sh "$@")"
}
# shellcheck disable=SC2016  # these are expanded there
{
  become_root='if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -n -- "$@"; fi'
  unpack='mkdir -p "$1" && exec tar -x -C "$1" --no-same-owner'
  # --reinstall: another build of the same version.
  install='set -- install -y -q --reinstall "$1"/*.deb && { apt-get "$@" || { apt-get update -q && apt-get "$@"; }; }'
  write='mkdir -p "$(dirname "$1")" && cat >"$1"'
  keygen='cd /var/lib/prelabel && { [ -e "keys/workers/$1.pub" ] || exec runuser -u prelabel -- prelabel keygen keys --name "$1"; }'
  pack_keys='cd /var/lib/prelabel/keys && if [ -d "$1" ]; then exec tar -c "$1"; else exec tar -c -T /dev/null; fi'
}

# install_package HOST NAME: with all that it depends on, from Debian.
install_package() {
  local there=/var/cache/prelabel-packages
  tar -c -C "$packages" -- "$(cd "$packages" && echo "$2"_*.deb)" | on "$1" sh -c "$unpack" sh "$there"
  on "$1" env DEBIAN_FRONTEND=noninteractive sh -c "$install" sh "$there" </dev/null >&2
  on "$1" rm -r "$there" </dev/null
}

step "$coordinator: package, data, job"
install_package "$coordinator" prelabel
tar -c -h -C "$data" . | on "$coordinator" sh -c "$unpack" sh /srv/prelabel
on "$coordinator" sh -c "$write" sh "/etc/prelabel/$run.yaml" <"$job"

for worker in "${workers[@]}"; do
  name=${worker##*@}
  step "$worker: package, key, unit"
  install_package "$worker" prelabel-worker
  on "$coordinator" sh -c "$keygen" sh "$name" </dev/null >&2
  # The secret key goes from there to there, and stays nowhere else.
  on "$coordinator" sh -c "$pack_keys" sh "$name" </dev/null |
    on "$worker" sh -c "$unpack" sh /var/lib/prelabel-worker
  on "$coordinator" rm -rf "/var/lib/prelabel/keys/$name" </dev/null
  echo "CONNECT=tcp://$address:5577" | on "$worker" sh -c "$write" sh "/etc/default/prelabel-worker-$name"
  on "$worker" systemctl enable --now "prelabel-worker@$name" </dev/null >&2
done

step "$coordinator: the run. Its page: ssh -L 5578:127.0.0.1:5578 $coordinator, then http://127.0.0.1:5578/"
on "$coordinator" systemctl start "$unit" </dev/null >&2
while true; do
  state=$(on "$coordinator" systemctl is-active "$unit" </dev/null || true)
  case "$state" in
    active | activating | reloading | deactivating) sleep 1 ;;
    inactive) break ;;
    *)
      echo "three_machines.sh: $unit is '$state'; there: journalctl -u $unit" >&2
      exit 1
      ;;
  esac
done
on "$coordinator" prelabel status "/var/lib/prelabel/runs/$run" </dev/null
mkdir -p "$out/$run"
on "$coordinator" tar -c -C "/var/lib/prelabel/runs/$run" labels report </dev/null | tar -x -C "$out/$run" --no-same-owner
step "$out/$run/report/report.html, and labels beside it"
