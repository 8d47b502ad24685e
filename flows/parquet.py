"""Where pyarrow is installed, `verify` also compares a package's Parquet files with its records."""

from contracts.opened import Read
from tasks.verifier import Finding


def parquet_checked(read: Read, listing: frozenset[str]) -> tuple[Finding, ...] | None:
    """Return what is not as it must be in a package's Parquet files; None without pyarrow.

    The auditor's door (`flows.verify`) does not import this module: it needs no library.
    """
    try:
        from tasks.parquet_checked import parquet_findings
    except ModuleNotFoundError:
        return None
    return tuple(parquet_findings(read, listing))
