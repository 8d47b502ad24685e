"""A small strategy, and many small batches: the laboratory's part of two demo batches."""

import shutil
from dataclasses import replace
from pathlib import Path

from contracts.evidence import Digest
from contracts.person import Person, Role
from infra.bench.clones import cloned, collections
from tasks import codes
from tasks.desk import Folders, open_desk
from tasks.identity import Claim, machine_clock
from tasks.key_places import KeyPlaces
from tasks.people import enrol

SITE = """\
site: scale-plant
products: {small-example: "*"}
clock: "2026-03-24T06:00:00+00:00"
sources:
  batch_record: {kind: b2mml-http, url: "http://127.0.0.1:9", time_zone: Europe/Amsterdam}
  lims: {kind: senaite, url: "http://127.0.0.1:9/senaite", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://127.0.0.1:9/", time_zone: UTC}
"""
STRATEGY = Path(__file__).parents[1] / "strategy" / "small"


def origin_of(package: Path):
    """The desk that a prepared package was made at."""
    home = package.parents[1]
    ledger = f"sqlite:///{home / 'ledger.sqlite'}"
    site = home.parent / "plant" / "site.yaml"
    return open_desk(site, ledger, Folders(home, home / "packages"), KeyPlaces())


def fill(origin, target, count: int) -> dict[str, Digest]:
    """File so many batches at a desk: in turn the laboratory's answers for either demo batch."""
    whole = collections(origin)
    of_laboratory = [replace(one, captures=_results(one)) for one in whole]
    return {
        name: cloned(origin, target, of_laboratory[number % len(whole)], name)
        for number, name in enumerate(f"CART-27-{number:04d}" for number in range(count))
    }


def _results(whole):
    """The laboratory's answers but for its own audit trail, which is most of their bytes."""
    return tuple(one for one in whole.of("lims") if "/auditlog?" not in one.request)


def stricter(folder: Path) -> Path:
    """Copy the strategy as a new version: viability is to be higher than either batch has it."""
    shutil.copytree(STRATEGY, folder)
    testing, whole = folder / "release_testing.yaml", folder / "strategy.yaml"
    testing.write_text(testing.read_text().replace('"80.0"', '"99.9"'))
    whole.write_text(whole.read_text().replace('version: "0.1.0"', 'version: "0.2.0"'))
    return folder


def enrolled(desk) -> str:
    """Enrol an administrator and a reviewer; return the reviewer's secret."""
    admin = enrol(desk, Person("a.admin", "A. Admin", frozenset({Role.ADMIN})))
    by = Claim("a.admin", codes.code_at(admin.secret, machine_clock()))
    return enrol(desk, Person("r.meyer", "R. Meyer", frozenset({Role.REVIEWER})), by).secret


def code_of(secret: str) -> str:
    """The code that the reviewer's app shows now."""
    return codes.code_at(secret, machine_clock())
