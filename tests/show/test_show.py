"""A package in the browser: its own files by their exact names, and nothing else of the machine."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from urllib.parse import urlsplit

import pytest

from contracts.errors import NotFoundError, UnavailableError
from flows.show import serving
from tasks.served_package import ServedPackage, answer


@pytest.fixture(scope="module")
def package(two_packages):
    return two_packages["CART-26-0002"]


@pytest.fixture
def copy(package, tmp_path):
    """A copy of a package that may be spoilt."""
    return shutil.copytree(package, tmp_path / package.name)


@pytest.fixture
def zipped(package, tmp_path):
    """The same in a zip, with the folder around it."""
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for one in sorted(package.rglob("*")):
            if one.is_file():
                packed.write(one, f"{package.name}/{one.relative_to(package).as_posix()}")
    return path


def get(address, path="/index.html", method="GET", **headers):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    found = connection.getresponse()
    told = found.status, dict(found.getheaders()), found.read()
    connection.close()
    return told


def test_every_file_of_a_package_is_given_as_it_is(package):
    opened = ServedPackage(package)
    files = [one.relative_to(package).as_posix() for one in package.rglob("*") if one.is_file()]
    for path in files:
        served = opened.answer(path)
        assert (served.status, served.body) == (200, (package / path).read_bytes())
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in served.headers["Content-Security-Policy"]
        assert "sandbox" in served.headers["Content-Security-Policy"]
    assert list(opened.findings()) == []


def test_a_zip_is_served_without_being_unpacked(package, zipped):
    assert answer(zipped, "index.html") == answer(package, "index.html")
    assert list(ServedPackage(zipped).findings()) == []


def test_only_the_page_is_a_page(package):
    opened = ServedPackage(package)
    html = {path for path in opened.manifest.members if _kind(opened, path.path) == "text/html"}
    assert {one.path for one in html} == {"index.html", "how-to-check.html"}
    assert "script" not in opened.answer("how-to-check.html").headers["Content-Security-Policy"]


def _kind(opened, path):
    return opened.answer(path).headers["Content-Type"].partition(";")[0]


def test_html_in_a_capture_stays_text(copy):
    """As an attacker would: a source that answers with a page, in a package made around it."""
    capture = next((copy / "captures").iterdir())
    capture.write_bytes(b"<script>alert(1)</script>")
    served = ServedPackage(copy).answer(f"captures/{capture.name}", anyway=True)
    assert served.body == b"<script>alert(1)</script>"
    assert served.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"].endswith("; sandbox")


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "captures/../../secret",
        "..%2fsecret",
        "/etc/passwd",
        "//etc/passwd",
        "captures",
        "captures/",
        ".",
        "./index.html",
        "index.html/",
        "INDEX.HTML",
        "index.html\0.txt",
        "captures\\..\\..\\secret",
    ],
)
def test_no_way_leads_out(copy, path):
    (copy.parent / "secret").write_text("secret")
    assert answer(copy, path).status == 404
    with serving(ServedPackage(copy)) as address:
        if "\0" not in path:
            status, _, body = get(address, f"/{path}")
            assert (status, b"secret" in body) == (404, False)


def test_a_link_is_no_member(copy, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    capture = next((copy / "captures").iterdir())
    capture.unlink()
    capture.symlink_to(secret)
    (copy / "contracts").rename(tmp_path / "contracts")
    (copy / "contracts").symlink_to(tmp_path / "contracts")
    opened = ServedPackage(copy)
    for path in (f"captures/{capture.name}", "contracts/lims.json"):
        assert opened.answer(path, anyway=True).status == 404
    told = "\n".join(opened.findings())
    assert f"captures/{capture.name}: It is no plain file" in told
    assert "contracts/lims.json: it is not there" in told


def test_a_file_that_was_changed_or_put_there_is_not_given(copy):
    (copy / "index.html").write_text("<p>ready</p>")
    (copy / "evil.html").write_text("<p>more</p>")
    opened = ServedPackage(copy)
    assert opened.answer("index.html").status == 409
    assert opened.answer("index.html", anyway=True).body == b"<p>ready</p>"
    assert opened.answer("evil.html", anyway=True).status == 404
    assert sorted(opened.findings()) == [
        "evil.html: the manifest does not name it",
        "index.html: it is not the file the package was made with",
    ]


def test_what_is_no_package_is_told(tmp_path, copy):
    with pytest.raises(NotFoundError):
        ServedPackage(tmp_path)
    assert answer(tmp_path, "index.html").status == 404
    manifest = json.loads((copy / "manifest.json").read_bytes())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"batch": "OTHER"}))
    assert answer(copy, "index.html").status == 409


def test_the_server_answers_get_and_head_under_its_own_name_alone(package):
    with serving(ServedPackage(package)) as address:
        page = (package / "index.html").read_bytes()
        assert get(address)[::2] == (200, page)
        assert get(address, "/index.html?theme=dark")[0] == 200
        status, headers, body = get(address, method="HEAD")
        assert (status, headers["Content-Length"], body) == (200, str(len(page)), b"")
        assert get(address, "/")[:2][1]["Location"] == "index.html"
        assert get(address, method="POST")[0] == 501
        for name in ("evil.example", "evil.example:80", "127.0.0.1", "localhost.evil.example"):
            assert get(address, Host=name)[0] == 421
        port = urlsplit(address).port
        assert get(address, Host=f"localhost:{port}")[0] == 200
        with pytest.raises(UnavailableError), serving(ServedPackage(package), port):
            pass


def test_the_command_prints_the_address_and_ends_with_ctrl_c(package, copy):
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = [sys.executable, "-c", f"{heeds}; from flows.program import main; main()", "show"]
    # A suite that runs in the background hands on that Ctrl-C is ignored.
    with subprocess.Popen(
        [*program, str(package), "--no-browser"], stdout=subprocess.PIPE, text=True, env=_quiet()
    ) as running:
        address = running.stdout.readline().strip()
        assert get(address)[0] == 200
        running.send_signal(signal.SIGINT)
        assert running.wait(10) == 0
    (copy / "index.html").write_text("changed")
    found = subprocess.run(
        [*program, str(copy)], capture_output=True, text=True, check=False, env=_quiet()
    )
    assert (found.returncode, found.stdout) == (1, "")
    assert "index.html: it is not the file the package was made with" in found.stderr


def _quiet():
    return os.environ | {"BROWSER": "true", "PYTHONUNBUFFERED": "1"}
