"""A small OpenID provider on loopback: discovery, keys, codes with PKCE, signed ID tokens; it can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


@dataclass
class Provider:
    """``claims`` are laid over those of an honest ID token; ``signing`` is another key than the one published."""

    client_id: str = "po-intake"
    secret: str = "the secret"
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing: Any = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # what was asked for, by code
    down: bool = False

    def authorize(self, url: str) -> str:
        """What the browser of a person who says yes does: the address it is sent back to."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(self.issuer + "/authorize?") and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and len(query["nonce"]) >= 32 and "openid" in query["scope"]
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"], "iss": self.issuer})

    def token(self, said: dict[str, str]) -> tuple[int, dict[str, Any]]:
        query = self.asked.pop(said.get("code", ""), None)  # a code is good once
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or proof != query["code_challenge"] or said.get("client_secret") != self.secret:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        honest = {
            "iss": self.issuer, "sub": "4711", "aud": self.client_id, "iat": now, "exp": now + 300,
            "nonce": query["nonce"], "preferred_username": "Olga.Petrova", "roles": ["PO Clerks", "Everybody"],
        }  # fmt: skip
        claims = {key: value for key, value in (honest | self.claims).items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims, self.signing or self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def about(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in ends.items()}


@contextmanager
def providing() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/.well-known/openid-configuration": provider.about(),
                "/keys": {"keys": [provider.key.as_dict(private=False)]},
            }
            self._answer(404 if self.path not in answers else 200, answers.get(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.token({key: values[0] for key, values in parse_qs(body).items()}))

        def _answer(self, status: int, answer: dict[str, Any]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(503 if provider.down else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
