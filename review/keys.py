"""The keys of the review page, and how a person may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Key:
    """``key`` as browsers name it (KeyboardEvent.key)."""

    action: str
    key: str
    words: str


KEYS = (
    Key("next", "j", "next mismatch, the picture goes along (also Enter); in the queue, the next case"),
    Key("previous", "k", "the one before (also Shift+Enter)"),
    Key("accept", "a", "accept the proposal"),
    Key("document", "d", "keep the document's value"),
    Key("erp", "e", "take the ERP's value"),
    Key("correct", "c", "type the right value: it is located on the page, Ctrl+Space takes it from there"),
    Key("search", "/", "search the ERP's items; in the queue, search cases"),
    Key("remember", "r", "remember this choice for the customer, or not"),
    Key("all", "A", "accept all of one kind: first the list, then Enter"),
    Key("undo", "u", "undo; after submitting, until the order begins to leave"),
    Key("flag", "f", "ask a colleague, postpone, hand back"),
    Key("reject", "x", "reject, with a reason"),
    Key("why", "g", "the reason why something may stay wrong"),
    Key("mail", "m", "the mail"),
    Key("help", "?", "these keys"),
)
FIXED = (
    ("1 to 9", "choose that candidate"),
    ("Ctrl+Enter", "submit and open the next"),
    ("Ctrl+Space", "take what is located on the page"),
    ("Esc", "leave a field; show the whole page"),
)
_RESERVED = frozenset("123456789")


def keys_of(own: Mapping[str, str]) -> tuple[Key, ...]:
    return tuple(Key(k.action, own.get(k.action, k.key), k.words) for k in KEYS)


def own_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """What differs from the usual; raises ``UsageError`` for keys that are none, or stand for two things."""
    full = {k.action: wanted.get(k.action) or k.key for k in KEYS}
    for key in full.values():
        if len(key) != 1 or not key.isprintable() or key.isspace() or key in _RESERVED:
            raise UsageError(f"{key[:20]!r}: give one sign, and not 1 to 9, which choose candidates")
    twice = sorted({key for key in full.values() if list(full.values()).count(key) > 1})
    if twice:
        raise UsageError(f"{', '.join(twice)}: one key cannot do two things")
    return {k.action: full[k.action] for k in KEYS if full[k.action] != k.key}
