"""Real ledgers, real keys, real codes; only the time is the tests' own, and it only goes on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledger.ledger_nouns import Raw

from contracts.person import Person, Role
from tasks import codes
from tasks.desk import Desk, Folders, open_desk
from tasks.identity import Claim
from tasks.key_places import KeyPlaces
from tasks.people import Changed, enrol

SITE = """\
site: demo-plant
product: car-t-autologous
sources:
  batch_record: {kind: b2mml-http, url: "http://127.0.0.1:1", time_zone: UTC}
  lims: {kind: senaite, url: "http://127.0.0.1:1/senaite", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://127.0.0.1:1/plant/", time_zone: UTC}
"""
ROLES = {
    "rita": ("Rita Example", Role.REVIEWER),
    "quinn": ("Quinn Example", Role.QUALIFIED_PERSON),
    "olga": ("Olga Example", Role.STRATEGY_OWNER),
}


@dataclass
class Time:
    """This machine's clock: it stands still until a test lets time pass."""

    now: datetime = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float = codes.PERIOD) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class House:
    """A desk, its people, and their apps."""

    desk: Desk
    time: Time
    secrets: dict[str, str] = field(default_factory=dict)

    def code(self, user: str) -> str:
        """What the user's app shows now."""
        return codes.code_at(self.secrets[user], self.time.now)

    def claim(self, user: str) -> Claim:
        return Claim(user, self.code(user))

    def next_claim(self, user: str) -> Claim:
        """Wait for the user's next code."""
        self.time.passes()
        return self.claim(user)

    def wrong(self, user: str) -> Claim:
        """A code that is none of the user's around now."""
        near = {
            codes.code_at(self.secrets[user], self.time.now + timedelta(seconds=30 * one))
            for one in range(-3, 4)
        }
        return Claim(user, next(f"{one:06}" for one in range(10) if f"{one:06}" not in near))

    def enrol(self, user: str, name: str, *roles: Role, by: str = "") -> Changed:
        claim = self.next_claim(by) if by else None
        changed = enrol(self.desk, Person(user, name, frozenset(roles)), claim, self.time)
        self.secrets[user] = changed.secret
        return changed

    def log(self, *kinds: str) -> list:
        return [one.entry for one in self.desk.ledger.log.of_kinds(*kinds)]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return request.getfixturevalue("new_database")()


@pytest.fixture
def raw(url) -> Raw:
    return Raw(url)


@pytest.fixture
def site_file(tmp_path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


@pytest.fixture
def open_house(tmp_path, site_file):
    """Open houses over ledgers of the test's own; closed at the end."""
    opened = []

    def house(url: str, places: KeyPlaces | None = None) -> House:
        home = Folders(tmp_path / "home", tmp_path / "packages")
        desk = open_desk(site_file, url, home, places or KeyPlaces())
        time = Time()
        desk.site = replace(desk.site, clock=None)
        opened.append(desk)
        return House(desk, time)

    yield house
    for desk in opened:
        desk.ledger.close()


@pytest.fixture
def house(open_house, tmp_path) -> House:
    """An administrator, a reviewer, a qualified person, a strategy owner; SQLite."""
    return peopled(open_house(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))


@pytest.fixture
def each_house(open_house, url) -> House:
    """The same on SQLite and on PostgreSQL."""
    return peopled(open_house(url))


def peopled(house: House) -> House:
    house.enrol("ada", "Ada Example", Role.ADMIN)
    for user, (name, role) in ROLES.items():
        house.enrol(user, name, role, by="ada")
    return house
