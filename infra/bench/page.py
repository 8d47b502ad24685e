"""The benchmark of reading: a package of ten million readings, its page in a browser, its answers.

The page is opened in headless Chromium from its file, and every inspection question is asked by a
cold command, on the package that `infra.bench.seal` measures:
`python -m infra.bench.page --readings 10000000 --screenshot page.png`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from contracts.asked import ASKED
from infra.bench.seal import build
from infra.bench.sealed_batch import Bench
from infra.bench.table import Line, at_most, run, say, show

_ROUNDS: Final = 5
_CHROMIUM: Final = "/usr/bin/chromium"
_MOST_SECONDS: Final = 1
_COUNTED: Final = """() => ({
    shown: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    loaded: performance.getEntriesByType('navigation')[0].loadEventEnd,
    nodes: document.querySelectorAll('*').length})"""


def opened(package: Path, screenshot: Path | None) -> Iterator[Line]:
    """Yield how large the page is, and how long a browser takes with it."""
    page = package / "index.html"
    yield Line("the page", f"{page.stat().st_size / 1e6:.2f} MB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        found = []
        for _ in range(_ROUNDS):
            tab = browser.new_page()
            tab.goto(page.as_uri(), wait_until="load")
            tab.wait_for_timeout(100)  # until the browser has noted the load event's own end
            found.append(tab.evaluate(_COUNTED))
            if screenshot is not None:
                tab.screenshot(path=screenshot)
            tab.close()
        browser.close()
    for what, words in (("shown", "opened until something is seen"), ("loaded", "opened, whole")):
        seconds = statistics.median(one[what] for one in found) / 1000
        yield Line(words, f"{seconds:.2f} s")
    yield Line("elements of the page", f"{found[0]['nodes']:,}")


def answers(package: Path) -> Iterator[Line]:
    """Yield how long each question takes, asked by a cold command."""
    program = str(Path(sys.executable).with_name("batchproof"))
    for question in ASKED:
        times = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            run([program, "ask", question, str(package)])
            times.append(time.perf_counter() - began)
        yield at_most(f"ask {question}", statistics.median(times), _MOST_SECONDS, "s")


def main() -> None:
    """Run the benchmark and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readings", type=int, default=10_000_000)
    options.add_argument("--screenshot", type=Path, help="a file for the page's first screen")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        package, _ = build(Bench(Path(place), asked.readings))
        show(opened(package, asked.screenshot))
        say(f"  (medians of {_ROUNDS}; each command is a process of its own)")
        show(answers(package))


if __name__ == "__main__":
    main()
