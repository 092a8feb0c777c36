"""What data sources give without asking AWS: the one table of them.

Each is the schema of the data source in the AWS provider's documentation (``website/docs/d/``), reduced to what the
configuration itself decides, and stand-ins for what any account has: zones, a region, a partition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ecsnet.records import dataclass, replace
from ecsnet.terraform.content import MAX_BLOCKS, Content
from ecsnet.terraform.lazy import Elements
from ecsnet.terraform.providers import Provider
from ecsnet.terraform.shapes import ZONE_IDS, ZONE_NAMES
from ecsnet.values import Encoded, Reference, Several, Text, Unknown, Value, text

PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}
"""By the beginning of the region. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""

MAX_ZONE = 26
_MADE_UP = ("null_", "random_", "time_", "tls_", "terraform_data", "local_", "archive_")
_UNFILTERED = frozenset({"opt-in-status", "zone-type", "state"})
"""Filters that leave the zones that every account has."""


class Account(Protocol):
    """What the data sources of one root know of the account and of one another."""

    zones: int

    def first(self, series: str, address: str) -> str: ...


@dataclass(frozen=True, slots=True)
class DataSource:
    """One instance of a data block, and what it may ask.

    ``provider``: the provider configuration it uses. ``render``: a template with its variables.
    """

    address: str
    arguments: Content
    provider: Provider
    account: Account
    render: Callable[[str, Mapping[str, Value]], Value]

    @property
    def region(self) -> Value:
        """That of its argument, which version 6 of the provider has, else that of the provider."""
        given = self.arguments.get("region")
        return self.provider.region if given is None else given


def attribute(kind: str, source: DataSource, name: str, index: Value = None) -> Value:
    """Attribute ``name`` of a data source of type ``kind`` where the table knows it, else a reference."""
    known = _TABLE.get(kind)
    value = known(source, name) if known else None
    if isinstance(value, Unknown) and isinstance(index, Unknown) and not index.symbol:
        return replace(value, symbol="", series="")
    return Reference(source.address, name, index) if value is None else value


def is_stand_in(kind: str) -> bool:
    """Whether the table gives its attributes, so that nothing refers to it."""
    return kind in _TABLE


def is_made_up(kind: str) -> bool:
    """Whether a resource type names nothing in AWS: its attributes are values that Terraform makes up and keeps."""
    return kind.startswith(_MADE_UP)


def made_up(kind: str, content: Content, symbol: str, name: str) -> Value:
    """An attribute, which is not set, of such a resource. ``symbol``: its name, "" where it has none."""
    if kind == "terraform_data" and name == "output":
        return content.get("input")
    if kind == "random_shuffle" and name == "result":
        return _shuffled(content, symbol)
    return Unknown("made up when it is created", symbol=f"{symbol}.{name}" if symbol else "")


def _shuffled(content: Content, symbol: str) -> Value:
    """Elements in an order that is made up. Each comes once before one comes again.

    https://registry.terraform.io/providers/hashicorp/random/latest/docs/resources/shuffle
    """
    base = f"{symbol}.result" if symbol else ""
    given, wanted = content.get("input"), content.get("result_count")
    unclear = Unknown("an element at random", symbol="")
    if not isinstance(given, tuple) or any(isinstance(item, Several) for item in given):
        return Unknown("the order is made up when it is created", symbol=base)
    if wanted is not None and (not isinstance(wanted, int) or isinstance(wanted, bool) or not 0 < wanted <= MAX_BLOCKS):
        return Unknown("how many are picked at random is unknown", symbol=base)
    distinct = all(isinstance(item, Unknown) and item.series for item in given) and len(set(given)) == len(given)
    distinct = distinct or (all(isinstance(item, str) for item in given) and len(set(given)) == len(given))
    count = wanted if isinstance(wanted, int) else len(given)
    if not given or not distinct or not base:
        return (unclear,) * (count if given else 0)
    shape = ZONE_NAMES if all(isinstance(item, Unknown) and item.series.endswith(ZONE_NAMES) for item in given) else ""
    return tuple(
        Unknown(unclear.reason, symbol=f"{base}[{i}]", series=base + shape) if i < len(given) else unclear
        for i in range(count)
    )


def _zones(source: DataSource, name: str) -> Value:
    if name not in ("names", "zone_ids"):
        return None
    suffix = ZONE_NAMES if name == "names" else ZONE_IDS
    key, series, subset = _zone_series(source)
    base = f"{source.account.first(key, source.address)}.{name}"

    def at(position: Value) -> Value:
        if isinstance(position, int) and not isinstance(position, bool) and 0 <= position < MAX_ZONE:
            reason = "which availability zones there are is known only to AWS"
            return Unknown(reason, symbol=f"{base}[{position}]", series=f"{series}{suffix}")
        return Unknown("which availability zone is meant is unknown", symbol=_index_symbol(base, position))

    if subset:
        # A filter decides how many there are.
        anyone = Unknown("a filter decides which availability zones there are", symbol="")
        return Elements.of((Several(anyone, base),), at)
    return Elements.of((at(i) for i in range(source.account.zones)), at)


def _index_symbol(base: str, key: Value) -> str:
    return f"{base}[{key.symbol}]" if isinstance(key, Unknown) and key.symbol else ""


