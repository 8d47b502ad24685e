"""What this flow run was asked, as the door that vouched for the person saw it."""

from prefect.context import FlowRunContext

from contracts.errors import IntegrityError
from contracts.evidence import Digest
from tasks.identity import asked_of


def asked_here() -> Digest:
    """Return the digest of this flow run's parameters as Prefect keeps them; empty outside one.

    It is what a `Claim` needs where an identity provider's word came through the door; with
    one-time codes nothing looks at it.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    if run is None:
        return ""
    try:
        return asked_of(run.parameters)
    except IntegrityError:  # a number with two spellings: the door let no such thing through
        return ""
