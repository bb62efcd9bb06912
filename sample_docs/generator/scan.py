"""A digital document as paper: printed, scanned, faxed, photographed. Pages come back as grey pictures."""

from __future__ import annotations

import io
import re

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
DAMAGES = ("scan300", "scan200", "scan150", "fax", "photo", "turned")


def pages_of(pdf: bytes, dpi: int) -> list[Picture]:
    document = pypdfium2.PdfDocument(pdf)
    return [np.array(page.render(scale=dpi / 72).to_pil().convert("L")) for page in document]


def damaged(pdf: bytes, damage: str, seed: int) -> list[Picture]:
    """``damage`` is one of ``DAMAGES``; the same seed gives the same pages."""
    rng = np.random.default_rng(seed)
    dpi = {"scan300": 300, "scan200": 200, "scan150": 150, "fax": 204, "photo": 220, "turned": 250}[damage]
    return [_damage(page, damage, rng) for page in pages_of(pdf, dpi)]


def _damage(page: Picture, damage: str, rng: np.random.Generator) -> Picture:
    if damage == "fax":
        return _fax(page)
    if damage == "photo":
        return _photo(page, rng)
    page = _skewed(page, float(rng.uniform(-1.2, 1.2)))
    page = _noisy(np.asarray(cv2.GaussianBlur(page, (3, 3), 0), np.uint8), rng, 6)
    return np.ascontiguousarray(np.rot90(page, int(rng.integers(1, 4)))) if damage == "turned" else page


def _skewed(page: Picture, degrees: float) -> Picture:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=255), np.uint8)


def _noisy(page: Picture, rng: np.random.Generator, strength: float) -> Picture:
    return np.clip(page + rng.normal(0, strength, page.shape), 0, 255).astype(np.uint8)


def _fax(page: Picture) -> Picture:
    """204 × 98 dpi, black and white (ITU-T T.4 standard resolution), given back at equal resolution."""
    height, width = page.shape
    small = cv2.resize(page, (width, height * 98 // 204), interpolation=cv2.INTER_AREA)
    bitonal = ((small > 170) * 255).astype(np.uint8)
    return np.asarray(cv2.resize(bitonal, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _photo(page: Picture, rng: np.random.Generator) -> Picture:
    """Perspective, a shadow from one side, a dark table around the paper, JPEG."""
    height, width = page.shape
    shift = 0.03 * width
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners * 0.92 + 0.04 * np.array([width, height], np.float32)
    moved += rng.uniform(-shift, shift, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    warped = cv2.warpPerspective(page, matrix, (width, height), borderValue=70)
    shade = np.linspace(1.0, 0.68, width)[None, :] * np.linspace(0.97, 1.0, height)[:, None]
    lit = _noisy((warped * shade).astype(np.uint8), rng, 5)
    _, jpeg = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, 72])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), np.uint8)


def as_pdf(pages: list[Picture], dpi: int = 200) -> bytes:
    """Pictures only, no text."""
    return _saved(pages, "PDF", dpi)


def as_tiff(pages: list[Picture], dpi: int = 200) -> bytes:
    return _saved(pages, "TIFF", dpi, compression="tiff_lzw")


def as_png(pages: list[Picture], dpi: int = 200) -> bytes:
    return _saved(pages[:1], "PNG", dpi)


def as_jpeg(pages: list[Picture], dpi: int = 200) -> bytes:
    return _saved(pages[:1], "JPEG", dpi, quality=60)


def _saved(pages: list[Picture], kind: str, dpi: int, **options: object) -> bytes:
    first, *rest = [Image.fromarray(page) for page in pages]
    more = {"save_all": True, "append_images": rest} if kind in ("PDF", "TIFF") else {}
    size = {"resolution": dpi} if kind == "PDF" else {"dpi": (dpi, dpi)}
    out = io.BytesIO()
    first.save(out, kind, **size, **more, **options)
    return _without_dates(out.getvalue()) if kind == "PDF" else out.getvalue()


def _without_dates(pdf: bytes) -> bytes:
    return re.sub(rb"\(D:\d{14}Z\)", b"(D:20261116080000Z)", pdf)
