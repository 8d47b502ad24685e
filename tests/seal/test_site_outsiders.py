"""The site file names who vouches for a seal: both may be left out, neither may be half there."""

import base64
import hashlib
from pathlib import Path

import pytest

from contracts.errors import SiteError
from contracts.trust import Use
from infra.plant.authority import ROOT_FILE, Authority
from tasks.outsiders import trusted_outside
from tasks.site import load_site

SITE = """\
site: plant
product: car-t
sources:
  batch_record: {kind: b2mml-http, url: "http://h", time_zone: UTC}
  lims: {kind: senaite, url: "http://h", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://h", time_zone: UTC}
"""
PUBLIC = bytes(range(32))


def vkey(name: str, kind: int = 4, public: bytes = PUBLIC) -> str:
    """Return a key as C2SP signed-note writes it."""
    material = bytes([kind]) + public
    hashed = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    return f"{name}+{hashed}+{base64.b64encode(material).decode()}"


KEY = vkey("witness.example")
TIMESTAMPS = 'timestamps: {url: "https://tsa.example/tsr", roots_file: roots.pem}\n'
WITNESS = f'witness: {{url: "http://witness.example/", key: "{KEY}"}}\n'


def written(folder: Path, authority: Authority, text: str) -> Path:
    (folder / "roots.pem").write_bytes((authority.folder / ROOT_FILE).read_bytes())
    (folder / "site.yaml").write_text(SITE + text)
    return folder / "site.yaml"


def test_both_may_be_left_out(tmp_path: Path, authority: Authority):
    site = load_site(written(tmp_path, authority, ""))
    assert (site.timestamps, site.witness) == (None, None)
    assert trusted_outside(site.timestamps, site.witness) == ((), ())


def test_both_say_what_they_say(tmp_path: Path, authority: Authority):
    site = load_site(written(tmp_path, authority, TIMESTAMPS + WITNESS))
    assert site.timestamps is not None
    assert site.witness is not None
    assert site.timestamps.url == "https://tsa.example/tsr"
    assert site.timestamps.roots_file == tmp_path / "roots.pem"
    assert (site.witness.name, site.witness.verifier_key.public) == ("witness.example", PUBLIC)
    (root,), (key,) = trusted_outside(site.timestamps, site.witness)
    assert root == (authority.folder / ROOT_FILE).read_text()
    assert (key.use, key.name, key.key.public) == (Use.WITNESS, "witness.example", PUBLIC.hex())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("timestamps: {url: 'http://h'}\n", "line 7: timestamps lacks roots_file"),
        ("timestamps: {roots_file: roots.pem}\n", "timestamps lacks url"),
        (TIMESTAMPS.replace("https", "ftp"), "timestamps.url is not http:// or https://"),
        (TIMESTAMPS.replace("}", ", policy: x}"), "timestamps has the unknown key policy"),
        (TIMESTAMPS.replace("}", ", attempts: 0}"), "timestamps.attempts is 0"),
        (TIMESTAMPS.replace("roots.pem", "site.yaml"), "line 7: timestamps: no certificates"),
        (TIMESTAMPS.replace("roots.pem", "none.pem"), "timestamps: no certificates in the file n"),
        ("witness: {url: 'http://h'}\n", "line 7: witness lacks key"),
        (WITNESS.replace("}", ", token: x}"), "witness.token would put a secret"),
        (WITNESS.replace(KEY, "witness"), "witness.key is not a witness's key as name+hash+base64"),
        (WITNESS.replace(KEY, KEY[:-4]), "line 7: witness.key: a key of type 4 with 29 bytes"),
        (WITNESS.replace(KEY, KEY.replace("example", "evil")), "whose hash is not its own"),
        (WITNESS.replace(KEY, vkey("w", kind=1)), "witness.key: a key that is no witness's"),
        (WITNESS.replace(KEY, vkey("w", public=PUBLIC[:-1])), "a key of type 4 with 31 bytes"),
    ],
)
def test_half_an_outsider_is_none(tmp_path: Path, authority: Authority, text: str, words: str):
    with pytest.raises(SiteError) as refused:
        load_site(written(tmp_path, authority, text))
    assert words in refused.value.found
