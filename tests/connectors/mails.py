"""Raw mails and containers for tests, built byte by byte where the standard library would not write what mailers do."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def part(content: bytes, *headers: str, encoding: str = "base64") -> bytes:
    """One part: header lines and the content in its transfer encoding."""
    body = base64.encodebytes(content) if encoding == "base64" else content
    lines = [*headers, f"Content-Transfer-Encoding: {encoding}", "", ""]
    return "\n".join(lines).encode("utf-8") + body


def attached(content: bytes, name: str, media_type: str = "application/pdf") -> bytes:
    return part(content, f"Content-Type: {media_type}", f'Content-Disposition: attachment; filename="{name}"')


def text(body: str, charset: str = "utf-8", kind: str = "plain") -> bytes:
    return part(body.encode(charset), f"Content-Type: text/{kind}; charset={charset}", encoding="8bit")


def mail(
    *parts: bytes, kind: str = "mixed", boundary: str = "=_b", sender: str = "Ann <ann@buyer.example>", **headers: str
) -> bytes:
    """A whole multipart mail with LF line ends."""
    fields = {"From": sender, "To": "orders@us.example", "Subject": "PO 1", "Message-ID": "<1@buyer.example>"}
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return head.encode("utf-8") + b"MIME-Version: 1.0\n" + multipart(*parts, kind=kind, boundary=boundary)


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "=_b") -> bytes:
    mark = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return head + b"".join(mark + b"\n" + inner + b"\n" for inner in parts) + mark + b"--\n"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted_zip(name: str, content: bytes, password: str) -> bytes:
    """The old ZIP cipher (APPNOTE 6.1), which zipfile reads and does not write."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def mix(byte: int) -> None:
        keys[0] = _crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc(keys[2], keys[1] >> 24)

    def encrypt(byte: int) -> int:
        temp = keys[2] | 2
        out = byte ^ ((temp * (temp ^ 1)) >> 8 & 0xFF)
        mix(byte)
        return out

    for byte in password.encode():
        mix(byte)
    crc = zlib.crc32(content)
    body = bytes(encrypt(byte) for byte in bytes(11) + bytes([crc >> 24]) + content)
    raw_name = name.encode()
    sizes = struct.pack("<IIIHH", crc, len(body), len(content), len(raw_name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 1, 0, 0, 0x21) + sizes + raw_name + body
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 1, 0, 0, 0x21) + sizes
    central = entry + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw_name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def _crc(crc: int, byte: int) -> int:
    crc ^= byte & 0xFF
    for _ in range(8):
        crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc


def tnef(files: dict[str, bytes], *, body: str = "") -> bytes:
    """A winmail.dat ([MS-OXTNEF]) with the long names in Unicode properties, as Outlook writes them."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    if body:
        out += _attribute(1, 0x00069003, _properties({0x1000: body}))
    for name, content in files.items():
        short = name.encode("ascii", "replace")[:12] + b"\x00"
        out += _attribute(2, 0x00069002, b"\x01\x00" + b"\xff" * 4 + bytes(8))
        out += _attribute(2, 0x00018010, short) + _attribute(2, 0x0006800F, content)
        out += _attribute(2, 0x00069005, _properties({0x3707: name, 0x370E: "application/octet-stream"}))
    return out


def _attribute(level: int, number: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _properties(values: dict[int, str]) -> bytes:
    out = struct.pack("<I", len(values))
    for number, value in values.items():
        raw = (value + "\x00").encode("utf-16-le")
        out += struct.pack("<HHII", 0x1F, number, 1, len(raw)) + raw + bytes(-len(raw) % 4)
    return out


# --- OLE compound files -----------------------------------------------------------------------------------------------

Tree = dict[str, "bytes | Tree"]
_NONE, _END, _FREE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF


class _Streams:
    """Full sectors and the mini stream for what is shorter than 4,096 bytes."""

    def __init__(self, size: int) -> None:
        self.size, self.content, self.table = size, b"", list[int]()

    def add(self, content: bytes) -> int:
        start, count = len(self.table), -(-len(content) // self.size)
        self.content += content.ljust(count * self.size, b"\x00")
        self.table += [*range(start + 1, start + count), _END] if count else []
        return start if count else _END


def ole(tree: Tree) -> bytes:
    """A compound file ([MS-CFB], version 3). Siblings hang in a chain, which readers accept."""
    entries: list[tuple[str, int, int, int, int, int]] = []  # name, kind, right, child, start, size
    full, mini = _Streams(512), _Streams(64)

    def add(name: str, node: bytes | Tree, kind: int, right: int) -> int:
        index = len(entries)
        entries.append((name, kind, right, _NONE, 0, 0))
        if isinstance(node, bytes):
            start = (mini if len(node) < 4096 else full).add(node)
            entries[index] = (name, kind, right, _NONE, start, len(node))
            return index
        child = _NONE
        for inner, value in reversed(node.items()):
            child = add(inner, value, 2 if isinstance(value, bytes) else 1, child)
        entries[index] = (name, kind, right, child, 0, 0)
        return index

    add("Root Entry", tree, 5, _NONE)
    name, kind, right, child, _, _ = entries[0]
    entries[0] = (name, kind, right, child, full.add(mini.content), len(mini.content))
    first_mini_table = full.add(struct.pack(f"<{len(mini.table)}I", *mini.table))
    first_directory = full.add(b"".join(_entry(*entry) for entry in entries))
    sectors = len(full.table)
    tables = 1
    while sectors + tables > tables * 128:
        tables += 1
    places = list(range(sectors, sectors + tables))
    table = full.table + [0xFFFFFFFD] * tables
    table += [_FREE] * (-len(table) % 128)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    minis = -(-len(mini.table) * 4 // 512)
    header += struct.pack("<IIIIIIIII", 0, tables, first_directory, 0, 4096, first_mini_table, minis, _END, 0)
    header += struct.pack("<109I", *(places + [_FREE] * (109 - tables)))
    return header + full.content + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\x00").encode("utf-16-le")
    head = raw.ljust(64, b"\x00") + struct.pack("<HBBIII", len(raw), kind, 1, _NONE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def msg(sender: str, subject: str, body: str, files: dict[str, bytes], inner: Tree | None = None) -> bytes:
    return ole(msg_tree(sender, subject, body, files, inner))


def msg_tree(sender: str, subject: str, body: str, files: dict[str, bytes], inner: Tree | None = None) -> Tree:
    tree: Tree = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
        "__substg1.0_5D01001F": sender.encode("utf-16-le"),
    }
    for number, (name, content) in enumerate(files.items()):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8),
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": content,
        }
    if inner is not None:
        tree["__attach_version1.0_#000000FF"] = {"__substg1.0_3701000D": inner}
    return tree
