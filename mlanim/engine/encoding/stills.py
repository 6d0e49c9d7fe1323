"""Frames of H.264 that show the one before again, written without an encoder.

A lecture stands still for much of its time, and x264 takes as long for a frame that stands as for
one in which little moves: it looks at every macroblock. That all of them are skipped can be said in
some sixty bytes, which are the same for each such frame but for its number. References are to
ITU-T Rec. H.264 (08/2021).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

STANDING = 24
"""Frames of a picture that stands that x264 gets: it looks at 20 ahead to see how long it will."""

LONG = 90
"""Frames that a picture has to stand for the next one to be encoded without it."""

_START = b"\0\0\0\1"
"""What a NAL unit begins with in a stream of bytes (annex B)."""

_SLICE, _KEY_SLICE, _SPS, _PPS = 1, 5, 7, 8  # types of NAL units
_REFERRED = 2 << 5  # nal_ref_idc
_PLAIN_PROFILES = (66, 77, 88)  # those whose parameters do not speak of chroma
_P = 5  # slice_type: this slice, and all others of the frame
_QP = 51  # any would do, as nothing is coded; this one needs the smallest table below

_RANGES = (
    (16, 20, 23, 27), (15, 19, 22, 25), (14, 18, 21, 24), (14, 17, 20, 23), (13, 16, 19, 22),
    (12, 15, 18, 21), (12, 14, 17, 20), (11, 14, 16, 19), (11, 13, 15, 18), (10, 12, 15, 17),
    (10, 12, 14, 16), (9, 11, 13, 15), (9, 11, 12, 14), (8, 10, 12, 14), (8, 9, 11, 13),
    (7, 9, 11, 12), (7, 9, 10, 12), (7, 8, 10, 11), (6, 8, 9, 11), (6, 7, 9, 10), (6, 7, 8, 9),
)  # fmt: skip
"""rangeTabLPS (table 9-44) of the states 42 to 62 that mb_skip_flag goes through.

