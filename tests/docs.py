"""What the documentation names: code spans and code blocks of a Markdown file, and whether what they name is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import typer.main

from orchestration.cli.main import app
from tests.house import ROOMS

ROOT = Path(__file__).resolve().parents[1]
CODE = (*ROOMS, "dbt_project", "tests", "deploy")
ENDINGS = ("py", "yml", "sql", "md", "toml", "lock", "csv", "duckdb", "log", "png", "yaml")
NO_PATHS = ("<region>/contract", "dagster/max_retries")  # look like some: an asset and a tag of Dagster
MADE_BY_OTHERS = ("dbt.log",)  # a name that dbt gives
_PATH = re.compile(rf"[\w.<>{{}},*-]*(?:/[\w.<>{{}},*-]*)+|[\w<>-]+\.(?:{'|'.join(ENDINGS)})")
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_ROOM = re.compile(r"^\| \d+ \| `([\w/]+)/` \|.*\| ([^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Named:
    """Something a document names, and the line it stands on."""

    line: int
    text: str


def spans(text: str) -> list[Named]:
    """The code spans outside code blocks."""
    bare = _FENCE.sub(lambda found: "\n" * found.group().count("\n"), text)
    return [Named(_line(bare, m.start()), " ".join(m[1].split())) for m in _SPAN.finditer(bare)]


def blocks(text: str) -> list[Named]:
    """The code blocks, lines that end in a backslash put together."""
    return [Named(_line(text, m.start(1)), m[1].replace("\\\n", " ")) for m in _FENCE.finditer(text)]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def faults(text: str) -> list[str]:
    """What a document names that is not there, a line each: line of the document, what is named, what is wrong."""
    found = [(one.line, one.text, why) for one in spans(text) for why in _of_span(one.text)]
    for block in blocks(text):
        found += [(block.line, "code block", why) for why in _of_block(block.text)]
    for link in _LINK.finditer(text):
        if not (ROOT / link[1]).exists() and not (ROOT / "docs" / link[1]).exists():
            found.append((_line(text, link.start()), link[1], "there is no such file to link to"))
    for row in _ROOM.finditer(text):
        found += [(_line(text, row.start()), row[1], why) for why in _of_room(row[1], row[2])]
    return [f"line {line}: `{name}`: {why}" for line, name, why in found]


def _of_span(text: str) -> Iterator[str]:
    if text in NO_PATHS:
        return
    text = text.removeprefix(".venv/bin/")
    if re.match(r"(sangam|make|python -m) ", text):
        yield from _of_command(text)
    elif text.startswith("--"):
        ours = any(text in options for _, options in _commands().values())
        if not ours and not re.search(rf"{re.escape(text)}\b", _started()):
            yield "no command of sangam has this option"
    elif re.match(rf"(?:{'|'.join(ROOMS)})\.\w", text):
        yield from _of_dotted(text)
    else:
        for word in text.split():
            if word.startswith("/"):  # of a machine or an address, not of the repository
                continue
            if _PATH.fullmatch(word):
                yield from (f"there is no {one}" for one in _braces(word) if not _path_is_there(one))
            else:
                yield from _of_words(word)


def _of_block(text: str) -> Iterator[str]:
    for line in text.splitlines():
        words = re.sub(r"^\s*(\$ )?(\.venv/bin/)?", "", line).partition("#")[0].strip()
        if re.match(r"(sangam|make|python -m) ", words):
            yield from _of_command(words)
        elif module := re.match(r"from ([\w.]+) import (\w+)", words):
            yield from _of_dotted(f"{module[1]}.{module[2]}")
    yield from _of_words(" ".join(re.findall(r"SANGAM_\w+", text)))


def _of_command(text: str) -> Iterator[str]:
    first, _, rest = text.partition(" ")
    if first == "make":
        rest = re.sub(r" [A-Z]+=\S+", "", rest)  # a variable of the target
        if not re.search(rf"^{re.escape(rest)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M):
            yield f"the Makefile has no target '{rest}'"
    elif first == "python":
        module = rest.split()[1].replace(".", "/")
        if not (ROOT / f"{module}.py").exists():
            yield f"there is no module {module}.py"
    else:
        yield from _of_sangam(rest)


def _of_sangam(text: str) -> Iterator[str]:
    words = re.sub(r"[\[\]]", "", re.sub(r"\b, \b", "|", text)).split()
    names = [words[0]]
    if words[0] in _groups() and len(words) > 1 and not words[1].startswith("-"):
        names = [f"{words[0]} {word}" for word in words[1].split("|")]
    for name in names:
        if name not in _commands() and name not in _groups():
            yield f"sangam has no command '{name}'"
            continue
        known = _commands().get(name, ("", set()))[1]
        for option in (word for word in words if re.match(r"--?[a-z]", word)):
            if option not in known:
                yield f"'sangam {name}' has no option {option}; it has {', '.join(sorted(known))}"


def _groups() -> set[str]:
    return {name.partition(" ")[0] for name in _commands() if " " in name}


@cache
def _commands() -> dict[str, tuple[str, set[str]]]:
    """Each command of sangam by its words, such as `release list`, with its options."""

    def within(command: click.Command, words: str) -> Iterator[tuple[str, tuple[str, set[str]]]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield (
                words,
                (words, {option for one in command.params for option in one.opts if option[0] == "-"}),
            )
        for name, one in (inner or {}).items():
            yield from within(one, f"{words} {name}".strip())

    return dict(within(typer.main.get_command(app), ""))


def _braces(path: str) -> list[str]:
    """`a/{b,c}.py` → `a/b.py`, `a/c.py`."""
    found = re.search(r"\{([^}]*)\}", path)
    if not found:
        return [path]
    start, end = path[: found.start()], path[found.end() :]
    return [one for part in found[1].split(",") for one in _braces(start + part + end)]


def _path_is_there(path: str) -> bool:
    """In the repository; what a home holds is there where the code names each part of it."""
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    if "/" not in pattern and any(next((ROOT / at).rglob(pattern), None) for at in (*CODE, "docs")):
        return True
    if any(next(base.glob(pattern), None) for base in (ROOT, ROOT / "ingest", ROOT / "ingest" / "regions")):
        return True
    folder, _, name = pattern.removeprefix("SANGAM_HOME/").rpartition("/")
    if pattern.split("/")[0] in CODE:  # a file that a person makes where it is needed
        return "*" in folder and any(ROOT.glob(folder)) and _is_named(name)
    return all(map(_is_named, (*folder.split("/"), name)))


def _is_named(part: str) -> bool:
    """Whether the code names a part of a path."""
    if part in ("", "*", *MADE_BY_OTHERS):
        return True
    return bool(re.search(rf"""["'/}}]{re.escape(part)}["'/]""", _code()))


def _of_dotted(text: str) -> Iterator[str]:
    *module, name = text.split(".")
    at = ROOT.joinpath(*module)
    files = [at.with_suffix(".py"), at / "__init__.py"]
    if not any(file.exists() and name in _defined(file) for file in files):
        yield f"{'.'.join(module)} defines no '{name}'"


def _of_room(room: str, functions: str) -> Iterator[str]:
    """Functions of the table of rooms: `module.function` or `function`, each in a module of its room."""
    at = ROOT / "ingest" / room if (ROOT / "ingest" / room).is_dir() else ROOT / room
    for text in re.findall(r"`([\w.]+)`", functions):
        module, _, name = text.rpartition(".")
        if not any(name in _defined(file) for file in at.rglob(f"{module or '*'}.py")):
            yield f"no module of this room defines '{text}'"


def _defined(file: Path) -> set[str]:
    """What a module defines or hands on at its top."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _of_words(text: str) -> Iterator[str]:
    """Names within other code: those with an underscore stand somewhere in the code."""
    for word in re.findall(r"\w+", re.sub(r"<[^>]*>", "", text)):
        if "_" in word.strip("_") and word not in _words():
            yield f"'{word}' stands nowhere in the code"


@cache
def _started() -> str:
    """How `deploy/` starts programs of others."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "deploy").rglob("*.service"))


@cache
def _code() -> str:
    files = (file for at in CODE for file in sorted((ROOT / at).rglob("*")) if file.is_file())
    own = {Path(__file__).name, "test_docs.py"}
    endings = {".py", ".sql", ".yml", ".yaml", ".j2", ".service", ".conf", ".env"}
    texts = [f.read_text(encoding="utf-8") for f in files if f.suffix in endings and f.name not in own]
    return "\n".join(
        [*texts, *((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "pyproject.toml"))]
    )


@cache
def _words() -> set[str]:
    return set(re.findall(r"\w+", _code()))
