"""A time-stamp authority of the demo plant: OpenSSL's, behind HTTP, with keys of its own.

Nobody trusts it beyond the plant: its root is made for one folder, and its private keys lie there.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_FILE = "root.pem"
_CONFIG = """\
[tsa]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_LARGEST_QUESTION = 4096
_SECONDS = 10


def found() -> bool:
    """Tell whether there is an `openssl` program to run it with."""
    return shutil.which("openssl") is not None


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when the authority's certificate holds."""

    begins: datetime
    until: datetime


@dataclass(slots=True)
class Authority:
    """A time-stamp authority on a free port of the loopback, with its files in one folder."""

    folder: Path
    options: tuple[str, ...] = ()
    """Further options of `openssl ts -reply`."""
    _server: ThreadingHTTPServer | None = None
    _lock: Lock = field(default_factory=Lock)

    def start(self, validity: Validity | None = None) -> int:
        """Make a root and a certificate where there are none, listen, and return the port.

        The same folder keeps the same root: what was stamped yesterday verifies today.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = [self.folder / name for name in (ROOT_FILE, "tsa.pem", "tsa.key", "serial")]
        if validity or not all(path.is_file() for path in files):
            now = datetime.now(UTC)
            usual = Validity(now - timedelta(days=1), now + timedelta(days=3650))
            _make_certificates(self.folder, validity or usual)
            (self.folder / "serial").write_text("01\n", encoding="utf-8")
        (self.folder / "tsa.conf").write_text(_CONFIG.format(folder=self.folder), encoding="utf-8")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self.port

    @property
    def port(self) -> int:
        """The port it listens on; 0 before its start."""
        return self._server.server_port if self._server else 0

    def stop(self) -> None:
        """Stop listening and give the port back."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def reply(self, question: bytes) -> bytes | None:
        """Return OpenSSL's answer to a question in DER, or nothing if it has none."""
        files = {name: str(self.folder / name) for name in ("tsa.conf", "tsa.pem", "tsa.key")}
        asked, answered = self.folder / "asked.tsq", self.folder / "answered.tsr"
        command = ["openssl", "ts", "-reply", "-config", files["tsa.conf"], "-section", "tsa"]
        command += ["-signer", files["tsa.pem"], "-inkey", files["tsa.key"], *self.options]
        with self._lock:  # one question at a time: OpenSSL counts its serial numbers in a file
            asked.write_bytes(question)
            done = subprocess.run(  # noqa: S603 (OpenSSL with files of ours, no shell)
                [*command, "-queryfile", str(asked), "-out", str(answered)],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            return answered.read_bytes() if done.returncode == 0 else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            """Answers a POST of a time-stamp query."""

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                size = int(length) if length.isdecimal() else 0
                known = 0 < size <= _LARGEST_QUESTION
                answer = authority.reply(self.rfile.read(size)) if known else None
                self.send_response(HTTPStatus.OK if answer else HTTPStatus.BAD_REQUEST)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer or b"")))
                self.end_headers()
                self.wfile.write(answer or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
                """Say nothing: the plant's output is its site file."""

        return Handler


def _make_certificates(folder: Path, validity: Validity) -> None:
    """Write a new root certificate, and the authority's certificate and key under it."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = _name("Demo plant root"), _name("Demo plant time stamps")
    long = Validity(validity.begins - timedelta(days=1), validity.until + timedelta(days=3650))
    root = (
        _builder(root_name, root_name, root_key, long)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, SHA256())
    )
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        _builder(name, root_name, key, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(purpose, critical=True)
        .sign(root_key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / ROOT_FILE).write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "tsa.key").touch(mode=0o600)
    (folder / "tsa.key").write_bytes(secret)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begins)
        .not_valid_after(validity.until)
    )