Its context has the first of them as a P slice with that QP and a cabac_init_idc of 0 begins.
"""


class Repeater:
    """Writes frames for one stream.

    Args:
        parameters: the stream's parameter sets, as NAL units of annex B.

    Raises:
        ValueError: if frames of the stream are not of the kind that is written here.
    """

    def __init__(self, parameters: bytes):
        units = {unit[0] & 31: unit for unit in _units(parameters)}
        if _SPS not in units or _PPS not in units:
            raise ValueError("There are no parameter sets.")
        self._sequence = _Sequence.of(_Bits(units[_SPS]))
        self._picture = _Picture.of(_Bits(units[_PPS]))

    def after(self, frame: bytes, count: int) -> Iterator[bytes]:
        """Frames that follow another and show it again, `count` of them.

        That one is the last before a key frame or the end, in the order of coding as of showing;
        and frames that come later refer to it.

        Raises:
            ValueError: if they do not.
        """
        if not count:
            return
        unit = next(unit for unit in _units(frame) if unit[0] & 31 in (_SLICE, _KEY_SLICE))
        if not unit[0] >> 5:
            raise ValueError("Nothing refers to that frame.")
        number, order = self._place(unit)
        size = self._sequence.macroblocks
        for index in range(1, count + 1):
            header = self._header(number + index, order + 2 * index)
            yield _START + bytes([_REFERRED | _SLICE]) + escaped(header + all_skipped(size))

    def _place(self, unit: bytes) -> tuple[int, int]:
        """frame_num and pic_order_cnt_lsb of a slice (7.3.3)."""
        bits = _Bits(unit)
        for _ in ("first_mb_in_slice", "slice_type", "pic_parameter_set_id"):
            bits.unsigned()
        number = bits.fixed(self._sequence.number_bits)
        if unit[0] & 31 == _KEY_SLICE:
            bits.unsigned()
        return number, bits.fixed(self._sequence.order_bits)

    def _header(self, number: int, order: int) -> bytes:
        """The header of a slice that is all of a P frame, to which the next one refers."""
        bits = _Writer()
        bits.unsigned(0)  # first_mb_in_slice
        bits.unsigned(_P)
        bits.unsigned(self._picture.id)
        bits.fixed(number, self._sequence.number_bits)
        bits.fixed(order, self._sequence.order_bits)
        if self._picture.orders_fields:
            bits.unsigned(0)  # delta_pic_order_cnt_bottom
        bits.fixed(1, 1)  # num_ref_idx_active_override_flag
        bits.unsigned(0)  # one reference: the frame before
        bits.fixed(0, 1)  # ref_pic_list_modification_flag_l0
        if self._picture.weighs:
            bits.unsigned(0)
            bits.unsigned(0)
            bits.fixed(0, 2)  # by 1, luma and chroma
        bits.fixed(0, 1)  # adaptive_ref_pic_marking_mode_flag
        bits.unsigned(0)  # cabac_init_idc
        bits.signed(_QP - self._picture.qp)
        if self._picture.controls_deblocking:
            bits.unsigned(1)  # none
        return bits.aligned()


@dataclass(frozen=True)
class _Sequence:
    """What is used of a sequence parameter set (7.3.2.1.1)."""

    number_bits: int
    order_bits: int
    macroblocks: int

    @classmethod
    def of(cls, bits: _Bits) -> _Sequence:
        profile = bits.fixed(8)
        bits.fixed(16)
        bits.unsigned()
        if profile not in _PLAIN_PROFILES:
            if bits.unsigned() == 3:
                raise ValueError("Chroma is in planes of its own.")
            bits.unsigned()
            bits.unsigned()
            if bits.fixed(2):
                raise ValueError("There are scaling matrices.")
        number_bits = bits.unsigned() + 4
        if bits.unsigned():
            raise ValueError("The order of frames is told in another way.")
        order_bits = bits.unsigned() + 4
        bits.unsigned()
        bits.fixed(1)
        macroblocks = (bits.unsigned() + 1) * (bits.unsigned() + 1)
        if not bits.fixed(1):
            raise ValueError("Frames are interlaced.")
        return cls(number_bits, order_bits, macroblocks)


@dataclass(frozen=True)
class _Picture:
    """What is used of a picture parameter set (7.3.2.2)."""

    id: int
    orders_fields: int
    weighs: int
    qp: int
    controls_deblocking: int

    @classmethod
    def of(cls, bits: _Bits) -> _Picture:
        number = bits.unsigned()
        bits.unsigned()
        if not bits.fixed(1):
            raise ValueError("There is no arithmetic coding.")
        orders_fields = bits.fixed(1)
        if bits.unsigned():
            raise ValueError("There are groups of slices.")
        bits.unsigned()
        bits.unsigned()
        weighs = bits.fixed(1)
        bits.fixed(2)
        qp = 26 + bits.signed()
        bits.signed()
        bits.signed()
        return cls(number, orders_fields, weighs, qp, bits.fixed(1))


@functools.lru_cache(maxsize=4)
def all_skipped(macroblocks: int) -> bytes:
    """The data of a slice that skips all of so many macroblocks (7.3.4, coded as in 9.3.4).

    Always the likelier symbol is coded, whose interval begins where the whole one does, at 0: until
    the last, each bit that comes out is 0.
    """
    state, width, zeros = 0, 510, 0
    for number in range(1, 2 * macroblocks):
        if number % 2:  # mb_skip_flag of 1
            width -= _RANGES[state][(width >> 6) & 3]
            state = min(state + 1, len(_RANGES) - 1)
        else:  # end_of_slice_flag of 0
            width -= 2
        shift = 9 - width.bit_length()
        width <<= shift
        zeros += shift
    end = (width - 2) | 1  # end_of_slice_flag of 1, in whose last bit is rbsp_stop_one_bit
    return _packed(f"{'0' * zeros}{end:010b}"[1:], "0")  # the first bit is never written


class _Bits:
    """Reads a NAL unit bit by bit, after its first byte."""

    def __init__(self, unit: bytes):
        payload = unit[1:].replace(b"\0\0\3", b"\0\0")
        self._text = f"{int.from_bytes(payload):0{8 * len(payload)}b}"
        self._at = 0

    def fixed(self, count: int) -> int:
        """u(n): a number of so many bits."""
        self._at += count
        return int(self._text[self._at - count : self._at], 2)

    def unsigned(self) -> int:
        """ue(v): a number that is as long as the zeros before it (9.1)."""
        zeros = self._text.index("1", self._at) - self._at
        self._at += zeros
        return self.fixed(zeros + 1) - 1

    def signed(self) -> int:
        """se(v): 1, -1, 2, -2 and so on (9.1.1)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -code // 2


class _Writer:
    """Writes bits."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def fixed(self, number: int, count: int) -> None:
        """The reverse of `_Bits.fixed`, of the number's last bits."""
        self._text.append(f"{number % (1 << count):0{count}b}")

    def unsigned(self, number: int) -> None:
        """The reverse of `_Bits.unsigned`."""
        length = (number + 1).bit_length()
        self.fixed(number + 1, 2 * length - 1)

    def signed(self, number: int) -> None:
        """The reverse of `_Bits.signed`."""
        self.unsigned(2 * number - 1 if number > 0 else -2 * number)

    def aligned(self) -> bytes:
        """All of it, filled up with cabac_alignment_one_bit."""
        return _packed("".join(self._text), "1")


def _packed(bits: str, filling: str) -> bytes:
    """Bits as whole bytes."""
    bits += filling * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def _units(stream: bytes) -> Iterator[bytes]:
    """The NAL units of a stream of bytes (annex B)."""
    for piece in stream.split(b"\0\0\1"):
        if unit := piece.rstrip(b"\0"):
            yield unit


def escaped(payload: bytes) -> bytes:
    """With what keeps a start code from appearing in it (7.4.1.1)."""
    found, zeros = bytearray(), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            found.append(3)
            zeros = 0
        found.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(found)
