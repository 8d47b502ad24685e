"""Every night what is stored is verified: whole, changed or gone, and people are told."""

import json
import shutil

RUN = "Nightly verification/nightly-verification"


def test_a_night_without_findings(served, prepared):
    ended = served.ended(served.start(RUN))
    assert ended["state_type"] == "COMPLETED", ended["state"]["message"]
    assert ended["state"]["message"].startswith("No findings: ")
    artifacts = served.artifacts()
    rows = json.loads(artifacts["nightly-verified"]["data"])
    assert {row["findings"] for row in rows} == {"none"}
    assert any(row["checked"] == "CART-26-0002" for row in rows)
    assert float(artifacts["nightly-verification"]["data"]) == 100
    tasks = served.ask("task_runs/filter", flow_runs={"id": {"any_": [ended["id"]]}})
    assert len(tasks) == 3


def test_a_finding_fails_the_run_in_words_and_people_are_told(served, prepared, notified):
    """The receiver is busy at first, and is asked again; its address is a secret."""
    notified.busy, before = 1, len(notified.received)
    package = served.home / "packages" / "CART-26-0002-initial-evaluation-1"
    aside = package.with_name("aside")
    package.rename(aside)
    shutil.copytree(aside, package)
    readiness = package / "readiness.json"
    readiness.write_bytes(readiness.read_bytes().replace(b"not_ready", b"ready", 1))
    try:
        ended = served.ended(served.start(RUN))
    finally:
        shutil.rmtree(package)
        aside.rename(package)
    assert ended["state_type"] == "FAILED"
    assert "CART-26-0002: readiness.json" in ended["state"]["message"]
    (told,) = notified.received[before:]
    assert json.loads(told)["text"].startswith("Nightly verification found something: ")
    assert "s3cret" not in json.dumps(served.ask("logs/filter", limit=200)) + served.last_words()


def test_a_package_that_is_gone_is_found_and_a_message_nobody_takes_loses_nothing(
    served, prepared, notified
):
    notified.busy = 99
    package = served.home / "packages" / "CART-26-0002-initial-evaluation-1"
    aside = served.home / "aside"
    package.rename(aside)
    try:
        ended = served.ended(served.start(RUN))
    finally:
        aside.rename(package)
        notified.busy = 0
    assert ended["state_type"] == "FAILED"
    assert "the package is gone" in ended["state"]["message"]

    def said():
        logs = served.ask("logs/filter", limit=200, sort="TIMESTAMP_DESC")
        return any("Nobody was told" in one["message"] for one in logs)

    assert served.wait(said)
