"""A Slurm cluster of this one machine: munged, slurmctld and several slurmd with a configuration, a
key, sockets and ports of their own, all in one folder. A Slurm or munge of the system is neither
needed nor disturbed. Needs root, as slurmd does."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

PATIENCE = 30  # seconds until the cluster must have come up
# Daemons are in /usr/sbin, which is not on everybody's PATH.
DAEMONS = {name: shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
           for name in ("munged", "slurmctld", "slurmd")}


def missing():
    """Why there can be none here, or None."""
    programs = {**DAEMONS, **{name: shutil.which(name) for name in ("sbatch", "squeue", "scancel")}}
    for name, path in programs.items():
        if path is None:
            return f"{name} is not installed; scripts/setup.sh --dev does it"
    if os.geteuid() != 0:
        return "slurmd needs root"
    return None


class SlurmCluster:
    """`ports`: one more than nodes. Commands find the cluster by `env`."""

    def __init__(self, folder, ports):
        self.folder = folder
        self.processes = []
        self.env = {"SLURM_CONF": str(folder / "slurm.conf")}
        nodes = [f"n{i}" for i in range(1, len(ports))]
        for name in ("state", "munge", *(f"spool-{node}" for node in nodes)):
            (folder / name).mkdir(parents=True, mode=0o755)
        key = folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        host = socket.gethostname()
        rows = [f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 "
                "RealMemory=1000" for node, port in zip(nodes, ports[1:])]
        (folder / "slurm.conf").write_text("\n".join([
            "ClusterName=prelabel",
            f"SlurmctldHost={host}(127.0.0.1)",
            f"SlurmctldPort={ports[0]}",
            "SlurmUser=root",
            "AuthType=auth/munge",
            f"AuthInfo=socket={folder}/munge/socket",
            "CredType=cred/munge",
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "SelectType=select/cons_tres",
            "JobAcctGatherType=jobacct_gather/none",
            "AccountingStorageType=accounting_storage/none",
            f"StateSaveLocation={folder}/state",
            f"SlurmdSpoolDir={folder}/spool-%n",
            f"SlurmctldPidFile={folder}/slurmctld.pid",
            f"SlurmdPidFile={folder}/slurmd-%n.pid",
            "SlurmdParameters=config_overrides",  # more nodes than this machine has cores
            "SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2",
            "MailProg=/bin/true",
            "KillWait=10",
            "ReturnToService=2",
            *rows,
            "PartitionName=work Nodes=ALL Default=YES State=UP", ""]))
        try:
            self._start("munged", "--foreground", f"--key-file={key}",
                        f"--socket={folder}/munge/socket", f"--pid-file={folder}/munge/pid",
                        f"--log-file={folder}/munge/log", f"--seed-file={folder}/munge/seed")
            self._wait("munge answers", lambda: (folder / "munge/socket").exists())
            self._start("slurmctld", "-D", "-c", "-f", self.env["SLURM_CONF"])
            for node in nodes:
                self._start("slurmd", "-D", "-N", node, "-f", self.env["SLURM_CONF"], log=node)
            self._wait("all nodes are idle", lambda: self.run(
                "sinfo", "--noheader", "--Node", "--format=%T", fails=True).split()
                == ["idle"] * len(nodes))
        except BaseException:
            self.stop()
            raise

    def _start(self, name, *arguments, log=""):
        with open(self.folder / f"{name}{log}.txt", "wb") as out:
            self.processes.append(subprocess.Popen(
                [DAEMONS[name], *arguments], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env}))

    def _wait(self, what, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                logs = "\n".join(f"--- {path.name}\n{path.read_text()[-1500:]}"
                                 for path in sorted(self.folder.glob("*.txt")))
                raise AssertionError(f"waited in vain: {what}\n{logs}")
            time.sleep(0.05)

    def run(self, *command, fails=False):
        """What one of Slurm's commands says. `fails`: it may fail, with nothing said."""
        done = subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE,
                              env={**os.environ, **self.env})
        if done.returncode != 0 and not fails:
            raise AssertionError(f"{command}: {done.stderr}")
        return done.stdout if done.returncode == 0 else ""

    def jobs(self, state="all"):
        """[(id, name, state)] of the jobs in this state."""
        rows = self.run("squeue", "--noheader", "--array", f"--states={state}",
                        "--format=%i|%j|%T").split()
        return [tuple(row.split("|")) for row in rows]

    def stop(self):
        """Ends all jobs, whose steps would outlive the daemons, and then these."""
        self.run("scancel", f"--user={os.getuid()}", fails=True)
        with contextlib.suppress(AssertionError):
            self._wait("no job is left", lambda: self.run("squeue", "--noheader", fails=True) == "")
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()
                process.wait()
