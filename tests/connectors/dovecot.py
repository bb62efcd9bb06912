"""A real Dovecot of the test's own: loopback, high ports, its own certificate; any user with ``PASSWORD``."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

PASSWORD = "the-right-öne"
BINARY = shutil.which("dovecot") or "/usr/sbin/dovecot"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
mail_location = maildir:~/Maildir
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login{token_mechanisms}
auth_failure_delay = 0 secs
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_max_userip_connections = 200
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
{token_passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/homes/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # no waiting after a wrong password
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2
}}
"""


@dataclass(frozen=True)
class Dovecot:
    port: int  # plain and STARTTLS
    tls_port: int
    ca_file: Path
    root: Path

    def client(self, user: str) -> IMAPClient:
        """What the customer, the mail server or a colleague does to the mailbox."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.plain_login(user, PASSWORD)
        return client

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> list[int]:
        """Appends mails without flags and returns their UIDs."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                client.append(folder, mail)
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            return [int(uid) for uid in uids[-len(mails) :]]

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            found = client.get_flags(client.search("ALL"))
            return {uid: tuple(flag for flag in flags if flag != b"\\Recent") for uid, flags in found.items()}


@contextmanager
def running(introspection: str = "") -> Iterator[Dovecot]:
    """Short paths, for the length of a socket's name; readable by the user that Dovecot takes for the mails.

    ``introspection``: address at which an identity provider says whose an access token is.
    """
    root = Path(tempfile.mkdtemp(prefix="poi-"))
    root.chmod(0o755)
    try:
        server = _write_config(root, introspection)
        process = subprocess.Popen([BINARY, "-F", "-c", str(root / "conf")], stderr=subprocess.PIPE)
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _write_config(root: Path, introspection: str) -> Dovecot:
    me = pwd.getpwuid(os.getuid())
    as_root = os.getuid() == 0
    mails = pwd.getpwnam("nobody") if as_root else me
    (root / "homes").mkdir()
    if as_root:
        os.chown(root / "homes", mails.pw_uid, mails.pw_gid)
    _certificate(root)
    port, tls_port = _free_port(), _free_port()
    config = CONFIG.format(
        root=root,
        internal="dovecot" if as_root else me.pw_name,
        login="dovenull" if as_root else me.pw_name,
        group="dovecot" if as_root else _group(me.pw_gid),
        uid=mails.pw_uid,
        gid=mails.pw_gid,
        password=PASSWORD,
        token_mechanisms=" xoauth2" if introspection else "",
        token_passdb=TOKENS.format(root=root) if introspection else "",
        port=port,
        tls_port=tls_port,
    )
    (root / "conf").write_text(config)
    (root / "oauth2").write_text(
        f"introspection_url = {introspection}\nintrospection_mode = post\nusername_attribute = user\n"
        "active_attribute = active\nactive_value = yes\n"
    )
    return Dovecot(port, tls_port, root / "cert.pem", root)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _certificate(root: Path) -> None:
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", names, "-keyout", str(root / "key.pem"), "-out", str(root / "cert.pem")],
        check=True,
        capture_output=True,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(f"dovecot ended: {process.stderr.read().decode()}")
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as probe:
                if probe.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.05)
    log = server.root / "log"
    raise RuntimeError(f"dovecot did not answer: {log.read_text() if log.exists() else '(no log)'}")
