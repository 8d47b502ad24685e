"""The control strategy of a product, read from its files: strictly, with every fault by line."""

from collections.abc import Iterator
from importlib import resources

from contracts.errors import StrategyError
from contracts.strategy import Strategy
from expectations.effective import effective
from expectations.examples import Example
from expectations.folder import HEAD, OVERLAYS, Folder, overlay_files, read_folder, text_of
from expectations.marked import marked


def load(folder: Folder, *, site: str = "", product: str = "") -> Strategy:
    """Return the control strategy in a folder, with its criteria in the order of the process.

    `site` is a site's name and `product` a product's code: the overlays of these names are laid
    over the platform, the product's first. Without a product it is the platform's own.

    Raises:
        StrategyError: anything in it is not what it must be; the text lists every problem with its
            file and line.
    """
    return effective(folder, site=site, product=product).strategy


def check(folder: Folder, *, site: str = "", product: str = "") -> Strategy:
    """Return the control strategy in a folder, once each example beside its rules holds.

    Raises:
        StrategyError: as `load`, for an example that fails or is lacking, and for a signal whose
            longest gap nothing limits.
    """
    found = effective(folder, site=site, product=product)
    found.refuse(found.problems | found.doubts)
    return found.strategy


def doubts(folder: Folder, *, site: str = "", product: str = "") -> tuple[str, ...]:
    """Return where the files contradict or lack their own examples, or let a signal fall silent.

    Each with its file and line.

    A strategy with doubts can be judged by: what it says is clear. But whoever changed it did not
    change what it was written to show, and a reviewer must know.

    Raises:
        StrategyError: as `load`.
    """
    found = effective(folder, site=site, product=product)
    found.refuse(found.problems)
    return tuple(str(one) for one in sorted(found.doubts))


def cases(folder: Folder, *, site: str = "", product: str = "") -> tuple[Example, ...]:
    """Return every example in a folder's files, each with the limit in force on its day.

    Raises:
        StrategyError: as `check`.
    """
    found = effective(folder, site=site, product=product)
    found.refuse(found.problems | found.doubts)
    return tuple(found.examples)


def folder_for(product: str) -> Folder:
    """Return the folder of a product's control strategy among those this program ships.

    It is the one whose strategy.yaml names the product, or has an overlay for it.

    Raises:
        StrategyError: there is none for the product.
    """
    known = {name: folder for folder in shipped() for name in products_of(folder)}
    if product not in known:
        raise StrategyError(
            f"no control strategy for the product '{product}'",
            expected=f"one of {', '.join(sorted(known))}",
            where="the site file's product",
            move="whoever keeps the site file corrects it, or the process owner adds a strategy",
        )
    return known[product]


def shipped() -> tuple[Folder, ...]:
    """Return the folders of the control strategies that this program ships, by name."""
    there = sorted(resources.files("expectations").iterdir(), key=lambda one: one.name)
    return tuple(one for one in there if one.is_dir() and (one / HEAD).is_file())


def products_of(folder: Folder) -> Iterator[str]:
    """Yield the products that a folder's strategy is for: the platform's own, then others'."""
    yield text_of(marked(HEAD, (folder / HEAD).read_bytes()).content, "product")
    for path in overlay_files(folder):
        content = marked(path.name, path.read_bytes()).content
        if text_of(content, "layer") == "product":
            yield text_of(content, "name")


def files_of(folder: Folder, *, site: str = "", product: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the files that say the strategy of a site and product: name and bytes.

    Another site's or product's overlay is not among them.
    """
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_file() and one.name.endswith(".yaml"):
            yield one.name, one.read_bytes()
    files = read_folder(folder)
    own = product or str(files.head.get("product", ""))
    laid = {one.file.file for one in files.chosen(site, own)}
    for one in overlay_files(folder):
        if f"{OVERLAYS}/{one.name}" in laid:
            yield f"{OVERLAYS}/{one.name}", one.read_bytes()
