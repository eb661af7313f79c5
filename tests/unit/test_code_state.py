"""The fingerprint of code: what changes it and what does not, in a copy of a small package; and what it covers here."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import pytest

import expectations.batches
import ingest.linkage.link
import ingest.run
from ingest.code_state import ROOT, code_fingerprint, reached_modules

_FILES = {
    "ingest/__init__.py": "",
    "ingest/run.py": (
        '"""Runs."""\nfrom ingest import files\nfrom ingest.judging.judge import judge\n\n\n'
        "def run() -> int:\n    from ingest.late import late\n\n    return judge() + files.SIZE + late()\n"
    ),
    "ingest/files.py": "SIZE = 1\n",
    "ingest/late.py": "def late() -> int:\n    return 2\n",
    "ingest/judging/__init__.py": "",
    "ingest/judging/judge.py": (
        "from importlib import import_module\nfrom . import near\n\n\n"
        'def judge() -> int:\n    """Judge."""\n    # because\n'
        '    return import_module(f"ingest.readers.{near.KIND}").read()\n'
    ),
    "ingest/judging/near.py": 'KIND = "csv"\n',
    "ingest/judging/judge.sql": "-- All.\nselect 1\n",
    "ingest/readers/__init__.py": "",
    "ingest/readers/csv.py": "def read() -> int:\n    return 3\n",
    "ingest/samples/__init__.py": "",
    "ingest/samples/made.py": "from ingest import run\n",
    "ingest/texts/en.yml": "hello: Hello\n",
    "orchestration/__init__.py": "import ingest.run\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _of(package: Path) -> str:
    return code_fingerprint("ingest.run", data=("ingest/texts/*.yml",), root=package)


def _edited(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(package: Path) -> None:
        text = (package / name).read_text(encoding="utf-8")
        assert old in text
        (package / name).write_text(text.replace(old, new), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        _edited("ingest/run.py", "judge() +", "judge() -"),
        _edited("ingest/files.py", "1", "2"),
        _edited("ingest/late.py", "return 2", "return 4"),
        _edited("ingest/judging/near.py", '"csv"', '"xml"'),
        _edited("ingest/readers/csv.py", "return 3", "return 4"),
        _edited("ingest/readers/__init__.py", "", "import ingest.samples.made\n"),
        _edited("ingest/judging/judge.sql", "select 1", "select 2"),
        _edited("ingest/texts/en.yml", "Hello", "Good day"),
        lambda package: (package / "ingest/judging/more.sql").write_text("select 1\n"),
        lambda package: (package / "ingest/readers/xml.py").write_text("def read() -> int:\n    return 5\n"),
    ],
    ids=[
        "a line of code", "a module imported by name", "an import inside a function", "a relative import",
        "an import by a made-up name", "a package's __init__", "a template", "data", "another template",
        "another module of a package that is imported from by made-up names",
    ],
)  # fmt: skip
def test_what_decides_changes_it(package: Path, edit: Callable[[Path], None]) -> None:
    before = _of(package)
    edit(package)
    assert _of(package) != before


@pytest.mark.parametrize(
    "edit",
    [
        _edited("ingest/judging/judge.py", "# because", "# for another reason\n    # told at length"),
        _edited("ingest/judging/judge.py", '"""Judge."""', '"""Judges\n\n    at length.\n    """'),
        _edited("ingest/run.py", '"""Runs."""\n', ""),
        _edited("ingest/late.py", "return 2", "return (\n        2\n    )"),
        _edited("ingest/judging/judge.sql", "-- All.", "-- Everything."),
        _edited("ingest/samples/made.py", "run", "files"),
        _edited("orchestration/__init__.py", "ingest.run", "ingest.late"),
        lambda package: (package / "ingest/samples/other.sql").write_text("select 1\n"),
        lambda package: (package / "ingest/texts/README.md").write_text("Texts.\n"),
    ],
    ids=[
        "a comment", "a docstring", "no docstring", "layout", "a comment of a template", "samples", "orchestration",
        "a template of samples", "a file outside",
    ],
)  # fmt: skip
def test_what_does_not_decide_leaves_it(package: Path, edit: Callable[[Path], None]) -> None:
    before = _of(package)
    edit(package)
    assert _of(package) == before


def test_what_is_not_there_is_told(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"ingest\.runs"):
        code_fingerprint("ingest.runs", root=package)
    with pytest.raises(FileNotFoundError, match=r"texts/\*\.yaml"):
        code_fingerprint("ingest.run", data=("ingest/texts/*.yaml",), root=package)
    with pytest.raises(PackageNotFoundError):
        code_fingerprint("ingest.run", packages=("no-such-distribution",), root=package)


def _python(code: str, where: Path) -> str:
    """What a new process that imports from a folder prints."""
    command, env = [sys.executable, "-c", code], {"PYTHONPATH": str(where)}
    return subprocess.run(
        command, cwd=where, env=env, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_it_is_the_same_wherever_the_files_lie_and_whatever_was_imported(tmp_path: Path) -> None:
    """Another process that has imported next to nothing, with a copy of the code at another place."""
    for path in {*reached_modules("ingest.linkage.link").values(), *ROOT.glob("ingest/**/*.sql")}:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    code = "from ingest.code_state import code_fingerprint as c; print(c('ingest.linkage.link', packages=['duckdb']))"
    assert _python(code, tmp_path) == code_fingerprint("ingest.linkage.link", packages=["duckdb"])


def test_each_cache_covers_what_decides_about_it() -> None:
    run, link = reached_modules("ingest.run"), reached_modules("ingest.linkage.link")
    checks = reached_modules("expectations.batches")
    assert {"ingest.readers.mysqldump", "ingest.judging.delivered_file", "ingest.mapping.feeds"} <= set(run)
    assert {"ingest.linkage.link_rules", "ingest.linkage.names", "ingest.store.vault"} <= set(link)
    assert {
        "expectations.measuring.profile",
        "expectations.gx.validation",
        "expectations.gx.suite_page",
    } <= set(checks)
    for reached, foreign in (
        (run, ("ingest.samples", "ingest.linkage", "expectations", "orchestration")),
        (link, ("ingest.samples", "ingest.readers", "ingest.judging", "expectations", "orchestration")),
        (checks, ("ingest.samples", "ingest.readers", "ingest.linkage", "orchestration")),
    ):
        assert not [name for name in reached if name.startswith(foreign)]


# Distributions whose version changes no value: they carry what we wrote, or refuse it.
_CARRIERS = {"cryptography", "jinja2", "pydantic", "pydantic_core", "ruamel", "xlsxwriter", "yaml"}


@pytest.mark.parametrize("module", [ingest.run, ingest.linkage.link, expectations.batches])
def test_a_new_package_is_named_or_known_to_decide_nothing(module: ModuleType) -> None:
    """Where this fails: name the package in the module's `code_fingerprint`, or here if no value depends on it."""
    source = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    named = {
        constant.value.removeprefix("python-").replace("-", "_")
        for call in ast.walk(source)
        if isinstance(call, ast.keyword) and call.arg == "packages"
        for constant in ast.walk(call)
        if isinstance(constant, ast.Constant)
    }
    imported = set()
    for path in reached_modules(module.__name__).values():
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
    tops = {one.partition(".")[0].removeprefix("python_") for one in imported}
    assert tops - set(sys.stdlib_module_names) - {"ingest", "expectations"} - _CARRIERS == named


def test_what_was_parsed_once_is_not_parsed_again(record_property: Callable[[str, object], None]) -> None:
    """By another process: parsing everything takes too long for each start."""
    expected = code_fingerprint("ingest.run")
    code = (
        "import ast, time, ingest.code_state as c\nast.parse = None\nstarted = time.perf_counter()\n"
        "print(c.code_fingerprint('ingest.run'), round((time.perf_counter() - started) * 1000))"
    )
    found, took = _python(code, ROOT).split()
    record_property("measured", f"fingerprint of the code that takes deliveries in: {took} ms")
    assert found == expected
