"""An identity provider on loopback: gives and renews tokens (RFC 6749), and tells Dovecot whose they are (RFC 7662)."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Provider:
    """``refuse``: an error for every token request; ``rotate``: each refresh token is good once."""

    user: str = "tokens"
    lifetime: int = 3600
    rotate: bool = False
    refuse: tuple[int, str] | None = None
    refresh_tokens: set[str] = field(default_factory=lambda: {"first"})
    access_tokens: set[str] = field(default_factory=set)
    requests: list[dict[str, str]] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)  # per authorization code
    address: str = ""

    def authorize(self, url: str) -> str:
        """What a person's browser does who says yes: the address it is sent back to."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"]
        return asked["redirect_uri"] + "/?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.requests.append(asked)
        if self.refuse:
            return self.refuse[0], {"error": self.refuse[1]}
        if not self._granted(asked):
            return 400, {"error": "invalid_grant", "error_description": "expired or revoked"}
        access = f"access{len(self.requests)}"
        self.access_tokens.add(access)
        answer: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime}
        if asked["grant_type"] == "authorization_code" or self.rotate:
            answer["refresh_token"] = f"refresh{len(self.requests)}"
            self.refresh_tokens.add(f"refresh{len(self.requests)}")
        return 200, answer

    def _granted(self, asked: dict[str, str]) -> bool:
        match asked["grant_type"]:
            case "client_credentials":
                return asked.get("client_secret") == "the secret"
            case "refresh_token":
                good = asked["refresh_token"] in self.refresh_tokens
                if self.rotate:
                    self.refresh_tokens.discard(asked["refresh_token"])
                return good
            case "authorization_code":
                digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                return self.challenges.pop(asked["code"], None) == challenge
        return False


@contextmanager
def providing(**settings: object) -> Iterator[Provider]:
    provider = Provider(**settings)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {key: values[0] for key, values in parse_qs(body).items()}
            if self.path == "/introspect":
                active = asked["token"] in provider.access_tokens
                return self._answer(200, {"active": "yes", "user": provider.user} if active else {"active": "no"})
            return self._answer(*provider.token(asked))

        def _answer(self, status: int, answer: dict[str, object]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
