"""A second writer of sealed packages, made from the specification alone: small, plain, slow.

It shares no line with the product, so that what the verifier accepts here it accepts for a reason.
"""

import base64
import hashlib
import json
import struct
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BATCH = "CART-26-0001"
STRATEGY = b"strategy"
RECORDS = (
    *("answers", "captures", "criteria", "environment", "evaluation", "exceptions", "lineage"),
    *("observations", "quarantines", "series", "unread", "verdicts"),
)
ORIGIN, WITNESS = "batchproof/demo", "witness.example/w1"


def canon(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hexed(data):
    return hashlib.sha256(data).hexdigest()


def b64(data):
    return base64.b64encode(data).decode()


# RFC 6962, 2.1 and 2.1.1, word for word.


def mth(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m, leaves):
    if len(leaves) <= 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def salt(seed, table, index):
    block = seed + table.encode() + b"\0" + struct.pack(">Q", index // 256)
    return hashlib.shake_256(block).digest(4096)[16 * (index % 256) :][:16]


# The evidence: two captures, three observations, 600 readings.

LIMS = b'{"results":[{"code":"VIA","result":"91.4"},{"code":"STER","result":"No growth"}]}'
TIMES = [1_772_000_000_000_000_000 + 5_000_000_000 * n for n in range(600)]
VALUES = [37 + n / 1000 for n in range(600)]
HISTORIAN = b"HISTORY " + b"".join(
    b"\x0b\x0b" + struct.pack(">d", one) + b"....." * 20 for one in VALUES
)
STRIDE = 2 + 8 + 100
CAPTURES = (LIMS, HISTORIAN)
PAGE = {
    "capture": hexed(HISTORIAN),
    "characteristic": "temperature",
    "equipment": "BR-101",
    "tag": "BR-101.TEMP",
    "unit": "Cel",
}


def place(data, words):
    return {
        "capture": hexed(data),
        "length": len(words),
        "offset": data.index(words),
        "pointer": "/results",
    }


def observation(as_written, *words):
    return {
        "as_written": as_written,
        "batch": BATCH,
        "origin": {"derived_from": [], "places": [place(LIMS, one) for one in words]},
        "value": {"kind": "text", "text": as_written},
    }


def tables_of(number, readiness):
    captures = [
        {
            "captured_at": "2026-03-09T08:00:00Z",
            "digest": hexed(data),
            "size": len(data),
            "source": source,
            "tree": mth([data[at : at + 65536] for at in range(0, len(data), 65536)]).hex(),
        }
        for source, data in (("lims", LIMS), ("equipment", HISTORIAN))
    ]
    evaluation = {
        "batch": BATCH,
        "evaluation": number,
        "evidence": hexed(b"evidence"),
        "judged_at": "2026-03-09T09:00:00Z",
        "readiness": readiness,
        "stage": "initial",
        "strategy": hexed(STRATEGY),
    }
    found = {name: [] for name in RECORDS} | {
        "captures": captures,
        "evaluation": [evaluation],
        "observations": [
            observation("91.4", b"91.4", b"VIA"),
            observation("No growth", b"No growth"),
            observation("", b"91.4"),
        ],
        "series": [PAGE | {"count": 600}],
        "verdicts": [{"criterion": f"CQA-{n:03d}", "outcome": "met"} for n in range(5)],
    }
    return {name: [canon(one) for one in records] for name, records in found.items()}


@dataclass
class Built:
    """A package's files, and the leaves that its writer knows."""

    files: dict = field(default_factory=dict)
    leaves: dict = field(default_factory=dict)
    tops: list = field(default_factory=list)
    seed: bytes = b""
    number: int = 1
    index: int = 0

    def manifest(self):
        return json.loads(self.files["manifest.json"])

    def root(self):
        return self.manifest()["root"]


def built(number=1, readiness="ready", tables=None, files=None):
    seed = hashlib.sha256(b"batchproof-salt/1\0" + b"".join(CAPTURES)).digest()
    package = Built(seed=seed, number=number)
    tables = tables or tables_of(number, readiness)
    for name, lines in tables.items():
        where = "evaluation.json" if name == "evaluation" else f"tables/{name}.jsonl"
        package.files[where] = b"".join(line + b"\n" for line in lines)
        package.leaves[name] = [
            salt(seed, name, n) + line + b"\n" + quoted(name, json.loads(line))
            for n, line in enumerate(lines)
        ]
    page = hashlib.sha256(canon(PAGE)).digest()
    package.leaves["readings"] = [
        salt(seed, "readings", n)
        + page
        + struct.pack(">qdIQH", TIMES[n], VALUES[n], 0, 10 + n * STRIDE, 8)
        + struct.pack(">d", VALUES[n])
        for n in range(600)
    ]
    package.files["tables/readings.index"] = b"".join(
        struct.pack(">IIQq", 0, at, 8 + at * STRIDE, TIMES[at])
        + mth(package.leaves["readings"][at : at + 256])
        for at in range(0, 600, 256)
    )
    for data in CAPTURES:
        package.files[f"captures/{hexed(data)}"] = data
    package.files |= {
        "README.txt": b"A package.\n",
        "readiness.json": b"{}\n",
        "verdicts.json": b"[]\n",
        "environment.json": b"{}\n",
        "strategy/strategy.json": STRATEGY + b"\n",
    }
    package.files |= {f"contracts/{one}.json": b"{}\n" for one in ("batch_record", "lims")}
    package.files["contracts/equipment.json"] = b"{}\n"
    package.files |= files or {}
    return manifested(package)


def quoted(name, record):
    if name != "observations" or not record["as_written"]:
        return b""
    by_digest = {hexed(data): data for data in CAPTURES}
    return b"".join(
        by_digest[one["capture"]][one["offset"] :][: one["length"]]
        for one in record["origin"]["places"]
    )


def manifested(package):
    """(Re)write the manifest over the files as they are."""
    named = [
        (name, len(package.leaves[name]), mth(package.leaves[name]))
        for name in (*RECORDS, "readings")
    ]
    package.tops = [name.encode() + b"\0" + struct.pack(">Q", n) + head for name, n, head in named]
    package.files.pop("manifest.json", None)
    body = {
        "batch": BATCH,
        "format": "batchproof-package/3",
        "members": [
            {"path": name, "sha256": hexed(data), "size": len(data)}
            for name, data in sorted(package.files.items())
            if not name.startswith("seal/")
        ],
        "root": mth(package.tops).hex(),
        "salt": package.seed.hex(),
        "tables": [{"name": a, "records": n, "root": head.hex()} for a, n, head in named],
    }
    package.files["manifest.json"] = canon(body | {"checksum": hexed(canon(body))}) + b"\n"
    return package


# Keys, log, witness and time-stamping authority.


def public(key):
    return key.public_key().public_bytes_raw()


def record_of(key, use, name, since=None, until=None):
    named = {
        "keytype": "ed25519",
        "keyval": {"public": public(key).hex()},
        "scheme": "ed25519",
    }
    return {
        "from": since,
        "key": named,
        "keyid": hexed(canon(named)),
        "name": name,
        "until": until,
        "use": use,
    }


@dataclass
class World:
    """Who seals, logs, witnesses and stamps."""

    tsa: "Authority"
    seal_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    log_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    witness_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    entries: list = field(default_factory=list)
    at: datetime = datetime(2026, 3, 9, 9, tzinfo=UTC)
    witnessed: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def trust(self, **until):
        return canon(
            {
                "approved": [],
                "authorities": [self.tsa.root_pem],
                "format": "batchproof-trust/1",
                "keys": [
                    record_of(self.seal_key, "seal", "demo-site", **until),
                    record_of(self.log_key, "log", ORIGIN),
                    record_of(self.witness_key, "witness", WITNESS),
                ],
            }
        )

    def log(self, kind, batch=BATCH, **more):
        said = {"at": self.at.isoformat().replace("+00:00", "Z"), "batch": batch, "kind": kind}
        self.entries.append(canon(said | more))

    def begin(self, number, **changed):
        tree = mth([canon(json.loads(one)) for one in tables_of(1, "")["captures"]]).hex()
        self.log("capture", captures=2, collection=hexed(b"c%d" % number), root=tree)
        inputs = {"evidence": hexed(b"evidence"), "strategy": hexed(STRATEGY)}
        more = {"by": "qa", "collection": hexed(b"c%d" % number), "reason": "", "stage": "initial"}
        self.log("intent", **({"evaluation": number} | inputs | more | changed))

    def end(self, number, readiness="ready"):
        self.log("result", evaluation=number, readiness=readiness, record=hexed(b"record"))

    def checkpoint(self, size=None, entries=None):
        entries = self.entries[:size] if entries is None else entries
        body = f"{ORIGIN}\n{len(entries)}\n{b64(mth(entries))}\n"
        return note(body, self)


def note(body, world, keys=("log", "witness")):
    text = body + "\n"
    if "log" in keys:
        named = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public(world.log_key)).digest()[:4]
        text += f"— {ORIGIN} {b64(named + world.log_key.sign(body.encode()))}\n"
    if "witness" in keys:
        named = hashlib.sha256(WITNESS.encode() + b"\n\x04" + public(world.witness_key)).digest()
        at = int(world.witnessed.timestamp())
        signed = world.witness_key.sign(f"cosignature/v1\ntime {at}\n{body}".encode())
        text += f"— {WITNESS} {b64(named[:4] + struct.pack('>Q', at) + signed)}\n"
    return text


def enveloped(world, package, **changed):
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"demo": True, "manifest": hexed(package.files["manifest.json"])},
        "predicateType": "urn:batchproof:seal:1",
        "subject": [
            {
                "digest": {"sha256": package.root()},
                "name": f"{BATCH}/initial/{package.number}",
            }
        ],
    } | changed
    payload = canon(statement)
    pae = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    keyid = record_of(world.seal_key, "", "")["keyid"]
    return canon(
        {
            "payload": b64(payload),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"keyid": keyid, "sig": b64(world.seal_key.sign(pae))}],
        }
    )


