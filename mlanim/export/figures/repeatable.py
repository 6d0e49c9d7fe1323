"""Takes out of Cairo's files what would differ from one run to the next, and what is idle weight.

Cairo numbers an SVG's parts through the life of a process and dates PDF and PostScript.
"""

from __future__ import annotations

import hashlib
import re

FINENESS = 100
"""Steps that a point is divided into in an SVG's paths: one is 3.5 micrometres."""

_NAMED = re.compile(rb'(id="|href="#|url\(#)([A-Za-z-]+\d+(?:-\d+)*)')
_OWN = re.compile(rb'(id="|href="#|url\(#)m(-\d+)')
_COLOR = re.compile(rb"rgb\(([\d.]+)%,\s*([\d.]+)%,\s*([\d.]+)%\)")
_PATH = re.compile(rb' d="([^"]*)"')
_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")
_IDLE = re.compile(
    rb"(?:stroke:none;|fill-opacity:1;|stroke-opacity:1;|fill-rule:nonzero;|stroke-miterlimit:10;"
    rb"|stroke-linecap:butt;|stroke-linejoin:miter;)"
)
_PDF_DATE = re.compile(rb"/(?:CreationDate|ModDate) \([^)]*\)\s*")
_EPS_DATE = re.compile(rb"%%CreationDate:[^\n]*\n")


def repeatable(payload: bytes, format: str) -> bytes:
    """The bytes of a file of Cairo's without anything of the moment in them."""
    if format == "svg":
        return _svg(payload)
    if format == "eps":
        return _EPS_DATE.sub(b"", payload)
    # The table of objects counts bytes, so a date is blanked out and not cut out.
    return _PDF_DATE.sub(lambda match: b" " * len(match.group(0)), payload)


def _svg(payload: bytes) -> bytes:
    """Names counted afresh, colours in hexadecimal, a hundredth of a point in paths."""
    seen: dict[bytes, bytes] = {}

    def rename(match: re.Match[bytes]) -> bytes:
        name = seen.setdefault(match.group(2), b"m-%d" % len(seen))
        return match.group(1) + name

    payload = _NAMED.sub(rename, payload)
    mark = hashlib.sha256(payload).hexdigest()[:6].encode()  # figures on one page stay apart
    payload = _OWN.sub(lambda match: match.group(1) + b"m" + mark + match.group(2), payload)
    payload = _COLOR.sub(_hex, payload)
    payload = _PATH.sub(lambda match: b' d="' + _shorter(match.group(1)) + b'"', payload)
    return _IDLE.sub(b"", payload)


def _hex(match: re.Match[bytes]) -> bytes:
    return b"#%02x%02x%02x" % tuple(round(float(share) * 2.55) for share in match.groups())


def _shorter(path: bytes) -> bytes:
    """A path of Cairo's (absolute M, L, C and Z) in steps from point to point."""
    words: list[str] = []
    x = y = left = bottom = 0
    for command, numbers in _COMMAND.findall(path.decode()):
        places = [round(float(number) * FINENESS) for number in numbers.split()]
        if command == "Z":
            words.append("z")
            x, y = left, bottom
            continue
        steps = [place - (y if i % 2 else x) for i, place in enumerate(places)]
        x, y = places[-2:]
        if command == "M":
            left, bottom = x, y
        if command == "C" and _is_straight(steps):
            command, steps = "L", steps[-2:]
        words.append(command.lower() + _joined(steps))
    while words and words[-1].startswith("m"):  # Cairo leaves the pen where a path was closed
        words.pop()
    return "".join(words).encode()


def _is_straight(steps: list[int]) -> bool:
    """Whether a curve is its chord to within a step: manim draws straight lines as curves."""
    *handles, dx, dy = steps
    within = abs(dx) + abs(dy)
    return all(
        abs(x * dy - y * dx) <= within and 0 <= x * dx + y * dy <= dx * dx + dy * dy
        for x, y in zip(handles[::2], handles[1::2], strict=True)
    )


def _joined(steps: list[int]) -> str:
    """Numbers as SVG reads them, without a space before a minus sign or a zero before a point."""
    texts = [_decimal(step) for step in steps]
    return texts[0] + "".join(text if text[0] == "-" else " " + text for text in texts[1:])


def _decimal(step: int) -> str:
    text = f"{step / FINENESS:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
