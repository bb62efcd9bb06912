"""The real page over a real workspace: mails polled, read and decided, three users, a browser that keeps cookies."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import steps, wiring
from flows.processing import process_all
from flows.review import desk_of
from flows.settings import load_settings
from review.app import create_app
from review.desk import Desk
from review.passwords import hashed
from store import Role

PASSWORD = "correct horse battery staple"
AT = "http://127.0.0.1:8765"
PEOPLE = {"rita": Role.REVIEWER, "otto": Role.APPROVER, "fina": Role.FINANCE, "adam": Role.ADMIN}
XSS = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
CHEAP = order_text(NORDWIND, "PO-7003", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])
STRANGE = order_text(HARBOUR, "PO-7005", [NUTS, ("ZZ-9", "<b>UNOBTAINIUM</b>", 1, "0.50")])
FILE_NAME = "a<img src=x onerror=alert(4)>.txt"
FALSE_REPLY = b"Reply-To: einkauf@nordwlnd.example\n"
MAILS = {
    "1.eml": mail(NORDWIND, "Order", CHEAP),
    "2.eml": mail(HARBOUR, XSS, "Please <script>alert(3)</script> deliver.", (FILE_NAME, STRANGE)),
    "3.eml": b"Content-Type: application/pdf\r\n\r\n%PDF-1.4 broken",
    "4.eml": FALSE_REPLY + mail(NORDWIND, "Order", order_text(NORDWIND, "PO-7099", [BOLTS])),
}  # fmt: skip


class Browser:
    """Sends what a browser sends: cookies, Origin, the form's token."""

    def __init__(self, app: FastAPI, address: str = "10.0.0.1") -> None:
        self.http = TestClient(app, base_url=AT, follow_redirects=False, client=(address, 50000))

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.http.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def post(self, path: str, form: str, **values: str) -> Any:
        """``form`` is the page on which the form stands."""
        return self.http.post(path, data={"csrf": self.token(form), **values}, headers={"Origin": AT})

    def settle(self, path: str, how: str = "document", **values: str) -> Any:
        """Answers every mismatch of the case as it is shown now."""
        shown = self.http.get(path).text
        said = {name: html.unescape(value) for name, value in re.findall(r'name="(m-\d+)" value="([^"]*)"', shown)}
        answers = {name.replace("m-", "how-"): how for name in said}
        version = re.findall(r'name="version" value="([0-9a-f]{64})"', shown)[0]
        return self.post(f"{path}/settle", path, **({"version": version} | said | answers | values))

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        return self.post("/sign-in", "/sign-in", name=name, password=password, to="/queue")


def worked_off(at: Path, mails: dict[str, bytes]) -> Path:
    """A new workspace with the cases of some mails, and the people who may decide them."""
    folder = make_workspace(at, mails)
    settings = load_settings(folder)
    with wiring.workspace_parts(settings) as parts:
        ready = replace(parts, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        steps.sync_erp(ready)
        steps.poll(ready)
        process_all(ready)
        for name, role in PEOPLE.items():
            parts.store.people.add(name, role, hashed(PASSWORD), "root")
    return folder


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with its cases, read once."""
    return worked_off(tmp_path_factory.mktemp("review") / "w", MAILS)


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(template, tmp_path / "w")
    with desk_of(load_settings(tmp_path / "w")) as opened:
        yield opened


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk)


@pytest.fixture
def visitor(app: FastAPI) -> Callable[[str], Browser]:
    """Somebody who is signed in."""

    def enter(name: str) -> Browser:
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        return browser

    return enter


@pytest.fixture
def case_of(desk: Desk) -> Callable[[str | None], str]:
    def find(po: str | None) -> str:
        (found,) = [c.case_id for c in desk.store.cases(None) if c.po_number == po]
        return found

    return find
