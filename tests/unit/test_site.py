"""The site file: read strictly, every problem in one error, no secret in it and none shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.errors import SiteError
from tasks.site import load_site
from tasks.site_source import SiteSource

GOOD = """\
site: demo-plant
product: car-t-autologous
clock: "2026-03-24T06:00:00+00:00"
sources:
  batch_record: {kind: b2mml-http, url: "http://127.0.0.1:8001", time_zone: Europe/Amsterdam}
  lims:
    kind: senaite
    url: "https://lims.example/senaite"
    token_file: lims-token
    time_zone: UTC
    timeout_seconds: 2.5
    attempts: 6
    retry_delay_seconds: 0
  equipment: {kind: opcua-ha, url: "opc.tcp://127.0.0.1:4840/batchproof/plant/", time_zone: UTC}
batches: [CART-26-0001, "0002"]
"""
TOKEN = "hush-hush-0815"  # noqa: S105 - made up for this test


def written(folder: Path, text: str) -> Path:
    (folder / "lims-token").write_text(f"{TOKEN}\n")
    path = folder / "site.yaml"
    path.write_text(text)
    return path


def refused(folder: Path, old: str, new: str) -> str:
    """Return what is said about the good file with one part changed."""
    assert old in GOOD
    with pytest.raises(SiteError) as caught:
        load_site(written(folder, GOOD.replace(old, new, 1)))
    assert caught.value.where == "site.yaml"
    assert caught.value.move
    return caught.value.found


def test_a_site_file_says_what_it_says(tmp_path: Path):
    site = load_site(written(tmp_path, GOOD))
    assert (site.site, site.product_of("0002")) == ("demo-plant", "car-t-autologous")
    assert site.clock == datetime(2026, 3, 24, 6, tzinfo=UTC)
    assert site.batches == ("CART-26-0001", "0002")
    assert site.sources["batch_record"] == SiteSource(
        "batch_record", "b2mml-http", "http://127.0.0.1:8001", "Europe/Amsterdam"
    )
    assert site.sources["batch_record"].timeout_seconds == 10
    assert site.sources["batch_record"].attempts == 4
    lims = site.sources["lims"]
    assert (lims.timeout_seconds, lims.attempts, lims.retry_delay_seconds) == (2.5, 6, 0)
    assert site.sources["equipment"].kind == "opcua-ha"


TWO = GOOD.replace(
    "product: car-t-autologous", 'products: {car-t-autologous: "CART-*", aav-hek293: AAV-*}'
).replace(', "0002"', ", AAV-26-0001")


def test_a_batch_belongs_to_the_product_whose_pattern_its_number_fits(tmp_path: Path):
    site = load_site(written(tmp_path, TWO))
    assert site.batches == ("CART-26-0001", "AAV-26-0001")
    assert [site.product_of(one) for one in site.batches] == ["car-t-autologous", "aav-hek293"]


@pytest.mark.parametrize("batch", ["MAB-26-0001", "aav-26-0001", "AAV", ""])
def test_a_batch_of_no_product_is_refused_in_words(tmp_path: Path, batch: str):
    site = load_site(written(tmp_path, TWO))
    for ask in (site.product_of, site.context):
        with pytest.raises(SiteError, match=f"the batch {batch} fits no product") as refused:
            ask(batch)
        assert "CART-* (car-t-autologous), AAV-* (aav-hek293)" in refused.value.expected
        assert refused.value.move


def test_a_batch_of_two_products_is_refused_in_words(tmp_path: Path):
    site = load_site(written(tmp_path, TWO.replace("AAV-*", '"*-0002"').partition("batches:")[0]))
    assert site.product_of("CART-26-0001") == "car-t-autologous"
    with pytest.raises(SiteError, match="fits car-t-autologous and aav-hek293"):
        site.product_of("CART-26-0002")


def test_a_listed_batch_of_no_product_or_of_two_is_told_with_its_line(tmp_path: Path):
    text = TWO.replace("AAV-*", '"*-26-*"').replace("AAV-26-0001", "AAV-27-0001")
    with pytest.raises(SiteError) as refused:
        load_site(written(tmp_path, text))
    assert refused.value.found == (
        "line 15: the batch CART-26-0001 fits car-t-autologous and aav-hek293; "
        "line 15: the batch AAV-27-0001 fits no product"
    )


def test_the_context_is_what_the_site_says_of_a_batch(tmp_path: Path):
    site = load_site(written(tmp_path, TWO))
    assert site.context("AAV-26-0001") == {"product": "aav-hek293", "site": "demo-plant"}
    more = 'market: EU\nclinical_phase: phase 1/2\nprocess_version: "2.0"\nbatches:'
    told = load_site(written(tmp_path, GOOD.replace("batches:", more)))
    assert told.context("0002") == {
        "product": "car-t-autologous",
        "site": "demo-plant",
        "market": "EU",
        "clinical_phase": "phase 1/2",
        "process_version": "2.0",
    }


def test_the_clock_and_the_batches_may_be_left_out(tmp_path: Path):
    text = GOOD.replace('clock: "2026-03-24T06:00:00+00:00"\n', "").partition("batches:")[0]
    site = load_site(written(tmp_path, text))
    assert site.clock is None
    assert site.batches == ()


def test_a_clock_that_was_set_runs_from_there_on(tmp_path: Path):
    still = load_site(written(tmp_path, GOOD))
    set_at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    text = GOOD.replace("batches:", 'clock_set_at: "2026-11-24T09:00:00+00:00"\nbatches:')
    running = load_site(written(tmp_path, text))
    now = set_at + timedelta(minutes=5)
    assert still.time(now) == still.clock
    assert running.time(now) == still.clock + timedelta(minutes=5)


def test_a_clock_that_was_set_to_nothing_is_refused(tmp_path: Path):
    text = GOOD.replace('clock: "', 'clock_set_at: "')
    with pytest.raises(SiteError, match="lacks clock"):
        load_site(written(tmp_path, text))


def test_a_clock_without_quotes_is_the_same_clock(tmp_path: Path):
    text = GOOD.replace('"2026-03-24T06:00:00+00:00"', "2026-03-24T06:00:00+00:00")
    assert load_site(written(tmp_path, text)).clock == datetime(2026, 3, 24, 6, tzinfo=UTC)


def test_the_token_lies_beside_the_site_file_and_is_never_shown(tmp_path: Path):
    site = load_site(written(tmp_path, GOOD))
    assert site.sources["lims"].token() == TOKEN
    assert site.sources["batch_record"].token() == ""
    assert TOKEN not in repr(site)


def test_the_token_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SITE_LIMS_TOKEN", TOKEN)
    text = GOOD.replace("token_file: lims-token", "token_env: SITE_LIMS_TOKEN")
    site = load_site(written(tmp_path, text))
    assert site.sources["lims"].token() == TOKEN
    assert TOKEN not in repr(site)
    monkeypatch.delenv("SITE_LIMS_TOKEN")
    with pytest.raises(SiteError, match="no token in the variable SITE_LIMS_TOKEN"):
        load_site(tmp_path / "site.yaml")


@pytest.mark.parametrize("content", [None, b"", b"\n", b"two words", b"one\ntwo", b"\xff\xfe"])
def test_a_token_file_that_holds_no_token(tmp_path: Path, content: bytes | None):
    path = written(tmp_path, GOOD)
    token = tmp_path / "lims-token"
    token.unlink() if content is None else token.write_bytes(content)
    with pytest.raises(SiteError, match=r"line 6: sources\.lims: no token in the file lims-token"):
        load_site(path)


@pytest.mark.parametrize(
    "key", ["token", "password", "Passwd", "client_secret", "api-key", "apikey"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, key: str):
    found = refused(tmp_path, "token_file: lims-token", f"{key}: {TOKEN}")
    assert f"line 9: sources.lims.{key} would put a secret into the site file" in found
    assert TOKEN not in found


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("site: demo-plant\n", "", "line 1: the file lacks site"),
        ("site: demo-plant", "site: Demo Plant", "line 1: site is not lower-case letters"),
        ("site: demo-plant", "site: no", "line 1: site is false, expected type string; quote it"),
        ("batches:", "on: 1\nbatches:", "line 15: the key on, which YAML does not read as a word"),
        ("batches:", "colour: red\nbatches:", "line 15: the file has the unknown key colour"),
        ("batches:", "site: b\nbatches:",
         "line 15: the key site a second time (first on line 1)"),
        ('"0002"', "0002", "line 15: batches.1 is 2, expected type string; quote it"),
        ('"0002"', '"a/b"', "line 15: batches.1 is not a batch number"),
        ("+00:00", "", "line 3: clock is not a time that exists, in ISO 8601, with its zone"),
        ("03-24", "02-30", "line 3: clock is not a time that exists"),
        ("Europe/Amsterdam", "Europe/Amsterdm", "line 5: sources.batch_record.time_zone is not"),
        ("Europe/Amsterdam", '"../UTC"', "line 5: sources.batch_record.time_zone is not"),
        ("Europe/Amsterdam", "No", "time_zone is false, expected type string; quote it"),
        ("kind: b2mml-http", "kind: sparkplug",
         'line 5: sources.batch_record.kind is "sparkplug", expected b2mml-http'),
        ("http://127.0.0.1:8001", "ftp://127.0.0.1", "line 5: sources.batch_record.url is not"),
        ("http://127.0.0.1:8001", "http://h:99999", "line 5: sources.batch_record.url is not"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:PORT", "sources.batch_record.url is not"),
        ("http://127.0.0.1:8001", "http://h/x?y=1", "line 5: sources.batch_record.url is not"),
        ("attempts: 6", "attempts: 0", "line 12: sources.lims.attempts is 0, expected at least 1"),
        ("attempts: 6", "attempts: 2.5", "sources.lims.attempts is 2.5, expected type integer"),
        ("attempts: 6", "attempts: yes", "sources.lims.attempts is true, expected type integer"),
        ("2.5", "0", "line 11: sources.lims.timeout_seconds is 0, expected more than 0"),
        ("2.5", ".nan", "line 11: a number or a yes or no that is none"),
        ("2.5", ".inf", "line 11: a number or a yes or no that is none"),
        ("time_zone: UTC}", "time_zone: UTC, token_env: HOME}",
         "line 14: sources.equipment takes no token"),
        ("token_file: lims-token", "token_file: lims-token\n    token_env: HOME",
         "line 6: sources.lims has token_file and token_env"),
        ("  equipment:", "  historian:", "line 4: sources lacks equipment"),
        ("site: demo-plant", "site: &a demo\nproduct: *a", "an alias"),
        ("site: demo-plant", "site: !!python/name:os.system", "line 1: a value with a tag"),
        ("site: demo-plant", "site: [", "line 3: this is not YAML"),
        ("product: car-t-autologous\n", "", "line 1: the file lacks product"),
        ("batches:", "products: {a: A-*}\nbatches:",
         "line 15: the file has product and products, not one"),
        ("product: car-t-autologous", "products: {CAR T: C-*}",
         'line 2: products has the key "CAR T", which is not lower-case letters'),
        ("product: car-t-autologous", "products: {car-t: 'C- *'}",
         "line 2: products.car-t is not a pattern of batch numbers such as CART-*"),
        ("product: car-t-autologous", "products: {car-t: 'C[0-9]'}", "products.car-t is not a"),
        ("product: car-t-autologous", "products: {car-t: *}", "this is not YAML"),
        ("product: car-t-autologous", "products: {}", "products is a group of keys, expected"),
        ("product: car-t-autologous", "products: [car-t]", "products is a list, expected type"),
        ("batches:", "market: 7\nbatches:", "market is 7, expected type string; quote it"),
        ("batches:", "process_version: 2.0\nbatches:", "expected type string; quote it"),
        ("batches:", 'clinical_phase: " 2"\nbatches:', "clinical_phase is not a text of at most"),
        ("site: demo-plant", "site: !!bool maybe", "line 1: a number or a yes or no that is none"),
        ("site: demo-plant", 'site: "\\UFFFFFFFF"', "this is not YAML"),
        ("site: demo-plant", "? [a]\n: b", "line 1: a key that is no word"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str):
    assert words in refused(tmp_path, old, new)


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path):
    found = refused(tmp_path, "http://127.0.0.1:8001", f"http://me:{TOKEN}@127.0.0.1:8001")
    assert "no query, no user name" in found
    assert TOKEN not in found


def test_all_problems_come_at_once(tmp_path: Path):
    text = (
        GOOD.replace("demo-plant", "Demo").replace("UTC", "Utopia").replace("attempts: 6", "x: 1")
    )
    with pytest.raises(SiteError) as caught:
        load_site(written(tmp_path, text))
    # the site's name, two zones, one unknown key
    assert len(caught.value.found.split("; ")) == 1 + 2 + 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (b"site: a\n---\nsite: b\n", "this is not YAML"),
        (b"just words", "the file is"),
        (b"- a\n- b\n", "the file is a list"),
        (b"site: \x00\n", "this is not YAML"),
        (b"[" * 2000, "this is not YAML"),
        (b"a: " + b"[" * 50 + b"]" * 50, "lists too deep"),
        (b"#" * 1_000_001, "longer than"),
    ],
    ids=range(10),
)
def test_what_is_no_site_file_at_all(tmp_path: Path, data: bytes, words: str):
    path = tmp_path / "site.yaml"
    path.write_bytes(data)
    with pytest.raises(SiteError, match=words):
        load_site(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(SiteError, match="No such file"):
        load_site(tmp_path / "none.yaml")
