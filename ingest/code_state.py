"""Which code decides about a result: one hash over modules, all they import, and the templates beside them.

For caches, so that no number has to be raised by hand. Which data a result rests on (deliveries, contracts, suites)
is the business of those who keep the result.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import cache_from_source, resolve_name
from pathlib import Path

from ingest.files import write_json

ROOT = Path(__file__).resolve().parents[1]
_OURS = ("ingest", "expectations", "orchestration")
# A module's name in a string: `import_module(f"ingest.readers.{kind}")` may import all there are in the package.
_NAME_IN_STRING = re.compile(rf"(?:{'|'.join(_OURS)})(?:\.\w+)+\.?")
_SQL_COMMENT = re.compile(r"^\s*--[^{\n]*\n", re.MULTILINE)
_PARSED_AT_MOST = 2000

Parsed = tuple[str, list[str]]  # hash of the code, names it may import


def code_fingerprint(
    *modules: str, packages: Iterable[str] = (), data: Iterable[str] = (), root: Path = ROOT
) -> str:
    """A hash of all code that the modules may run; another hash means: do it again.

    That is: the project's modules that are imported on the way, read from the files and not from what this process
    has imported so far, without comments, docstrings and layout; the `*.sql` beside them, without lines of comment;
    Python's version. `packages`: distributions that decide about values, by their versions. `data`: further files, as
    patterns from `root`. Raises ModuleNotFoundError, FileNotFoundError or PackageNotFoundError for what is not there.
    """
    reached = _reached(modules, root)
    lines = [f"python {sys.version_info.major}.{sys.version_info.minor}"]
    lines += [f"{name} {code}" for name, (_, code) in sorted(reached.items())]
    folders = {path.parent for path, _ in reached.values()}
    for path in sorted(template for folder in folders for template in folder.glob("*.sql")):
        text = _SQL_COMMENT.sub("", path.read_text(encoding="utf-8"))
        lines.append(f"{path.relative_to(root).as_posix()} {_hash(text.encode())}")
    for pattern in data:
        found = sorted(root.glob(pattern))
        if not found:
            raise FileNotFoundError(f"There is no file {pattern} in {root}.")
        lines += [f"{path.relative_to(root).as_posix()} {_hash(path.read_bytes())}" for path in found]
    lines += [f"{package} {importlib.metadata.version(package)}" for package in packages]
    return _hash("\n".join(lines).encode())[:16]


def reached_modules(*modules: str, root: Path = ROOT) -> dict[str, Path]:
    """The project's modules that are imported with the named ones, by name; these among them."""
    return {name: path for name, (path, _) in sorted(_reached(modules, root).items())}


def _reached(modules: Iterable[str], root: Path) -> dict[str, tuple[Path, str]]:
    """The modules with their files and the hashes of their code."""
    there = _project(root)
    if missing := [name for name in modules if name not in there]:
        raise ModuleNotFoundError(f"There is no module {', '.join(missing)} in {root}.")
    reached: dict[str, tuple[Path, str]] = {}
    left = set(modules)
    while left:
        name = left.pop()
        path = there[name]
        code, imports = _parses().of(path)
        reached[name] = path, code
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        # Importing a module runs its packages' `__init__`.
        left |= {package, package.rpartition(".")[0]} & there.keys() - reached.keys()
        for one in imports:
            inside = {other for other in there if other.startswith(one)} if one.endswith(".") else set()
            left |= (inside | {resolve_name(one, package)}) & there.keys() - reached.keys()
    _parses().keep()
    return reached


def _project(root: Path) -> dict[str, Path]:
    """Every module of the project, by name."""
    found: dict[str, Path] = {}
    for top in _OURS:
        for folder, _, files in os.walk(root / top):
            package = ".".join(Path(folder).relative_to(root).parts)
            for file in files:
                if file.endswith(".py"):
                    name = f"{package}.{file.removesuffix('.py')}".removesuffix(".__init__")
                    found[name] = Path(folder, file)
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parse(content: bytes) -> Parsed:
    tree = ast.parse(content)
    names: set[str] = set()
    for node in ast.walk(tree):
        names |= _names(node)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = node.body[ast.get_docstring(node, clean=False) is not None :]
    return _hash(ast.dump(tree).encode()), sorted(name for name in names if name.startswith((".", *_OURS)))


def _names(node: ast.AST) -> set[str]:
    """What a node may import; a name that turns out to be no module is passed over later."""
    match node:
        case ast.Import(names=found):
            return {alias.name for alias in found}
        case ast.ImportFrom(module=None, names=found, level=level):
            return {"." * level + alias.name for alias in found}
        case ast.ImportFrom(module=str(module), names=found, level=level):
            base = "." * level + module
            return {base, *(f"{base}.{alias.name}" for alias in found)}
        case ast.Constant(value=str(text)) if _NAME_IN_STRING.fullmatch(text):
            return {text}
    return set()


class _Parses:
    """What files came to when parsed, by the hash of their bytes, kept beside Python's own compiled files.

    Parsing all files takes half a second, reading them some milliseconds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.by = _hash(Path(__file__).read_bytes())  # other code here may parse otherwise
        self.used: dict[str, Parsed] = {}
        self.is_new = False
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.known: dict[str, Parsed] = dict(kept["parsed"]) if kept["by"] == self.by else {}
        except (OSError, ValueError, KeyError, TypeError):
            self.known = {}  # none yet, or broken: everything is parsed again

    def of(self, path: Path) -> Parsed:
        """A file's hash and imports."""
        content = path.read_bytes()
        key = _hash(content)
        if key not in self.known:
            self.known[key] = _parse(content)
            self.is_new = True
        self.used[key] = self.known[key]
        return self.used[key]

    def keep(self) -> None:
        """Write down what is new; where nothing may be written, every process parses."""
        if self.is_new:
            parsed = self.known if len(self.known) <= _PARSED_AT_MOST else self.used
            with contextlib.suppress(OSError):
                write_json(self.path, {"by": self.by, "parsed": parsed})
            self.is_new = False


@cache
def _parses() -> _Parses:
    return _Parses(Path(cache_from_source(__file__)).with_suffix(".json"))
