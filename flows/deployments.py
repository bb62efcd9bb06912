"""The Prefect flows: the same plain functions as on the command line, scheduled, retried and shown.

Our database holds the state and the leases; Prefect's own can be wiped at any time. What a flow needs is the path of
the workspace, so that any Prefect worker that sees the workspace can run it. Retries are for ``SourceError`` only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from flows import steps
from flows.locks import only_one
from flows.processing import Job, Processor
from flows.settings import Settings, load_settings
from flows.wiring import open_store, workspace_parts
from pipeline.errors import ConfigError, SourceError
from store import Store

RETRIES = 3
RETRY_SECONDS = 10.0
P = ParamSpec("P")
R = TypeVar("R")


def is_source_error(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only the outside world is worth another try; a document or the configuration will not change by itself."""
    return isinstance(state.result(raise_on_failure=False), SourceError)


def retried(name: str, run_name: str | None = None) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A task whose result is never cached: what is left to do is the database's to say."""
    return task(
        name=name,
        task_run_name=run_name,
        retries=RETRIES,
        retry_delay_seconds=exponential_backoff(RETRY_SECONDS),
        retry_condition_fn=is_source_error,
        cache_policy=NO_CACHE,
    )


@flow(name="poll_mailbox", log_prints=True)
def poll_mailbox(workspace: str) -> list[State[None]]:
    """One look into every mailbox; then the mailboxes are told what is done. Fails if either did in one of them."""

    @retried("poll")
    def poll() -> None:
        result = steps.poll(parts)
        print(f"{result.listed} messages listed, {result.new} new, {result.known} known")
        _raise_if(result)

    @retried("acknowledge")
    def acknowledge() -> None:
        _raise_if(steps.acknowledge(parts))

    settings = load_settings(Path(workspace))
    with workspace_parts(settings) as parts:
        states = [poll(return_state=True), acknowledge(return_state=True)]
        _tell_if_failed(parts.store, settings, states[0])
    return states


@flow(name="process_messages", log_prints=True)
def process_messages(workspace: str) -> None:
    """Every message that is due, one task each. Only one run at a time works on one machine."""

    @retried("message", "message {sha256}")
    def message(sha256: str) -> str:
        processed = processor.finish(jobs[sha256])
        print(f"{sha256[:12]}: {processed.outcome} {processed.reason}".rstrip())
        return processed.outcome

    jobs: dict[str, Job] = {}
    settings = load_settings(Path(workspace))
    with only_one(settings.data / "process.lock") as alone:
        if not alone:
            print("another run is at work on this machine; this one leaves it to that")
            return
        with workspace_parts(settings) as parts, Processor(parts) as processor:
            while (job := processor.next()) is not None:
                jobs = {job.claim.sha256: job}
                message(job.claim.sha256)


@flow(name="export_orders", log_prints=True)
def export_orders(workspace: str) -> None:
    """Approved orders leave through the outbox."""

    @retried("export")
    def export() -> None:
        result = steps.export_orders(parts)
        print(f"{len(result.delivered)} orders left")
        if result.failures:
            raise SourceError("; ".join(result.failures))

    with workspace_parts(load_settings(Path(workspace))) as parts:
        export()


@flow(name="sync_erp", log_prints=True)
def sync_erp(workspace: str) -> None:
    """New ERP exports are taken over if they are right."""

    @retried("sync")
    def sync() -> None:
        report = steps.sync_erp(parts)
        print(f"ERP exports in force: {report.version}")
        for finding in report.findings:
            print(f"refused: {finding}")

    with workspace_parts(load_settings(Path(workspace))) as parts:
        sync()


@flow(name="report", log_prints=True)
def report(workspace: str) -> None:
    """Audits are drawn, a week that is over is reported, alerts are told; the figures become an artifact."""

    from flows import delivery  # what makes pages and workbooks is not imported by each poll

    @retried("look")
    def look() -> str:
        done = delivery.look(store, settings, datetime.now(UTC))
        print(f"{done.drawn} audits drawn; week written: {done.folder or 'no'}; {len(done.told)} alerts told")
        return delivery.digest_text(done.report)

    settings = load_settings(Path(workspace))
    with open_store(settings.database) as store:
        figures = look()
    create_markdown_artifact(f"```\n{figures}```", key="po-intake-report", description="the last four weeks")


def _tell_if_failed(store: Store, settings: Settings, state: State[None]) -> None:
    """A mailbox that does not answer is told once a day, beside the run that failed."""
    if not state.is_failed():
        return
    from flows import delivery
    from reports.records import Alert

    alert = Alert("poll", state.message or "a mailbox did not answer")
    try:
        delivery.tell(store, settings, [alert], datetime.now(UTC).date())
    except (SourceError, ConfigError) as error:
        print(f"nobody could be told: {error}")


def _raise_if(troubles: steps.MailboxTroubles) -> None:
    """As long as one mailbox may answer yet, the step is worth another try."""
    if troubles.failures:
        raise SourceError("; ".join([*troubles.failures, *troubles.misconfigured]))
    if troubles.misconfigured:
        raise ConfigError("a mailbox cannot be used", tuple(troubles.misconfigured))
