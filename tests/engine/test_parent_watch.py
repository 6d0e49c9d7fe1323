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
