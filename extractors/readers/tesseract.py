"""One call of Tesseract: a picture in, words with pixel boxes and confidences out.

The library (tesserocr) is used where its wheel is installed: a language is loaded once a process, and pictures need no
files. The program (pytesseract) does the same elsewhere. Both give the same table of words.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import pytesseract

from extractors.readers.cleaning import Picture
from pipeline.errors import DocumentError

KNOWN = ("eng", "deu", "fra", "spa", "pol", "nld", "por", "ita")
SECONDS = 90  # one call may take; a page needs two
DPI = 300  # told to Tesseract of every picture: letters are brought to that size before
_LOADED = 3  # languages kept in memory, some 20 MB each
_FOLDER = re.compile(r'languages in "(.+)"')

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # more threads make a page five times slower; read when it is loaded


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word as Tesseract saw it: pixels from the top left, confidence 0 to 1, and its place in the page's order."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    line: tuple[int, int, int] = (0, 0, 0)
    again: str | None = None  # the second reading, where it differs


class Engine(Protocol):
    """``version`` changes whenever the same picture may give other words."""

    version: str

    def table(self, picture: Picture, languages: str, mode: int, allowed: str) -> str:
        """Tesseract's TSV. Raises ``RuntimeError`` or ``OSError``."""
        ...


class Program:
    """Runs ``tesseract`` for every picture."""

    def __init__(self) -> None:
        self.version = str(pytesseract.get_tesseract_version())

    def table(self, picture: Picture, languages: str, mode: int, allowed: str) -> str:
        config = f"--psm {mode} --dpi {DPI}" + (f" -c tessedit_char_whitelist={allowed}" if allowed else "")
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            path = Path(folder) / "page.pgm"  # a file spares pytesseract's slow PNG; PGM spares the compression
            cv2.imwrite(str(path), picture)
            return str(
                pytesseract.image_to_data(
                    str(path), lang=languages, config=config, timeout=SECONDS, output_type=pytesseract.Output.STRING
                )
            )


class Library:
    """Calls libtesseract in this process, with the language data of ``folder``. A crash is the child process's."""

    def __init__(self, folder: str) -> None:
        import tesserocr

        self.version = f"library {tesserocr.tesseract_version().split()[1]}"
        self._lock = threading.Lock()  # an API object holds one picture
        self._api = functools.lru_cache(maxsize=_LOADED)(
            lambda languages: tesserocr.PyTessBaseAPI(path=folder, lang=languages, oem=tesserocr.OEM.LSTM_ONLY)
        )

    def table(self, picture: Picture, languages: str, mode: int, allowed: str) -> str:
        grey = np.ascontiguousarray(picture)
        height, width = grey.shape
        with self._lock:
            api = self._api(languages)
            api.SetPageSegMode(mode)
            api.SetVariable("tessedit_char_whitelist", allowed)
            api.SetImageBytes(grey.tobytes(), width, height, 1, width)
            api.SetSourceResolution(DPI)
            try:
                if not api.Recognize(SECONDS * 1000):
                    raise RuntimeError(f"Tesseract gave up, or took longer than {SECONDS} seconds")
                return str(api.GetTSVText(0))
            finally:
                api.Clear()
                api.ClearAdaptiveClassifier()  # no page is read by what was learned of another


@functools.cache
def _data() -> tuple[str | None, frozenset[str]]:
    """The folder Tesseract takes its languages from (None: it does not say), and their names."""
    program = shutil.which("tesseract")
    if program is None:
        raise DocumentError(
            "scanned pages cannot be read: Tesseract is not installed; install the package tesseract-ocr"
        )
    told = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    folder = _FOLDER.search(told.stdout)
    return folder and folder[1], frozenset(told.stdout.split())


@functools.cache
def installed() -> tuple[str, ...]:
    """Languages we know that are there. Raises ``DocumentError`` naming the package when Tesseract is missing."""
    languages = tuple(name for name in KNOWN if name in _data()[1])
    if not languages:
        raise DocumentError("scanned pages cannot be read: no Tesseract language; install tesseract-ocr-eng")
    return languages


def checked(languages: Sequence[str]) -> tuple[str, ...]:
    """Raises ``DocumentError`` naming the packages of languages that are asked for but not installed."""
    missing = [name for name in languages if name not in installed()]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name}" for name in missing)
        raise DocumentError(f"scanned pages cannot be read: Tesseract lacks {', '.join(missing)}; install {packages}")
    return tuple(languages)


@functools.cache
def engine() -> Engine:
    """The library where it is installed, else the program. Raises ``DocumentError`` without Tesseract's data."""
    folder, _ = _data()
    if folder is not None and importlib.util.find_spec("tesserocr") is not None:
        return Library(folder)
    return Program()


def recognise(picture: Picture, languages: Sequence[str], mode: int, allowed: str = "") -> list[Recognised]:
    """Words of the picture. ``mode`` is Tesseract's page segmentation mode, ``allowed`` the only characters there are
    (empty: all). Raises ``DocumentError``.
    """
    try:
        table = engine().table(picture, "+".join(languages), mode, allowed)
    except (pytesseract.TesseractError, RuntimeError, OSError) as error:
        raise DocumentError(f"the page could not be recognised: {error}") from error
    return [word for row in table.splitlines() if (word := _word(row.split("\t"))) is not None]


def _word(row: list[str]) -> Recognised | None:
    # level page block paragraph line word left top width height confidence text
    if len(row) != 12 or row[0] != "5" or not row[11].strip():
        return None
    left, top, width, height = (int(value) for value in row[6:10])
    line = (int(row[2]), int(row[3]), int(row[4]))
    confidence = min(max(float(row[10]) / 100, 0.0), 1.0)
    return Recognised(row[11].strip(), left, top, left + width, top + height, confidence, line)
