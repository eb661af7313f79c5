"""A definition that went out keeps its words: who changes them gives it a new version.

The words that went out are those of the logframe that the last release's recipe names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.contracts import yaml_file
from ingest.errors import SangamError
from ingest.store import archive
from orchestration.releases.content import Content
from orchestration.releases.header import MANIFEST
from orchestration.releases.made_of import recipe_of_release
from orchestration.warehouse import source_tree
from orchestration.warehouse.logframes import logframes_root
from orchestration.warehouse.source_tree import LOGFRAMES

_OF_ALL = ("since", "until")  # what the donor's words say of every indicator


def require_versions(home: Path, content: Content) -> None:
    """Raises SangamError where a definition of the content differs from the last released one of the same version."""
    before = _released(home, content.donor)
    if before is None:
        return
    file = logframes_root() / f"{content.donor}.yml"
    was, is_now = _definitions(before), _definitions(file.read_bytes())
    wrong = [
        f"  {code}: {', '.join(_changed(was[code], words))} (version {words.get('version', 1)})"
        for code, words in is_now.items()
        if code in was
        and was[code].get("version", 1) == words.get("version", 1)
        and _changed(was[code], words)
        and code in set(content.values["indicator"].to_pylist())
    ]
    if wrong:
        raise SangamError(
            f"{content.donor} {content.quarter} can be neither signed off nor released: definitions that went out have "
            "other words now, and the same version.\n"
            + "".join(f"{line}\n" for line in wrong)
            + f"Give each the next `version` in {file}, or put the words back; then run again."
        )


def _released(home: Path, donor: str) -> bytes | None:
    """The logframe of the donor's last release that says what it was made of."""
    manifests = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (home / "releases" / donor).glob(f"[0-9]*/r[0-9]*/{MANIFEST}")
    ]
    for manifest in sorted(manifests, key=lambda one: (one["approved_at"], one["release"]), reverse=True):
        if recipe := recipe_of_release(home, manifest):
            sha256 = source_tree.kept(home, recipe.tree).get(f"{LOGFRAMES}{donor}.yml")
            return archive.get(home, sha256) if sha256 else None
    return None


def _definitions(logframe: bytes) -> dict[str, dict[str, Any]]:
    """Each indicator's words, with the lists of categories that it names and what the donor says of all."""
    words = yaml_file.values(logframe)
    lists = words.get("categories") or {}
    of_all = {name: words["donor"].get(name) for name in _OF_ALL}
    return {one["code"]: of_all | _resolved(one, lists) for one in words["indicators"]}


def _resolved(indicator: Mapping[str, Any], lists: Mapping[str, Any]) -> dict[str, Any]:
    split = [
        dict(one) | {"categories": lists.get(one["categories"], one["categories"])}
        if isinstance(one.get("categories"), str)
        else dict(one)
        for one in indicator.get("disaggregations") or []
    ]
    return dict(indicator) | {"disaggregations": split}


def _changed(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> list[str]:
    names = was.keys() | is_now.keys()
    return sorted(name for name in names if name != "version" and was.get(name) != is_now.get(name))
