#!/usr/bin/python3
"""In the place of systemctl on the machines of machine.py, where no systemd runs: starts, stops and starts again what
units say, as their users and with what they may write to, after systemd.service(5) and systemd.exec(5). Of the
protections it knows ProtectSystem=strict, PrivateTmp, NoNewPrivileges and CapabilityBoundingSet.

What a unit writes goes to /var/log/UNIT.log, what became of it to /run/units/UNIT.json."""

import json
import os
import pathlib
import pwd
import shlex
import signal
import subprocess
import sys
import time

UNITS = pathlib.Path("/usr/lib/systemd/system")
STATES = pathlib.Path("/run/units")
CLEAN = [0, -signal.SIGHUP, -signal.SIGINT, -signal.SIGTERM, -signal.SIGPIPE]
BASES = {"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache"}
# The system is read-only but for these folders ("$@" up to "--"); everything below has a /tmp of its own.
CONFINE = """umask "$0"
while [ "$1" != -- ]; do mount --bind "$1" "$1" && shift || exit 226; done
mount -o remount,bind,ro / && mount -t tmpfs tmpfs /tmp || exit 226
shift && cd "$1" && shift && exec "$@" """


class Unit:
    """One instance of a template."""

    def __init__(self, name):
        self.name = name.removesuffix(".service")
        template, _, self.instance = self.name.partition("@")
        self.lines = []
        for line in (UNITS / f"{template}@.service").read_text().splitlines():
            if "=" in line and not line.startswith("#"):
                key, value = line.split("=", 1)
                self.lines.append((key, self.specifiers(value)))
        self.user = pwd.getpwnam(self.one("User"))

    def specifiers(self, text):
        for letter, value in (("%i", self.instance), ("%S", "/var/lib"), ("%C", "/var/cache")):
            text = text.replace(letter, value)
        assert "%" not in text, f"a specifier that is not known here: {text}"
        return text

    def all(self, key):
        return [value for known, value in self.lines if known == key]

    def one(self, key, default=""):
        return (self.all(key) or [default])[-1]

    def environment(self):
        """Its variables; those of files come later, and win."""
        values = {"PATH": "/usr/bin:/bin", "HOME": self.user.pw_dir, "USER": self.user.pw_name}
        for line in self.all("Environment"):
            values.update(word.split("=", 1) for word in shlex.split(line))
        for file in self.all("EnvironmentFile"):
            assert file.startswith("-")
            path = pathlib.Path(file[1:])
            for line in path.read_text().splitlines() if path.exists() else ():
                if line and line[0] not in "#;":
                    key, value = line.split("=", 1)
                    values[key] = value
        return values

    def command(self, environment):
        """The words of ExecStart: ${X} is one word or part of one, $X any number of them."""
        words = []
        for word in self.one("ExecStart").split():
            if word.startswith("$") and not word.startswith("${"):
                words += environment.get(word[1:], "").split()
                continue
            for key, value in environment.items():
                word = word.replace(f"${{{key}}}", value)
            words.append(word)
        return words

    def directories(self):
        """Makes those that belong to the unit, and returns them."""
        made = []
        for kind, base in BASES.items():
            for name in self.one(kind).split():
                path = pathlib.Path(base, name)
                path.mkdir(parents=True, exist_ok=True)
                status = path.stat()
                path.chmod(int(self.one(f"{kind}Mode", "0755"), 8))
                if (status.st_uid, status.st_gid) != (self.user.pw_uid, self.user.pw_gid):
                    subprocess.run(["chown", "-R", f"{self.user.pw_uid}:{self.user.pw_gid}", path],
                                   check=True)
                made.append(str(path))
        return made

    def start(self):
        environment = self.environment()
        assert self.one("ProtectSystem") == "strict" and self.one("PrivateTmp") == "yes"
        assert self.one("NoNewPrivileges") == "yes" and self.one("CapabilityBoundingSet") == ""
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", CONFINE,
                 self.one("UMask", "0022"), *self.directories(), "--",
                 self.one("WorkingDirectory", "/"), "setpriv", "--reuid", self.user.pw_name,
                 "--regid", str(self.user.pw_gid), "--init-groups", "--no-new-privs",
                 "--bounding-set", "-all", "--inh-caps", "-all", *self.command(environment)]
        with open(f"/var/log/{self.name}.log", "ab") as log:
            return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=log)

    def supervise(self):
        stopping = []
        starts = 0
        while True:
            process = self.start()
            starts += 1
            self.write("active", starts, process.pid)

            def stop(number, frame, child=process):
                stopping.append(number)
                child.terminate()

            signal.signal(signal.SIGTERM, stop)
            try:
                limit = float(self.one("TimeoutStopSec"))
                while process.poll() is None and not stopping:
                    time.sleep(0.05)
                status = process.wait(limit if stopping else None)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
            good = status in [*CLEAN, *map(int, self.one("SuccessExitStatus").split())]
            final = [int(code) for code in self.one("RestartPreventExitStatus").split()]
            again = self.one("Restart") == "always" or not good
            if stopping or not again or status in final:
                self.write("inactive" if good else "failed", starts, 0, status)
                return
            self.write("activating", starts, 0, status)
            end = time.monotonic() + float(self.one("RestartSec"))
            while time.monotonic() < end and not stopping:
                time.sleep(0.05)
            if stopping:
                self.write("inactive" if good else "failed", starts, 0, status)
                return

    def write(self, state, starts, pid, status=None):
        STATES.mkdir(exist_ok=True)
        new = STATES / f".{self.name}"
        new.write_text(json.dumps({"state": state, "starts": starts, "pid": pid, "status": status,
                                   "supervisor": os.getpid()}))
        new.rename(STATES / f"{self.name}.json")

    def read(self):
        try:
            return json.loads((STATES / f"{self.name}.json").read_text())
        except FileNotFoundError:
            return {"state": "inactive", "starts": 0, "pid": 0, "status": None}

    def running(self):
        return self.read()["state"] in ("active", "activating")

    def begin(self):
        if self.running():
            return
        self.write("activating", 0, 0)
        if os.fork() == 0:
            os.setsid()
            null = os.open("/dev/null", os.O_RDWR)
            for descriptor in range(3):
                os.dup2(null, descriptor)
            self.supervise()
            os._exit(0)

    def end(self):
        if not self.running():
            return
        while self.read().get("supervisor") is None or self.read()["starts"] == 0:
            time.sleep(0.05)
        os.kill(self.read()["supervisor"], signal.SIGTERM)
        while self.running():
            time.sleep(0.05)


def main(words):
    words = [word for word in words if word not in ("--system", "--now", "--quiet")]
    verb, names = words[0], words[1:]
    if verb == "daemon-reload":
        return 0
    if "*" in names[0]:
        pattern = names[0].removesuffix(".service")
        names = [path.stem for path in STATES.glob(f"{pattern}.json")]
    units = [Unit(name) for name in names]
    for unit in units:
        if verb in ("start", "enable"):
            unit.begin()
        elif verb == "stop":
            unit.end()
        elif verb == "is-active":
            print(unit.read()["state"])
            return 0 if unit.read()["state"] == "active" else 3
        else:
            sys.exit(f"{verb} is not known here")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
