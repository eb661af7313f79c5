"""Which files of a folder are a delivery's: strays, copies and litter, in landings, in zips and in contracts."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from pydantic import ValidationError

from ingest.contracts.source import Source
from ingest.deliveries.landing import litter, scan
from ingest.deliveries.receipt import Receipt
from ingest.file_names import is_litter, original_of
from ingest.run import ingest_source
from orchestration.checks.source_status import quarter_status
from orchestration.cli.check import check_files
from orchestration.settings import Settings

DROPS = Path(__file__).resolve().parents[1] / "drops" / "landing"
LISTS = "khulna/allowances/2021Q2"
REGISTER = "khulna/mis/2021Q2"
OLD_AGE = "allowance_old_age_2021Q2.html"
ZIP = "beneficiary_mis_2021Q2.zip"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """Khulna's deliveries of a quarter."""
    return _delivered(tmp_path)


@pytest.fixture(scope="module")
def taken_in_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with these deliveries, and the home that has taken them in."""
    folder = tmp_path_factory.mktemp("taken_in")
    for source in ("allowances", "mis"):
        taken(_delivered(folder), source)
    return folder


@pytest.fixture
def taken_in(taken_in_once: Path, tmp_path: Path) -> Path:
    """Khulna's deliveries of a quarter, which have been taken in; a copy, with the times of the files."""
    shutil.copytree(taken_in_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "landing"


def _delivered(folder: Path) -> Path:
    for drop in (LISTS, REGISTER):
        shutil.copytree(DROPS / drop, folder / "landing" / drop, dirs_exist_ok=True)
    return folder / "landing"


def put(landing: Path, relative: str, content: bytes, later: int = 60) -> Path:
    """A file that arrives after all that is there."""
    path = landing / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    last = max(p.stat().st_mtime for p in landing.rglob("*") if p.is_file())
    os.utime(path, (last + later, last + later))
    return path


def taken(landing: Path, source: str) -> dict[str, Receipt]:
    receipts = ingest_source(landing.parent / "home", landing, "khulna", source)
    return {receipt.path.removeprefix(f"khulna/{source}/2021Q2/"): receipt for receipt in receipts}


def slip_of(landing: Path, receipt: Receipt) -> str:
    """All that the return slip says."""
    path = receipt.slip_file(landing.parent / "home")
    assert path is not None
    sheets = openpyxl.load_workbook(path).worksheets
    return "\n".join(
        str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value
    )


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "._x.csv", ".DS_Store", "~$x.xlsx", "Thumbs.db", "thumbs.DB", "desktop.ini", "Desktop.ini", ".~lock.x.ods#",
        "__MACOSX/x.csv", "__MACOSX/a/._x.csv", "in/.git/x.csv", "x.csv.part", "x.zip.crdownload",
        "x.csv~", "$RECYCLE.BIN/x.csv", "~WRL0001.tmp",
    ],
)  # fmt: skip
def test_litter(path: str) -> None:
    assert is_litter(path)


@pytest.mark.parametrize(
    "path", ["x.csv", "a/x.csv", "a.b/x~1.csv", "part.csv", "tmp/x.xlsx", "macosx/x.csv"]
)
def test_no_litter(path: str) -> None:
    assert not is_litter(path)


@pytest.mark.parametrize(
    "name",
    [
        "Copy of a_2021Q2.csv", "Copy (2) of a_2021Q2.csv", "copy_of_a_2021Q2.csv", "a_2021Q2 (2).csv",
        "a_2021Q2(1).csv", "a_2021Q2 - Copy.csv", "a_2021Q2 - Copy (3).csv", "a_2021Q2 copy 2.csv",
        "a_2021Q2_copy.csv", "A_2021Q2 (1) (1).CSV", "a_2021Q2.csv (1).gz", "a_2021Q2 (1).csv.gz",
        "Copy of Copy of a_2021Q2.csv",
        "a_2021Q2 - प्रतिलिपि.csv",
        "a_2021Q2 (Asha's conflicted copy 2021-07-01).csv", "zip/a_2021Q2 (2).csv", "a_2021Q2 - কপি.csv",
    ],
)  # fmt: skip
def test_a_copy_names_its_original(name: str) -> None:
    assert original_of(name) == "a_2021q2"


