#!/usr/bin/python3
"""The Debian packages, made by cpack of what is built: what is in them, and what they do on machines (machine.py) that
have neither the sources nor the build tree, with systemd."""

import json
import os
import shutil
import subprocess

import cluster
import machine
import network_test
import support

BUILD = support.BIN.parent
CONFIG = BUILD / "CPackConfig.cmake"
UNITS = ("prelabel-worker@one.service", "prelabel-coordinator@squares.service")
# What must not be seen: an empty folder lies over each.
HIDDEN = (support.ROOT, BUILD)


def missing():
    if os.geteuid() != 0:
        return "machines need root"
    if not CONFIG.exists():
        return f"{CONFIG} is not there"
    programs = ("cpack", "dpkg-shlibdeps", "lintian", "systemd-analyze", "ip", "ssh", "ssh-keygen")
    return cluster.missing(programs=programs) or machine.forbidden()


class InstallTest(cluster.ClusterTest):
    PICTURES = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packages = cls.folder / "packages"
        # gzip: half of the time.
        done = subprocess.run(["cpack", "--config", CONFIG, "-B", cls.packages, "-D",
                               "CPACK_DEBIAN_COMPRESSION_TYPE=gzip"], text=True, cwd=cls.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout
        cls.debs = {deb.name.split("_")[0]: deb for deb in cls.packages.glob("*.deb")}
        # What becomes /srv/prelabel.
        cls.srv = cls.folder / "srv"
        cls.srv.mkdir()
        shutil.move(cls.pictures, cls.srv / "pictures")
        shutil.move(cls.clip, cls.srv / "clip.avi")
        shutil.move(cls.model.parent, cls.srv / "model")

    def squares(self, **cluster_options):
        """The job that the reference is of, on a machine."""
        return self.job("squares", [{"images": "/srv/prelabel/pictures"},
                                    {"video": "/srv/prelabel/clip.avi", "keyframes": {"every": 2}}],
                        model="/srv/prelabel/model/model.yaml",
                        output={"dir": "/srv/out", "formats": ["coco", "mot"]},
                        cluster={"shard_size": 2, **cluster_options})

    def network(self, workers):
        network = self.enterContext(network_test.Network(workers))
        # One address by which all know the coordinator.
        network_test.command("ip", "-n", network.center, "address", "add", "10.77.0.1/32", "dev", "lo")
        for n, leaf in enumerate(network.leaves, 1):
            network_test.command("ip", "-n", leaf, "route", "add", "default", "via", f"10.77.{n}.1")
        return network

    def machine(self, name, network):
        made = self.enterContext(machine.Machine(name, network))
        for folder in HIDDEN:
            if made.path(folder).exists():
                made.run("mount", "-t", "tmpfs", "tmpfs", folder)
        return made

    def check_same_labels(self, labels):
        self.assertTrue(labels == self.expected["labels/coco.json"], "coco.json differs")

    def test_packages_have_no_errors(self):
        self.assertEqual(sorted(self.debs), ["prelabel", "prelabel-worker"])
        done = subprocess.run(["lintian", "--fail-on", "error", "--allow-root", *self.debs.values()], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        fields = {name: subprocess.run(["dpkg-deb", "-f", deb], text=True, check=True,
                                       stdout=subprocess.PIPE).stdout
                  for name, deb in self.debs.items()}
        self.assertIn("libopenblas0-pthread", fields["prelabel-worker"])
        for package, library, other in (("prelabel", "libsqlite3-0", "prelabel-worker"),
                                        ("prelabel-worker", "libtorch", "prelabel")):
            self.assertIn(f" {library}", fields[package])
            self.assertNotIn(f" {library}", fields[other])

    def test_nothing_names_this_tree(self):
        unpacked = self.folder / "unpacked"
        for deb in self.debs.values():
            subprocess.run(["dpkg-deb", "-x", deb, unpacked], check=True)
        files = [path for path in unpacked.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 30)
        for path in files:
            content = path.read_bytes()
            for folder in {support.ROOT, BUILD, support.BIN.resolve()}:
                self.assertNotIn(f"{folder}/".encode(), content, path)
        for program in ("prelabel", "prelabel-worker"):
            shown = subprocess.run(["readelf", "-d", unpacked / "usr/bin" / program], text=True,
                                   check=True, stdout=subprocess.PIPE).stdout
            self.assertIn("NEEDED", shown)
            self.assertNotRegex(shown, "RPATH|RUNPATH")
        # Man pages and completions that the build made, compressed or not.
        share = unpacked / "usr/share"
        for path in (p.relative_to(BUILD / "share") for p in (BUILD / "share").rglob("*") if p.is_file()):
            # zsh of Debian does not look into site-functions below /usr.
            there = str(path).replace("zsh/site-functions", "zsh/vendor-completions")
            self.assertTrue((share / there).exists() or (share / f"{there}.gz").exists(), path)
        # Links of the documentation lead somewhere.
        for name in ("schema/job.schema.json", "profiles/nanodet-g-coco.profile", "video.yaml"):
            self.assertTrue((unpacked / "usr/share/doc/prelabel/examples" / name).is_file(), name)

    def test_any_prefix(self):
        prefix = self.folder / "prefix"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, "--strip"], check=True,
                       stdout=subprocess.DEVNULL)
        job = self.job("prefix", [{"images": str(self.srv / "pictures")}],
                       model=str(self.srv / "model/model.yaml"))
        shown = self.prelabel("launch", job, "--dry-run", program=prefix / "bin/prelabel").stdout
        self.assertIn(f"\n{prefix}/bin/prelabel-worker ", shown)
        self.prelabel("--version", program=prefix / "bin/prelabel-worker")
        for unit in ("prelabel-worker", "prelabel-coordinator"):
            text = (prefix / f"lib/systemd/system/{unit}@.service").read_text()
            self.assertIn(f"ExecStart={prefix}/bin/", text)
            self.assertIn(f"EnvironmentFile=-{prefix}/etc/default/{unit}\n", text)
            self.assertTrue((prefix / "etc/default" / unit).is_file())

    def test_installed_used_and_removed(self):
        """On one machine: dpkg checks the dependencies, systemd the units; a run of local workers by a user without
        rights; one by the units; nothing that should go stays."""
        one = self.machine("one", self.network(1).center)
        for deb in self.debs.values():
            shutil.copy(deb, one.path("/root"))
        one.run("dpkg", "-i", *(f"/root/{deb.name}" for deb in self.debs.values()))
        shutil.copytree(self.srv, one.path("/srv/prelabel"))

        # The verdict of systemd, which sees what it does not know or find.
        done = one.run("systemd-analyze", "verify", *UNITS)
        self.assertEqual(done.stdout + done.stderr, "")
        done = one.run("systemd-analyze", "security", "--offline=yes", "--threshold=25", "--no-pager", *UNITS)
        self.assertEqual(done.stdout.count("Overall exposure level"), 2)
        bad = one.path("/usr/lib/systemd/system/bad@.service")
        bad.write_text("[Service]\nExecStart=/usr/bin/no-such-program\n")
        done = one.run("systemd-analyze", "verify", "bad@one.service", status=1)
        self.assertIn("no-such-program", done.stderr)
        bad.unlink()

        # prelabel finds prelabel-worker.
        one.run("install", "-d", "-o", "nobody", "/srv/out")
        one.path("/srv/squares.yaml").write_text(self.squares(workers=2).read_text())
        one.run("prelabel", "run", "/srv/squares.yaml", "--quiet", user="nobody")
        self.check_same_labels(one.path("/srv/out/labels/coco.json").read_bytes())

        # The units, with a key.
        one.run("prelabel", "keygen", "/var/lib/prelabel/keys", "--name", "one", user="prelabel")
        one.run("mv", "/var/lib/prelabel/keys/one", "/var/lib/prelabel-worker/one")
        one.run("chown", "-R", "root:", "/var/lib/prelabel-worker/one")  # as scp leaves it
        one.path("/etc/prelabel").mkdir()
        one.path("/etc/prelabel/squares.yaml").write_text(
            self.squares(launcher="none", workers=0, listen="tcp://127.0.0.1:5577", transport="stream",
                         keys="/var/lib/prelabel/keys").read_text())
        one.path("/etc/default/prelabel-worker").write_text("CONNECT=tcp://127.0.0.1:5577\nOPTIONS=--slots 1 --wait 1\n")
        one.run("systemctl", "start", UNITS[0])
        one.wait_unit(UNITS[0], lambda unit: int(unit["NRestarts"]) > 0)  # nobody answered
        one.run("systemctl", "start", UNITS[1])
        done = one.wait_unit(UNITS[1], lambda unit: unit["ActiveState"] not in ("active", "activating"))
        self.assertEqual((done["ActiveState"], done["NRestarts"]), ("inactive", "0"))
        run = one.path("/var/lib/prelabel/runs/squares")
        self.check_same_labels((run / "labels/coco.json").read_bytes())
        self.assertEqual(run.stat().st_mode & 0o027, 0o000, "others may read the run")
        self.assertTrue(list(one.path("/var/cache/prelabel-worker/models").iterdir()))
        # The worker waits for the next run, until it is stopped.
        before = int(one.unit(UNITS[0])["NRestarts"])
        one.wait_unit(UNITS[0], lambda unit: int(unit["NRestarts"]) > before and unit["ActiveState"] == "active")
        one.run("systemctl", "stop", UNITS[0])
        self.assertEqual(one.unit(UNITS[0])["ActiveState"], "inactive")

        # A job that is wrong is not tried again.
        one.path("/etc/prelabel/bad.yaml").write_text("name: bad\n")
        one.run("systemctl", "start", "prelabel-coordinator@bad")
        bad = one.wait_unit("prelabel-coordinator@bad", lambda unit: unit["ActiveState"] == "failed")
        self.assertEqual((bad["ExecMainStatus"], bad["NRestarts"]), ("2", "0"))

        one.run("systemctl", "enable", "--now", UNITS[0])
        one.run("dpkg", "--purge", "prelabel", "prelabel-worker")
        self.assertEqual(one.unit(UNITS[0])["ActiveState"], "inactive")
        for gone in ("/usr/bin/prelabel", "/usr/share/prelabel", "/etc/default/prelabel-worker",
                     "/var/cache/prelabel-worker", f"/etc/systemd/system/multi-user.target.wants/{UNITS[0]}"):
            self.assertFalse(os.path.lexists(one.path(gone)), gone)
        self.assertTrue(run.exists(), "a run was deleted")

    def test_three_machines(self):
        """scripts/three_machines.sh, through sshd on each of them."""
        network = self.network(2)
        hosts = {"10.77.0.1": self.machine("coordinator", network.center),
                 "10.77.1.2": self.machine("worker1", network.leaves[0]),
                 "10.77.2.2": self.machine("worker2", network.leaves[1])}
        admin = self.folder / "admin"
        admin.mkdir(mode=0o700)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", admin / "key"], check=True)
        for address, host in hosts.items():
            host.path("/run/sshd").mkdir()
            place = host.path("/run/test")
            place.mkdir(mode=0o700)
            shutil.copy(admin / "key.pub", place / "authorized")
            host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/run/test/host")
            (place / "config").write_text("HostKey /run/test/host\nAuthorizedKeysFile /run/test/authorized\n"
                                          "PermitRootLogin prohibit-password\nStrictModes no\nUsePAM no\n")
            host.run("/usr/sbin/sshd", "-f", "/run/test/config")
        (admin / "ssh").write_text(
            f'#!/bin/sh\nexec /usr/bin/ssh -F /dev/null -i {admin}/key -o StrictHostKeyChecking=no -o LogLevel=ERROR '
            f'-o UserKnownHostsFile={admin}/known -o ConnectionAttempts=10 "$@"\n')
        (admin / "ssh").chmod(0o755)
        job = self.squares(launcher="none", workers=0, listen="tcp://0.0.0.0:5577", transport="stream",
                           keys="/var/lib/prelabel/keys", heartbeat="500ms")
        words = ["ip", "netns", "exec", network.center, support.ROOT / "scripts/three_machines.sh", "--packages",
                 self.packages, "--job", job, "--data", self.srv, "--out", self.folder / "fetched"]
        addresses = [f"root@{address}" for address in hosts]
        for machines in (addresses, addresses[:2]):  # once, and again with one of the workers
            done = subprocess.run([str(word) for word in [*words, *machines]], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=support.PATIENCE,
                                  env=support.environment(PATH=f"{admin}:{os.environ['PATH']}"))
            self.assertEqual(done.returncode, 0, self.both(done))
        fetched = self.folder / "fetched/squares"
        self.check_same_labels((fetched / "labels/coco.json").read_bytes())
        self.assertIn("/report.html", done.stderr)
        center = hosts.pop("10.77.0.1")
        log = [json.loads(line) for line in
               center.path("/var/lib/prelabel/runs/squares/log.jsonl").read_text().splitlines()]
        self.assertEqual({e["host"] for e in log if e["event"] == "worker joined"}, {"worker1", "worker2"})
        for address, host in hosts.items():
            self.assertEqual(host.run("sh", "-c", "ls /srv").stdout, "")
            key = host.path(f"/var/lib/prelabel-worker/{address}/worker.key")
            self.assertEqual(key.stat().st_mode & 0o777, 0o600)
            self.assertFalse(center.path(f"/var/lib/prelabel/keys/{address}").exists())


if __name__ == "__main__":
    cluster.main(reason=missing())
