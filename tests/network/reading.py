"""A network from the text of a configuration, and what its links name."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from ecsnet.network import Network, read, wanted
from ecsnet.network.model import Element, Link, Links
from ecsnet.terraform import load

E = TypeVar("E", bound=Element)


def terraform(folder: Path, text: str) -> Network:
    """The network of one ``main.tf``, which has to be without problems."""
    (folder / "main.tf").write_text(text)
    configuration = load(str(folder), wanted=wanted("terraform"))
    network = read(configuration)
    assert configuration.problems_met() == ()
    return network


def only(network: Network, kind: type[E]) -> E:
    """The one element of a kind."""
    (element,) = network.all(kind)
    return element


def names(links: Links) -> list[str | None]:
    """The addresses that a list of links names for certain."""
    return [link.only for link in links.items]


def open_link(link: Link) -> bool:
    return link.anything and link.elsewhere
