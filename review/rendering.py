"""Templates: every value is escaped, an unknown one is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from review.guard import Visit
from review.policy import Action, may
from review.views import age, due

FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_TEMPLATES.filters["age"] = age
_TEMPLATES.filters["due"] = due


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    visit: Visit | None = getattr(request.state, "visit", None)
    user = visit.user if visit else None
    common = {
        "user": user,
        "csrf": visit.csrf if visit else "",
        "can": {action.value: may(user, action) for action in Action},
    }
    return HTMLResponse(_TEMPLATES.get_template(template).render(common | values), status)
