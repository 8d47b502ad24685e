from pathlib import Path

import pytest

from tasks.sound import sound

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def ready(two_packages):
    return sound(two_packages["CART-26-0001"])


@pytest.fixture(scope="session")
def not_ready(two_packages):
    return sound(two_packages["CART-26-0002"])


@pytest.fixture(scope="session")
def snapshot():
    """Everything a folder holds: to see that an export left it as it was."""

    def take(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    return take
