"""Frames reach the other thread whole and in order, and its faults come back."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from mlanim.render.handover import WAITING, Handover


def test_every_frame_arrives_in_order_though_its_pixels_are_drawn_over() -> None:
    taken: list[tuple[int, int]] = []
    pixels = np.zeros((4, 4), np.uint8)
    with Handover(lambda frame, repeat: taken.append((int(frame[0, 0]), repeat))) as hand_over:
        for number in range(50):
            pixels[:] = number
            hand_over(pixels, number % 3 + 1)
    assert taken == [(number, number % 3 + 1) for number in range(50)]
    assert hand_over.last is not None
    assert hand_over.last[0, 0] == 49


def test_drawing_goes_on_while_a_frame_is_taken() -> None:
    drawn, taken = threading.Event(), threading.Event()

    def slow(frame: np.ndarray, repeat: int) -> None:
        assert drawn.wait(30)  # which only comes if handing over does not wait for this
        taken.set()

    with Handover(slow) as hand_over:
        for _ in range(WAITING):
            hand_over(np.zeros(3))
        drawn.set()
    assert taken.is_set()


def test_only_a_few_frames_are_held() -> None:
    held: set[int] = set()
    with Handover(lambda frame, repeat: (held.add(id(frame)), time.sleep(0.001))[0]) as hand_over:
        for number in range(40):
            hand_over(np.full(8, number))
    assert len(held) <= WAITING + 2


def test_a_fault_of_the_taker_is_raised_where_frames_come_from() -> None:
    taken = []

    def failing(frame: np.ndarray, repeat: int) -> None:
        taken.append(frame)
        raise OSError("disk full")

    def draw() -> None:
        with Handover(failing) as hand_over:
            for _ in range(100):
                hand_over(np.zeros(3))

    with pytest.raises(OSError, match="disk full"):
        draw()
    assert len(taken) == 1


def test_a_fault_at_the_last_frame_is_raised_too() -> None:
    def failing(frame: np.ndarray, repeat: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Handover(failing) as hand_over:
        hand_over(np.zeros(3))


def test_after_a_fault_of_the_drawing_nothing_more_is_taken() -> None:
    begun, end = threading.Event(), threading.Event()
    taken = []

    def take(frame: np.ndarray, repeat: int) -> None:
        begun.set()
        assert end.wait(30)
        taken.append(frame)

    def end_once_dropping(hand_over: Handover) -> None:
        while not hand_over._dropping:
            time.sleep(0.001)
        end.set()

    def draw() -> None:
        with Handover(take) as hand_over:
            hand_over(np.zeros(3))
            hand_over(np.zeros(3))
            assert begun.wait(30)
            threading.Thread(target=end_once_dropping, args=(hand_over,)).start()
            raise ValueError("the scene")

    with pytest.raises(ValueError, match="the scene"):
        draw()
    assert len(taken) == 1


def test_frames_may_change_their_shape() -> None:
    shapes = []
    with Handover(lambda frame, repeat: shapes.append(frame.shape)) as hand_over:
        for side in (2, 3, 2):
            hand_over(np.zeros((side, side)))
    assert shapes == [(2, 2), (3, 3), (2, 2)]