def sealed(world, package, envelope=None):
    """Put the seal of a package in the log and everything about it in its folder."""
    data = envelope or enveloped(world, package)
    package.index = len(world.entries)
    world.entries.append(data)
    package.files["seal/seal.json"] = data
    package.files["seal/timestamp.tsr"] = world.tsa.stamp(data)
    package.files["seal/keys.json"] = world.trust()
    return relogged(world, package)


def relogged(world, package, checkpoint=None, left_out=()):
    """(Re)write the log's proof and the batch's history."""
    entries = world.entries
    text = checkpoint or world.checkpoint()
    lines = "".join(b64(one) + "\n" for one in path(package.index, entries))
    package.files["seal/seal.tlog-proof"] = (
        f"c2sp.org/tlog-proof@v1\nindex {package.index}\n{lines}\n{text}".encode()
    )
    ours = [n for n, one in enumerate(entries) if BATCH in words_of(one) and n not in left_out]
    package.files["seal/history.json"] = canon(
        {
            "batch": BATCH,
            "checkpoint": text,
            "entries": [
                {
                    "entry": entries[n].decode(),
                    "index": n,
                    "proof": [one.hex() for one in path(n, entries)],
                }
                for n in ours
            ],
            "evaluations": sum(json.loads(entries[n]).get("kind") == "intent" for n in ours),
        }
    )
    return package


