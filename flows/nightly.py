from prefect import flow


@flow(name="Nightly verification")
def nightly(site: str | None = None) -> None:
    """X."""
