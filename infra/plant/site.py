"""The site file of the demo plant: where its three sources are, for whoever collects from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from infra.plant.authority import ROOT_FILE
from infra.plant.batches import CLOCK, PRODUCTS, STORIES
from infra.plant.later_server import PATH as LATER
from infra.plant.opcua_server import PATH

TOKEN_FILE = "lims-token"  # noqa: S105 - the name of the file, not what is in it
SITE_FILE = "site.yaml"
AUTHORITY_FOLDER = "timestamps"
LATER_FILE = "later-address"


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the loopback that the plant was given."""

    mes: int
    lims: int
    equipment: int
    later: int
    """Where the plant is told to go on: no system of a real plant."""
    timestamps: int | None = None
    """None where no `openssl` program is there to stamp with."""


def site_file(path: Path, ports: Ports, set_at: datetime | None = None) -> str:
    """Return the text of the site file."""
    batches = ", ".join(story.batch for story in STORIES)
    timestamps = _timestamps(ports.timestamps) if ports.timestamps else ""
    products = ", ".join(f'{one.code}: "{one.batches}"' for one in PRODUCTS)
    return f"""\
# Site file of the demo plant: {path}
# use it with: batchproof prepare {STORIES[0].batch} --site {path}
site: demo-plant
products: {{{products}}}
# it goes on by:  curl {later_address(ports)} -d '{{"batch": "...", "what": "sterility-final"}}'
{_clock(set_at)}sources:
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


def _clock(set_at: datetime | None) -> str:
    if set_at is None:
        words = "the demo plant's clock stands still; leave it out at a real site"
        return f'clock: "{CLOCK.isoformat()}"  # {words}\n'
    words = "when the demo plant's clock was set, and began to run; leave both out at a real site"
    return f"""\
clock: "{CLOCK.isoformat()}"
clock_set_at: "{set_at.isoformat()}"  # {words}
"""


def later_address(ports: Ports) -> str:
    """Return where the plant is told to go on."""
    return f"http://127.0.0.1:{ports.later}{LATER}"


def _timestamps(port: int) -> str:
    return f"""\
timestamps:  # a throw-away authority; name a real one, and its own roots, at a real site
  url: "http://127.0.0.1:{port}/"
  roots_file: {AUTHORITY_FOLDER}/{ROOT_FILE}
"""


def write(directory: Path, ports: Ports, token: str, set_at: datetime | None = None) -> str:
    """Write the site file, beside it the LIMS' token and where the plant goes on; return the text.

    The token is for its owner's eyes alone.
    """
    directory.mkdir(parents=True, exist_ok=True)
    secret = directory / TOKEN_FILE
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(f"{token}\n", encoding="utf-8")
    path = directory / SITE_FILE
    text = site_file(path, ports, set_at)
    (directory / LATER_FILE).write_text(f"{later_address(ports)}\n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return text
