"""What an auditor is told of a package that was just made."""

from flows.demo import write_trust
from flows.verify import Asked, answer_of, trusted


def verified(package, site):
    """Return what `verify` answers about a package, trusting the keys of the home that made it."""
    file = package.parent.parent / "trust.json"
    write_trust(site, file)
    return answer_of(package, Asked(trusted(file)))
