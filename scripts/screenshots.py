"""Takes the pictures of the review page that docs/screenshots shows: python scripts/screenshots.py [FOLDER]

A throw-away workspace over the shipped samples, a reviewer, Chromium from the distribution.
"""

from __future__ import annotations

import io
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from flows import demo
from flows.review import desk_of
from flows.settings import load_settings
from pipeline.model import Source
from review.app import create_app
from review.desk import Desk
from review.passwords import hashed
from store import Role

PASSWORD = "a sentence nobody guesses"  # noqa: S105 - of a workspace that is thrown away
SIZE = {"width": 1366, "height": 768}


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The page at an address of this machine, as long as the block lasts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = uvicorn.Server(uvicorn.Config(create_app(desk), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with demo.workspace(None) as workspace:
        _disagree(workspace / "erp")
        demo.run(workspace, lambda done, _: done)
        with desk_of(load_settings(workspace)) as desk, served(desk) as address, sync_playwright() as playwright:
            desk.store.people.add("rita", Role.ADMIN, hashed(PASSWORD), "screenshots")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{address}/sign-in")
            _keep(page, folder / "sign-in.png")
            page.fill("input[name=name]", "rita")
            page.fill("input[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/queue")
            _keep(page, folder / "queue.png")
            _case(page, desk, address, folder)
            for name in ("keys", "account", "causes", "admin", "reports", "audits", "api/docs"):
                answer = page.goto(f"{address}/{name}")
                if answer is not None and answer.ok:
                    _keep(page, folder / f"{name.replace('/', '-')}.png")
            browser.close()


def _disagree(erp: Path) -> None:
    """So that there is something to see: prices of every other item are others, the customers' numbers are unknown."""
    prices = (erp / "price_list.csv").read_text(encoding="utf-8").splitlines()
    at = prices[0].split(",").index("price")
    for n in range(1, len(prices), 2):
        cells = prices[n].split(",")
        cells[at] = str(round(float(cells[at]) * 1.07, 2))
        prices[n] = ",".join(cells)
    (erp / "price_list.csv").write_text("\n".join(prices) + "\n", encoding="utf-8")
    (erp / "customer_items.csv").unlink(missing_ok=True)


def _case(page: Page, desk: Desk, address: str, folder: Path) -> None:
    """One with something to choose from: most candidates, then most mismatches."""
    cases = [desk.store.case(c.case_id) for c in desk.store.cases()]
    drawn = [c for c in cases if all(e.source is not Source.OCR for e in c.decision.order.evidence)]
    shown = max(
        drawn, key=lambda c: (max([len(x.candidates) for x in c.decision.lines] or [0]), len(c.decision.mismatches))
    )
    page.goto(f"{address}/cases/{shown.case_id}")
    page.wait_for_timeout(1500)
    _keep(page, folder / "case.png")
    page.emulate_media(color_scheme="dark")
    _keep(page, folder / "case-dark.png")
    page.set_viewport_size({"width": 683, "height": 384})
    _keep(page, folder / "case-200-percent.png")
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/cases/{shown.case_id}/lines")
    _keep(page, folder / "lines.png")


def _keep(page: Page, path: Path) -> None:
    """In 32 colours: a quarter of the bytes, and nothing is lost that one looks for."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(32).save(path, optimize=True)
    print(f"{path} ({path.stat().st_size // 1000} kB)")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "screenshots")