@pytest.mark.parametrize(
    "name",
    [
        "a_2021Q2.csv",
        "a_2021Q2_v2.csv",
        "photocopy.csv",
        "copy.csv",
        "a (Dadu).csv",
        "a_(2021).csv",
        "(1).csv",
    ],
)
def test_what_is_no_copy(name: str) -> None:
    assert original_of(name) == ""


# --- a landing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Copy of allowance_old_age_2021Q2.html", f"a copy of {OLD_AGE}"),
        ("allowance_old_age_2021Q2 (2).html", f"a copy of {OLD_AGE}"),
        ("allowance_old_age_2021Q2 - Copy.htm", "allowance_old_age_2021Q2_v2.html"),
        ("allowances_2021Q2.html", "allowance_widow_2021Q2.html"),
        ("allowance_widow_pension_2021Q2.html", "allowance_disability_2021Q2.html"),
        ("readme.txt", "Rename the file"),
    ],
)
def test_a_stray_file_of_a_drop_counts_nothing_and_is_said(taken_in: Path, name: str, said: str) -> None:
    landing = taken_in
    before = taken(landing, "allowances")
    assert len(before) == 3
    put(
        landing,
        f"{LISTS}/{name}",
        (landing / LISTS / OLD_AGE).read_bytes().replace("৳৫০০".encode(), "৳৫০১".encode()),
    )
    now = taken(landing, "allowances")
    assert (now[name].refused, now[name].status) == ("stray_file", "refused")
    assert said in now[name].message
    assert said in slip_of(landing, now[name])
    for file, receipt in before.items():
        assert (now[file].status, now[file].tables, now[file].told) == (
            "current",
            receipt.tables,
            receipt.told,
        )
    files = list(
        (landing.parent / "home/lake/feeds/feed=service/region=khulna/source=allowances").rglob("*.parquet")
    )
    assert {path.stem[:16] for path in files} == {receipt.sha256[:16] for receipt in before.values()}
    settings = Settings(landing.parent / "home", landing)
    (row,) = [
        r for r in quarter_status(settings, "2021Q2") if (r.region, r.source) == ("khulna", "allowances")
    ]
    assert said in row.note
    assert not any(receipt.read_now for receipt in taken(landing, "allowances").values())


def test_a_copy_whose_original_is_gone_is_the_delivery(taken_in: Path) -> None:
    landing = taken_in
    copy = put(
        landing, f"{LISTS}/allowance_old_age_2021Q2 (1).html", (landing / LISTS / OLD_AGE).read_bytes()
    )
    assert taken(landing, "allowances")[copy.name].refused == "stray_file"
    (landing / LISTS / OLD_AGE).unlink()
    receipt = taken(landing, "allowances")[copy.name]
    assert (receipt.refused, receipt.status) == (None, "current")


def test_a_redelivery_under_a_name_of_its_own_replaces(taken_in: Path) -> None:
    landing = taken_in
    put(
        landing, f"{LISTS}/allowance_old_age_2021Q2_v2.html", (landing / LISTS / OLD_AGE).read_bytes() + b"\n"
    )
    now = taken(landing, "allowances")
    assert (now[OLD_AGE].status, now["allowance_old_age_2021Q2_v2.html"].status) == ("superseded", "current")


def test_a_copy_does_not_replace_the_only_file_of_a_drop(landing: Path) -> None:
    put(landing, f"{REGISTER}/Copy of {ZIP}", (landing / REGISTER / ZIP).read_bytes())
    now = taken(landing, "mis")
    assert (now[ZIP].status, now[f"Copy of {ZIP}"].refused) == ("current", "stray_file")


