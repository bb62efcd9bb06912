"""Mail domains that look like another: typed wrong, with other letters, a hyphen, another ending."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

from rapidfuzz.distance import DamerauLevenshtein

# Endings of two labels under which names are registered; the common ones of the trade, after publicsuffix.org.
TWO_PART_ENDINGS = frozenset(
    f"{second}.{country}"
    for second in ("co", "com", "org", "net", "gov", "ac", "edu", "ltd", "plc", "gob", "or", "ne")
    for country in (
        "uk", "au", "nz", "za", "jp", "kr", "in", "br", "mx", "ar", "tr", "pl", "il", "sg", "hk", "tw", "cn", "my",
        "th", "id", "ph", "vn", "eg", "sa", "ae", "ua", "pt", "es", "gr", "cy", "at", "hu", "ro", "ve", "pe", "co",
    )
)  # fmt: skip
# What passes for another letter at a glance; after Unicode TR 39 (confusables) and what phishing reports show.
LOOKS_LIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"))
LETTER_LIKE = str.maketrans(
    "013456789|i" + "асеорхуіѕԁвкмнт" + "οανρικɡıոսցհօԁ" + "łøđ",
    "oleasbtbgll" + "aceopxylsdbkmht" + "oavplkglnughod" + "lod",
)


@lru_cache(maxsize=1)
def free_mail() -> frozenset[str]:
    """Domains of mailbox providers anybody can have an address at."""
    text = files("rules").joinpath("free_mail.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["domains"])


def domain_of(address: str | None) -> str | None:
    """The domain of a mail address, lower case, punycode decoded; None if there is none."""
    if not address or "@" not in address:
        return None
    domain = address.rsplit("@", 1)[1].strip().strip(">.").casefold()
    try:
        return domain.encode("ascii").decode("idna") if "xn--" in domain else domain or None
    except UnicodeError:
        return domain


def registered(domain: str) -> tuple[str, str]:
    """The name somebody registered, and its ending: ("acme", "co.uk") of "mail.acme.co.uk"."""
    labels = domain.split(".")
    size = 2 if ".".join(labels[-2:]) in TWO_PART_ENDINGS else 1
    return (labels[-size - 1] if len(labels) > size else "", ".".join(labels[-size:]))


def same_organisation(one: str, other: str) -> bool:
    """Whether both lie under one registered domain."""
    return registered(one) == registered(other)


def skeleton(name: str) -> str:
    """The name as an inattentive eye takes it: look-alike letters and hyphens gone."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
    text = bare.translate(LETTER_LIKE).replace("-", "").replace("_", "")
    for pair, letter in LOOKS_LIKE:
        text = text.replace(pair, letter)
    return text


def _one_apart(name: str, other: str) -> bool:
    return DamerauLevenshtein.distance(name, other, score_cutoff=1) <= 1


def imitates(domain: str, genuine: str) -> str | None:
    """How ``domain`` imitates ``genuine``, in words; None if it does not, or is the same organisation's."""
    if same_organisation(domain, genuine):
        return None
    (name, ending), (real, real_ending) = registered(domain), registered(genuine)
    if f".{genuine}." in f".{domain}.":
        return f"it carries {genuine} within another domain"
    if name == real and real:
        return f"the same name under .{ending} instead of .{real_ending}"
    if skeleton(name) == skeleton(real):
        return "it differs by letters that look alike, or a hyphen"
    if len(real) >= 5 and _one_apart(name, real):
        return "it differs by one letter"
    if len(real) >= 6 and _one_apart(skeleton(name), skeleton(real)):
        return "it differs by one letter and letters that look alike"
    parts = name.split("-")
    if (
        len(parts) > 1
        and len(real) >= 5
        and (real in parts or name.startswith(f"{real}-") or name.endswith(f"-{real}"))
    ):
        return f"it is {real} with something added"
    return None