def words_of(entry):
    said = json.loads(entry)
    return base64.b64decode(said["payload"]).decode() if "payload" in said else entry.decode()


@dataclass
class Authority:
    """A time-stamping authority: `openssl ts` with a certificate chain of its own."""

    folder: Path
    root_pem: str = ""

    def __post_init__(self):
        days = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = certified("Demo root", self.root_key, None, days, authority=True)
        self.root_pem = pem(self.root)
        (self.folder / "root.pem").write_text(self.root_pem)
        self.certify()

    def certify(self, days=None, **how):
        days = days or (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
        key = ec.generate_private_key(ec.SECP256R1())
        cert = certified("Demo TSA", key, (self.root, self.root_key), days, **how)
        (self.folder / "tsa.pem").write_text(pem(cert))
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (self.folder / "tsa.key").write_bytes(secret)
        (self.folder / "ts.cnf").write_text(CONFIG)

    def stamp(self, data):
        def run(*words):
            subprocess.run(("openssl", "ts", *words), cwd=self.folder, check=True, **QUIET)

        (self.folder / "data").write_bytes(data)
        run("-query", "-data", "data", "-sha256", "-cert", "-out", "asked")
        run("-reply", "-config", "ts.cnf", "-queryfile", "asked", "-out", "answer")
        return (self.folder / "answer").read_bytes()

    def stamp_as(self, data, _folder=None, days=None, at=None, digest="sha256", **how):
        """A stamp from scratch, by a certificate that `openssl ts` would not stamp with."""
        key = ec.generate_private_key(ec.SECP256R1())
        days = days or (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
        cert = certified("Odd TSA", key, (self.root, self.root_key), days, **how)
        return token(cert, key, data, at or datetime.now(UTC), digest)


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts):
    return tlv(0x30, *parts)


def number(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def named(hexed_oid):
    return tlv(0x06, bytes.fromhex(hexed_oid))


DIGESTS = {"sha256": "608648016503040201", "sha512": "608648016503040203", "sha1": "2b0e03021a"}
TST_INFO, SIGNED_DATA = named("2a864886f70d0109100104"), named("2a864886f70d010702")


def token(cert, key, data, at, digest):
    """A time-stamp response (RFC 3161, 2.4.2) with the attributes of RFC 5035."""
    how, der = sequence(named(DIGESTS[digest])), cert.public_bytes(serialization.Encoding.DER)
    info = sequence(
        number(1),
        named("2a030401"),
        sequence(how, tlv(0x04, hashlib.new(digest, data).digest())),
        number(7),
        tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
    )
    identified = sequence(sequence(sequence(tlv(0x04, hashlib.sha256(der).digest()))))
    values = {
        "2a864886f70d010903": TST_INFO,
        "2a864886f70d010904": tlv(0x04, hashlib.sha256(info).digest()),
        "2a864886f70d010910022f": identified,
    }
    attributes = b"".join(sequence(named(one), tlv(0x31, said)) for one, said in values.items())
    signature = key.sign(tlv(0x31, attributes), ec.ECDSA(hashes.SHA256()))
    sha256 = sequence(named(DIGESTS["sha256"]))
    signer = sequence(
        number(1),
        sequence(cert.issuer.public_bytes(), number(cert.serial_number)),
        sha256,
        tlv(0xA0, attributes),
        sequence(named("2a8648ce3d040302")),
        tlv(0x04, signature),
    )
    content = sequence(
        number(3),
        tlv(0x31, sha256),
        sequence(TST_INFO, tlv(0xA0, tlv(0x04, info))),
        tlv(0xA0, der),
        tlv(0x31, signer),
    )
    return sequence(sequence(number(0)), sequence(SIGNED_DATA, tlv(0xA0, content)))


QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
CONFIG = """\
[tsa]
default_tsa = own
[own]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


def pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM).decode()


def certified(name, key, issuer, days, *, authority=False, usages=None, critical=True):
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    by, by_key = issuer or (None, key)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(by.subject if by else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(days[0])
        .not_valid_after(days[1] + timedelta(0))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        usages = usages or [x509.ExtendedKeyUsageOID.TIME_STAMPING]
        made = made.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
    return made.sign(by_key, hashes.SHA256())


def in_folder(files, folder):
    for name, data in files.items():
        where = folder / name
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
    return folder
