"""Writing checks into a suite's YAML: only what differs from the common suite, with the file's comments kept.

Reading suites is in `suite`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from expectations.suite import COMMON, Check, forget, suite_at, suite_file
from ingest.errors import SangamError
from ingest.files import atomic

Words = MutableMapping[str, Any]


def write_checks(root: Path, key: tuple[str, ...], checks: dict[str, Check]) -> None:
    """Make a suite, (`_common`,) or (programme, source), hold exactly these checks.

    Raises SangamError, and changes nothing, where the file would not be a suite any more.
    """
    there = suite_at(key, root).checks
    if checks == there:
        return  # Great Expectations saves a suite with whatever uses it
    path = suite_file(key, root)
    yaml = _as_people_write()
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    words = yaml.load(text) or {}
    common = {} if key == (COMMON,) else suite_at((COMMON,), root).checks
    _change(words.setdefault("checks", {}), common, there, checks)
    changed = StringIO()
    yaml.dump(words, changed)
    _write(path, changed.getvalue())
    try:
        suite_at(key, root)
    except SangamError:
        _write(path, text)
        raise


def _change(
    written: Words, common: dict[str, Check], there: dict[str, Check], wanted: dict[str, Check]
) -> None:
    """Change the checks of a file from those that are there into those wanted, word by word."""
    for name in there.keys() - wanted.keys():
        written.pop(name, None)
        if name in common:
            written[name] = None
    for name, check in wanted.items():
        if check == there.get(name):
            continue
        own = _own_words(check, common.get(name))
        if name in there and isinstance(written.get(name), MutableMapping):
            was = there[name].model_dump(mode="json")
            for word, value in check.model_dump(mode="json").items():
                if value != was[word] and word in own:
                    written[name][word] = value
                elif value != was[word]:
                    written[name].pop(word, None)
            own = written[name]
        if own:
            written[name] = own
        else:
            written.pop(name, None)


def _own_words(check: Check, common: Check | None) -> dict[str, Any]:
    """The words of a check that a source's own file has to say."""
    if common is None:
        return check.model_dump(mode="json", exclude_defaults=True)
    shared = common.model_dump(mode="json")
    return {word: value for word, value in check.model_dump(mode="json").items() if value != shared[word]}


def _as_people_write() -> YAML:
    """YAML that leaves what it does not change as it is: long lines, quotes, `null`."""
    yaml = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda writer, _: writer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _write(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    forget()
