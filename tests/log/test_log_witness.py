"""A witness signs what adds to what it saw, and nothing else: over HTTP, killed, and set back."""

import signal
import subprocess
import sys
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from log.log_nouns import ORIGIN, LogKey

from contracts import merkle
from contracts.errors import (
    IntegrityError,
    SiteError,
    StorageError,
    UnavailableError,
    UnreadableError,
)
from contracts.tlog_checkpoint import Checkpoint
from contracts.tlog_note import Note, parse_note, read_key
from contracts.tlog_witness import AddCheckpoint
from tasks.ask_witness import WitnessDoor, cosigned
from tasks.notes import signed, witnessed_at
from tasks.witness import Witness, known_logs
from tasks.witness_memory import Memory

ROOT = Path(__file__).parents[2]
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(20)]
FORKED = [*LEAVES[:5], *(merkle.leaf_hash(b"forged %d" % number) for number in range(15))]
NOW = 1_774_332_000  # 2026-03-24T06:00:00Z


def note_of(leaves, key: LogKey, origin: str = ORIGIN) -> Note:
    body = Checkpoint(origin, len(leaves), merkle.head(leaves)).body()
    return Note(body, (signed(body, key),))


def asked(leaves, old: int, key: LogKey | None = None, **changed) -> bytes:
    proof = changed.get("proof", merkle.consistency(leaves, old) if old <= len(leaves) else ())
    return str(AddCheckpoint(old, proof, note_of(leaves, key or LogKey()))).encode()


@pytest.fixture
def memory(tmp_path):
    opened = Memory.open(tmp_path / "witness.json")
    yield opened
    opened.close()


@pytest.fixture
def at():
    return [NOW]


@pytest.fixture
def own(memory, at, key) -> Witness:
    return Witness("w.example", memory, [key.public], lambda: at[0])


def test_it_signs_a_log_that_only_adds_and_says_when(own):
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        answer = own.add_checkpoint(asked(LEAVES[:size], old))
        assert answer.status == HTTPStatus.OK
        note = note_of(LEAVES[:size], LogKey())
        cosigned_note = f"{note}{answer.text}"
        assert witnessed_at(parse_note(cosigned_note), own.key) == NOW


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", HTTPStatus.BAD_REQUEST),
        (b"\xff", HTTPStatus.BAD_REQUEST),
        (asked(LEAVES[:8], 9), HTTPStatus.BAD_REQUEST),
        (asked(LEAVES[:8], 5, LogKey(seed=b"\x02" * 32)), HTTPStatus.FORBIDDEN),
        (asked(LEAVES[:8], 5).replace(b"old 5", b"old 05"), HTTPStatus.BAD_REQUEST),
        (asked(LEAVES[:8], 0, proof=()), HTTPStatus.CONFLICT),
        (asked(LEAVES[:3], 3), HTTPStatus.CONFLICT),  # a log that was cut
        (asked(LEAVES[:8], 8), HTTPStatus.CONFLICT),
        (asked(FORKED[:4] + FORKED[6:7], 5, proof=()), HTTPStatus.CONFLICT),  # another of that size
        (asked(LEAVES[:8], 5, proof=()), HTTPStatus.UNPROCESSABLE_ENTITY),
        (asked(LEAVES[:1] * 8, 5), HTTPStatus.UNPROCESSABLE_ENTITY),
        (
            asked(LEAVES[:8], 5, proof=(*merkle.consistency(LEAVES[:8], 5), b"\0" * 32)),
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
    ],
)
def test_it_signs_nothing_else(own, memory, body, status):
    assert own.add_checkpoint(asked(LEAVES[:5], 0)).status == HTTPStatus.OK
    before = memory.seen(ORIGIN)

    answer = own.add_checkpoint(body)

    assert answer.status == status
    assert "—" not in answer.text
    assert memory.seen(ORIGIN) == before
    if status == HTTPStatus.CONFLICT:
        assert (answer.text, answer.media_type) == ("5\n", "text/x.tlog.size")


def test_a_split_view_is_signed_once(own):
    """One log to the inspector, another to QA: whoever comes second gets no signature."""
    assert own.add_checkpoint(asked(LEAVES[:5], 0)).status == HTTPStatus.OK
    assert own.add_checkpoint(asked(LEAVES[:9], 5)).status == HTTPStatus.OK
    fork = asked(FORKED[:12], 9, proof=merkle.consistency(FORKED[:12], 9))
    assert own.add_checkpoint(fork).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_it_does_not_know_every_log(own, key):
    other = note_of(LEAVES[:5], LogKey("other.example"), "other.example")
    answer = own.add_checkpoint(str(AddCheckpoint(0, (), other)).encode())
    assert answer.status == HTTPStatus.NOT_FOUND


def test_its_clock_does_not_go_back(own, at):
    assert own.add_checkpoint(asked(LEAVES[:5], 0)).status == HTTPStatus.OK
    at[0] = NOW - 30  # a correction of some seconds
    assert own.add_checkpoint(asked(LEAVES[:6], 5)).status == HTTPStatus.OK
    at[0] = NOW - 3600
    answer = own.add_checkpoint(asked(LEAVES[:7], 6))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "set back" in answer.text


