"""YAML as contracts are written in: 1.2's booleans, and one file laid over another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import SangamError


class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: `yes`, `no` and `on` are words, as they are in surveys and in SQL."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`base` with `own` laid over it: mappings merge, other values replace, None removes."""
    merged = dict(base)
    for key, value in own.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def read_yaml(path: Path) -> dict[str, Any]:
    """The file's mapping. Raises SangamError, naming the file, where it is no YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader) or {}  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise SangamError(f"{path} is not readable as YAML: {error}") from error
