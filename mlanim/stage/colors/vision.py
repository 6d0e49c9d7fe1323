"""How far apart two colours are for the eye, also for an eye that is blind to some of them.

Distances are in CAM02-UCS (Luo, Cui and Li 2006), the uniform space of CIECAM02 (CIE 159:2004),
seen as sRGB is meant to be: D65, an average surround, 64 lux. Colour blindness is that of Machado,
Oliveira and Fernandes (2009), at its full strength.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

import numpy as np

from mlanim.stage.colors.palette import hex_to_rgb, linear_light

BLINDNESS: Final[Mapping[str, np.ndarray]] = MappingProxyType(
    {
        "full colour vision": np.eye(3),
        "protanopia": np.array(
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        ),
        "deuteranopia": np.array(
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ]
        ),
        "tritanopia": np.array(
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ]
        ),
    }
)
"""For each kind, what it makes of linear sRGB."""

_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
_HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0, 0, 1]])
_WHITE = np.array([95.047, 100.0, 108.883])
_ADAPTING = 64 / np.pi / 5  # luminance of the adapting field, cd/m²
_INDUCTION = 0.2  # n: the background's luminance over the white's
_SURROUND, _CHROMATIC = 0.69, 1.0  # c and N_c of an average surround


def seen_with(colors: np.ndarray, kind: str) -> np.ndarray:
    """sRGB in 0..1 (..., 3) as linear light, as an eye of that kind sees it, in 0..1."""
    return np.clip(linear_light(colors) @ BLINDNESS[kind].T, 0, 1)


def uniform(linear: np.ndarray) -> np.ndarray:
    """Linear sRGB (..., 3) in CAM02-UCS: lightness J', and a', b' (..., 3)."""
    lightness, colourfulness, hue = _appearance(linear)
    j = 1.7 * lightness / (1 + 0.007 * lightness)
    m = np.log1p(0.0228 * colourfulness) / 0.0228
    return np.stack([j, m * np.cos(hue), m * np.sin(hue)], axis=-1)


def closest(colors: Mapping[str, str]) -> tuple[float, str, str, str]:
    """The two of several hex colours that are hardest to tell apart.

    Returns:
        Their distance in CAM02-UCS, their names, and the kind of eye for which it is so.
    """
    rgb = np.array([hex_to_rgb(value) for value in colors.values()])
    found = []
    for kind in BLINDNESS:
        places = uniform(seen_with(rgb, kind))
        for (i, first), (j, second) in combinations(enumerate(colors), 2):
            found.append((float(np.linalg.norm(places[i] - places[j])), first, second, kind))
    return min(found)


def _appearance(linear: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CIECAM02's lightness J, colourfulness M and hue angle in radians."""
    k = 1 / (5 * _ADAPTING + 1)
    level = 0.2 * k**4 * 5 * _ADAPTING + 0.1 * (1 - k**4) ** 2 * (5 * _ADAPTING) ** (1 / 3)
    red, green, blue = np.moveaxis(_responses(100 * linear @ _TO_XYZ.T, level), -1, 0)
    white = _responses(_WHITE, level)
    a, b = red - 12 * green / 11 + blue / 11, (red + green - 2 * blue) / 9
    hue = np.arctan2(b, a)
    achromatic = 2 * red + green + blue / 20 - 0.305
    of_white = 2 * white[0] + white[1] + white[2] / 20 - 0.305
    base = 1.48 + np.sqrt(_INDUCTION)
    lightness = 100 * np.maximum(achromatic / of_white, 0) ** (_SURROUND * base)
    induced = 0.725 * (1 / _INDUCTION) ** 0.2
    eccentricity = (np.cos(hue + 2) + 3.8) / 4
    share = 50000 / 13 * _CHROMATIC * induced * eccentricity * np.hypot(a, b)
    t = share / (red + green + 21 * blue / 20)
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**_INDUCTION) ** 0.73
    return lightness, chroma * level**0.25, hue


def _responses(xyz: np.ndarray, level: float) -> np.ndarray:
    """The compressed responses of the three cones to XYZ (..., 3), adapted to the white."""
    degree = 1 - np.exp((-_ADAPTING - 42) / 92) / 3.6
    white = _WHITE @ _CAT02.T
    adapted = (xyz @ _CAT02.T) * (degree * 100 / white + 1 - degree)
    cones = adapted @ np.linalg.inv(_CAT02).T @ _HPE.T
    strength = (level * np.abs(cones) / 100) ** 0.42
    return np.sign(cones) * 400 * strength / (27.13 + strength) + 0.1
