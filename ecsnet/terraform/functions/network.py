"""Addresses.

https://developer.hashicorp.com/terraform/language/functions/cidrsubnet
"""

from __future__ import annotations

from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Union

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.collections import whole
from ecsnet.values import Unknown, Value

Network = Union[IPv4Network, IPv6Network]


def parse(prefix: str) -> Network:
    """Host bits are masked off; leading zeros of IPv4 octets are decimal, as Terraform reads them."""
    address, slash, length = prefix.partition("/")
    if "." in address and ":" not in address:
        address = ".".join(octet.lstrip("0") or "0" if octet else "" for octet in address.split("."))
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
        if not slash or not (length.isascii() and length.isdecimal()) or "%" in address:
            raise ValueError
        if isinstance(ip, IPv4Address):
            return IPv4Network((ip, int(length)), strict=False)
        return IPv6Network((ip, int(length)), strict=False)
    except ValueError:
        raise EvaluationError(f"invalid CIDR expression: invalid CIDR address: {prefix[:60]}") from None


def _subnet(network: Network, length: int, number: int) -> str:
    base = int(network.network_address) + (number << (network.max_prefixlen - length))
    address = IPv4Address(base) if isinstance(network, IPv4Network) else IPv6Address(base)
    return f"{address}/{length}"


def cidr_subnet(prefix: str, newbits: int | Decimal, netnum: int | Decimal) -> Value:
    network = parse(prefix)
    bits, number = whole(newbits), whole(netnum)
    length = network.prefixlen + bits
    if length > network.max_prefixlen:
        raise EvaluationError(f"insufficient address space to extend prefix of {network.prefixlen} by {bits}")
    if bits < 0 or number.bit_length() > bits:
        raise EvaluationError(f"prefix extension of {bits} does not accommodate a subnet numbered {number}")
    if number < 0:
        return Unknown("what Terraform makes of a negative number of a subnet is no subnet of the prefix")
    return _subnet(network, length, number)


def cidr_subnets(prefix: Value, *newbits: Value) -> Value:
    """As many prefixes as there are ``newbits``, whatever the values are."""
    numbers = [bits for bits in newbits if isinstance(bits, (int, Decimal))]
    if not isinstance(prefix, str) or len(numbers) < len(newbits):
        return tuple(Unknown("cidrsubnets of values that are not in the configuration") for _ in newbits)
    network = parse(prefix)
    if not network.prefixlen and numbers:
        # Terraform takes the first address after the prefix, 0.0.0.0 again, for one beyond its end.
        raise EvaluationError("not enough remaining address space for a subnet of all addresses")
    position = int(network.network_address)
    end = int(network.broadcast_address) + 1
    result: list[Value] = []
    for number in numbers:
        bits = whole(number)
        length = network.prefixlen + bits
        if bits < 1:
            raise EvaluationError("must extend prefix by at least one bit")
        if bits > 32:
            raise EvaluationError("may not extend prefix by more than 32 bits")
        if length > network.max_prefixlen:
            raise EvaluationError(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        size = 1 << (network.max_prefixlen - length)
        position = -(-position // size) * size
        if position + size > end:
            raise EvaluationError(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        result.append(_subnet(network, length, (position - int(network.network_address)) // size))
        position += size
    return tuple(result)


def cidr_host(prefix: str, hostnum: int | Decimal) -> Value:
    network = parse(prefix)
    number = whole(hostnum)
    size = network.num_addresses
    if not -size <= number < size:
        raise EvaluationError(f"prefix of {network.prefixlen} does not accommodate a host numbered {number}")
    return str(network.network_address + number % size)


def cidr_netmask(prefix: str) -> Value:
    network = parse(prefix)
    if isinstance(network, IPv6Network):
        raise EvaluationError("IPv6 addresses cannot have a netmask")
    return str(network.netmask)
