"""Findings that were there before: a file of their fingerprints, which are held back, so that only new ones count.

The file is JSON in ASCII with one finding a line, sorted, so that a change of it shows what came and went:

``{"version": "1", "fingerprints": "ecsnet/v1", "findings": [{"root", "rule", "resource", "fingerprint"}, …]}``
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping

from ecsnet import disk
from ecsnet.config import ConfigError, Configured
from ecsnet.files import TERRAFORM
from ecsnet.findings import Finding, Known, Report, Suppressed
from ecsnet.fingerprints import VERSION, relative, root_of
from ecsnet.judging import judges_of
from ecsnet.records import dataclass, replace
from ecsnet.values import Span

_FORMAT = "1"
_MAX_BYTES = 64_000_000
_FINGERPRINT = re.compile(r'"([0-9a-f]{64})"')
_KEYS = ("root", "rule", "resource", "fingerprint")


@dataclass(frozen=True, slots=True)
class Baseline:
    """``known``: by fingerprint. ``lines``: where each stands in the file."""

    path: str
    known: Mapping[str, Known]
    lines: Mapping[str, int]


def read(path: str) -> Baseline:
    """:raises ConfigError: there is no such file, or it is no baseline"""
    try:
        data = disk.regular(path, _MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such baseline; 'ecsnet baseline --output {path}' writes one") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"{path}: larger than {_MAX_BYTES // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ConfigError(f"{path}: not JSON") from None
    findings = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(findings, list) or document.get("version") != _FORMAT:
        raise ConfigError(f"{path}: not a baseline of ecsnet")
    if document.get("fingerprints") != VERSION:
        raise ConfigError(f"{path}: its fingerprints are of another version of ecsnet: write it anew")
    known = [_known(path, number, entry) for number, entry in enumerate(findings, 1)]
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for match in _FINGERPRINT.finditer(line):
            lines.setdefault(match[1], number)
    return Baseline(path, {one.fingerprint: one for one in known}, lines)


def _known(path: str, number: int, entry: object) -> Known:
    values = [entry.get(key) for key in _KEYS] if isinstance(entry, dict) else []
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(_KEYS):
        raise ConfigError(f"{path}: finding {number} has to have a {', a '.join(_KEYS)}")
    root, rule, resource, fingerprint = texts
    return Known(fingerprint, rule, resource, root)


def render(findings: Iterable[Finding], base: str) -> str:
    """``base``: as of the report that they are in."""
    entries = [(root_of(one.resource, base), one.rule.id, one.resource.address, one.fingerprint) for one in findings]
    lines = [json.dumps(dict(zip(_KEYS, entry))) for entry in sorted(entries)]
    body = "".join(f"\n    {line}," for line in lines)[:-1]
    findings_text = f"[{body}\n  ]" if lines else "[]"
    return f'{{\n  "version": "{_FORMAT}",\n  "fingerprints": "{VERSION}",\n  "findings": {findings_text}\n}}\n'


def held_back(report: Report, config: Configured, folder: str) -> Report:
    """Without what the baseline has that is in force for ``folder``, which holds all that was scanned.

    :raises ConfigError: it cannot be read
    """
    path = config.of(folder).baseline
    if path is None:
        return report
    baseline = read(path)
    held = tuple(_held(one, baseline) for one in report.findings if one.fingerprint in baseline.known)
    here = {one.fingerprint for one in (*report.findings, *(one.finding for one in report.suppressed))}
    gone = [one for fingerprint, one in baseline.known.items() if fingerprint not in here]
    return replace(
        report,
        findings=tuple(one for one in report.findings if one.fingerprint not in baseline.known),
        suppressed=(*report.suppressed, *held),
        fixed=tuple(_fixed(gone, report, config)) if not report.problems else (),
    )


def _held(finding: Finding, baseline: Baseline) -> Suppressed:
    line = baseline.lines.get(finding.fingerprint, 1)
    return Suppressed(finding, "baseline", "", Span(baseline.path, line, 1, line, 1))


def _fixed(gone: Iterable[Known], report: Report, config: Configured) -> Iterable[Known]:
    """Of what is not found any more, what is proven not to be there: its root was read, its rule was asked and could
    decide.
    """
    roots = {relative(os.path.dirname(file) or os.curdir, report.base) for file in report.files if _is_module(file)}
    roots.update(relative(file, report.base) for file in report.files if not _is_module(file))
    open_ = {(one.rule.id, one.resource.address) for one in report.undecided}
    for one in gone:
        place = os.path.join(report.base, one.root)
        if not os.path.exists(place):
            yield one
        elif one.root in roots and (one.rule, one.resource) not in open_:
            folder = place if os.path.isdir(place) else os.path.dirname(place)
            if one.rule in judges_of(config.of(folder)).asked_of(place):
                yield one


def _is_module(file: str) -> bool:
    return file.endswith(TERRAFORM)
