#!/usr/bin/python3
"""Completions and man pages of both programs, in the shells and by the tools that they are for."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import unittest

import support

PROGRAMS = (support.PRELABEL, support.WORKER)

# Calls the function that `complete` has registered, as bash itself would with these words.
BASH = """
source "$1"; name=$2; shift 2
registered=$(complete -p "$name") && read -r _ _ function _ <<<"$registered"
COMP_WORDS=("$name" "$@"); COMP_CWORD=$#
"$function"
printf '%s\\n' "${COMPREPLY[@]}"
"""


class CompletionTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        cls.scripts = {}
        for program in PROGRAMS:
            for shell in ("bash", "zsh", "fish"):
                path = cls.folder / f"{program.name}.{shell}"
                path.write_text(case.prelabel("completion", shell, program=program).stdout)
                cls.scripts[program.name, shell] = path
        cls.data = cls.folder / "data"
        (cls.data / "runs").mkdir(parents=True)
        (cls.data / "rules.yaml").write_text("")

    def runTest(self):
        """Lets setUpClass make an instance."""

    def bash(self, *words, program="prelabel"):
        done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", self.scripts[program, "bash"],
                               program, *words], text=True, capture_output=True, cwd=self.data,
                              timeout=support.PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def fish(self, line, program="prelabel"):
        done = subprocess.run(["fish", "-N", "-c", "source $argv[1]; complete -C $argv[2]",
                               self.scripts[program, "fish"], line], text=True, capture_output=True,
                              cwd=self.data, timeout=support.PATIENCE,
                              env=support.environment(HOME=str(self.folder)))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    def typed(self, command, setup, line, expected):
        """An interactive shell in a terminal; types the line and waits until the text is shown."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.data)
            env = support.environment(HOME=str(self.folder), PS1="READY ", TERM="xterm",
                                      PATH=f"{support.BIN}:{os.environ['PATH']}")
            os.execvpe(command[0], command, env)
        try:
            self.wait(terminal, "READY ")
            os.write(terminal, (setup + "; echo SET''UP\n").encode())
            self.wait(terminal, "SETUP")
            os.write(terminal, line.encode())
            self.wait(terminal, expected)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)

    def wait(self, terminal, text):
        shown = ""
        end = time.monotonic() + 15
        while text not in shown:
            ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
            self.assertTrue(ready, f"waited for {text!r} in vain: {shown!r}")
            shown += os.read(terminal, 4096).decode(errors="replace")
            shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)  # colors and cursors

    def test_bash(self):
        self.assertEqual(self.bash("stat"), ["status"])
        self.assertIn("keygen", self.bash(""))
        self.assertEqual(self.bash("audit", ""), ["sample", "ingest"])
        self.assertEqual(self.bash("status", "--w"), ["--watch", "--worker"])
        for words in (["--output", "q"], ["--output", "=", "q"]):
            self.assertEqual(self.bash("status", *words), ["quiet"])
        self.assertEqual(self.bash("status", "--output", "="), ["text", "json", "quiet"])
        self.assertEqual(self.bash("status", "--state", "idle,q"), ["idle,queued"])
        # A folder is no job, but one may be in it; a file is no run.
        self.assertEqual(self.bash("run", "ru"), ["rules.yaml", "runs"])
        self.assertEqual(self.bash("status", "ru"), ["runs"])
        # What an option takes is no word of the command's own.
        self.assertEqual(self.bash("export", "--format", "status", "ru"), ["runs"])
        self.assertEqual(self.bash("export", "runs", "--format", "coco-"), ["coco-results"])
        self.assertEqual(self.bash("--precision", "f", program="prelabel-worker"), ["fp32", "fp16"])
        self.assertEqual(self.bash("--keys", "ru", program="prelabel-worker"), ["runs"])
        self.assertEqual(self.bash("--keys", "check", "--th", program="prelabel-worker"), [])
        self.assertEqual(self.bash("check", "--th", program="prelabel-worker"), ["--threshold"])

    def test_a_user_of_bash_presses_tab(self):
        self.typed(["bash", "--norc", "-i"], f"source {self.scripts['prelabel', 'bash']}",
                   "prelabel stat\tru\t --wat\t", "prelabel status runs/ --watch ")

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish(self):
        self.assertEqual(self.fish("prelabel stat"), ["status"])
        self.assertEqual(self.fish("prelabel audit "), ["ingest", "sample"])
        self.assertEqual(self.fish("prelabel status --w"), ["--watch", "--worker"])
        self.assertEqual(self.fish("prelabel status --output q"), ["quiet"])
        self.assertEqual(self.fish("prelabel status --output=q"), ["--output=quiet"])
        self.assertEqual(self.fish("prelabel status --state idle,q"), ["idle,queued"])
        self.assertEqual(self.fish("prelabel run ru"), ["rules.yaml", "runs/"])
        self.assertEqual(self.fish("prelabel status ru"), ["runs/"])
        self.assertEqual(self.fish("prelabel export --format status ru"), ["runs/"])
        self.assertEqual(self.fish("prelabel-worker --precision f", "prelabel-worker"),
                         ["fp16", "fp32"])
        self.assertEqual(self.fish("prelabel-worker check --th", "prelabel-worker"),
                         ["--threshold"])

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh(self):
        shell = ["zsh", "-f", "-i"]
        sourced = f"autoload -U compinit; compinit -u -D; source {self.scripts['prelabel', 'zsh']}"
        for line, expected in [
                ("prelabel stat\t", "prelabel status "),
                ("prelabel audit \t", "Draw labels and whole images"),
                ("prelabel status --outp\tq\t", "=quiet "),
                ("prelabel status --state idle,q\t", "idle,queued"),
                ("prelabel run rul\t", "prelabel run rules.yaml"),
                ("prelabel status ru\t", "prelabel status runs/"),
                ("prelabel export --format status ru\t", "--format status runs/")]:
            with self.subTest(line=line):
                self.typed(shell, sourced, line, expected)
        # As a distribution installs it: a folder of $fpath.
        functions = self.folder / "site-functions"
        functions.mkdir()
        shutil.copy(self.scripts["prelabel-worker", "zsh"], functions / "_prelabel-worker")
        self.typed(shell, f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D",
                   "prelabel-worker check --thr\t", "--threshold=")

    def test_examples_of_man_pages_are_commands(self):
        for program in PROGRAMS:
            page = self.prelabel("man", program=program).stdout.replace("\\-", "-")
            examples = page[page.index(".SH EXAMPLES"):].splitlines()
            commands = [words.split() for line in examples if not line.startswith(".")
                        for words in re.split(r" && |[()]", line)
                        if re.match(rf"{program.name} [a-z-]", words)]
            self.assertGreaterEqual(len(commands), 3)
            for command in commands:
                for i, word in enumerate(command):
                    if i == 1 or word.startswith("--"):
                        with self.subTest(command=command):
                            self.assertIn(word, self.bash(*command[1:i], word,
                                                          program=program.name))


