"""Pixel arrays to PNG bytes."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def png_bytes(pixels: np.ndarray, transparent: bool = False) -> bytes:
    """RGBA pixels (rows, columns, 4) as a PNG; premultiplied colours are made straight."""
    buffer = io.BytesIO()
    if transparent:
        premultiplied = Image.frombytes("RGBa", pixels.shape[1::-1], pixels.tobytes())
        premultiplied.convert("RGBA").save(buffer, "PNG")
    else:
        Image.fromarray(np.ascontiguousarray(pixels[..., :3])).save(buffer, "PNG")
    return buffer.getvalue()
