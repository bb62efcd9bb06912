"""What the words of a mail body tell: text of its HTML, senders of what was forwarded, passwords for its files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from pipeline.quoting import quoted_sender

MAX_HTML = 5_000_000  # bytes of HTML turned into text
_BLOCKS = {
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_GAPS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"}  # an empty line follows
_LINE = "\x01"  # a new line begins here, unless one has just begun
_UNSEEN = {"script", "style", "head", "title", "noscript", "template"}


def text_of_html(markup: str) -> str:
    """Lines as a reader sees them; cells of a table row are parted by tabs. Empty when nothing can be read."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(markup[:MAX_HTML].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return ""
    return _tidy("".join(_pieces(root)))


def _pieces(root: html.HtmlElement) -> Iterator[str]:
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        hidden += (1 if event == "start" else -1) * (tag in _UNSEEN)
        if event == "start":
            yield "\n" if tag == "br" else _LINE if tag in _BLOCKS else ""
            if not hidden:
                yield _flat(element.text, element)
            continue
        yield _LINE + "\n" * (tag in _GAPS) if tag in _BLOCKS else "\t" if tag in ("td", "th") else ""
        if not hidden:
            yield _flat(element.tail, element)


def _flat(text: str | None, element: html.HtmlElement) -> str:
    """Line ends in HTML are blanks, save within ``<pre>``."""
    if text is None or "\n" not in text:
        return (text or "").replace(_LINE, "")
    if element.tag == "pre" or next(element.iterancestors("pre"), None) is not None:
        return text
    return re.sub(r"\s*\n\s*", " ", text)


def _tidy(text: str) -> str:
    text = re.sub(rf"[ \t\u00a0]*{_LINE}(?:[ \t\u00a0]|{_LINE})*", _LINE, text.replace("\r", ""))
    text = re.sub(rf"\n{_LINE}|{_LINE}", "\n", text)
    text = re.sub(r"[ \t\u00a0]*\n[ \u00a0]*", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def unflowed(text: str, *, delete_blank: bool) -> str:
    """``format=flowed`` (RFC 3676) undone: a line that ends in a blank goes on in the next one."""
    lines: list[str] = []
    is_open = False
    for line in text.split("\n"):
        line = line[1:] if line.startswith(" ") else line  # space-stuffing, 4.4
        if is_open and not line.startswith(">") and line != "-- ":
            lines[-1] = (lines[-1][:-1] if delete_blank else lines[-1]) + line
        else:
            lines.append(line)
        is_open = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(lines)


# --- forwarded mails quoted in the body -------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'*]{1,64}@[^\s<>()\[\],;:\"'@*]{3,190}")
_LINES = 20_000  # a longer body is searched this far


def forwarded_senders(text: str) -> tuple[str, ...]:
    """Addresses in the ``From:`` lines of header blocks quoted in a body, lower case, in their order, each once."""
    lines = text.splitlines()[:_LINES]
    found: list[str] = []
    for number in range(len(lines)):
        quoted = quoted_sender(lines, number)
        if quoted is None:
            continue
        mail = _ADDRESS.search(quoted[0]) or _ADDRESS.search(quoted[1])
        if mail is not None:
            found.append(mail.group().removeprefix("mailto:").rstrip(".").lower())
    return tuple(dict.fromkeys(found))


# --- passwords --------------------------------------------------------------------------------------------------------

_PASSWORD_WORD = re.compile(
    r"\b(?:pass(?:word|code|phrase|wort)?|passwd|pwd|pw|pin|kennwort|losung|mot de passe|mdp|code d'accès|code|"
    r"hasło|hasła|hasłem|haslo|kod|contraseña|contrasena|clave|senha|palavra-passe|palavra passe|parola d'ordine|"
    r"parola|wachtwoord|toegangscode|lösenord|adgangskode|salasana|jelszó|heslo)\b",
    re.I,
)
_FILLER_WORDS = """
is ist lautet est es é è to jest the das le for für pour zum zur file pdf zip protected protegido geschützt attachment
datei document and und open this der die den dla para per do da de del la el il het van voor with mit avec
"""
_FILLERS = frozenset(_FILLER_WORDS.split())
_OPENERS = "\"'`«»„“”‚‘’<([{*_"
_CLOSERS = "\"'`«»„“”‚‘’>)]}*_.,;:!?"
MAX_PASSWORDS = 20
_PER_WORD = 6


def password_candidates(*texts: str) -> tuple[str, ...]:
    """Short tokens that stand behind a word for "password", likeliest first, at most ``MAX_PASSWORDS``.

    Only what this mail says is tried on its files; nothing is guessed beyond it.
    """
    ranked: list[tuple[int, str]] = []
    for text in texts:
        for found in _PASSWORD_WORD.finditer(text[:200_000]):
            ranked += _tokens_behind(text[found.end() : found.end() + 160])
    ordered = [token for _, token in sorted(ranked, key=lambda pair: pair[0])]
    return tuple(dict.fromkeys(ordered))[:MAX_PASSWORDS]


def _tokens_behind(text: str) -> Iterator[tuple[int, str]]:
    direct = re.match(r"[^\n:=]{0,40}?[:=]\s*", text)
    if direct is not None:
        yield from _spellings(0, text[direct.end() :].split(maxsplit=1)[:1])
    words = [word for word in text.split() if word.strip(_OPENERS + _CLOSERS).lower() not in _FILLERS]
    words = [word for word in words[:_PER_WORD] if any(c.isalnum() for c in word)]
    telling = [word for word in words if any(c.isdigit() for c in word) or word[:1] in _OPENERS]
    yield from _spellings(1, telling)
    yield from _spellings(2, words)


def _spellings(rank: int, words: list[str]) -> Iterator[tuple[int, str]]:
    """The token without its quotes and the full stop behind it, then as it stands: punctuation may belong to it."""
    for word in words:
        for token in (word.lstrip(_OPENERS).rstrip(_CLOSERS), word.rstrip(".,;"), word):
            if 3 <= len(token) <= 64:
                yield rank, token
