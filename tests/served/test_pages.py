"""What a browser sees of a served plant: the reason, the package's page, and no other server."""

import json
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
BATCH = "CART-26-0002"


@pytest.fixture(scope="module")
def artifacts(served, prepared):
    return served.artifacts()


def seen(page, address, words):
    """Open an address; return what is written there once the words are, and keep a picture."""
    page.goto(address)
    page.get_by_text(words).first.wait_for(timeout=60_000)
    pictures = ROOT / "screenshots"
    pictures.mkdir(exist_ok=True)
    name = "-".join(address.split("/")[3:5]) or "start"
    page.screenshot(path=pictures / f"served-{name}.png")
    return page.inner_text("body")


def test_the_artifacts_say_what_blocks(artifacts):
    table = json.loads(artifacts["exceptions-cart-26-0002-initial"]["data"])
    assert table[0]["blocks"] == "yes"
    assert any("76.3 %" in row["why"] for row in table)
    assert "Not ready" in artifacts["readiness-cart-26-0002-initial"]["data"]


def test_a_reviewer_sees_the_reason_in_the_ui(served, artifacts, page):
    for key in ("readiness-cart-26-0002-initial", "exceptions-cart-26-0002-initial"):
        address = f"{served.url}/artifacts/artifact/{artifacts[key]['latest_id']}"
        assert "≥ 80.0 %" in seen(page, address, "76.3 %")


def test_three_clicks_to_the_page(served, prepared, artifacts, page):
    """The run, its artifact, the package's page."""
    seen(page, f"{served.url}/runs/flow-run/{prepared['id']}", prepared["name"])
    key = "package-cart-26-0002-initial"
    seen(page, f"{served.url}/artifacts/artifact/{artifacts[key]['latest_id']}", "package's page")
    page.get_by_role("link", name="the package's page").first.click()

    def package():
        page.wait_for_timeout(200)
        return [one for one in page.context.pages if "/packages/" in one.url]

    (opened,) = served.wait(package, 60)
    opened.get_by_text(BATCH).first.wait_for()
    if opened is not page:
        opened.close()


def test_no_page_of_the_ui_asks_anybody_else(served, prepared, page, elsewhere):
    for path in ("dashboard", "runs", "deployments", "automations", "events", "blocks", "settings"):
        page.goto(f"{served.url}/{path}")
        page.wait_for_load_state("networkidle")
    assert len(page.asked) > 50
    assert elsewhere() == []


@pytest.mark.parametrize("path", ["/v2", "/v2/", "/V2/dashboard", "//v2/", "/%76%32/", "/docs"])
def test_the_second_ui_and_what_else_calls_out_is_not_there(served, page, elsewhere, path):
    """Prefect's second UI asks its makers' server as it opens; FastAPI's own page loads a CDN's."""
    page.goto(f"{served.url}{path}")
    page.wait_for_load_state("networkidle")
    assert elsewhere() == []
    if "2" in path:
        assert httpx.get(f"{served.url}{path}").status_code == 404


def test_the_api_of_a_page_can_be_read_by_no_other_page(served, page):
    """A package's page has no origin: what a source wrote into it could not ask the API."""
    page.goto(f"{served.pages}/{BATCH}-initial-evaluation-1/index.html")
    said = page.evaluate(
        "() => fetch('/api/flow_runs/filter', {method: 'POST'}).then(() => 'read', () => 'refused')"
    )
    assert said == "refused"


def test_packages_are_listed_and_served_read_only(served, prepared):
    name = f"{BATCH}-initial-evaluation-1"
    assert f'href="/packages/{name}/"' in httpx.get(f"{served.pages}/").text
    (capture, *_) = (served.home / "packages" / name / "captures").iterdir()
    got = httpx.get(f"{served.pages}/{name}/captures/{capture.name}")
    assert got.content == capture.read_bytes()
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert httpx.post(f"{served.pages}/{name}/index.html").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "../ledger.sqlite",
        "..%2fledger.sqlite",
        "%2e%2e/ledger.sqlite",
        f"{BATCH}-initial-evaluation-1/../../ledger.sqlite",
        f"{BATCH}-initial-evaluation-1/%2e%2e/%2e%2e/ledger.sqlite",
        f"{BATCH}-initial-evaluation-1//etc/passwd",
        "nothing/index.html",
        ".hidden/index.html",
    ],
)
def test_nothing_but_packages_is_served(served, prepared, path):
    address = httpx.URL(served.pages).copy_with(raw_path=f"/packages/{path}".encode())
    got = httpx.get(address)
    assert got.status_code in {404, 200}
    assert b"SQLite format 3" not in got.content
    assert b"root:" not in got.content


def test_strangers_are_turned_away(served):
    """DNS rebinding, and a form of another page: the server has no password."""
    port = served.url.rpartition(":")[2]
    asked = f"{served.api}/flow_runs/filter"
    rebound = httpx.post(asked, json={}, headers={"Host": f"evil.example:{port}"})
    assert rebound.status_code == 421
    foreign = httpx.post(asked, json={}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    own = httpx.post(asked, json={}, headers={"Origin": served.url})
    assert own.status_code == 200
