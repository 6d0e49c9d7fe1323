"""Pixel arrays to PNG bytes."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

PACKED = 4
"""How hard zlib tries, 0 to 9: beyond it drawings get a hundredth smaller in a third more time."""


def png_bytes(pixels: np.ndarray, transparent: bool = False) -> bytes:
    """RGBA pixels (rows, columns, 4) as a PNG; premultiplied colours are made straight."""
    buffer = io.BytesIO()
    if transparent:
        premultiplied = Image.frombytes("RGBa", pixels.shape[1::-1], pixels.tobytes())
        picture = premultiplied.convert("RGBA")
    else:
        picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    picture.save(buffer, "PNG", compress_level=PACKED)
    return buffer.getvalue()
