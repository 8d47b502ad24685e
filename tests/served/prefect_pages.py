"""Prefect's own pages as a person uses them: fields by their titles, buttons by their words."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from playwright.sync_api import Page
from served.served_up import Served

PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
PATIENCE_MS = 60_000
BUSY = 503


def picture(page, name):
    """Keep a picture for people to look at."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


@dataclass(frozen=True)
class Form:
    """The page on which a deployment is run with parameters."""

    page: Page
    served: Served

    @classmethod
    def open(cls, page, served, deployment):
        """Find the deployment in the list, and press Run."""
        page.goto(f"{served.url}/deployments")
        page.get_by_role("link", name=deployment, exact=True).click()
        page.get_by_role("button", name="Run", exact=True).click()
        found = page.get_by_text("Custom run")
        page.get_by_role("button", name="Submit").or_(found).first.wait_for(timeout=PATIENCE_MS)
        if found.count():
            found.click()
        page.get_by_role("button", name="Submit").wait_for(timeout=PATIENCE_MS)
        return cls(page, served)

    def field(self, title):
        label = self.page.locator(
            ".schema-form-property__label", has_text=re.compile(rf"^{re.escape(title)}( \(|$)")
        )
        return self.page.locator(".schema-form-property").filter(has=label)

    def write(self, title, text):
        self.field(title).locator("textarea").fill(text)

    def number(self, title, number):
        self.field(title).locator("input[type=number]").fill(str(number))

    def choose(self, title, option):
        self.field(title).locator(".p-select-button__control").press("Space")
        self.page.locator(".p-select-option").get_by_text(option, exact=True).click()

    def submit(self):
        """Press Submit, again where SQLite was busy and the page said so; return the answer."""

        def asked(answer):
            return answer.url.endswith("/create_flow_run")

        def pressed():
            with self.page.expect_response(asked, timeout=PATIENCE_MS) as answer:
                self.page.get_by_role("button", name="Submit").click()
            return answer.value if answer.value.status != BUSY else None

        return self.served.wait(pressed, 60)

    def refused(self):
        """Submit, and return what the page says instead of running anything."""
        assert not self.submit().ok
        said = self.page.get_by_text("Validation failed").last
        said.wait_for(timeout=PATIENCE_MS)
        return said.inner_text()

    def run(self):
        """Submit, and return the run once it ended."""
        answer = self.submit()
        assert answer.ok, answer.text()
        return self.served.ended(answer.json()["id"])


def read_run(page, served, run, tab, words):
    """Open a run's page at a tab, and read until the words are there, unfolded if need be."""
    page.goto(f"{served.url}/runs/flow-run/{run['id']}")

    def read():
        page.get_by_role("listitem").filter(has_text=tab).click(timeout=PATIENCE_MS)
        page.wait_for_load_state("networkidle")
        if words in page.inner_text("body"):
            return True
        for more in page.get_by_text("See More").all():
            more.click()
        return words in page.inner_text("body")

    served.wait(read, 60)


@dataclass(frozen=True)
class People:
    """Who was enrolled, with the authenticator of each."""

    secrets: dict[str, str]
    used: dict[str, int]

    def code(self, served, user):
        """Return a code that counts: a new one for each act, waited for as a person waits."""

        def step():
            now = int(datetime.now(UTC).timestamp()) // 30
            free = max(self.used.get(user, 0) + 1, now)
            return free if free <= now + 1 else None

        self.used[user] = served.wait(step, 90)
        return pyotp.TOTP(self.secrets[user]).at(self.used[user] * 30)

    def wrong(self, user):
        """Return six digits that are none of the codes that could count in these minutes."""
        now = int(datetime.now(UTC).timestamp()) // 30
        near = {pyotp.TOTP(self.secrets[user]).at((now + step) * 30) for step in range(-2, 9)}
        return next(
            code for code in map("{:06d}".format, range(123_456, 999_999)) if code not in near
        )
