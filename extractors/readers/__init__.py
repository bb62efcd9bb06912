"""Readers: every kind of file becomes the same ``Pages`` of words with boxes."""

from __future__ import annotations

from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.registry import read_document

__all__ = ["DEFAULTS", "ReadingOptions", "read_document"]
