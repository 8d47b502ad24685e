"""Time stamps: a real authority over real HTTP; whatever cannot be checked is refused in words."""

import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
from seal.conftest import asked_at
from sources_fetch.scripted_http import (
    Scripted,
    cuts_midway,
    drips,
    hangs_up,
    never_ends,
    says,
    stays_silent,
)

from contracts.errors import SealError, SiteError, UnavailableError
from infra.plant.authority import ROOT_FILE, Authority, Validity
from tasks.timestamps import stamp, stamped_at

DATA = b'{"payload":"...","payloadType":"application/vnd.in-toto+json","signatures":[]}'


def answered(authority: Authority, data: bytes = DATA) -> bytes:
    """Return an answer to a question of another nonce."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = authority.reply(request.as_bytes())
    assert answer
    return answer


def refused(ask, words: str) -> None:
    with pytest.raises(SealError, match=words) as caught:
        ask()
    assert caught.value.expected
    assert "answer" in caught.value.where
    assert caught.value.move


def test_a_stamp_says_when_the_bytes_were_there(authority: Authority):
    before = datetime.now(UTC).replace(microsecond=0)
    response = stamp(asked_at(authority), DATA)
    at = stamped_at(asked_at(authority), DATA, response)
    assert before <= at <= datetime.now(UTC)
    assert len(response) < 1000


def test_openssl_verifies_the_stamp_with_the_root_alone(authority: Authority, tmp_path: Path):
    (tmp_path / "seal.json").write_bytes(DATA)
    (tmp_path / "timestamp.tsr").write_bytes(stamp(asked_at(authority), DATA))
    command = ["openssl", "ts", "-verify", "-data", str(tmp_path / "seal.json"), "-in"]
    command += [str(tmp_path / "timestamp.tsr"), "-CAfile", str(authority.folder / ROOT_FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Verification: OK")
    (tmp_path / "seal.json").write_bytes(DATA + b" ")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_a_stamp_of_other_bytes_is_refused(authority: Authority):
    response = stamp(asked_at(authority), DATA)
    refused(lambda: stamped_at(asked_at(authority), DATA + b" ", response), "Mismatch between")


def test_an_old_answer_is_refused(authority: Authority, server: Scripted):
    server.will(says(answered(authority)))
    refused(lambda: stamp(asked_at(authority, server.url), DATA), "Nonce mismatch")
    assert len(server.targets) == 1  # a lie is not asked for again


def test_the_question_is_asked_as_rfc_3161_says(authority: Authority, server: Scripted):
    server.will(says(b"none"))
    refused(lambda: stamp(asked_at(authority, server.url), DATA), "no readable time stamp")
    assert server.headers[0]["content-type"] == "application/timestamp-query"
    answer = authority.reply(server.bodies[0])
    assert answer
    stamped_at(asked_at(authority), DATA, answer)


def test_a_stamp_of_another_authority_is_refused(authority: Authority, tmp_path: Path):
    other = Authority(tmp_path / "other")
    other.start()
    response = stamp(asked_at(other), DATA)
    other.stop()
    refused(lambda: stamped_at(asked_at(authority), DATA, response), "certificate")


def test_an_authority_that_sends_its_chain_unsorted_is_refused(tmp_path: Path):
    folder = tmp_path / "chained"
    chained = Authority(folder, ("-chain", str(folder / ROOT_FILE)))
    chained.start()
    refused(lambda: stamp(asked_at(chained), DATA), "not sorted as DER demands")
    chained.stop()


def test_a_certificate_is_judged_at_the_time_it_stamped(tmp_path: Path):
    now = datetime.now(UTC)
    short = Authority(tmp_path / "short")
    short.start(Validity(now - timedelta(days=1), now + timedelta(seconds=3)))
    response = stamp(asked_at(short), DATA)
    time.sleep(max(0.0, (now + timedelta(seconds=5) - datetime.now(UTC)).total_seconds()))
    assert stamped_at(asked_at(short), DATA, response) < datetime.now(UTC)
    refused(lambda: stamp(asked_at(short), DATA), "expired")
    short.stop()


def test_an_expired_or_coming_certificate_stamps_nothing(tmp_path: Path):
    now, day = datetime.now(UTC), timedelta(days=1)
    for name, validity, words in (
        ("expired", Validity(now - 9 * day, now - day), "expired"),
        ("coming", Validity(now + day, now + 9 * day), "not yet valid"),
    ):
        one = Authority(tmp_path / name)
        one.start(validity)
        asked = asked_at(one)
        refused(lambda asked=asked: stamp(asked, DATA), words)
        one.stop()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_is_noticed(authority: Authority, hours: int):
    ours = datetime.now(UTC) + timedelta(hours=hours)
    refused(lambda: stamp(asked_at(authority), DATA, lambda: ours), "when our clock says")


def test_a_refusal_is_told(authority: Authority):
    request = TimestampRequestBuilder().data(DATA).hash_algorithm(HashAlgorithm.SHA256).build()
    unknown = request.as_bytes().replace(
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x01", b"\x60\x86\x48\x01\x65\x03\x04\x02\x09"
    )
    answer = authority.reply(unknown)
    assert answer
    refused(lambda: stamped_at(asked_at(authority), DATA, answer), r"a refusal \(status 2")


def test_no_changed_byte_of_a_stamp_says_another_time(authority: Authority):
    response, asked = answered(authority), asked_at(authority)
    at, believed = stamped_at(asked, DATA, response), []
    for position in range(len(response)):
        changed = bytearray(response)
        changed[position] ^= 0x01
        try:
            assert stamped_at(asked, DATA, bytes(changed)) == at
            believed.append(position)
        except SealError:
            continue
    # CMS (RFC 5652, 5.3) signs neither its version numbers nor the name of the signature's
    # algorithm (8 bytes): 2 + 8
    assert len(believed) <= 2 + 8


@pytest.mark.parametrize("cut", [0, 1, 2, 100, -1])
def test_a_shorter_stamp_is_none(authority: Authority, cut: int):
    response = answered(authority)
    refused(lambda: stamped_at(asked_at(authority), DATA, response[:cut]), "no readable time stamp")


def test_a_longer_stamp_is_none(authority: Authority):
    response = answered(authority) + b"\x00"
    refused(lambda: stamped_at(asked_at(authority), DATA, response), "something follows its end")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (says(b"", 500), "the answer 500"),
        (says(b"", 503), "the answer 503"),
        (stays_silent(0.6), "silence for 0.2 s"),
        (hangs_up, "the connection was cut"),
        (cuts_midway(b"x" * 900), "the connection was cut"),
        (drips(0.05, 60), "more than 6 timeouts"),
    ],
)
def test_who_does_not_answer_is_asked_again(
    authority: Authority, server: Scripted, step, words: str
):
    timeout = 0.2 if "0.2 s" in words or "timeouts" in words else 10
    server.will(step)
    with pytest.raises(UnavailableError, match=words) as caught:
        stamp(replace(asked_at(authority, server.url), timeout_seconds=timeout), DATA)
    assert "2 attempts" in caught.value.found
    assert len(server.targets) == 2
    assert server.url not in caught.value.in_words()


def test_an_answer_at_the_second_attempt_counts(authority: Authority, server: Scripted):
    def answers(handler) -> None:
        says(authority.reply(server.bodies[-1]))(handler)

    server.will(says(b"", 503), answers)
    stamp(asked_at(authority, server.url), DATA)


def test_nobody_there_is_told(authority: Authority):
    with pytest.raises(UnavailableError, match="no connection"):
        stamp(asked_at(authority, "http://127.0.0.1:9"), DATA)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (says(b"<html>Login</html>"), "no readable time stamp"),
        (says(b""), "no readable time stamp"),
        (says(b"", 403), "the answer 403"),
        (says(b"", 302, Location="http://elsewhere/"), "the answer 302"),
        (never_ends, "an answer of more than 65536 bytes"),
    ],
)
def test_another_answer_is_refused(authority: Authority, server: Scripted, step, words: str):
    server.will(step)
    refused(lambda: stamp(asked_at(authority, server.url), DATA), words)
    assert len(server.targets) == 1


def test_without_roots_nobody_is_asked(authority: Authority, server: Scripted, tmp_path: Path):
    asked = replace(asked_at(authority, server.url), roots_file=tmp_path / "none.pem")
    with pytest.raises(SiteError, match=r"no certificates in the file none\.pem"):
        stamp(asked, DATA)
    assert not server.targets
