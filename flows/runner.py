"""Prefect's runner for flows on a schedule, which ends in order when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import Flow
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Interval
from prefect.types.entrypoint import EntrypointType

RUNS_AT_ONCE = 4
LOOK_SECONDS = 5.0  # between two looks for runs that are due


class OrderlyRunner(Runner):
    """Prefect's own handler of SIGTERM leaves the loop by an exception and does not wait for what it stops."""

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        self._logger.info("told to end: no new runs, those at work are ended")
        self.execute_in_background(self.astop)


async def serve_flows(plan: Sequence[tuple[Flow[..., Any], float]], parameters: Mapping[str, Any]) -> None:
    """Runs every flow of ``plan`` at its interval (seconds), each run in a process of its own, until SIGTERM.

    They begin one after the other in the order of ``plan``, spread over the shortest interval: what one run brings in
    is there for the next, and they do not all start their processes at the same moment.
    """
    runner = OrderlyRunner(
        name="po-intake",
        pause_on_shutdown=False,
        limit=RUNS_AT_ONCE,
        query_seconds=LOOK_SECONDS,
        prefetch_seconds=2,
    )
    begin = datetime.now(UTC) + timedelta(seconds=LOOK_SECONDS)
    apart = timedelta(seconds=min(seconds for _, seconds in plan)) / len(plan)
    for n, (flow, seconds) in enumerate(plan):
        await runner.aadd_deployment(
            RunnerDeployment.from_flow(
                flow,
                name="po-intake",
                schedule=Interval(timedelta(seconds=seconds), anchor_date=begin + n * apart),
                parameters=dict(parameters),
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
        )
    try:
        await runner.start()
    except asyncio.CancelledError:  # Ctrl-C
        await runner.astop()