def _zone_series(source: DataSource) -> tuple[str, str, bool]:
    """What two data blocks with the same zones in the same order share, what those share whose zones are either the
    same or differ, and whether they are a subset of unknown size.

    Without a filter, the zones of one account and region are one list, and those of two regions differ.
    """
    parts, subset = [], False
    for name in sorted(str(key) for key in source.arguments if key not in ("region", "state", "timeouts")):
        value = source.arguments[name]
        if name == "filter" and isinstance(value, tuple):
            filters = [item for item in value if not _is_default_filter(item)]
            subset = subset or bool(filters)
            value = tuple(filters)
        elif name == "all_availability_zones":
            subset = subset or value not in (None, False)
        if value not in (None, (), False):
            parts.append(f"{name}={_canonical(value, source.address)}")
    account = f" with the credentials of {source.provider.account}" if source.provider.account else ""
    key = f"zones of {_canonical(source.region, source.address)}{account}"
    if parts:
        key += f" with {', '.join(parts)}"
        return key, key, subset
    return key, f"zones{account}" if isinstance(source.region, str) else key, subset


def _is_default_filter(item: Value) -> bool:
    if not isinstance(item, Mapping):
        return False
    name, values = item.get("name"), item.get("values")
    if name not in _UNFILTERED or not isinstance(values, tuple):
        return False
    return any(value in ("opt-in-not-required", "availability-zone", "available") for value in values)


def _canonical(value: Value, address: str) -> str:
    """A text that two values share only where they are the same. ``address``: that of the block they are in."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_canonical(value[key], address)}" for key in value) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_canonical(item, address) for item in value) + "]"
    if isinstance(value, Text):
        return " + ".join(_canonical(part, address) for part in value.parts)
    if isinstance(value, Unknown):
        return value.symbol or f"something in {address}"
    if isinstance(value, (Encoded, Several)):
        return f"something in {address}"
    return repr(value)


def _zone(source: DataSource, name: str) -> Value:
    if name in ("name", "id"):
        return source.arguments.get("name")
    return source.region if name == "region" else None


def _region(source: DataSource, name: str) -> Value:
    if name not in ("name", "id", "region"):
        return None
    given = source.arguments.get("name")
    return source.region if given is None else given


def _partition(source: DataSource, name: str) -> Value:
    partition, suffix = "aws", "amazonaws.com"
    if isinstance(source.region, str):
        for prefix, found in PARTITIONS.items():
            if source.region.startswith(prefix):
                partition, suffix = found
    if name == "reverse_dns_prefix":
        return ".".join(reversed(suffix.split(".")))
    return {"partition": partition, "id": partition, "dns_suffix": suffix}.get(name)


def _endpoint_service(source: DataSource, name: str) -> Value:
    """The name that was given, or that of an AWS service, which the provider looks up by its short name."""
    given, short = source.arguments.get("service_name"), source.arguments.get("service")
    if name != "service_name" or given is not None or not isinstance(short, (str, Text, Unknown, Reference)):
        return given if name == "service_name" else None
    region = source.region
    known = region if isinstance(region, (str, Text, Unknown, Reference)) else Unknown("the region is unknown")
    return text(("com.amazonaws.", known, ".", short))


def _caller(source: DataSource, name: str) -> Value:
    return Unknown("the account is known only to AWS", symbol=f"{source.provider.address} caller {name}")


def _document(source: DataSource, name: str) -> Value:
    if name in ("json", "minified_json"):
        return Unknown("policy documents are not rendered", symbol=f"{source.address}.{name}")
    return None


def _template_file(source: DataSource, name: str) -> Value:
    if name != "rendered":
        return None
    template, variables = source.arguments.get("template"), source.arguments.get("vars")
    if isinstance(template, str) and (variables is None or isinstance(variables, Mapping)):
        return source.render(template, {str(key): item for key, item in (variables or {}).items()})
    return Unknown("the template is unknown", symbol=f"{source.address}.rendered")


def _cloudinit(source: DataSource, name: str) -> Value:
    """The contents of the parts, one after the other, to look for text in. The MIME frame is left out."""
    if name != "rendered":
        return None
    parts = source.arguments.get("part")
    pieces: list[Value] = []
    for part in parts if isinstance(parts, tuple) else ():
        several = isinstance(part, Several)
        part = part.element if isinstance(part, Several) else part
        content = part.get("content") if isinstance(part, Mapping) else None
        if several or not isinstance(content, (str, Text)):
            content = Unknown("a part of the user data is unknown") if content is None or several else content
        pieces += [content, "\n"]
    unclear = Unknown("user data with unknown parts")
    return text(p if isinstance(p, (str, Text, Unknown, Reference)) else unclear for p in pieces)


def _remote_state(source: DataSource, name: str) -> Value:
    return Unknown("it is in another configuration's state", symbol=f"{source.address}.{name}")


def _null(source: DataSource, name: str) -> Value:
    return source.arguments.get("inputs") if name == "outputs" else None


_TABLE: Mapping[str, Callable[[DataSource, str], Value]] = {
    "aws_availability_zones": _zones,
    "aws_availability_zone": _zone,
    "aws_region": _region,
    "aws_partition": _partition,
    "aws_caller_identity": _caller,
    "aws_vpc_endpoint_service": _endpoint_service,
    "aws_iam_policy_document": _document,
    "template_file": _template_file,
    "template_cloudinit_config": _cloudinit,
    "cloudinit_config": _cloudinit,
    "terraform_remote_state": _remote_state,
    "null_data_source": _null,
}
