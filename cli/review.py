"""`review`: the review page alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import say
from flows.settings import load_settings


def register(app: App) -> None:
    app.command(review)


def review(
    *,
    host: Annotated[str, Parameter(help="the address to listen at")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="the port to listen at")] = 8765,
    workspace: Workspace = Path(),
) -> int:
    """The review page in the browser, until stopped."""
    from flows.page_server import serve  # FastAPI takes a second to import

    serve(load_settings(workspace), host, port, lambda url: say(f"the review page is {url}; stop with Ctrl-C"))
    return 0
