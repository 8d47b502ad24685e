"""A scripted server, and sources that point at it."""

from collections.abc import Iterator

import pytest
from sources_fetch.scripted_http import Scripted, serving


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serving() as script:
        yield script
