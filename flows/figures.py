"""Reports, metrics and pictures for the pages of ``review``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from flows.metrics import exposition
from flows.reporting import make_report
from flows.settings import Settings
from reports.write import files
from store import Store

KEPT_SECONDS = 120.0  # a page and the files it links to are made once


@dataclass(slots=True)
class WorkspaceFigures:
    """The newest report is kept for a while; one is made at a time."""

    store: Store
    settings: Settings
    draw: Callable[[str, int], bytes]
    _kept: dict[tuple[date, date, str], tuple[float, Mapping[str, bytes]]] = field(default_factory=dict)
    _alone: Lock = field(default_factory=Lock)

    def file(self, first: date, last: date, name: str, link: str) -> bytes | None:
        key = (first, last, link)
        with self._alone:
            made = self._kept.get(key)
            if made is None or time.monotonic() - made[0] > KEPT_SECONDS:
                report = make_report(self.store, self.settings, first, last)
                made = (time.monotonic(), files(report, link))
                self._kept.clear()
                self._kept[key] = made
        return made[1].get(name)

    def metrics(self) -> bytes:
        return exposition(self.store, self.settings)

    def picture(self, order_key: str, page: int) -> bytes:
        return self.draw(order_key, page)
