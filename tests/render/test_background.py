"""Work behind the one who hands it out is done in order, wholly, or with its own error."""

from __future__ import annotations

import threading

import pytest

from mlanim.render.background import WAITING, Background


def test_does_all_in_order() -> None:
    done: list[int] = []
    behind = Background(done.append)
    for piece in range(50):
        behind.put(piece)
    behind.finish()
    assert done == list(range(50))


def test_takes_no_more_than_may_wait() -> None:
    gate, taken = threading.Event(), []
    behind: Background[int] = Background(lambda piece: gate.wait(60) or None)

    def fill() -> None:
        for piece in range(WAITING + 3):
            behind.put(piece)
            taken.append(piece)

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    filling.join(0.3)
    assert filling.is_alive()
    assert len(taken) <= WAITING + 1  # one is being worked on
    gate.set()
    filling.join(60)
    behind.finish()
    assert len(taken) == WAITING + 3


def test_what_goes_wrong_comes_out_and_nothing_hangs() -> None:
    done: list[int] = []

    def work(piece: int) -> None:
        if piece == 3:
            raise ZeroDivisionError("at three")
        done.append(piece)

    behind = Background(work)

    def all_of_it() -> None:
        for piece in range(30):
            behind.put(piece)
        behind.finish()

    with pytest.raises(ZeroDivisionError, match="at three"):
        all_of_it()
    assert done == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        behind.finish()
    behind.drop()


def test_what_is_dropped_is_not_done() -> None:
    gate, done = threading.Event(), []

    def work(piece: int) -> None:
        gate.wait(60)
        done.append(piece)

    behind = Background(work)
    behind.put(0)
    behind.put(1)
    threading.Timer(0.1, gate.set).start()
    behind.drop()
    assert len(done) <= 1
    assert not behind._thread.is_alive()
