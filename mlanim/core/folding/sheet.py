"""A sheet of paper: a mesh over a square whose faces each lie inside one linear region.

The mesh is a square grid cut along every crease of a network. So no face is bent by the network:
moving a face's corners moves all of it, exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.relu.polygons import area, centroid, pieces

WELD = 1e-9


@dataclass(frozen=True)
class Sheet:
    """V vertices, F convex faces and T triangles over [-half_width, half_width]^2.

    vertices: (V, 2)
    faces: (F, K) vertex indices in order; a face with fewer than K repeats its last one
    corners: (F,) how many are its own      areas: (F,)      centroids: (F, 2)
    squares: (F, 2) column and row, from the lower left, of the grid square that the face is part of
    cells: (F,) which of the polygons that the sheet was cut from it lies in
    triangles: (T, 3) vertex indices; triangle_faces: (T,) the face that each is part of
    """

    half_width: float
    vertices: np.ndarray
    faces: np.ndarray
    corners: np.ndarray
    areas: np.ndarray
    centroids: np.ndarray
    squares: np.ndarray
    cells: np.ndarray
    triangles: np.ndarray
    triangle_faces: np.ndarray


def _grid_parts(polygons: np.ndarray, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of convex polygons (C, K, 2) between vertical and horizontal lines, and whose."""
    owner = np.arange(len(polygons))
    for axis in (0, 1):
        across = np.zeros((len(lines), len(polygons), 3))
        across[..., axis], across[..., 2] = 1.0, -lines[:, None]
        polygons, part = pieces(polygons, across)
        owner = owner[part]
    return polygons, owner


def _weld(polygons: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Shared vertices (V, 2) of polygons, and each polygon's indices without repeats."""
    corners = polygons.reshape(-1, 2)
    keys = np.round(corners / WELD).astype(np.int64)
    _, first, index = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    faces = index.reshape(polygons.shape[:2])
    return corners[first], [face[face != np.roll(face, -1)] for face in faces]


def _fan(faces: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (T, 3) that fan out from each face's first corner, and their faces (T,)."""
    triangles = [(f[0], f[i], f[i + 1]) for f in faces for i in range(1, len(f) - 1)]
    owners = [k for k, f in enumerate(faces) for _ in range(1, len(f) - 1)]
    return np.array(triangles, dtype=np.int64), np.array(owners, dtype=np.int64)


def cut_sheet(polygons: np.ndarray, half_width: float, grid: int) -> Sheet:
    """Cuts polygons (C, K, 2) that tile [-half_width, half_width]^2 by grid x grid squares."""
    lines = np.linspace(-half_width, half_width, grid + 1)
    parts, cells = _grid_parts(polygons, lines[1:-1])
    vertices, faces = _weld(parts)
    kept = [k for k, face in enumerate(faces) if len(face) > 2]
    faces = [faces[k] for k in kept]
    triangles, owners = _fan(faces)
    longest = max(len(face) for face in faces)
    centroids = np.array([centroid(vertices[face]) for face in faces])
    return Sheet(
        half_width=half_width,
        vertices=vertices,
        faces=np.array([face[np.minimum(np.arange(longest), len(face) - 1)] for face in faces]),
        corners=np.array([len(face) for face in faces]),
        areas=np.array([area(vertices[face]) for face in faces]),
        centroids=centroids,
        squares=np.searchsorted(lines, centroids.ravel()).reshape(-1, 2) - 1,
        cells=cells[kept],
        triangles=triangles,
        triangle_faces=owners,
    )


def spread(sheet: Sheet, images: np.ndarray) -> np.ndarray:
    """The covariance (n, n) of a point that falls evenly on the sheet, once the sheet has moved.

    images: (V, n) where the vertices are now. Exact, since every triangle has moved affinely: over
    a triangle with corners a, b, c and s = a + b + c, the mean of y y^T is
    (a a^T + b b^T + c c^T + s s^T) / 12.
    """
    flat = sheet.vertices[sheet.triangles]
    (x1, y1), (x2, y2) = (flat[:, 1] - flat[:, 0]).T, (flat[:, 2] - flat[:, 0]).T
    shares = np.abs(x1 * y2 - x2 * y1)
    shares /= shares.sum()
    corners = (images - images.mean(axis=0))[sheet.triangles]  # (T, 3, n)
    total = corners.sum(axis=1)
    mean = shares @ total / 3
    squares = np.einsum("t,tci,tcj->ij", shares, corners, corners)
    squares += np.einsum("t,ti,tj->ij", shares, total, total)
    return squares / 12 - np.outer(mean, mean)
