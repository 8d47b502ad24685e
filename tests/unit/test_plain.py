"""What a source wrote steers no terminal, calls nobody and leads nowhere."""

import logging
from types import SimpleNamespace

import pytest

from contracts.plain import plain, told
from flows import notify, terminal, watch_plant
from tasks import present

ESCAPE = "\x1b]0;evil\x07\x1b[2J\x9b31m\u202e"
OBEYED = set(ESCAPE) - set("]0;evil[2J31m")


class Kept(logging.Handler):
    """What a log was told."""

    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


@pytest.fixture
def log():
    log = logging.Logger("of this test")  # noqa: LOG001 (nobody else's)
    log.addHandler(Kept())
    return log


def harmless(text):
    return text and not OBEYED & set(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<!channel> <@U1>", "‹!channel› ‹(at)U1›"),
        ("<https://evil|Open package>", "‹https:/ /evil|Open package›"),
        ("[Open](https://evil)", "⁅Open⁆(https:/ /evil)"),
        ("@everyone `x`", "(at)everyone 'x'"),
        ("0.7 to 1.2, 85 %", "0.7 to 1.2, 85 %"),
    ],
)
def test_a_message_shows_what_a_source_wrote_and_obeys_none_of_it(written, read):
    assert told(written) == read
    assert harmless(told(written + ESCAPE))


def test_a_notification_and_its_log_are_harmless(monkeypatch, log):
    sent = []
    monkeypatch.setattr(notify, "_log", lambda: log)
    monkeypatch.setattr(notify, "Settings", lambda: SimpleNamespace(notify="slack-webhook/qa"))
    monkeypatch.setattr(notify, "_send", lambda *told: sent.append(told))
    notify.tell(f"B1 <!here>{ESCAPE}", f"<https://evil|Open package>{ESCAPE}")
    ((name, subject, body),) = sent
    assert name == "slack-webhook/qa"
    assert subject.startswith("B1 ‹!here›")
    assert body.startswith("‹https:/ /evil|Open package›")
    assert harmless(subject + body + "".join(log.handlers[0].said))


def test_the_log_of_a_presented_package_is_harmless(monkeypatch, log):
    read = SimpleNamespace(
        batch=f"B1{ESCAPE}", stage="initial", readiness="ready", exceptions=(), number=1
    )
    monkeypatch.setattr(present, "opened", lambda _: read)
    monkeypatch.setattr(present, "get_run_logger", lambda: log)
    for name in ("create_markdown_artifact", "create_table_artifact"):
        monkeypatch.setattr(present, name, lambda **_: None)
    monkeypatch.setattr(present, "readiness_text", lambda *_: "")
    present.present_package(SimpleNamespace(page=""))
    assert log.handlers[0].said == [f"B1{plain(ESCAPE)}: Ready for its initial stage."]


def test_the_log_of_the_watch_is_harmless(monkeypatch, log):
    found = SimpleNamespace(news=(), said=(f"MES: {ESCAPE}",))

    class Office:
        def __enter__(self):
            return SimpleNamespace(site=SimpleNamespace(site="s"))

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(watch_plant, "open_office", lambda _: Office())
    monkeypatch.setattr(watch_plant, "tag_run", lambda **_: None)
    monkeypatch.setattr(watch_plant, "tell_again", lambda *_: ())
    monkeypatch.setattr(watch_plant, "list_completed", lambda _: ((), ()))
    monkeypatch.setattr(watch_plant, "look", lambda *_: found)
    monkeypatch.setattr(watch_plant, "show_site", lambda *_: None)
    monkeypatch.setattr(watch_plant, "get_run_logger", lambda: log)
    watch_plant.watch_plant.fn("")
    assert log.handlers[0].said == [plain(f"MES: {ESCAPE}")]


def test_what_is_said_at_the_terminal_is_harmless(capsys):
    terminal.say(f"Found: {ESCAPE}.\nNext: look.")
    assert capsys.readouterr().err == f"Found: {plain(ESCAPE)}.\nNext: look.\n"
