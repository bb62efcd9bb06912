"""The measuring kit's mails, where it lies beside the project: every file the truth speaks of is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.mime import documents_of, parse_message
from pipeline import media

KIT = Path(__file__).parents[2] / "../shared/kit"
pytestmark = pytest.mark.skipif(not KIT.is_dir(), reason="the measuring kit is not beside the project")

BODY = {"body_text", "body_html", "hostile_prompt_injection"}
TYPES = {
    "jpg": media.JPEG, "tif": media.TIFF, "xlsx": media.XLSX, "docx": media.DOCX, "csv": media.CSV, "pdf": media.PDF,
}  # fmt: skip


def mails() -> Iterator[tuple[str, str, str]]:
    """Mail, kind of mail, layout."""
    for path in sorted((KIT / "dev" / "truth").glob("msg_*.json")):
        truth = json.loads(path.read_text())
        about = (truth[0] if isinstance(truth, list) else truth)["_meta"]
        yield about["eml"], about["mail_kind"], about["layout"]


@pytest.mark.parametrize(("name", "kind", "layout"), list(mails()) if KIT.is_dir() else [])
def test_documents_of_every_mail(name: str, kind: str, layout: str) -> None:
    message = parse_message((KIT / "dev" / "mail" / name).read_bytes())
    documents = documents_of(message)
    assert message.sender and message.subject and message.date
    assert message.defects == ()
    assert not any(document.problem or document.doubt for document in documents)
    *files, body = documents
    assert body.file_name in ("body.txt", "body.html")
    assert body.file_name == ("body.html" if layout in ("html_body", "nonpo_newsletter") else "body.txt")
    files = [document for document in files if document.file_name not in ("body.txt", "readme.txt")]
    expected = {"two_pos_two_pdfs": 2, "several": 3}.get(kind, 0 if kind in BODY or not _has_file(layout) else 1)
    assert len(files) == expected
    assert all(document.media_type in (*TYPES.values(), media.EMPTY, media.HTML) for document in files)
    if kind in ("forwarded", "fwd_inline"):
        assert len(message.forwarded_senders) == 1
    if kind == "encrypted":
        assert len(files[0].passwords) == 1 and files[0].passwords[0] in message.text


def _has_file(layout: str) -> bool:
    return layout not in ("text_body", "html_body", "nonpo_newsletter", "nonpo_status_question")


@pytest.mark.parametrize("path", sorted((KIT / "email").glob("*.*")), ids=lambda path: path.name)
def test_nasty_mails_are_read(path: Path) -> None:
    message = parse_message(path.read_bytes())
    assert not any("could not be taken apart" in defect for defect in message.defects)
    assert not any("\ufffd" in text for text in (message.subject, message.text))


def test_winmail_agrees_with_the_reference_reader() -> None:
    """Against tnefparse, which serves as an oracle here only: on hostile files it runs for hours."""
    tnefparse = pytest.importorskip("tnefparse")
    for path in (KIT / "email").glob("*.tnef"):
        theirs = sorted(bytes(found.data) for found in tnefparse.TNEF(path.read_bytes()).attachments)
        ours = sorted(file.content for file in parse_message(path.read_bytes()).attachments)
        assert ours == theirs
