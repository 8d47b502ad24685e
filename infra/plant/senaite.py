"""How SENAITE 2.6 shows an object: the keys of its JSON API, addresses, references, projections.

Every address is built from a public name, as behind a proxy, so that answers do not depend on the
port that the plant happens to have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.plant.chance import identifier

PUBLIC = "http://lims.demo.example/senaite"
API = "/@@API/senaite/v1"
CLIENT = "/senaite/clients/client-1"
SETUP_TIME = "2025-06-02T08:00:00+00:00"
Json = dict[str, Any]  # the shape is SENAITE's own; whoever reads it says what it needs
_SHAPES: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("shapes.json").read_text(encoding="utf-8")
)
_FOLDERS = {
    "SampleType": "setup/sampletypes",
    "AnalysisSpec": "bika_setup/bika_analysisspecs",
    "AnalysisService": "bika_setup/bika_analysisservices",
    "Method": "setup/methods",
    "Instrument": "bika_setup/bika_instruments",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of the LIMS: complete, as a list shows it, and whose batch it is, if any's."""

    resource: str
    content: Json
    projection: Json
    batch: str = ""


def stored(content: Json, batch: str = "") -> Stored:
    """Return an object that lists can show; they leave out what only `complete=yes` tells."""
    kind = content["portal_type"]
    keys = _SHAPES["projection"].get(kind, tuple(content))
    projection = {key: content.get(key) for key in keys}
    return Stored(kind.lower(), content, projection, batch)


def skeleton(seed: int, kind: str, path: str, title: str, created: str) -> Json:
    """Return an object with every key its kind has, and the values all kinds share."""
    parent, _, identifier_ = path.rpartition("/")
    parent_kind = "client" if parent == CLIENT else "analysisrequest" if CLIENT in parent else ""
    uid, parent_uid = identifier(seed, "uid", path), identifier(seed, "uid", parent)
    shape: Json = dict(_SHAPES["complete"].get(kind, {}))
    return shape | {
        "api_url": f"{PUBLIC}{API}/{kind.lower()}/{uid}",
        "author": "P-041",
        "created": created,
        "creation_date": created,
        "creators": ["P-041"],
        "id": identifier_,
        "modification_date": created,
        "modified": created,
        "parent_id": parent.rpartition("/")[2],
        "parent_path": parent,
        "parent_uid": parent_uid,
        "parent_url": f"{PUBLIC}{API}/{parent_kind or parent.rpartition('/')[2]}/{parent_uid}",
        "path": path,
        "portal_type": kind,
        "review_state": "active",
        "title": title,
        "uid": uid,
        "url": address(path),
    }


def setup_path(kind: str, name: str) -> str:
    """Return where an object of the laboratory's set-up lives."""
    slug = name.lower().replace(" ", "-")
    return f"/senaite/{_FOLDERS[kind]}/{slug}"


def reference(seed: int, kind: str, path: str) -> Json:
    """Return how one object names another."""
    uid = identifier(seed, "uid", path)
    return {
        "url": address(path),
        "uid": uid,
        "api_url": f"{PUBLIC}{API}/{kind.lower()}/{uid}",
    }


def address(path: str) -> str:
    """Return the public address of a path."""
    return PUBLIC + path.removeprefix("/senaite")


def moment(at: datetime | None) -> str | None:
    """Return a time as SENAITE writes it, or nothing for none."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
