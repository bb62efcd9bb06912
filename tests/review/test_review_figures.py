"""Reports, metrics and blind audits in the browser: seen by whom they are for, and blind means blind."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from intake_workspace import BOLTS, HARBOUR, NUTS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import steps, wiring
from flows.processing import process_all
from flows.review import desk_of
from flows.settings import load_settings
from review.app import create_app
from review.desk import Desk
from review.guard import token_hash
from review.passwords import hashed
from store import Role
from store.audits import Rates
from tests.review.conftest import AT, PASSWORD, PEOPLE, Browser

MAILS = {"1.eml": mail(HARBOUR, "Order", order_text(HARBOUR, "PO-7001", [BOLTS, NUTS]))}
Visitor = Callable[[str], Browser]


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Desk]:
    """One untouched order, drawn for an audit."""
    settings = load_settings(make_workspace(tmp_path / "a", MAILS))
    with wiring.workspace_parts(settings) as parts:
        ready = replace(parts, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        steps.sync_erp(ready)
        steps.poll(ready)
        process_all(ready)
        for name, role in PEOPLE.items():
            parts.store.people.add(name, role, hashed(PASSWORD), "root")
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        assert parts.store.reporting.sample_audits(Rates(1.0), tomorrow) == 1
    with desk_of(settings) as desk:
        yield desk


def signed_in(desk: Desk, name: str) -> Browser:
    browser = Browser(create_app(desk))
    assert browser.sign_in(name).status_code == 303
    return browser


def test_a_report_is_shown_and_its_files_are_given(visitor: Visitor) -> None:
    browser = visitor("fina")
    today = datetime.now(UTC).date().isoformat()
    assert f"/reports/{today}" in browser.http.get("/reports").text or "this month" in browser.http.get("/reports").text
    place = browser.http.get(f"/reports?from={today}&to={today}").headers["location"]
    answer = browser.http.get(place)
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"], "or the page has no styles"
    assert "script-src" not in answer.headers["content-security-policy"] and "Touchless rate" in answer.text
    assert re.search(rf'href="{AT}/cases/\w+"', answer.text), "figures lead to their cases"
    table = browser.http.get(place.replace("report.html", "pareto.csv"))
    assert table.headers["content-disposition"] == 'attachment; filename="pareto.csv"' and "wrong_price" in table.text
    assert browser.http.get(place.replace("report.html", "report.xlsx")).content[:2] == b"PK"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/2026-11-01/2026-11-02/none.csv", 404),
        ("/reports/2026-11-01/2026-11-02/..%2Freport.html", 404),
        ("/reports/2026-11-02/2026-11-01/report.html", 422),
        ("/reports/1990-01-01/2026-11-01/report.html", 422),
        ("/reports/x/y/report.html", 422),
        ("/reports?from=x&to=y", 422),
    ],
)
def test_what_is_no_report(visitor: Visitor, path: str, status: int) -> None:
    assert visitor("fina").http.get(path).status_code == status


def test_metrics_count_what_is_in_the_database(visitor: Visitor) -> None:
    text = visitor("fina").http.get("/metrics").text
    assert 'po_intake_cases{state="open"} 4.0' in text
    assert 'po_intake_open_cases{code="wrong_price"} 1.0' in text
    assert re.search(r'po_intake_orders_decided_total\{channel="text",verdict="review"\} \d', text)
    assert "po_intake_bookkeeping_faults 0.0" in text and "po_intake_oldest_case_seconds" in text


def test_prometheus_comes_with_a_token(desk: Desk) -> None:
    app = create_app(desk)
    desk.store.people.add("prometheus", Role.FINANCE, "", "root")
    for scopes, status in ((("reports",), 200), (("view",), 403)):
        token = "pit_" + scopes[0] * 10
        about = desk.store.tokens.issue("prometheus", token_hash(token), "", scopes, timedelta(days=1), "root")
        program = TestClient(app, base_url=AT, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)
        assert program.get("/metrics").status_code == status
        assert program.get("/reports").status_code == 303, "pages are for people"
        desk.store.tokens.revoke(about.token_id, "root")
        assert program.get("/metrics").status_code == 303


def test_a_blind_audit_in_the_browser(audited: Desk) -> None:
    browser = signed_in(audited, "rita")
    (item,) = audited.store.reporting.audits("open")
    path = f"/audits/{item.audit_id}"
    assert path in browser.http.get("/audits").text
    page = browser.http.get(path).text
    machine = ("PO-7001", "FX-1001", "HEX BOLT", "C1", "50.00", "0.50")
    assert not any(value in page for value in machine), "nothing of what was read is told"
    assert page.count('.item"') == 10 and browser.http.get(f"{path}?rows=20").text.count('.item"') == 20
    picture = browser.http.get(f"{path}/pages/1.png")
    assert picture.headers["content-type"] == "image/png" and picture.content[:4] == b"\x89PNG"
    keyed = {"po_number": "PO-7001", "lines[0].item": "FX-1001", "lines[0].quantity": "10",
             "lines[1].item": "FX-1003", "lines[1].quantity": "50", "total": ""}  # fmt: skip
    assert browser.post(f"{path}/key", path, **keyed).headers["location"] == path
    second = browser.http.get(path).text
    assert 'name="lines[0].quantity" value="machine"' in second and "<td>100</td>" in second
    assert browser.post(f"{path}/settle", path).status_code == 422, "say who is wrong"
    answer = browser.post(f"{path}/settle", path, **{"lines[0].quantity": "auditor"})
    assert answer.headers["location"] == "/audits?done=right"
    assert "the auditor" in browser.http.get(path).text
    assert audited.store.reporting.audit(item.audit_id).keyed_by == "rita"


def test_who_audits_and_who_reads_reports(audited: Desk) -> None:
    assert signed_in(audited, "rita").http.get("/reports").status_code == 403
    assert 'href="/reports"' not in signed_in(audited, "rita").http.get("/audits").text
    assert signed_in(audited, "fina").http.get("/audits").status_code == 200
    assert signed_in(audited, "fina").http.get("/audits/none").headers["location"] == "/audits"
