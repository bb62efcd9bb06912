"""What a reading process may not do, held by the kernel: no network, no files but those that reading needs.

Landlock (Linux 5.13; docs.kernel.org/userspace-api/landlock.html) for files, from Linux 6.12 for signals too; a seccomp
filter for sockets. Both are for good and pass on to the tools a process starts. A kernel may have only one, or none.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

# the same numbers on every architecture that Linux got after 2011; x86-64 shares them from 424 on
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_IO_URING_SETUP = 425
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

# LANDLOCK_ACCESS_FS_*: which bits the kernel knows, by the version of its interface
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_OF_FILES = _EXECUTE | _WRITE | _READ_FILE | 1 << 14 | 1 << 15  # with truncate and ioctl on devices
_KNOWN_BITS = {1: 13, 2: 14, 3: 15, 4: 15}  # later: 16
_SCOPED, _SCOPES = 6, 0b11  # from that version: abstract sockets and signals

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives",
    "/dev/urandom", "/dev/random", "/dev/zero", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Confined:
    """What the kernel holds now."""

    files: bool
    network: bool
    signals: bool


def confine(writable: Iterable[str]) -> Confined:
    """Shuts this process in, for good: it reads programs and libraries, and writes below ``writable`` only."""
    if _libc is None:
        return Confined(files=False, network=False, signals=False)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    files = _shut_files(tuple(writable))
    return Confined(files, _shut_network(), files and _landlock_version() >= _SCOPED)


def available() -> Confined:
    """What ``confine`` could do on this machine."""
    version = _landlock_version()
    return Confined(version > 0, _libc is not None and platform.machine() in _MACHINES, version >= _SCOPED)


# --- files ------------------------------------------------------------------------------------------------------------


def _landlock_version() -> int:
    return max(_libc.syscall(_CREATE_RULESET, None, 0, 1), 0) if _libc else 0


def _shut_files(writable: tuple[str, ...]) -> bool:
    version = _landlock_version()
    if not version or _libc is None:
        return False
    every = (1 << _KNOWN_BITS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", every, 0, _SCOPES)[: 24 if version >= _SCOPED else 8]
    ruleset = _libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        for path in (*_SYSTEM, *map(str, _code())):
            _allow(ruleset, path, every & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in _search_path():
            _allow(ruleset, path, _READ_DIR)
        _allow(ruleset, os.devnull, _READ_FILE | _WRITE)
        for path in writable:
            _allow(ruleset, path, every & ~_EXECUTE)
        return bool(_libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    """What is not there needs no rule."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            access &= _OF_FILES
        assert _libc is not None
        if _libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, handle), 0):
            number = ctypes.get_errno()
            raise OSError(number, f"Landlock refuses a rule: {os.strerror(number)}", path)
    finally:
        os.close(handle)


def _search_path() -> list[str]:
    """Where Python looks for modules; an empty entry is the current folder."""
    return [entry or os.curdir for entry in sys.path]


def _code() -> Iterator[Path]:
    """Python itself, its libraries, and our packages; not what lies beside those, which may be somebody's workspace."""
    home = Path(__file__).resolve().parents[1]
    yield from (Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent)
    if "TESSDATA_PREFIX" in os.environ:
        yield Path(os.environ["TESSDATA_PREFIX"])
    yield from (part.parent for part in home.glob("*/__init__.py"))
    for entry in map(Path, _search_path()):
        if entry.resolve() not in (home, *home.parents, Path.cwd()):
            yield entry


# --- network ----------------------------------------------------------------------------------------------------------

# linux/audit.h: AUDIT_ARCH_*; and the number of socket(2)
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h, joined
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _ARCH_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000  # a second set of numbers for the same calls


def _shut_network() -> bool:
    """No socket of any kind, a local server's neither; nor io_uring, which could open some."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or _libc is None:
        return False
    arch, socket_number = machine
    steps = (
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 3, 0, _X32),
        (_EQUAL, 2, 0, _IO_URING_SETUP),
        (_EQUAL, 1, 0, socket_number),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)
