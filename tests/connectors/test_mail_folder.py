"""Folders of .eml files and Maildirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.mail_folder import FolderSource
from connectors.mime import documents_of, parse_message
from pipeline.errors import ConfigError, SourceError
from pipeline.model import MailKey


def raw(number: int) -> bytes:
    return f"From: a@b.example\nSubject: {number}\n\nhello {number}\n".encode()


def eml_folder(path: Path, *names: str) -> Path:
    path.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        (path / name).write_bytes(raw(number))
    return path


def maildir(path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    (path / "new" / "1700000002.M1.host").write_bytes(raw(2))
    (path / "cur" / "1700000001.M1.host:2,S").write_bytes(raw(1))
    (path / "tmp" / "1700000003.M1.host").write_bytes(b"half a ma")
    return path


def test_eml_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path / "in", "b.eml", "a.EML", "notes.txt", ".hidden.eml", "c:1.eml")
    source = FolderSource(folder, account="files")
    listed = list(source.list())
    assert [key.name for key, _ in listed] == ["a.EML", "b.eml", "c:1.eml"]
    assert [source.fetch(key) for key, _ in listed] == [raw(1), raw(0), raw(4)]
    changed = (folder / "a.EML").stat().st_mtime_ns
    assert listed[0] == (MailKey("files", str(folder), uid=changed, name="a.EML"), len(raw(1)))


def test_maildir_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "box")
    before = sorted(folder.rglob("*"))
    source = FolderSource(folder)
    keys = [key for key, _ in source.list()]
    assert [source.fetch(key) for key in keys] == [raw(1), raw(2)]
    for key in keys:
        source.acknowledge(key)
    assert sorted(folder.rglob("*")) == before


def test_maildir_key_outlives_flags_and_delivery(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "box")
    source = FolderSource(folder)
    keys = [key for key, _ in source.list()]
    (folder / "new" / "1700000002.M1.host").rename(folder / "cur" / "1700000002.M1.host:2,FS")
    (folder / "cur" / "1700000001.M1.host:2,S").rename(folder / "cur" / "1700000001.M1.host:2,")
    assert [source.fetch(key) for key in keys] == [raw(1), raw(2)]
    assert [key for key, _ in source.list()] == keys


def test_gone_is_none(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path / "in", "a.eml", "b.eml")
    source = FolderSource(folder)
    keys = [key for key, _ in source.list()]
    (folder / "a.eml").unlink()
    assert source.fetch(keys[0]) is None
    source.acknowledge(keys[0])
    assert [key for key, _ in source.list()] == keys[1:]


@pytest.mark.parametrize("make", [lambda path: eml_folder(path, "a.eml"), maildir])
def test_moved_when_done_twice(tmp_path: Path, make: object) -> None:
    folder = make(tmp_path / "in")  # type: ignore[operator]
    source = FolderSource(folder, done=tmp_path / "done")
    keys = [key for key, _ in source.list()]
    for key in (*keys, *keys):
        source.acknowledge(key)
    assert list(source.list()) == []
    assert len(list((tmp_path / "done").iterdir())) == len(keys)


def test_neither_links_nor_foreign_keys_lead_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.eml"
    secret.write_bytes(b"secret")
    folder = eml_folder(tmp_path / "in", "a.eml")
    (folder / "link.eml").symlink_to(secret)
    source = FolderSource(folder)
    assert [key.name for key, _ in source.list()] == ["a.eml"]
    for name in ("link.eml", "../secret.eml", str(secret)):
        assert source.fetch(MailKey("folder", str(folder), name=name)) is None
    assert source.fetch(MailKey("folder", str(tmp_path), name="secret.eml")) is None


def test_over_the_limit_becomes_a_stand_in(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path / "in", "a.eml")
    (folder / "a.eml").write_bytes(raw(7) + b"x" * 10_000)
    source = FolderSource(folder, size_limit=1_000)
    [(key, size)] = source.list()
    stand_in = source.fetch(key)
    assert stand_in is not None and stand_in == source.fetch(key)
    message = parse_message(stand_in)
    assert (message.sender, message.subject, size) == ("a@b.example", "7", len(raw(7)) + 10_000)
    assert any("1,000 are allowed" in document.problem for document in documents_of(message))


def test_missing_folder_is_for_the_operator(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{tmp_path}/none does not exist"):
        FolderSource(tmp_path / "none")


def test_folder_that_vanishes_is_tried_again(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path / "in")
    source = FolderSource(folder)
    folder.rmdir()
    with pytest.raises(SourceError, match=r"cannot read .*/in.*create it"):
        list(source.list())


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_unreadable_mail_names_the_remedy(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path / "in", "a.eml")
    (folder / "a.eml").chmod(0)
    source = FolderSource(folder)
    [(key, _)] = source.list()
    with pytest.raises(SourceError, match=r"a\.eml: Permission denied"):
        source.fetch(key)


def test_a_file_replaced_by_another_of_its_name_is_another_mail(tmp_path: Path) -> None:
    file = tmp_path / "order.eml"
    file.write_bytes(raw(1))
    source = FolderSource(tmp_path)
    ((old, _),) = source.list()
    file.write_bytes(raw(2))
    os.utime(file, ns=(old.uid + 1, old.uid + 1))
    ((new, _),) = source.list()
    assert new != old and source.fetch(new) == raw(2)
    assert source.fetch(old) is None
