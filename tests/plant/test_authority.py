"""The plant's time-stamp authority: named in its site file, of use to who collects from there."""

from contextlib import closing

import httpx
import pytest

from contracts.errors import SealError
from infra.plant import authority as module
from infra.plant.plant import Plant
from infra.plant.site import Ports, site_file
from tasks.site import load_site
from tasks.timestamps import stamp, stamped_at


def test_the_site_file_names_an_authority_that_stamps(plant):
    named = load_site(plant.directory / "site.yaml").timestamps
    assert named is not None
    response = stamp(named, b"a seal")
    stamped_at(named, b"a seal", response)
    assert len(response) < 1000
    assert (plant.directory / "timestamps" / "tsa.key").stat().st_mode & 0o077 == 0


def test_it_answers_time_stamp_queries_only(plant):
    named = load_site(plant.directory / "site.yaml").timestamps
    bodies = (b"", b"x" * 9999, b"no query")
    with closing(httpx.Client(trust_env=False)) as client:
        answers = [client.post(named.url, content=body) for body in bodies]
        assert client.get(named.url).status_code == 501
    assert [one.status_code for one in answers] == [400, 400, 200]
    with pytest.raises(SealError, match="a refusal"):  # RFC 3161, 2.4.2: rejection, badDataFormat
        stamped_at(named, b"no query", answers[2].content)


def test_each_plant_has_a_root_of_its_own(plant, twin):
    roots = [(one.directory / "timestamps" / "root.pem").read_bytes() for one in (plant, twin)]
    assert roots[0] != roots[1]


def test_without_openssl_the_section_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    assert Plant(folder=tmp_path)._serve_authority() is None  # noqa: SLF001 - the rest takes seconds
    assert "timestamps" not in site_file(tmp_path / "site.yaml", Ports(1, 2, 3, 4))
    assert "timestamps:" in site_file(tmp_path / "site.yaml", Ports(1, 2, 3, 4, 5))


def test_a_folder_keeps_its_root(tmp_path):
    """What a plant stamped yesterday is believed today: the demo is run again into its folder."""
    roots = []
    for _ in range(2):
        one = module.Authority(tmp_path)
        one.start()
        one.stop()
        roots.append((tmp_path / module.ROOT_FILE).read_bytes())
    assert roots[0] == roots[1]
