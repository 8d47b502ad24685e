"""An identity provider with keys of its own, and the Prefect behind the door, as real servers."""

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NAME = "https://login.example/realms/plant"
US = "batchproof"
DEPLOYMENT = "0b0c2a51-6b4e-4c5e-9d3a-7f6b1c2d3e4f"


@dataclass
class Provider:
    """Signs tokens about people, as an OpenID Connect provider does."""

    private: dict = field(
        default_factory=lambda: {
            "RS256": new_rsa(public_exponent=65537, key_size=2048),
            "ES256": generate_private_key(SECP256R1()),
            "EdDSA": Ed25519PrivateKey.generate(),
        }
    )

    def jwks(self) -> bytes:
        forms = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
        keys = [
            {**json.loads(forms[alg].to_jwk(key.public_key())), "kid": alg, "use": "sig"}
            for alg, key in self.private.items()
        ]
        # what providers publish beside it and nobody here may use
        keys.append({"kty": "oct", "kid": "shared", "k": base64.b64encode(b"k" * 32).decode()})
        keys.append({"kty": "a new kind", "kid": "new"})
        return json.dumps({"keys": keys}).encode()

    def claims(self, user: str, now: datetime, **changed) -> dict:
        made = int(now.timestamp())
        said = {
            "iss": NAME,
            "aud": US,
            "sub": "f3a1",
            "preferred_username": user,
            "iat": made,
            "exp": made + 300,
        }
        return {name: one for name, one in (said | changed).items() if one is not None}

    def token(self, user: str, now: datetime, alg: str = "RS256", **changed) -> str:
        claims = self.claims(user, now, **changed)
        return jwt.encode(claims, self.private[alg], algorithm=alg, headers={"kid": alg})


class _Upstream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: ClassVar[list]

    def do_GET(self) -> None:
        known = self.path == f"/api/deployments/{DEPLOYMENT}"
        stated = {"parameters": {"stage": "initial", "code": ""}, "work_queue_name": "people"}
        self._answer(200 if known else 404, stated)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), json.loads(body)))
        self._answer(201, {"id": "run-1"})

    def _answer(self, status: int, answer: dict) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_) -> None:
        """Say nothing at the terminal."""


@contextmanager
def upstream():
    """Serve what the door needs of Prefect's API; gives its address and what was posted to it."""
    handler = type("Upstream", (_Upstream,), {"seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler.seen
        server.shutdown()
        thread.join()
