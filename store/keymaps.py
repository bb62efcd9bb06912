"""The keys of the review page as each person likes them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from store.engine import Database
from store.people_tables import KeyMapRow


def keys_of(db: Database, user: str) -> dict[str, str]:
    """What differs from the usual keys: name of the action → key."""
    with db.reading() as session:
        row = session.get(KeyMapRow, user)
        return {} if row is None else {str(k): str(v) for k, v in json.loads(row.keys).items()}


def keep(db: Database, user: str, keys: Mapping[str, str]) -> None:
    with db.writing("keys") as session:
        session.merge(KeyMapRow(user=user, keys=json.dumps(dict(keys), sort_keys=True)))
