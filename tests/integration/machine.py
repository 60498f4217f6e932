"""Machines that are this one with a disk, processes, a network and a systemd of their own: an overlay over its file
system in namespaces, and of systemd's units only those that are started. What is installed or written there is gone
with the machine. Needs root and cgroup version 2."""

import contextlib
import itertools
import pathlib
import subprocess
import tempfile
import time

import network_test
import support

# $1: an empty folder, $2: the machine's name, $3: a cgroup. systemd (its CONTAINER_INTERFACE) wants devices, file systems
# of the kernel and a cgroup; the journal alone is started.
BOOT = """set -e
echo $$ >"$3/cgroup.procs"
exec unshare --cgroup --mount --uts --ipc --pid --fork --kill-child --propagation private sh -c 'set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
for folder in dev run tmp srv; do mount -t tmpfs tmpfs "$folder"; done
chmod 1777 tmp
for device in null zero full random urandom tty; do cp -a "/dev/$device" dev; done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
touch dev/console
mount -t proc proc proc
mount -t sysfs sysfs sys -o ro
mount -t cgroup2 cgroup2 sys/fs/cgroup
ip link set lo up
echo "$2" >etc/hostname
: >etc/fstab
rm -rf etc/systemd/system/*.wants var/log/journal
find lib/systemd/system -path "*.wants/*" ! -name "systemd-journald*" -delete
pivot_root . mnt
umount -l /mnt
exec env -i container=lxc /lib/systemd/systemd --system --unit=basic.target --show-status=0
' sh "$1" "$2"
"""
PATIENCE = 30  # seconds until a machine that does not boot is given up
_numbers = itertools.count()


def control_group():
    """The folder of this process's cgroup, of version 2."""
    with open("/proc/self/mounts") as mounts:
        top = next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)
    with open("/proc/self/cgroup") as lines:
        own = next((line[3:].strip() for line in lines if line.startswith("0::")), None)
    if top is None or own is None:
        raise OSError("no cgroup version 2")
    return pathlib.Path(top + own)


def remove_group(group):
    """With those below it, once their processes are gone."""
    end = time.monotonic() + PATIENCE
    for folder in [*sorted(group.rglob("*/"), key=lambda path: -len(path.parts)), group]:
        while True:
            try:
                folder.rmdir()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)


class Machine:
    """Context manager. `network`: the name of the network namespace (ip-netns(8)) that it is in."""

    def __init__(self, name, network):
        self.name = name
        self.network = network

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="prelabel-machine-"))
            group = control_group() / f"prelabel-{self.network}-{next(_numbers)}"
            group.mkdir()
            stack.callback(remove_group, group)
            log = stack.enter_context(open(f"{folder}.log", "w+"))
            stack.callback(pathlib.Path(log.name).unlink)
            # It ends with this process, however that does.
            holder = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/run/netns/{self.network}", "sh", "-c", BOOT,
                 "sh", folder, self.name, str(group)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            stack.callback(holder.wait)
            stack.callback(holder.kill)  # and all of its processes with it
            self.enter = None
            end = time.monotonic() + PATIENCE
            while not self.booted(holder.pid):
                if holder.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise OSError(f"no machine: {log.read()}")
                time.sleep(0.1)
            self._stack = stack.pop_all()
        return self

    def booted(self, holder):
        children = pathlib.Path(f"/proc/{holder}/task/{holder}/children").read_text().split()
        if not children or pathlib.Path(f"/proc/{children[0]}/comm").read_text() != "systemd\n":
            return False
        self.root = pathlib.Path(f"/proc/{children[0]}/root")
        self.enter = ["nsenter", f"--target={children[0]}", "--all", "--root", "--wd", "--", "/usr/bin/env", "-i",
                      "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
        return subprocess.run([*self.enter, "systemctl", "is-active", "--quiet", "basic.target"],
                              stderr=subprocess.DEVNULL).returncode == 0

    def __exit__(self, *error):
        self._stack.close()

    def path(self, path):
        """Where a file of the machine is seen from here."""
        return self.root / str(path).lstrip("/")

    def run(self, *words, status=0, user=None):
        """Runs a command there, as root or a user, to its end; its CompletedProcess."""
        prefix = ["runuser", "-u", user, "--"] if user else []
        done = subprocess.run([*self.enter, *prefix, *map(str, words)], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=support.PATIENCE)
        if done.returncode != status:
            raise AssertionError(f"{words} on {self.name}: status {done.returncode}"
                                 f"{support.ProgramTest.both(done)}")
        return done

    def unit(self, name):
        """{property: value} of a unit: ActiveState, ExecMainStatus and so on."""
        return dict(line.split("=", 1) for line in self.run("systemctl", "show", name).stdout.splitlines())

    def wait_unit(self, name, condition):
        """Until its properties fulfill the condition; returns them."""
        end = time.monotonic() + support.PATIENCE
        while not condition(found := self.unit(name)):
            if time.monotonic() > end:
                raise AssertionError(f"{name} is {found}\n"
                                     f"{self.run('journalctl', '--no-pager', '-n50', '-u', name).stdout}")
            time.sleep(0.2)
        return found


def forbidden():
    """Why there can be no machines here, or None."""
    reason = network_test.forbidden()
    if reason:
        return reason
    try:
        with network_test.Network(1) as network, Machine("trial", network.center):
            return None
    except OSError as error:
        return str(error)
