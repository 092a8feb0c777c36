"""Characters as Terraform counts them: grapheme clusters, after Unicode normalisation form C.

https://www.unicode.org/reports/tr29/ ; what is not covered are rare rules of Indic and prepended marks.
"""

from __future__ import annotations

_JOINER = "\u200d"


def graphemes(value: str) -> list[str]:
    """``value`` in the characters a reader sees."""
    if value.isascii():
        return list(value) if "\r\n" not in value else _clusters(value)
    return _clusters(value)


def _clusters(value: str) -> list[str]:
    result: list[str] = []
    for character in value:
        if result and _joins(result[-1], character):
            result[-1] += character
        else:
            result.append(character)
    return result


def _joins(cluster: str, character: str) -> bool:
    import unicodedata

    last = cluster[-1]
    if last == "\r" and character == "\n":
        return True
    if last in "\r\n" or unicodedata.category(last) in ("Cc", "Zl", "Zp"):
        return False
    if unicodedata.category(character) in ("Mn", "Me", "Mc") or character in ("\u200c", _JOINER):
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if last == _JOINER and character >= "\u2190" and unicodedata.category(character) == "So":
        return True
    if _is_regional(character) and _is_regional(last):
        return len(cluster) % 2 == 1
    return _hangul(last, character)


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _hangul(last: str, character: str) -> bool:
    leading = "\u1100" <= last <= "\u115f"
    vowel = "\u1160" <= character <= "\u11a7"
    if leading and (vowel or "\u1100" <= character <= "\u115f" or "\uac00" <= character <= "\ud7a3"):
        return True
    open_syllable = "\uac00" <= last <= "\ud7a3" and (ord(last) - 0xAC00) % 28 == 0
    if (open_syllable or "\u1160" <= last <= "\u11a7") and vowel:
        return True
    closed = "\uac00" <= last <= "\ud7a3" or "\u1160" <= last <= "\u11ff"
    return closed and "\u11a8" <= character <= "\u11ff"
