"""A wrong word on the command line is refused at once, with the nearest right one, and never with a traceback."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.nearest import nearest
from tests.terminal import sangam

# words of the command, and what the refusal must name
WRONG = [
    (
        "run --quarter 2021Q5",
        "like 2021Q2. Did you mean '2021Q4'?",
    ),
    ("run --quarter 2021Q2 --region jarkhand", "There is no region 'jarkhand'. Did you mean 'jharkhand'?"),
    (
        "status --quarter 2021-Q2",
        "like 2021Q2. Did you mean '2021Q2'?",
    ),
    (
        "explain eu_sucess EU-03 2021Q2",
        "There is no donor 'eu_sucess'. Did you mean 'eu_success'? Known: eu_s",
    ),
    (
        "explain eu_success eu-3 2021Q2",
        "There is no indicator 'eu-3' of donor 'eu_success'. Did you mean 'EU-03'?",
    ),
    (
        "explain eu_success EU-03 2021q2",
        "like 2021Q2. Did you mean '2021Q2'?",
    ),
    ("explain eu_success EU-03 2021Q2 --where district", "wants dimension=category"),
    ("approve NOBODY 2021Q2 --by Amina", "There is no donor 'NOBODY'. Known: eu_success, fcdo_slg_erlc,"),
    (
        "approve eu_success 20212 --by Amina",
        "like 2021Q2. Did you mean '2021Q2'?",
    ),
    (
        "check README.md --contract sind/mis --quarter 2021Q2",
        "There is no region 'sind'. Did you mean 'sindh'?",
    ),
    (
        "check README.md --contract sindh/miss --quarter 2021Q2",
        "There is no source 'miss' of region 'sindh'. Did you mean 'mis'?",
    ),
    ("check README.md --contract sindh --quarter 2021Q2", "--contract wants REGION/SOURCE"),
    ("check nowhere.csv --contract sindh/mis --quarter 2021Q7", "'2021Q7' is no quarter. Write year"),
    ("let-through sindh/births1 2021Q2", "Did you mean 'births'?"),
    ("let-through sindh 2021Q2", "Name the delivery as REGION/SOURCE"),
    ("release-drop sindh/birth 2021Q2", "Did you mean 'births'?"),
    ("release list mord_nrml", "There is no donor 'mord_nrml'. Did you mean 'mord_nrlm'?"),
    ("release list mord_nrlm 2021", "'2021' is no quarter. Write year"),
    ("release verify three_d 2021Q2", "There is no donor 'three_d'. Did you mean 'three_d_pune'?"),
    (
        "release verify eu_success 2021Q2 -r 1",
        "'1' is no release: their names are r001, r002 and so on. Did you mean",
    ),
    ("release rebuild eu_success 2021Q2", "There is no release of eu_success 2021Q2 in"),
    ("release diff eu_success 2021Q2 r001 R2", "'R2' is no release: their names are r001, r002 and so on."),
    (
        "release fetch eu_success 2021Q22 --to x",
        "like 2021Q2. Did you mean '2021Q2'?",
    ),
    (
        "sample OUT --programme success_sind",
        "There is no sample programme 'success_sind'. Did you mean 'success_",
    ),
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[words for words, _ in WRONG])
def test_a_wrong_word_is_refused_with_the_nearest(words: str, told: str, home: Path) -> None:
    said = sangam(*words.split())
    assert said.status == 2
    assert told in said.text
    assert "Traceback" not in said.text
    assert not (home / "s3").exists()


def test_the_former_name_says_the_new_one() -> None:
    assert "is called `sangam let-through` now" in sangam("release-drop", "sindh/births", "2021Q2").text


def test_a_wrong_word_loads_nothing_heavy(home: Path) -> None:
    """A second for a person; here by what is imported, which does not depend on the machine's load."""
    code = (
        "import sys\n"
        "from orchestration.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code)\n"
        "print(sorted({'dagster', 'dbt', 'pyarrow', 'duckdb', 'numpy', 'boto3'} & set(sys.modules)))"
    )
    for words in (wrong.split() for wrong, _ in WRONG if not wrong.startswith("sample")):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
        )
        assert done.stdout.split("\n")[-3:-1] == ["2", "[]"], (words, done.stdout, done.stderr)
        assert time.perf_counter() - started < 10


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_loads_nothing_but_the_terminal(words: list[str]) -> None:
    """It takes a fifth of a second, half of it rich; pydantic and YAML would take as long again.

    Of one command typer loads pydantic itself.
    """
    code = (
        "import sys\n"
        "from orchestration.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pydantic', 'yaml', 'duckdb', 'jinja2', 'pandas', 'dagster'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout and done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("word", "near"),
    [("Latrine", "latrine"), ("larkan", "Larkana"), ("", ""), ("xyz", ""), (" LARKANA ", "Larkana")],
)
def test_nearest(word: str, near: str) -> None:
    assert nearest([word], {"latrine": "latrine", "Larkana": "Larkana"}) == near
