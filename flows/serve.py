"""`po-intake serve`: polling, processing, export, ERP sync and review page on one machine, nothing set up by hand."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from flows import prefect_settings, steps
from flows.page_server import beside
from flows.server import LocalServer
from flows.settings import Settings, load_settings
from flows.wiring import mail_source, workspace_parts
from pipeline.errors import ConfigError


def serve(workspace: Path, ready: Callable[[str, str], None]) -> None:
    """Runs until SIGTERM or Ctrl-C. ``ready`` is told the addresses of Prefect's page and the review page ("": none).

    Raises ``ConfigError`` (settings, port) and ``SourceError`` (Prefect's server does not start, or dies).
    """
    settings = load_settings(workspace)
    port = settings.schedule.server_port
    prefect_settings.apply(settings.data / "prefect", port)
    _first_look(settings)
    with beside(settings) as page, LocalServer(port, settings.data / "prefect-server.log") as server:
        server.watch(lambda: os.kill(os.getpid(), signal.SIGTERM))
        ready(f"http://127.0.0.1:{port}", page)
        _serve_flows(workspace.resolve(), settings)
        if not server.is_running:
            raise server.died()


def _first_look(settings: Settings) -> None:
    """Finds what the operator must mend before anything is started, and takes over the first ERP exports."""
    for box in settings.mailboxes:
        mail_source(box).close()
    with workspace_parts(settings) as parts:
        report = steps.sync_erp(parts)
    if report.version is None:
        raise ConfigError(
            f"{settings.erp.folder}: no usable ERP exports, and none were taken over before", report.findings
        )


def _serve_flows(workspace: Path, settings: Settings) -> None:
    """Blocks until the process is told to end. Prefect is imported here, when its settings are in force."""
    import asyncio

    from flows import deployments
    from flows.runner import serve_flows

    schedule = settings.schedule
    plan = (
        (deployments.sync_erp, schedule.sync_erp_seconds),
        (deployments.poll_mailbox, schedule.poll_seconds),
        (deployments.process_messages, schedule.poll_seconds),
        (deployments.export_orders, schedule.export_seconds),
        (deployments.report, schedule.report_seconds),
    )
    asyncio.run(serve_flows(plan, {"workspace": str(workspace)}))
