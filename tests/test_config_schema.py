"""The schema of the configuration file, and its reader, agree on keys, values and the documented examples."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecsnet import config_file
from ecsnet.config import FAIL_ON, MAX_ZONES, ConfigError
from ecsnet.rules import CATALOGUE
from ecsnet.settings import DEFAULTS

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "ecsnet" / "config.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
PROPERTIES = SCHEMA["properties"]


def read(folder: Path, text: str) -> config_file.ConfigFile | None:
    (folder / ".ecsnet.toml").write_text(text, "utf-8")
    return config_file.read(str(folder))


def parsed(text: str) -> Any:
    return importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads(text)


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_both_know_the_same_keys() -> None:
    assert set(PROPERTIES) == set(config_file.KEYS)
    assert set(PROPERTIES["sensitive-tags"]["properties"]) == set(config_file.TAG_KEYS)
    assert set(PROPERTIES["roots"]["items"]["properties"]) == set(config_file.ROOT_KEYS)
    assert set(PROPERTIES["stacks"]["items"]["properties"]) == set(config_file.STACK_KEYS)


def test_both_know_the_same_words_and_defaults() -> None:
    assert PROPERTIES["fail-on"]["enum"] == list(FAIL_ON)
    assert PROPERTIES["levels"]["additionalProperties"]["enum"] == list(FAIL_ON[:-1])
    assert PROPERTIES["zones"]["maximum"] == MAX_ZONES
    assert SCHEMA["definitions"]["rule"]["anyOf"][0]["enum"] == [
        word for rule in CATALOGUE for word in (rule.id, rule.name)
    ]
    defaults = {key: one["default"] for key, one in PROPERTIES.items() if "default" in one}
    assert {key: tuple(map(str, value)) if isinstance(value, list) else value for key, value in defaults.items()} == {
        key: value for key, value in DEFAULTS.items() if value not in ((), None) and "." not in key
    }


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    for key, one in PROPERTIES.items():
        assert f"`{key}`" in page, key
        assert one["description"].endswith("."), key


VALID = [
    "",
    'select = ["ECSNET1", "ssh-open-to-internet", "W9401"]\nextend-select = []\nignore = ["ECSNET401"]',
    'fail-on = "never"\nshow-unknown = true\nzones = 10\nenv-vars = false\nstubs = ["here"]',
    'allowed-sources = ["10.0.0.0/8", "::/0"]\nadmin-ports = [22, "2375-2376", "9"]',
    'sensitive-tags = { keys = ["a"], values = [], flags = ["b"] }',
    '[levels]\nECSNET401 = "error"\nssh-open-to-internet = "info"',
    '[per-path-ignores]\n"legacy/**" = ["ECSNET401"]\n"*.yaml" = []',
    'baseline = "ci/known.json"',
    '[[roots]]\npath = "here"\nworkspace = "w"\nvar-files = ["a.tfvars"]',
    '[[roots]]\npath = "here"\nvariables = { a = [1, { b = true }], c = 1.5 }',
    '[[stacks]]\ntemplate = "here/t.yaml"\nname = "a-b"\nregion = "eu-west-1"\naccount = "123456789012"',
    '[[stacks]]\ntemplate = "here/t.yaml"\nparameters = ["here/p.json", { A = "b", C = [1, "d"] }]',
    '[[stacks]]\ntemplate = "here/t.yaml"\nparameters = { A = 1 }\n[[stacks]]\ntemplate = "here/t.yaml"',
]
INVALID = [
    "fial-on = 1",
    'select = "ECSNET1"',
    "select = [1]",
    'ignore = [""]',
    'fail-on = "errors"',
    "show-unknown = 1",
    "zones = 0",
    "zones = 11",
    "zones = true",
    'env-vars = "no"',
    "admin-ports = [true]",
    "admin-ports = [65536]",
    'admin-ports = ["a"]',
    "admin-ports = 22",
    "allowed-sources = [1]",
    "sensitive-tags = []",
    "sensitive-tags = { key = [] }",
    'sensitive-tags = { keys = "a" }',
    "levels = []",
    '[levels]\nECSNET401 = "never"',
    "[levels]\nECSNET401 = 1",
    "per-path-ignores = []",
    '[per-path-ignores]\n"a" = "ECSNET401"',
    '[per-path-ignores]\n"!a" = []',
    '[per-path-ignores]\n"#a" = []',
    '[per-path-ignores]\n"" = []',
    "baseline = 1",
    'baseline = ""',
    "roots = {}",
    '[[roots]]\nworkspace = "w"',
    '[[roots]]\npath = "here"\nvars = {}',
    '[[roots]]\npath = "here"\nworkspace = 1',
    '[[roots]]\npath = "here"\nvariables = []',
    '[[roots]]\npath = "here"\nvariables = { a = 2020-01-01 }',
    '[[stacks]]\nname = "a"',
    '[[stacks]]\ntemplate = "here/t.yaml"\nname = "1"',
    '[[stacks]]\ntemplate = "here/t.yaml"\nregion = "europe"',
    '[[stacks]]\ntemplate = "here/t.yaml"\naccount = 123456789012',
    '[[stacks]]\ntemplate = "here/t.yaml"\nparameters = 1',
    '[[stacks]]\ntemplate = "here/t.yaml"\nparameters = { A = { B = 1 } }',
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    for name in ("a.tfvars", "t.yaml", "p.json"):
        (tmp_path / "here" / name).write_text("")
    return tmp_path


@pytest.mark.parametrize("text", VALID)
def test_both_take(folder: Path, text: str) -> None:
    VALIDATOR.validate(parsed(text))
    assert read(folder, text) is not None


@pytest.mark.parametrize("text", INVALID)
def test_both_refuse(folder: Path, text: str) -> None:
    assert not VALIDATOR.is_valid(parsed(text))
    with pytest.raises(ConfigError):
        read(folder, text)


def test_the_schema_is_named_in_the_file(folder: Path) -> None:
    assert read(folder, f"#:schema {SCHEMA['$id']}\nzones = 2") is not None
    assert f"#:schema {SCHEMA['$id']}" in (ROOT / "docs" / "configuration.md").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/configuration.md", "docs/adoption.md"])
def test_documented_examples_are_valid(page: str) -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for example in examples:
        document = parsed(example)
        VALIDATOR.validate(document.get("tool", {}).get("ecsnet", document))
    assert examples or page == "README.md"


WORDS = st.sampled_from(["ECSNET401", "error", "never", "10.0.0.0/8", "22", "9-8", "legacy/**", "!x", "", "keys", "a"])
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-1, 70_000), st.booleans(), st.floats(0, 1)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*config_file.KEYS, "unknown"]), VALUES)
def test_what_the_reader_takes_the_schema_takes(key: str, value: object) -> None:
    document = {key: value}
    try:
        config_file.check(".ecsnet.toml", document)
    except ConfigError:
        return
    VALIDATOR.validate(document)