def test_what_cannot_be_kept_is_not_signed(own, tmp_path):
    (tmp_path / "witness.json.new").mkdir()
    answer = own.add_checkpoint(asked(LEAVES[:5], 0))
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "nothing was signed" in answer.text


def test_a_witness_that_forgot_does_not_start(tmp_path, key):
    memory = Memory.open(tmp_path / "witness.json")
    own = Witness("w.example", memory, [key.public], lambda: NOW)
    own.add_checkpoint(asked(LEAVES[:5], 0))
    state, secret = tmp_path / "witness.json", tmp_path / "witness.json.key"
    with pytest.raises(SiteError, match="another witness holds"):
        Memory.open(state)
    memory.close()
    again = Memory.open(state)
    assert again.seen(ORIGIN).size == 5
    again.close()
    assert secret.stat().st_mode & 0o777 == 0o600
    kept = state.read_bytes()
    for content, words in ((None, "a key without the state"), (b"{}", "no witness's state")):
        state.unlink() if content is None else state.write_bytes(content)
        with pytest.raises(SiteError, match=words):
            Memory.open(state)
    state.write_bytes(kept)
    secret.unlink()
    with pytest.raises(SiteError, match="a state without the key"):
        Memory.open(state)
    secret.write_text("no key", encoding="utf-8")
    with pytest.raises(SiteError, match="a key file that is none"):
        Memory.open(state)


def test_a_state_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be kept"):
        Memory.open(tmp_path / "file" / "witness.json")


@pytest.mark.parametrize(
    "text", ["", "# nothing", "no key", str(read_key(str(LogKey().public)))[:-2]]
)
def test_a_file_of_log_keys_says_keys(text):
    with pytest.raises(SiteError):
        known_logs(text)


def test_a_witness_key_is_no_log_key(own):
    with pytest.raises(SiteError, match="not a log's"):
        known_logs(f"{own.key}\n")


def proof(old: int, size: int) -> tuple[bytes, ...]:
    return merkle.consistency(LEAVES[:size], old)


def test_over_http_it_remembers_across_kills(start_witness, key):
    door, process = start_witness()
    first = cosigned(door, note_of(LEAVES[:5], key), 0, proof)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again, _ = start_witness()

    assert again.key == door.key
    # we have forgotten what it signed, and are told
    second = cosigned(again, note_of(LEAVES[:9], key), 0, proof)
    assert first.name == second.name == "witness.example/w1"
    with pytest.raises(IntegrityError, match="has seen 9 entries of this log, which now has 5"):
        cosigned(again, note_of(LEAVES[:5], key), 5, proof)
    with pytest.raises(IntegrityError, match="another log under our name"):
        cosigned(again, note_of(FORKED[:9], key), 9, proof)
    forked = note_of(FORKED[:12], key)
    with pytest.raises(UnreadableError, match=r"422.*does not follow"):
        cosigned(again, forked, 9, lambda old, size: merkle.consistency(FORKED[:size], old))


def test_a_signature_of_another_witness_is_not_believed(witness, key):
    other = replace(witness, key=replace(witness.key, public=LogKey().public.public))
    with pytest.raises(IntegrityError, match="compares the site file"):
        cosigned(other, note_of(LEAVES[:5], key), 0, proof)


def test_a_witness_that_does_not_answer_is_unavailable(key):
    door = WitnessDoor("http://127.0.0.1:9", LogKey("w.example").public)
    with pytest.raises(UnavailableError, match="no answer from the witness"):
        cosigned(door, note_of(LEAVES[:5], key), 0, proof)


def test_a_log_it_does_not_know_is_told_so(witness):
    other = LogKey("other.example")
    with pytest.raises(UnreadableError, match="404"):
        cosigned(witness, note_of(LEAVES[:5], other, other.name), 0, proof)


def test_the_server_refuses_what_is_not_asked_of_it(witness):
    assert httpx.post(f"{witness.url}/elsewhere", content=b"x").status_code == 404
    assert httpx.post(f"{witness.url}/add-checkpoint", content=b"x" * 300_000).status_code == 413
    assert httpx.post(f"{witness.url}/add-checkpoint", content=iter([b"x"])).status_code == 413
    assert httpx.get(f"{witness.url}/add-checkpoint").status_code == 501


def test_a_witness_needs_python_and_cryptography_only(witness_command):
    """Its modules are imported with every other distribution out of reach."""
    code = (
        "import sys, flows.witness\n"
        "known = {'flows', 'tasks', 'contracts', 'cryptography', '_cffi_backend', 'cffi',"
        " *sys.stdlib_module_names}\n"
        "tops = {name.split('.')[0] for name in sys.modules} - {'__main__'}\n"
        "print(sorted(one for one in tops - known if not one.startswith(('_', 'sitecustomize'))))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_taken_port_is_said(witness, witness_command):
    port = witness.url.rpartition(":")[2]
    for extra, words in (
        (["--port", port], "another witness holds"),
        (["--port", port, "--state", witness_command[6] + "2"], "cannot be taken"),
        (["--keys", "no such file"], "cannot be read"),
    ):
        done = subprocess.run(
            [*witness_command, *extra], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert words in done.stderr