class ManPageTest(support.ProgramTest):
    def page(self, program, **env):
        path = self.folder / f"{program.name}.1"
        path.write_text(self.prelabel("man", program=program,
                                      env=support.environment(**env)).stdout)
        return path

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_has_nothing_to_say(self):
        for program in PROGRAMS:
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", self.page(program)],
                                  text=True, capture_output=True, timeout=support.PATIENCE)
            # That the other page is not installed is no fault of this one.
            told = [line for line in done.stdout.splitlines() if "referenced manual" not in line]
            self.assertEqual(told, [])

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_shows_everything(self):
        for program in PROGRAMS:
            done = subprocess.run(["man", "--warnings", "-l", self.page(program)], text=True,
                                  capture_output=True, timeout=support.PATIENCE,
                                  env=support.environment(MANWIDTH="100", LC_ALL="C.UTF-8"))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            shown = re.sub(".\b", "", done.stdout)
            for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS",
                            "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"):
                self.assertIn(f"\n{heading}\n", shown)
            # What --help says of a command, whose text CLI11 writes.
            for command in (["status"], ["audit", "sample"], []) if program.name == "prelabel" else (
                    ["check"], []):
                told = self.prelabel(*command, "--help", program=program).stdout
                for option in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", told, re.MULTILINE):
                    self.assertRegex(shown, rf"\n {{7}}(-\w, )?{option}\b")

    def test_a_page_is_dated_as_its_sources_are(self):
        page = self.page(support.PRELABEL, SOURCE_DATE_EPOCH="1700000000").read_text()
        self.assertRegex(page, r'\n\.TH PRELABEL 1 2023-11-14 "prelabel \d+\.\d+\.\d+" ')


if __name__ == "__main__":
    support.main("" if all(program.exists() for program in PROGRAMS) else
                 "prelabel or prelabel-worker is not built")
