"""Loading the code location: what is imported on the way, and how often each file of words is read.

It decides how soon a run, a command or the UI begins. Here by what is loaded, which does not depend on the machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# What a step, or another command, needs of libraries that take long to import.
HEAVY = (
    "boto3", "botocore", "cryptography", "dagster_dbt", "dbt", "duckdb", "great_expectations", "jinja2", "lxml",
    "networkx", "numpy", "pandas", "pandera", "phonenumbers", "pyarrow", "python_calamine", "ruamel", "scipy",
    "selectolax", "splink", "sqlglot", "xlsxwriter",
)  # fmt: skip
LOAD = """
from orchestration.definitions import defs
defs.get_repository_def().get_all_jobs()
"""
READ = """
from collections import Counter
from ingest.contracts import yaml_file
read, times = yaml_file.read, Counter()
def counted(file, **words):
    times[file] += 1
    return read(file, **words)
yaml_file.read = counted
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the code location was loaded before: trials of words and dbt's manifest are made once."""
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path))
    _python(LOAD)
    return tmp_path


def test_the_code_location_loads_nothing_that_only_a_step_needs(home: Path) -> None:
    assert any((home / "lake" / "trials").iterdir())
    assert _python(f"{LOAD}\nimport sys\nprint(sorted({set(HEAVY)} & set(sys.modules)))") == "[]"


def test_each_file_of_words_is_read_once(home: Path) -> None:
    told = _python(f"{READ}{LOAD}\nprint(len(times), [str(file) for file, n in times.items() if n > 1])")
    count, _, again = told.partition(" ")
    assert int(count) > 40
    assert again == "[]"


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
