"""Hashes of known strings and files, and names derived from them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.encoding import encode_bytes
from ecsnet.values import Unknown, Value

_NAMESPACES = ("dns", "url", "oid", "x500")


def digest(algorithm: str, data: bytes, base64: bool = False) -> str:
    import hashlib

    result = hashlib.new(algorithm, data, usedforsecurity=False)
    return encode_bytes(result.digest()) if base64 else result.hexdigest()


def of_string(algorithm: str, base64: bool = False) -> Callable[[str], Value]:
    def function(value: str) -> Value:
        return digest(algorithm, value.encode(), base64)

    return function


def uuid_v5(namespace: str, name: str) -> Value:
    import uuid

    if namespace in _NAMESPACES:
        space: uuid.UUID = getattr(uuid, f"NAMESPACE_{namespace.upper()}")
    else:
        try:
            space = uuid.UUID(namespace)
        except ValueError:
            raise EvaluationError("uuidv5() doesn't support namespace " + namespace[:50]) from None
    return str(uuid.uuid5(space, name))


def random_uuid() -> Value:
    return Unknown("uuid() is random")


def bcrypt(value: str, *cost: int | Decimal) -> Value:
    return Unknown("bcrypt() is random")


def rsa_decrypt(ciphertext: str, key: str) -> Value:
    return Unknown("secrets are not decrypted")
