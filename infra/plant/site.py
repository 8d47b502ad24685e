"""The site file of the demo plant: where its three sources are, for whoever collects from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.plant.authority import ROOT_FILE
from infra.plant.batches import CLOCK, PRODUCTS, STORIES
from infra.plant.opcua_server import PATH

TOKEN_FILE = "lims-token"  # noqa: S105 - the name of the file, not what is in it
SITE_FILE = "site.yaml"
AUTHORITY_FOLDER = "timestamps"


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the loopback that the plant was given."""

    mes: int
    lims: int
    equipment: int
    timestamps: int | None = None
    """None where no `openssl` program is there to stamp with."""


def site_file(path: Path, ports: Ports) -> str:
    """Return the text of the site file."""
    batches = ", ".join(story.batch for story in STORIES)
    timestamps = _timestamps(ports.timestamps) if ports.timestamps else ""
    products = ", ".join(f'{one.code}: "{one.batches}"' for one in PRODUCTS)
    return f"""\
# Site file of the demo plant: {path}
# use it with: batchproof prepare {STORIES[0].batch} --site {path}
site: demo-plant
products: {{{products}}}
clock: "{CLOCK.isoformat()}"  # the demo plant's clock stands still; leave it out at a real site
sources:
  batch_record:
    kind: b2mml-http
    url: "http://127.0.0.1:{ports.mes}"
    time_zone: Europe/Amsterdam
  lims:
    kind: senaite
    url: "http://127.0.0.1:{ports.lims}/senaite"
    token_file: {TOKEN_FILE}
    time_zone: UTC
  equipment:
    kind: opcua-ha
    url: "opc.tcp://127.0.0.1:{ports.equipment}{PATH}"
    time_zone: UTC
{timestamps}batches: [{batches}]
"""


def _timestamps(port: int) -> str:
    return f"""\
timestamps:  # a throw-away authority; name a real one, and its own roots, at a real site
  url: "http://127.0.0.1:{port}/"
  roots_file: {AUTHORITY_FOLDER}/{ROOT_FILE}
"""


def write(directory: Path, ports: Ports, token: str) -> str:
    """Write the site file, and beside it the token for its owner's eyes; return the file's text."""
    directory.mkdir(parents=True, exist_ok=True)
    secret = directory / TOKEN_FILE
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(f"{token}\n", encoding="utf-8")
    path = directory / SITE_FILE
    text = site_file(path, ports)
    path.write_text(text, encoding="utf-8")
    return text
