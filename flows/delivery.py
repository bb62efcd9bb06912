"""Reports and alerts on their way: the weekly folder, the digest by e-mail, notifications; safe to repeat."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from connectors.smtp import SmtpSettings, send
from flows.reporting import make_report, page_address, rates_of
from flows.settings import Settings
from flows.wiring import is_loopback
from pipeline.errors import ConfigError, SourceError
from reports.records import Alert, Report
from reports.words import shown
from reports.write import BOOK, PAGE, write
from store import Store

DIGESTED, TOLD = "digest_sent", "alerts_told"
ONCE = ("drift", "conservation")  # told once each; the others again every day as long as they last
SECTIONS_IN_DIGEST = 3
LOOK_BACK = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one look did."""

    drawn: int  # for audits
    folder: Path | None  # of a week that was over
    digest: bool
    told: tuple[Alert, ...]
    report: Report  # of the last four weeks


def look(store: Store, settings: Settings, now: datetime) -> Delivered:
    """Draws audits, writes the report of a week that is over, sends its digest, tells alerts.

    Raises ``SourceError`` and ``ConfigError`` for a server that does not answer or refuses, after all else is done.
    """
    today = now.astimezone(UTC).date()
    drawn = store.reporting.sample_audits(rates_of(settings), today)
    folder, week = weekly(store, settings, today)
    report = make_report(store, settings, today - LOOK_BACK, today, now)
    problems: list[SourceError | ConfigError] = []
    digest, told = False, tuple[Alert, ...]()
    try:
        digest = send_digest(store, settings, today, week)
    except (SourceError, ConfigError) as error:
        problems.append(error)
    try:
        told = tell(store, settings, report.alerts, today)
    except (SourceError, ConfigError) as error:
        problems.append(error)
    if problems:
        raise problems[0]
    return Delivered(drawn, folder, digest, told, report)


def last_week(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week that is over."""
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + timedelta(days=6)


def name_of(monday: date) -> str:
    """ISO 8601: "2026-W46"."""
    return f"{monday:%G-W%V}"


def weekly(store: Store, settings: Settings, today: date) -> tuple[Path | None, Report | None]:
    """The report of the week that is over, in a folder of its own; (None, None) when it lies there already."""
    monday, sunday = last_week(today)
    folder = settings.reports.folder / name_of(monday)
    if folder.exists():
        return None, None
    made = make_report(store, settings, monday, sunday)
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    write(made, unfinished, page_address(settings))
    unfinished.rename(folder)
    return folder, made


# --- the digest -------------------------------------------------------------------------------------------------------


def send_digest(store: Store, settings: Settings, today: date, made: Report | None = None) -> bool:
    """Once a week to ``reports.mail_to``; False when there is nobody, or it was sent. Raises as ``send`` does."""
    monday, sunday = last_week(today)
    week = name_of(monday)
    if not settings.reports.mail_to or store.noted(DIGESTED) == week:
        return False
    if not settings.smtp.host or not settings.smtp.sender:
        raise ConfigError("reports.mail_to is set, but smtp.host or smtp.sender is not: the digest cannot be sent")
    if settings.smtp.security == "plain" and not is_loopback(settings.smtp.host):
        raise ConfigError('smtp.security "plain" is for a loopback host only; use "tls" or "starttls"')
    report = made or make_report(store, settings, monday, sunday)
    send(_server(settings), digest(report, settings, week))
    store.note(DIGESTED, week)
    return True


def _server(settings: Settings) -> SmtpSettings:
    smtp = settings.smtp
    return SmtpSettings(smtp.host, smtp.port, smtp.security, smtp.ca_file, smtp.user, smtp.password.get_secret_value())


def digest(report: Report, settings: Settings, week: str) -> EmailMessage:
    """The first figures as text, page and workbook attached; the same week is the same message by its id."""
    folder = settings.reports.folder / week
    message = EmailMessage()
    message["Subject"] = f"Purchase orders {week}: " + _headline(report)
    message["From"], message["To"] = settings.smtp.sender, ", ".join(settings.reports.mail_to)
    message["Date"] = format_datetime(datetime.fromtimestamp(report.period.as_of, UTC))
    message["Message-ID"] = f"<{week}.digest@{settings.smtp.sender.rpartition('@')[2] or 'po-intake'}>"
    message.set_content(digest_text(report))
    for name, kind in ((PAGE, "html"), (BOOK, "vnd.openxmlformats-officedocument.spreadsheetml.sheet")):
        if (folder / name).is_file():
            main = "text" if kind == "html" else "application"
            message.add_attachment((folder / name).read_bytes(), main, kind, filename=name)
    return message


def _headline(report: Report) -> str:
    alerts = f", {len(report.alerts)} alerts" if report.alerts else ""
    return f"{shown(report.figure('touchless_rate').value)} untouched{alerts}"


def digest_text(report: Report) -> str:
    lines = [f"{report.period.first} to {report.period.last}", ""]
    lines += [f"ALERT {alert.key}: {alert.text}" for alert in report.alerts] or ["No alerts."]
    for section in report.sections[:SECTIONS_IN_DIGEST]:
        if section.figures:
            lines += ["", section.title]
            lines += [f"  {f.title}: {shown(f.value)} ({f.numerator}; {f.denominator})" for f in section.figures]
    fixes = report.table("fixes").rows[:5]
    if fixes:
        lines += ["", "What would spare the most reviews"]
        lines += [f"  {customer}: {shown(n)} a week: {fix}" for customer, fix, n, *_ in fixes]
    return "\n".join(lines) + "\n"


# --- alerts -----------------------------------------------------------------------------------------------------------


def tell(store: Store, settings: Settings, alerts: Iterable[Alert], today: date) -> tuple[Alert, ...]:
    """Sends what was not told yet to where ``reports.notify`` says. Raises ``SourceError`` when that fails."""
    urls = settings.reports.notify.get_secret_value().split()
    told: dict[str, str] = json.loads(store.noted(TOLD) or "{}")
    new = tuple(alert for alert in alerts if told.get(_name(alert), "") < _until(alert, today))
    if not urls or not new:
        return ()
    _notify(urls, new)
    kept = {name: day for name, day in told.items() if day >= (today - 3 * LOOK_BACK).isoformat()}
    store.note(TOLD, json.dumps({**kept, **{_name(alert): today.isoformat() for alert in new}}, sort_keys=True))
    return new


def _name(alert: Alert) -> str:
    return f"{alert.key}: {alert.text}" if alert.key in ONCE else alert.key


def _until(alert: Alert, today: date) -> str:
    """Told on an earlier day than this, it is told again."""
    return (today - 3 * LOOK_BACK).isoformat() if alert.key in ONCE else today.isoformat()


def _notify(urls: list[str], alerts: tuple[Alert, ...]) -> None:
    from apprise import Apprise  # half a second

    service = Apprise()
    for url in urls:
        if not service.add(url):
            raise ConfigError("secrets/notify: one of the Apprise URLs is none that Apprise knows")
    title = f"po-intake: {len(alerts)} alert{'s' if len(alerts) > 1 else ''}"
    if not service.notify(title=title, body="\n".join(f"{alert.key}: {alert.text}" for alert in alerts)):
        raise SourceError("a notification could not be delivered; see secrets/notify and the service's own log")
