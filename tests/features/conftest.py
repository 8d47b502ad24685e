"""Tags of a feature name the requirement a scenario shows: `@URS-014` marks it `requirement`."""

import pytest


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "requirement(name): the user requirement that a scenario shows"
    )


def pytest_bdd_apply_tag(tag, function):
    if not tag.startswith("URS-"):
        return None  # pytest-bdd makes a mark of it, and an unknown mark fails
    pytest.mark.requirement(tag)(function)
    return True
