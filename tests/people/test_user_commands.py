"""What an administrator and a strategy owner type, and what they are told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from contracts.log_act import Approval
from flows.cli import app
from tasks import codes
from tasks.approved import strategy_for
from tasks.ledger.ledger import Ledger


class Terminal:
    """The program at a terminal, and the apps of people, whose codes are taken in their order."""

    def __init__(self, site_file) -> None:
        self.site = str(site_file)
        self.secrets, self.used = {}, {}

    def run(self, *words: str, code: int = 0, typed: str | None = None):
        done = CliRunner().invoke(app, [*words, "--site", self.site], input=typed)
        assert done.exit_code == code, done.output
        return done

    def code(self, user: str) -> str:
        """The next code of a user that was not used; of a step until one after now."""
        now = codes.step_of(datetime.now(UTC))
        step = max(now, self.used.get(user, 0) + 1)
        assert step <= now + 1, f"{user} has used the codes of this minute"
        self.used[user] = step
        at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=step * codes.PERIOD)
        return codes.code_at(self.secrets[user], at)

    def enrol(self, user: str, name: str, role: str, *words: str) -> dict:
        arguments = ("user", "enrol", user, "--name", name, "--role", role, *words, "--json")
        answer = json.loads(self.run(*arguments).stdout)
        self.secrets[user] = answer["secret"]
        return answer


@pytest.fixture
def terminal(tmp_path, site_file, monkeypatch) -> Terminal:
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    return Terminal(site_file)


def by(terminal: Terminal, user: str) -> tuple[str, ...]:
    return ("--by", user, "--code", terminal.code(user))


def test_people_are_enrolled_and_withdrawn(terminal):
    answer = terminal.enrol("ada", "Ada Example", "admin")
    assert answer["roles"] == ["admin"]
    assert answer["address"].startswith("otpauth://totp/Batchproof:ada?secret=")
    terminal.enrol("rita", "Rita Example", "reviewer", *by(terminal, "ada"))

    told = terminal.run("user", "check", "rita", "--code", terminal.code("rita"))
    assert told.stdout == "Rita Example (rita), reviewer: the code was taken.\n"
    terminal.run("user", "withdraw", "rita", *by(terminal, "ada"))
    listed = json.loads(terminal.run("user", "list", "--json").stdout)
    assert [(one["user"], one["active"]) for one in listed] == [("ada", True), ("rita", False)]
    assert "withdrawn" in terminal.run("user", "list").stdout


def test_the_secret_is_shown_once(terminal):
    told = terminal.run("user", "enrol", "ada", "--name", "Ada Example", "--role", "admin")
    secret = told.stdout.partition("secret   ")[2].split()[0]

    assert f"otpauth://totp/Batchproof:ada?secret={secret}&issuer=Batchproof" in told.stdout
    assert "shown this once" in told.stderr
    assert secret not in terminal.run("user", "list").output


def test_a_code_is_asked_for_unseen(terminal):
    terminal.enrol("ada", "Ada Example", "admin")
    code = terminal.code("ada")

    told = terminal.run("user", "check", "ada", typed=f"{code}\n")
    assert "the code was taken" in told.stdout
    assert code not in told.output
    again = terminal.run("user", "check", "ada", typed=f"{code}\n", code=1)
    assert again.stderr.count("Found: a user id and a code that do not go together now.") == 1


def test_refusals_are_said_in_words(terminal):
    terminal.run("user", "enrol", "eve", "--name", "Eve", "--role", "reviewer", code=1)
    terminal.run("user", "enrol", "eve", "--name", "Eve", "--role", "pope", code=2)
    terminal.enrol("ada", "Ada Example", "admin")
    told = terminal.run("user", "roles", "ada", "--role", "reviewer", *by(terminal, "ada"), code=1)
    assert "gives roles to themselves" in told.stderr
    terminal.run("user", "secret", "ada")


def test_a_strategy_owner_approves_what_is_in_force(terminal, tmp_path):
    terminal.enrol("ada", "Ada Example", "admin")
    terminal.enrol("olga", "Olga Example", "strategy_owner", *by(terminal, "ada"))
    words = ("strategy", "approve", "--reason", "change control CC-1187")

    told = terminal.run(*words, "--user", "olga", "--code", terminal.code("olga"))
    strategy = strategy_for("demo-plant", "car-t-autologous").strategy
    assert f"strategy {strategy.digest}" in told.stdout
    refused = terminal.run(*words, "--user", "ada", "--code", terminal.code("ada"), code=1)
    assert "whose roles do not allow to approve a control strategy" in refused.stderr
    unknown = terminal.run(*words, "--user", "olga", "--code", "0", "--product", "x", code=1)
    assert "no product 'x' at demo-plant" in unknown.stderr

    with Ledger.open(f"sqlite:///{tmp_path / 'home' / 'ledger.sqlite'}") as ledger:
        (entry,) = (one.entry for one in ledger.log.of_kinds("approval"))
    assert entry == Approval(
        entry.at,
        "olga",
        "Olga Example",
        strategy.digest,
        strategy.title,
        strategy.version,
        "change control CC-1187",
    )
