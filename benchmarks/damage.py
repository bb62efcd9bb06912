"""What becomes of codes and descriptions on their way through other people's hands."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

LOOK_ALIKES = str.maketrans("OIZSBG012586", "012586OIZSBG")
Damage = Callable[[str, random.Random], str]


def _typos(code: str, rng: random.Random, count: int) -> str:
    """A character left out, changed, doubled or swapped with its neighbour."""
    letters = list(code)
    for _ in range(count):
        at = rng.randrange(len(letters))
        kind = rng.randrange(4) if count == 2 else rng.randrange(3)
        if kind == 3 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
            break  # a swap is two edits
        letters[at] = ("", rng.choice("0123456789ABCX"), letters[at] * 2)[kind % 3]
    return "".join(letters)


def _misread(code: str, rng: random.Random) -> str:
    """One to three characters taken for look-alikes."""
    letters = list(code)
    for at in rng.sample(range(len(letters)), min(3, len(letters))):
        letters[at] = letters[at].translate(LOOK_ALIKES)
    return "".join(letters)


def _unseparated(code: str, rng: random.Random) -> str:
    """Separators lost, or others instead; and a typo in every second code."""
    other = code.replace("-", rng.choice(("", " ", ".", "/")))
    return _typos(other, rng, 1) if rng.randrange(2) else other


OF_CODES: Mapping[str, Damage] = {
    "one typo": lambda code, rng: _typos(code, rng, 1),
    "two typos": lambda code, rng: _typos(code, rng, 2),
    "look-alikes": _misread,
    "separators": _unseparated,
}


def _swapped(text: str, rng: random.Random) -> str:
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def _dropped(text: str, rng: random.Random) -> str:
    words = text.split()
    del words[rng.randrange(len(words))]
    return " ".join(words)


def _abbreviated(text: str, rng: random.Random) -> str:
    short = (w[:4] if w.isalpha() and len(w) > 6 and rng.random() < 0.5 else w for w in text.split())
    return " ".join(short)


OF_DESCRIPTIONS: Mapping[str, Damage] = {"swapped": _swapped, "dropped": _dropped, "abbreviated": _abbreviated}
