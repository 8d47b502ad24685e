"""Tells people of what they must hear at once."""

from prefect import get_run_logger


def tell(subject: str, body: str) -> None:
    """Tell people of something, in the run's own log."""
    get_run_logger().warning("%s: %s", subject, body)
