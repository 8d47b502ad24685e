"""The fields of a form that a person fills in to act: how each reads, and what it may hold.

Prefect shows them as its form and checks them there; a flow checks them again by itself, for a run
can be created without the form. Neither repeats what was typed: it might be a code.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import ConfigDict, Field, ValidationError, WithJsonSchema, validate_call

from contracts.batch import BATCH_NUMBER
from contracts.errors import RefusedError
from contracts.said import LONGEST

R = TypeVar("R")


def field(title: str, description: str, **limits: Any) -> Any:  # noqa: ANN401 (pydantic's own)
    """Return a field with its title and description where Prefect leaves them in the schema."""
    return Field(json_schema_extra={"title": title, "description": description}, **limits)


Batch: TypeAlias = Annotated[
    str, field("Batch", "The batch, as the MES names it.", pattern=BATCH_NUMBER)
]
Stage: TypeAlias = Annotated[
    Literal["initial", "final"],
    field(
        "Stage",
        "The stage whose package you looked at. A decision or signature counts for that package "
        "alone; a later one makes it void.",
    ),
]
Evaluation: TypeAlias = Annotated[
    int,
    field(
        "Evaluation",
        "The number of the evaluation whose page you looked at, as the page's first line says. If "
        "a later one was sealed meanwhile, you are refused and look at that one.",
        ge=1,
    ),
]
Exception_: TypeAlias = Annotated[
    str,
    field(
        "Exception",
        "The exception's number in that evaluation, such as X-001. Another evaluation may give the "
        "number to another exception.",
        pattern=r"^X-[0-9]{3,6}$",
    ),
]
ACCEPT: Final = "accept with justification"
REFER: Final = "refer to a deviation"
REJECT: Final = "reject"
Decision: TypeAlias = Annotated[
    Literal["accept with justification", "refer to a deviation", "reject"],
    field("Decision", "What you decide about the exception. It sets no disposition of the batch."),
]
Reason: TypeAlias = Annotated[
    str,
    field(
        "Reason",
        "Why, in one line, so that another person can follow it; at least 10 characters. Write no "
        "patient's name: it is kept for ever.",
        min_length=10,
        max_length=LONGEST,
    ),
]
Reference: TypeAlias = Annotated[
    str,
    field(
        "Deviation",
        "The deviation's number in your quality system, if you refer to one; else leave it empty.",
        max_length=64,
    ),
]
READ_TRAIL: Final = "I reviewed the audit trail"
REVIEWED: Final = "reviewed"
CONFIRMED: Final = "confirmed"
Signed: TypeAlias = Annotated[
    Literal["I reviewed the audit trail", "reviewed", "confirmed"],
    field(
        "What you sign",
        "First the review of the audit trail, then 'reviewed' by a reviewer, then 'confirmed' by a "
        "qualified person who neither decided about an exception, nor reviewed the audit trail, "
        "nor signed as reviewed. None of them releases the batch.",
    ),
]
Last: TypeAlias = Annotated[
    int,
    field(
        "Last entry you saw",
        "For the audit trail: the number of the last entry you saw. 0: up to the seal of the "
        "evaluation you name, and what was done in its review right after; anything that came "
        "later is not reviewed by it.",
    ),
]
Note: TypeAlias = Annotated[
    str,
    field("Note", "For the audit trail: what you looked at and found.", max_length=LONGEST),
]
User: TypeAlias = Annotated[
    str, field("Your user id", "As you were enrolled, such as r.viewer.", max_length=32)
]
Code: TypeAlias = Annotated[
    str,
    field(
        "One-time code",
        "The six digits that your authenticator shows now. They count once, and are worth nothing "
        "afterwards; wait for the next ones to act again.",
        max_length=16_384,
    ),
]
Site: TypeAlias = Annotated[
    str | None,
    WithJsonSchema({"type": "string"}),  # one field, not a choice of "str" or "None"
    field("Site file", "Leave it empty: this server's own plant. Else the path of a site file."),
]


def read_form(build: Callable[..., R], **given: object) -> R:
    """Return what `build` makes of a form's fields, each checked as it is declared there.

    Raises:
        RefusedError: a field does not hold what it may; the words repeat nothing that was typed.
    """
    checked = validate_call(config=ConfigDict(hide_input_in_errors=True))(build)
    try:
        return checked(**given)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        words = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in faults)
        raise RefusedError(
            f"a form that cannot be read ({words})",
            expected="every field as the form explains it",
            move="fill in the form again, with a new code",
        ) from None
