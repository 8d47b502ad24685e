"""A desk with two sealed packages, and people with real secrets whose apps show real codes."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pyotp
import pytest

from contracts.criterion import Stage
from contracts.person import Person, Role
from flows.office import open_office
from tasks.evaluate import evaluate_collection
from tasks.identity import Claim
from tasks.package import assemble_evaluation
from tasks.people import enrol

BATCH = "CART-26-0002"
"""The batch that was not ready: it has exceptions that block."""
PEOPLE = {
    "adam.admin": ("Adam Admin", Role.ADMIN),
    "r.viewer": ("R. Viewer", Role.REVIEWER),
    "second.viewer": ("Second Viewer", Role.REVIEWER),
    "q.person": ("Q. Person", Role.QUALIFIED_PERSON),
    "both": ("Both Roles", Role.REVIEWER, Role.QUALIFIED_PERSON),
}


class Apps:
    """Everybody's authenticator: the code of now, and of the next half minute for a second act."""

    def __init__(self):
        self.secrets = {}
        self._steps = {}

    def code(self, user):
        now = int(datetime.now(UTC).timestamp()) // 30
        step = max(self._steps.get(user, 0) + 1, now)
        assert step <= now + 1, f"{user} acts too often for one minute"
        self._steps[user] = step
        return pyotp.TOTP(self.secrets[user]).at(step * 30)

    def claim(self, user):
        return Claim(user, self.code(user))


def copied(two_packages, folder, patch):
    """Copy the home in which two batches were prepared, with their packages, and work there."""
    made = next(iter(two_packages.values())).parents[1]
    shutil.copytree(made, folder / "home")
    patch.setenv("BATCHPROOF_HOME", str(folder / "home"))
    patch.setenv("BATCHPROOF_SITE", str(made.parent / "plant" / "site.yaml"))
    return folder / "home"


def judged_again(desk, batch=BATCH):
    """Seal one more evaluation of what is on record, as the watch does; return its number."""
    desk.site = replace(desk.site, timestamps=None, witness=None)  # the plant is not served here
    *_, before = desk.ledger.evaluations(batch)
    done = evaluate_collection(
        desk, batch, before.collection, Stage.INITIAL, f"after {before.number}"
    )
    assemble_evaluation(desk, batch, done.number)
    return done.number


@pytest.fixture
def home(two_packages, tmp_path, monkeypatch):
    return copied(two_packages, tmp_path, monkeypatch)


@pytest.fixture
def desk(home):
    with open_office(None) as opened:
        yield opened


@pytest.fixture
def apps(desk):
    """The people, enrolled one after the other by the first administrator."""
    found = Apps()
    for user, (name, *roles) in PEOPLE.items():
        person = Person(user, name, frozenset(roles))
        if not found.secrets:
            found.secrets[user] = enrol(desk, person).secret
            continue
        clock = _later(len(found.secrets))
        by = Claim("adam.admin", pyotp.TOTP(found.secrets["adam.admin"]).at(clock()))
        found.secrets[user] = enrol(desk, person, by, clock).secret
    return found


def _later(minutes):
    """The administrator took their time: each enrolment is some minutes after the one before."""
    at = datetime(2026, 1, 1, 12, minutes, tzinfo=UTC)
    return lambda: at


@pytest.fixture
def package(home):
    return home / "packages" / f"{BATCH}-initial-evaluation-1"


@pytest.fixture(scope="session")
def people():
    """Persons who proved who they are a moment ago."""
    return {user: Person(user, name, frozenset(roles)) for user, (name, *roles) in PEOPLE.items()}
