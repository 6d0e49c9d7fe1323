"""What a process leaves when the one that started it is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WRITES_ON = """
import os, sys
from pathlib import Path
from mlanim.engine.workers.parent_watch import end_with_parent
from mlanim.engine.jobs.outputs import remove_leftovers
folder, process = Path(sys.argv[1]), os.getpid()
end_with_parent(lambda: remove_leftovers(folder, process))
print("writes", flush=True)
number = 0
while True:
    number += 1
    (folder / f".mlanim-{process}-{number % 50}").write_bytes(b"half")
"""

SEEKS_A_FOLDER = """
import tempfile, time
from mlanim.engine.playback import scratch
from mlanim.engine.workers.parent_watch import end_with_parent
end_with_parent(scratch.remove)
with tempfile._once_lock:
    print("seeks", flush=True)
    time.sleep(600)
"""


def test_nothing_is_left_by_a_process_that_writes_until_it_ends(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", WRITES_ON, str(tmp_path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "writes\n"
        process.stdin.close()
        assert process.stdout.read() == ""
    assert process.returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_a_process_ends_while_it_looks_for_the_temporary_folder() -> None:
    """What is left to be done is done by a fork, which has the locks but not who holds them."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", SEEKS_A_FOLDER]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "seeks\n"
        assert process.communicate(timeout=20) == ("", None)
    assert process.returncode == 3
