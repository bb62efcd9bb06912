"""Templates: every value is escaped, an unknown one is an error."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from review.guard import Visit
from review.keys import FIXED, keys_of
from review.policy import Action, may
from review.views import age, due

FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@cache
def asset(name: str) -> str:
    """The address of one of our own files; another one when the file is another."""
    return f"/static/{name}?v={hashlib.sha256((FOLDER / 'static' / name).read_bytes()).hexdigest()[:12]}"


_TEMPLATES.filters |= {"age": age, "due": due}
_TEMPLATES.globals["asset"] = asset


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    visit: Visit | None = getattr(request.state, "visit", None)
    user = visit.user if visit else None
    keys = keys_of(visit.desk.store.keys_of(user.name) if visit and user else {})
    common = {
        "user": user,
        "csrf": visit.csrf if visit else "",
        "can": {action.value: may(user, action) for action in Action},
        "keys": keys,
        "fixed_keys": FIXED,
        "key_map": json.dumps({key.key: key.action for key in keys}),
        "k": {key.action: key.key for key in keys},
    }
    return HTMLResponse(_TEMPLATES.get_template(template).render(common | values), status)
