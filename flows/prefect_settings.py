"""How Prefect is run here: as environment variables, because it reads them when it is imported.

Nothing in this module imports Prefect; call ``apply`` before anything does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipeline.errors import ConfigError

KEPT_SECONDS = 14 * 24 * 3600  # how long Prefect keeps the records of finished runs


def environment(home: Path, port: int) -> dict[str, str]:
    """``home`` holds Prefect's own database; it can be deleted at any time, no order depends on it."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # else every run would start a server of its own
        # nothing is told to the outside
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        # runs are planned a short way ahead, and services that nothing here uses stay off
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "30",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "20",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "PT1H",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
        # without these the last events of a task are lost when a run ends
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_SECONDS),
        "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,connectors,extractors,store",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_RUNNER_SERVER_ENABLE": "false",
    }


def apply(home: Path, port: int) -> None:
    """Raises ``ConfigError`` when Prefect was imported before: it would go by other settings."""
    if "prefect" in sys.modules and os.environ.get("PREFECT_HOME") != str(home):
        raise ConfigError("Prefect was imported before its settings were made: start `po-intake serve` by itself")
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment(home, port))
