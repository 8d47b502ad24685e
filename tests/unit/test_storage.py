"""Where the evidence is: an address is a folder or a bucket, and says nothing secret."""

import pytest

from contracts.errors import SiteError
from tasks.object_store import ObjectStore
from tasks.storage import open_storage
from tasks.store import Store


def test_no_address_is_the_home_folder_and_a_path_is_that_folder(tmp_path):
    home, other = tmp_path / "home", tmp_path / "other"
    assert open_storage("", home, "captures") == Store(home / "captures")
    assert open_storage(str(other), home, "records") == Store(other / "records")


def test_a_bucket_is_named_in_words_without_its_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-that-nobody-sees")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-that-nobody-sees")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://user:code@objects.example:9000")
    found = open_storage("s3://evidence/plant-1/", tmp_path, "captures")
    assert isinstance(found, ObjectStore)
    assert found.where == "the evidence store s3://evidence/plant-1 at objects.example:9000"
    assert "nobody-sees" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3:///prefix",
        "s3://key:secret@evidence",
        "s3://Evidence",
        "s3://evidence/a//b",
        "s3://evidence/../other",
        "s3://evidence?secret=1",
        "s3://evidence/a b",
    ],
)
def test_what_is_no_address_of_a_bucket_is_refused_and_not_repeated(tmp_path, address):
    with pytest.raises(SiteError, match="s3://BUCKET/PREFIX") as caught:
        open_storage(address, tmp_path, "captures")
    assert "secret" not in str(caught.value)


def test_another_kind_of_place_is_refused(tmp_path):
    with pytest.raises(SiteError, match="of the kind 'gs'"):
        open_storage("gs://bucket/prefix", tmp_path, "captures")
