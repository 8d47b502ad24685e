"""The evidence store in a bucket, on a real server: the same promises as a folder keeps."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from obstore.exceptions import AlreadyExistsError

from contracts.errors import IntegrityError, NotFoundError, StorageError, UnavailableError
from contracts.evidence import digest_of
from tasks.object_store import ObjectStore
from tasks.storage import open_storage

ABC = (
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, SHA-256("abc")
)
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256("")


@pytest.fixture
def room():
    """A room of its own for each test."""
    return f"captures-{secrets.token_hex(4)}"


@pytest.fixture
def store(bucket, room):
    return ObjectStore.open(bucket.address, room)


def key_of(room, digest):
    return f"demo-plant/{room}/{digest[:2]}/{digest[2:]}"


@pytest.mark.parametrize(("data", "digest"), [(b"abc", ABC), (b"", EMPTY)])
def test_bytes_are_kept_under_their_digest_as_in_a_folder(bucket, store, room, data, digest):
    assert store.put(data) == digest
    assert store.get(digest) == data
    listed = [one["path"] for page in bucket.as_owner().list(f"demo-plant/{room}") for one in page]
    assert listed == [key_of(room, digest)]


def test_a_large_capture_is_kept_in_one_piece(store):
    data = secrets.token_bytes(20_000_000)
    assert store.get(store.put(data)) == data


@pytest.mark.parametrize("name", ["", "abc", ABC.upper(), f"../{ABC}", f"{ABC}\n", "\u0663" * 64])
def test_what_is_no_digest_names_no_object(store, name):
    with pytest.raises(IntegrityError, match="64 lower-case hex digits"):
        store.get(name)


def test_what_was_never_kept_is_not_found(store):
    with pytest.raises(NotFoundError, match=ABC) as caught:
        store.get(ABC)
    assert "s3://evidence/demo-plant" in str(caught.value)


def test_the_server_itself_refuses_to_write_over_an_object(store):
    store.put(b"abc")
    with pytest.raises(AlreadyExistsError):  # the same library, asked past our own door
        store.bucket.put(f"{ABC[:2]}/{ABC[2:]}", b"abd", mode="create")
    assert store.get(ABC) == b"abc"


def test_a_changed_byte_is_noticed_on_the_way_out_and_on_the_way_in(bucket, store, room):
    store.put(b"abc")
    owner = bucket.as_owner()
    owner.put(key_of(room, ABC), b"abd")
    with pytest.raises(IntegrityError, match="the name " + ABC):
        store.get(ABC)
    with pytest.raises(IntegrityError, match="the name " + ABC):
        store.put(b"abc")
    # and the trace of the change is left to be looked at
    assert bytes(owner.get(key_of(room, ABC)).bytes()) == b"abd"


def test_many_writers_of_the_same_bytes_leave_one_object(bucket, store):
    everybody = Barrier(16)
    data = secrets.token_bytes(5_000)
    own = ObjectStore.open(bucket.address, "race")

    def write(number):
        everybody.wait()
        return (store if number % 2 else own).put(data)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(write, range(16))) == {digest_of(data)}


def test_a_folder_copied_into_a_bucket_is_the_same_store(bucket, store, room, tmp_path):
    kept = open_storage(str(tmp_path), Path("nowhere"), room)
    digests = [kept.put(one) for one in (b"abc", b"", b"more")]
    for path in (tmp_path / room).rglob("*"):
        if path.is_file():
            bucket.as_owner().put(f"demo-plant/{path.relative_to(tmp_path)}", path.read_bytes())
    assert [store.get(one) for one in digests] == [b"abc", b"", b"more"]


def told(store, kind=StorageError):
    """What is said where bytes are kept, and where they are read."""
    words = []
    for ask in (lambda: store.put(b"abc"), lambda: store.get(ABC)):
        with pytest.raises(kind) as caught:
            ask()
        assert type(caught.value) is kind
        words.append(str(caught.value))
    return words


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("AWS_SECRET_ACCESS_KEY", "another-secret", "SignatureDoesNotMatch"),
        ("AWS_ACCESS_KEY_ID", "another-key", "InvalidAccessKeyId"),
    ],
)
def test_wrong_keys_are_refused_in_words_that_do_not_repeat_them(
    bucket, monkeypatch, name, value, code
):
    monkeypatch.setenv(name, value)
    for words in told(ObjectStore.open(bucket.address, "captures")):
        assert f"the object store refuses ({code})" in words
        assert "another" not in words
        assert bucket.user.key not in words


def test_a_bucket_of_somebody_else_is_refused(bucket):
    for words in told(ObjectStore.open("s3://elsewhere", "captures")):
        assert "the object store refuses (AccessDenied)" in words


def test_a_bucket_that_is_gone_is_told(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.owner.key)  # who may see that there is none
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.owner.secret)
    store = ObjectStore.open("s3://gone", "captures")
    with pytest.raises(StorageError, match="no bucket of this name"):
        store.get(ABC)


def test_a_server_that_does_not_answer_is_told_as_such(bucket, monkeypatch):
    monkeypatch.setattr("tasks.object_store._ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for words in told(ObjectStore.open(bucket.address, "captures"), UnavailableError):
        assert "the object store did not answer" in words
        assert "at 127.0.0.1:1" in words


def test_no_keys_at_all_are_told(bucket, monkeypatch):
    monkeypatch.setattr("tasks.object_store._ATTEMPTS", 0)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")  # this machine has no role
    for words in told(ObjectStore.open(bucket.address, "captures")):
        assert "no keys for the object store" in words
