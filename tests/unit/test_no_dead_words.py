"""Each word of contracts, logframes, suites, corrections and decisions is read by something."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from expectations.suite import Suite
from ingest.contracts.correction_words import Correction
from ingest.contracts.decision_words import Decision
from ingest.contracts.region import Region
from orchestration.warehouse.logframe_words import Logframe

ROOT = Path(__file__).resolve().parents[2]


def words(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[tuple[type[BaseModel], str]]:
    """Every field of a model and of those within it."""
    if model in seen:
        return set()
    seen.add(model)
    found = {(model, name) for name in model.__annotations__ if name in model.model_fields}
    for base in model.__mro__[1:]:
        if issubclass(base, BaseModel) and base.model_fields:
            found |= words(base, seen)
    for field in model.model_fields.values():
        for inner in models(field.annotation):
            found |= words(inner, seen)
    return found


def models(kind: object) -> set[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {kind}
    return {model for member in get_args(kind) for model in models(member)}


def reads() -> dict[Path, set[str]]:
    """Attributes read in each module; and in templates and macros, names after a dot or in quotes."""
    found = {}
    for folder in ("ingest", "expectations", "orchestration", "dbt_project"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found[path] = {
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
            }
        for pattern in ("*.sql", "*.j2"):
            for path in (ROOT / folder).rglob(pattern):
                if "target" not in path.relative_to(ROOT).parts:
                    found_names = re.findall(r"\.(\w+)|'(\w+)'", path.read_text(encoding="utf-8"))
                    found[path] = {name for pair in found_names for name in pair if name}
    return found


READS = reads()
WORDS = sorted(
    {
        (model.__module__, model.__name__, name)
        for root in (Region, Logframe, Suite, Correction, Decision)
        for model, name in words(root, set())
    }
)


@pytest.mark.parametrize(("module", "model", "word"), WORDS, ids=[f"{m}.{w}" for _, m, w in WORDS])
def test_a_word_is_read(module: str, model: str, word: str) -> None:
    own = ROOT / f"{module.replace('.', '/')}.py"
    samples = ROOT / "ingest" / "samples"
    read_by = [path for path, names in READS.items() if word in names and samples not in path.parents]
    # A model may read its own words, but then for more than to check them: outside its validators.
    outside = [path for path in read_by if path != own]
    assert outside or word in used_beside_checks(own)


def used_beside_checks(path: Path) -> set[str]:
    """Attributes that a module of models reads in what is no validator."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and not any(
            "validator" in ast.unparse(d) for d in node.decorator_list
        ):
            found |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return found


def test_there_are_words() -> None:
    assert len(WORDS) > 100
    assert {("ingest.contracts.column", "Column", "key_as_delivered")} <= set(WORDS)
