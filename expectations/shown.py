"""One criterion as it holds for a batch, for a person to read: each part with where it is from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.applicability import Context, Fit
from contracts.canonical import Json
from contracts.criterion import Criterion
from contracts.method import Method
from contracts.rule import Limit, OneOf
from contracts.strategy import Strategy
from contracts.words import shown
from expectations.in_words import due_in_words, judged_on
from expectations.placed import Placed

_SUBJECTS = (
    *("observed", "elapsed", "delay", "count", "reduction", "calculated", "difference"),
    *("reportable", "any_of", "all_of", "at_least"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a criterion says, and where it is written."""

    name: str
    words: str
    where: str
    """File and line."""
    layer: str
    """`platform`, `product car-t-autologous`, `site demo-plant`."""
    why: str
    """The reason an overlay gives; empty for the platform."""

    def record(self) -> dict[str, Json]:
        """Return the part for a machine."""
        return {
            "layer": self.layer,
            "part": self.name,
            "says": self.words,
            "where": self.where,
            "why": self.why,
        }


def parts(criterion: Criterion, placed: Placed, day: date, context: Context) -> tuple[Part, ...]:
    """Return everything a criterion says, in the order in which a person asks for it.

    `day` and `context` are the batch's: they choose among its limits.
    """
    return (
        *_head(criterion, placed),
        *_limits(criterion, placed, day, context),
        *_rest(criterion, placed),
    )


def _head(criterion: Criterion, placed: Placed) -> Iterator[Part]:
    yield _part(placed, "title", criterion.title)
    stage = f"the {criterion.required_for.value} stage"
    yield _part(placed, "class", f"{criterion.attribute_class.value}")
    yield _part(placed, "criticality", criterion.criticality)
    yield _part(placed, "required_for", stage)
    subject = next(key for key in _SUBJECTS if key in placed.entry)
    yield _part(placed, subject, judged_on(criterion), "judged on")
    yield _part(placed, "unit", _unit(criterion.unit))
    if criterion.conversions:
        units = ", ".join(_unit(one.unit) for one in criterion.conversions)
        yield _part(placed, "accepts_units", units, "also taken in")
    if criterion.rounding:
        words = f"{criterion.rounding.replace('_', ' ')}, to the decimals of the limit"
        yield _part(placed, "rounding", words)
    if criterion.applies.to:
        yield _part(placed, "applies_to", criterion.applies.in_words(), "applies to")


def _limits(criterion: Criterion, placed: Placed, day: date, context: Context) -> Iterator[Part]:
    taken = criterion.on(day, context)
    obstacle = "" if taken is None else taken.obstacle(context)
    chosen = () if taken is None or obstacle else taken.limits
    for place, limit in enumerate(criterion.limits):
        spot = ("limits", place)
        origin = placed.origin("limits")
        held = "; in force" if limit in chosen else ""
        words = f"{limit_in_words(criterion, limit)}{held}"
        yield Part(limit.kind.in_words(), words, placed.place(spot), origin.layer, origin.why)
    if taken is None:
        yield _part(placed, "limits", f"none on {day}: the criterion does not hold yet", "in force")
    elif obstacle:
        yield _part(placed, "limits", f"cannot be told: {obstacle}", "in force")


def limit_in_words(criterion: Criterion, limit: Limit) -> str:
    """Return a limit with its dates, what it applies to and the document that says so."""
    words = criterion.in_words(limit)
    if isinstance(limit.rule, OneOf) and limit.rule.unacceptable:
        words += f", not {' or '.join(f'“{one}”' for one in limit.rule.unacceptable)}"
    until = "" if limit.until is None else f" until {limit.until}"
    variant = f", for {limit.applies.in_words()}" if limit.applies.to else ""
    return f"{words} from {limit.effective}{until}{variant} ({limit.cites})"


def _rest(criterion: Criterion, placed: Placed) -> Iterator[Part]:
    if criterion.method.code:
        yield _part(placed, "method", _method(criterion.method))
    yield _part(placed, "owner", criterion.owner, "owed by")
    if criterion.due is not None:
        yield _part(placed, "due", due_in_words(criterion.due))
    yield _part(placed, "message", criterion.message, "if not met")
    if criterion.late_failure:
        yield _part(placed, "late_failure", criterion.late_failure, "if it fails late")
    if criterion.links:
        yield _part(placed, "links", ", ".join(criterion.links), "protects")
    if criterion.part_of:
        yield _part(placed, "id", criterion.part_of, "alternative of")
    yield _part(placed, "examples", f"{len(placed.entry['examples'])}")


def _method(method: Method) -> str:
    facts = []
    if method.retests_at_most is not None:
        facts.append(f"retests at most: {method.retests_at_most}")
    if method.uncertainty is not None:
        facts.append(f"uncertainty {method.uncertainty}")
    if method.uncertainty_percent is not None:
        facts.append(f"uncertainty {method.uncertainty_percent} % of the result")
    facts += [f"“{word}” stands for {number}" for word, number in method.words]
    return f"{method.code}{''.join(f'; {fact}' for fact in facts)}"


def _unit(code: str) -> str:
    written = shown(code)
    if not written:
        return "none"
    return code if written == code else f"{written} (UCUM {code})"


def _part(placed: Placed, key: str, words: str, name: str = "") -> Part:
    origin = placed.origin(key)
    return Part(
        name or key.replace("_", " "), words, placed.place((key,)), origin.layer, origin.why
    )


def lines(found: Sequence[Part]) -> Iterator[str]:
    """Yield the parts as lines in columns, and under each overridden one the reason."""
    names = max(len(one.name) for one in found)
    for one in found:
        layer = "" if one.layer == "platform" else f", {one.layer}"
        yield f"  {one.name:<{names}}  {one.words}   [{one.where}{layer}]"
        if one.why:
            yield f"  {'':<{names}}  because: {one.why}"


def table(
    strategy: Strategy, placed: Mapping[str, Placed], day: date, context: Context
) -> list[dict[str, str]]:
    """Return one row a criterion: criterion, title, limit (in force), home (file:line), layer."""
    return [
        {
            "criterion": one.id,
            "home": placed[one.id].place(()),
            "layer": placed[one.id].topmost,
            "limit": _in_force(one, day, context),
            "title": one.title,
        }
        for one in strategy.criteria
    ]


def _in_force(criterion: Criterion, day: date, context: Context) -> str:
    taken = criterion.on(day, context)
    if taken is None:
        return f"none on {day}"
    if criterion.applies.fits(context) is Fit.NO:
        return f"not applicable: {criterion.applies.in_words()} only"
    return taken.obstacle(context) or taken.limit_in_words()
