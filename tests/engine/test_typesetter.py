"""Typst in a process of its own: the same outlines, the same errors, and no threads here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from mlanim.engine.playback.typesetter import Typesetter
from mlanim.engine.workers import processes
from mlanim.stage.text import typesetting

pytestmark = pytest.mark.skipif(not processes.FORKS, reason="nothing is forked here")

FRESH = """
import os
import sys

from mlanim.engine.workers.processes import is_alone
from mlanim.engine.playback.typesetter import Typesetter
from mlanim.stage.text.typesetting import typeset

assert is_alone()
typesetter = Typesetter()
there = typeset("a $x^2$")
assert is_alone()
child = os.fork()
if child == 0:
    typesetter.leave()
    os._exit(len(typeset("a $x^3$").outlines))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == len(there.outlines)
typesetter.close()
typeset("b")
assert not is_alone()
"""


def test_whoever_has_text_set_elsewhere_can_be_forked_and_a_fork_sets_its_own() -> None:
    environment = {**os.environ, **processes.REPEATABLE}
    done = subprocess.run(
        [sys.executable, "-c", FRESH], env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def outlines(body: str) -> bytes:
    """The curves of a piece of text that is set anew."""
    typesetting._typeset.cache_clear()
    return b"".join(outline.curves.tobytes() for outline in typesetting.typeset(body).outlines)


def test_outlines_and_errors_are_those_of_typst_here() -> None:
    here = outlines("one $x/y$")
    typesetter = Typesetter()
    try:
        assert outlines("one $x/y$") == here
        with pytest.raises(ValueError, match="Typst cannot set '#nothing': unknown variable"):
            typesetting.typeset("#nothing")
        assert outlines("one $x/y$") == here
        os.kill(typesetter._process, signal.SIGKILL)
        assert outlines("one $x/y$") == here
    finally:
        typesetter.close()
    assert typesetting._compile is typesetting.compile_here