def test_litter_in_a_landing_is_listed_and_nothing_else(landing: Path) -> None:
    left = [f"{LISTS}/._{OLD_AGE}", f"{LISTS}/~${OLD_AGE}", f"{LISTS}/Thumbs.db", f"{LISTS}/__MACOSX/{OLD_AGE}",
            f"{REGISTER}/.DS_Store", "khulna/desktop.ini"]  # fmt: skip
    before = [delivery.relative for delivery in scan(landing)]
    for relative in left:
        put(landing, relative, b"\x00\x05\x16\x07")
    assert litter(landing) == sorted(left)
    assert sorted(delivery.relative for delivery in scan(landing)) == sorted(before)


# --- a zip -----------------------------------------------------------------------------------------------------------


def repacked(
    landing: Path, change: Callable[[dict[str, bytes]], Mapping[str, bytes] | list[tuple[str, bytes]]]
) -> None:
    """The register's zip with other members."""
    path = landing / REGISTER / ZIP
    with zipfile.ZipFile(path) as there:
        members = {name: there.read(name) for name in there.namelist()}
    changed = change(members)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in changed.items() if isinstance(changed, Mapping) else changed:
            new.writestr(name, content)
    path.write_bytes(packed.getvalue())


def test_litter_in_a_zip_is_listed(taken_in: Path) -> None:
    landing = taken_in
    before = taken(landing, "mis")[ZIP].tables
    left = {f"__MACOSX/._{name}": b"\x00" for name in ("beneficiary.csv", "institution.csv")}
    left |= {
        ".DS_Store": b"\x00",
        "~$beneficiary.csv": b"\x00",
        "x/._beneficiary.csv": b"\x00",
        "THUMBS.DB": b"\x00",
    }
    repacked(landing, lambda members: members | left)
    receipt = taken(landing, "mis")[ZIP]
    assert (receipt.tables, set(receipt.litter), receipt.unread) == (before, set(left), {})


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ("beneficiary (2).csv", "copy of beneficiary.csv"),
        ("Copy of beneficiary.csv", "copy of beneficiary.csv"),
        ("old/service_received - Copy.csv", "copy of service_received.csv"),
        ("beneficiaries.csv", "no table of the contract has its name"),
    ],
)
def test_a_member_that_is_no_table_counts_nothing_and_is_said(
    taken_in: Path, capsys: pytest.CaptureFixture[str], member: str, why: str
) -> None:
    landing = taken_in
    before = taken(landing, "mis")[ZIP].tables
    repacked(landing, lambda members: members | {member: members["beneficiary.csv"]})
    receipt = taken(landing, "mis")[ZIP]
    assert (receipt.refused, receipt.tables) == (None, before)
    assert why in receipt.unread[member]
    assert member in slip_of(landing, receipt)
    assert check_files([landing / REGISTER / ZIP], "khulna", "mis", "2021Q2") == 1
    assert member in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        lambda members: [*members.items(), ("beneficiary.csv", members["beneficiary.csv"])],
        lambda members: [*members.items(), ("Beneficiary.CSV", members["beneficiary.csv"])],
        lambda members: [*members.items(), ("again/beneficiary.csv", members["beneficiary.csv"])],
        lambda members: [*members.items(), ("beneficiary.txt", members["beneficiary.csv"])],
        lambda members: (
            [("a/" + n, c) for n, c in members.items()] + [("b/" + n, c) for n, c in members.items()]
        ),
    ],
    ids=["same name", "same name in capitals", "another folder", "another ending", "two folders"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_for_one_table_refuse_the_zip(
    landing: Path, change: Callable[..., list[tuple[str, bytes]]]
) -> None:
    repacked(landing, change)
    receipt = taken(landing, "mis")[ZIP]
    assert receipt.refused in ("wrong_format", "missing_table")
    assert "beneficiary" in receipt.message.casefold()


# --- contracts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"named": ["a_x.csv"]}, "state 'part', too"),
        ({"part": "^a_([xy])", "named": ["a_x_{quarter}.csv", "b_y.csv"]}, "'b_y.csv' does not fit"),
    ],
)
def test_names_of_parts_are_told_and_fit(words: dict[str, object], said: str) -> None:
    table = {"key": ["id"], "columns": {"id": {}}}
    with pytest.raises(ValidationError, match=said):
        Source.model_validate({"title": "t", "format": ["delimited"], "tables": {"a": table}, **words})
