"""Machines that are this one with a disk, processes and a network of their own: an overlay over its file system in
namespaces. What is installed or written there is gone with the machine. Needs root. No systemd runs there:
fake_systemctl.py does what units say."""

import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile

import support

HERE = pathlib.Path(__file__).resolve().parent
# $1: an empty folder, $2: its name. Ends, and everything on it, when its input does.
BOOT = """set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount --bind /dev dev
mount -t proc proc proc
for folder in run tmp srv; do
  mount -t tmpfs tmpfs "$folder"
done
ip link set lo up
chmod 1777 tmp
hostname "$2"
echo booted
exec cat
"""


class Machine:
    """Context manager. `network`: the name of the network namespace (ip-netns(8)) that it is in."""

    def __init__(self, name, network):
        self.name = name
        self.network = network

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="prelabel-machine-"))
            self.holder = subprocess.Popen(
                ["ip", "netns", "exec", self.network, "unshare", "--mount", "--uts", "--ipc", "--pid", "--fork",
                 "--kill-child", "--propagation", "private", "sh", "-c", BOOT, "sh", folder, self.name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            stack.callback(self.holder.communicate)
            said = self.holder.stdout.readline()
            if said != "booted\n":
                raise OSError(f"no machine: {said}{self.holder.communicate()[0]}")
            children = f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
            self.init = pathlib.Path(children).read_text().split()[0]
            self.root = pathlib.Path(f"/proc/{self.init}/root{folder}/root")
            self.enter = ["nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid", "--",
                          "chroot", f"{folder}/root", "/usr/bin/env", "-i",
                          "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
            shutil.copy(HERE / "fake_systemctl.py", self.path("/usr/bin/systemctl.new"))
            self.path("/usr/bin/systemctl.new").rename(self.path("/usr/bin/systemctl"))
            self.path("/run/systemd/system").mkdir(parents=True)  # sd_booted(3): scripts ask for it
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self.holder.communicate()
        self._stack.close()

    def path(self, path):
        """Where a file of the machine is seen from here."""
        return self.root / str(path).lstrip("/")

    def run(self, *words, status=0, user=None, text=None):
        """Runs a command there, as root or a user, to its end; its CompletedProcess."""
        prefix = ["runuser", "-u", user, "--"] if user else []
        done = subprocess.run([*self.enter, *prefix, *map(str, words)], text=True, input=text or "",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=support.PATIENCE)
        if done.returncode != status:
            raise AssertionError(f"{words} on {self.name}: status {done.returncode}"
                                 f"{support.ProgramTest.both(done)}")
        return done

    def start(self, *words):
        """The same, and does not wait for its end, which comes with the machine's."""
        process = subprocess.Popen([*self.enter, *map(str, words)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)

    def unit(self, name):
        """What became of a unit: state, starts, status."""
        return json.loads(self.path(f"/run/units/{name}.json").read_text())

    def log(self, name):
        return self.path(f"/var/log/{name}.log").read_text()
