"""What is checked of the code's own form: SQL within Python, sizes of modules, imports behind something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOMS = ("ingest", "expectations", "orchestration")
LONGEST_SQL = 5  # lines; a program of more is a template
# Libraries that take long to load: an import within a function is for that reason only, and says so.
HEAVY = (
    "boto3", "botocore", "cryptography", "dagster", "dagster_dbt", "dbt", "duckdb", "great_expectations", "lxml",
    "numpy", "pandas", "pandera", "phonenumbers", "pyarrow", "python_calamine", "scipy", "splink", "xlsxwriter",
)  # fmt: skip
_STATEMENT = re.compile(
    r"(?:--[^\n]*\n\s*)*(?:SELECT|WITH|INSERT|CREATE|DELETE|UPDATE|COPY|MERGE|DROP|ALTER|PIVOT|UNPIVOT|FROM)\s",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\bSELECT\b.*\sFROM\s", re.DOTALL)  # within other words: upper case, as SQL in Python is


def modules(root: Path) -> list[Path]:
    """The modules of the rooms below `root`, but for those that only make a folder a package."""
    found = (path for room in ROOMS for path in sorted((root / room).rglob("*.py")))
    return [path for path in found if path.name != "__init__.py"]


def files(root: Path) -> list[Path]:
    """All Python files of the rooms below `root`."""
    return [path for room in ROOMS for path in sorted((root / room).rglob("*.py"))]


def long_sql(text: str) -> list[int]:
    """The lines at which an SQL program of more than five lines begins within a string."""
    tree = ast.parse(text)
    told = {id(part) for node in ast.walk(tree) for part in _documentation(node)}
    return sorted(node.lineno for node in _whole_strings(tree) if id(node) not in told and _is_long_sql(node))


def _documentation(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
        first = node.body[0]
        if isinstance(first, ast.Expr):
            yield first.value


def _whole_strings(node: ast.AST) -> Iterator[ast.expr]:
    """Strings with all they are put together from; what is put into one is looked at by itself as well."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and _text(child) is not None:
            yield child
            yield from (inner for part in _put_in(child) for inner in _whole_strings(part))
        else:
            yield from _whole_strings(child)


def _put_in(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FormattedValue):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _put_in(child)


def _text(node: ast.expr) -> str | None:
    """The text of a string, an f-string or several that are added; a stand-in for what is put in. None: no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join((_text(part) or "") if isinstance(part, ast.Constant) else "x" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None and right is None else f"{left or 'x'}{right or 'x'}"
    return None


def _is_long_sql(node: ast.expr) -> bool:
    text = (_text(node) or "").strip()
    lines = max((node.end_lineno or node.lineno) - node.lineno + 1, text.count("\n") + 1)
    return lines > LONGEST_SQL and bool(_STATEMENT.match(text) or _QUERY.search(text))


def hidden_imports(text: str) -> list[str]:
    """Imports of own modules behind TYPE_CHECKING or within functions that do not say why."""
    tree, lines = ast.parse(text), text.splitlines()
    wrong = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.If)
            and "TYPE_CHECKING" in ast.unparse(node.test)
            and not _says_why(lines, node)
        ):
            wrong |= {
                inner.lineno: f"line {inner.lineno}: behind TYPE_CHECKING: {ast.unparse(inner)}"
                for inner in ast.walk(node)
                if isinstance(inner, ast.Import | ast.ImportFrom) and _roots(inner) & set(ROOMS)
            }
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            wrong |= {
                inner.lineno: f"line {inner.lineno}: within {node.name}() without a reason: {ast.unparse(inner)}"
                for inner in ast.walk(node)
                if isinstance(inner, ast.Import | ast.ImportFrom)
                and _roots(inner) & {*ROOMS, *HEAVY}
                and not _says_why(lines, inner)
            }
    return [wrong[line] for line in sorted(wrong)]


def _roots(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The packages that are imported from; a relative import is one of ours."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]} if not node.level else {ROOMS[0]}
    return {alias.name.partition(".")[0] for alias in node.names}


def _says_why(lines: list[str], node: ast.stmt) -> bool:
    """A comment on one of the import's lines, or above the imports that stand together with it."""
    if any(_comment(line) for line in lines[node.lineno - 1 : node.end_lineno]):
        return True
    above = node.lineno - 2
    while above >= 0 and re.match(r"\s*(import|from)\s", lines[above]):
        above -= 1
    return above >= 0 and lines[above].lstrip().startswith("#") and _comment(lines[above])


def _comment(line: str) -> bool:
    """Whether there is one that is written for a person, not for a tool."""
    return any(
        not re.match(r"\s*(noqa|type:|pragma|fmt:)", words) and len(words.split()) >= 2
        for words in line.split("#")[1:]
    )


def too_large(sizes: Mapping[Path, int]) -> list[str]:
    """What is wrong with the sizes of modules, in lines: half under 100, nine in ten under 250, none over 400."""
    wrong = [
        f"{path} has {size} lines: none may have more than 400." for path, size in sizes.items() if size > 400
    ]
    for share, limit in ((0.5, 100), (0.9, 250)):
        small = sum(size < limit for size in sizes.values())
        if small < share * len(sizes):
            wrong.append(f"{small} of {len(sizes)} modules have under {limit} lines: {share:.0%} should.")
    return wrong
