"""Text in fonts that draw other scripts over Latin letters: recognised by name; Latin text is not."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.contracts import loading
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.errors import Refused
from ingest.judging.delivered_file import judge_file
from ingest.readers import read
from ingest.readers.export import to_csv
from ingest.readers.legacy_fonts import FONTS, SAMPLED, font_of

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "real"
# What people are called there, as each font has it.
TYPED = {
    "Kruti Dev": ("lhrk nsoh", "jke dqekj", "lqfurk nsoh", "vatfy dqekjh", "eksgu flag", "x.ks'k izlkn", "jk/kk ckbZ"),
    "SutonnyMJ": ("†gvt Ave`yj Kwig", "iwngv LvZzb", "mywdqv †eMg", "‡gvnv¤§` Avjx", "dv‡Zgv Av³vi", "weaev fvZv"),
    "Shusha": ("saIta dovaI", "rama kumaar", "saunaIta dovaI", "maaohna isaMh", "raQaa baa[-", "rajaU Sama-a"),
    "Shree-Lipi": ("grVm Xodr", "am_ Hw$_ma", "gwZrVm Xodr", "Jmod Omohar", "_hmamï´>", "H$mimOr Kmao~r"),
    "Chanakya": ("âèÌæ Îðßè", "ÚUæ× ·é¤×æÚU", "âéÙèÌæ Îðßè", "×ãæÚUæÁ", "·¤×Üæ", "»ôçß¢Î çâ¢ã"),
    "DV-TTYogesh": ("ºÉÒiÉÉ nä´ÉÒ", "®úÉ¨É EÖò¨ÉÉ®ú", "¨É½þÉänùªÉ", "¦ÉÉ®úiÉ"),
    "Nudi": ("PÀ£ÀßqÀ", "¨ÉAUÀ¼ÀÆgÀÄ", "¹ÃvÀªÀÄä", "®QëöäÃ", "UÁæªÀÄ ¥ÀAZÁAiÀÄw"),
    "InPage": ("\u0004Œ\u0004›", "\u0004ƒ\u0004§\u0004Ž"),
}  # fmt: skip
LATIN = (
    "Sita Devi", "RAM KUMAR", "Mohd. Rafiq Qureshi", "Aamir Khan Khokhar", "Rajkumar Singh", "McDonald-O’Brien",
    "Vgd card", "KSK07-2021-00012", "SND-HH-0001234", "2021-06-30T10:11:12Z", "Ghulam Mustafa Jatoi",
    "Grievance about ration card; waiting", "https://example.org/kn/vj?x=1", "José", "S/o Lakshmi", "Bhāgalpur", "",
)  # fmt: skip
SOURCE = """
title: Register
format: [delimited]
tables:
  register:
    key: [id]
    columns:
      id: {type: code, required: true}
      name: {type: text, personal: name}
"""


@pytest.mark.parametrize("name", TYPED)
def test_each_font_is_recognised_by_name(name: str) -> None:
    told = font_of(pa.array([None, "", *TYPED[name]]))
    assert told is not None
    assert (told.font.name, told.first) == (name, 2)


def test_every_font_is_tried() -> None:
    assert [font.name for font in FONTS] == list(TYPED)


def test_latin_text_is_not() -> None:
    dice = random.Random(1)
    for count in (2, 3, 5, len(LATIN)):
        for _ in range(50):
            assert font_of(pa.array(dice.sample(LATIN, count))) is None


def test_random_letters_and_other_scripts_are_not() -> None:
    dice = random.Random(2)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    random_texts = ["".join(dice.choices(letters, k=dice.randint(8, 60))) for _ in range(200)]
    for texts in (
        random_texts,
        ["नाम", "सीता देवी"],
        ["রহিমা খাতুন", "করিম"],
        ["محمد علي"] * 3,
        [None, None],
        [],
    ):
        assert font_of(pa.array(texts, pa.string())) is None


def test_one_operator_of_two_types_in_it() -> None:
    people = [f"Sita Devi {chr(65 + n % 26)}{n}" for n in range(60)]
    legacy = [f"{name} {chr(97 + n)}" for n in range(4) for name in TYPED["Kruti Dev"]]
    told = font_of(pa.array(people + legacy))
    assert told is not None
    assert told.font.name == "Kruti Dev"


@pytest.mark.skipif(not REAL.is_dir(), reason="the partners' public data (../shared/data/real) are not here")
def test_no_column_of_public_registers_is_taken_for_one() -> None:
    looked_at = 0
    for path in sorted(
        path for path in REAL.rglob("*") if re.search(r"[.](csv|xlsx?|sql|pgsql)$", path.name)
    ):
        try:
            for chunk in read(path):
                for column in chunk.cells.columns:
                    assert font_of(column.slice(0, SAMPLED)) is None, (path.name, chunk.table)
                    looked_at += 1
        except Refused:
            continue
    assert looked_at > 1000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    regions = tmp_path / "made_up" / "regions"
    regions.mkdir(parents=True)
    (regions / "here.yml").write_text("title: Here\n", encoding="utf-8")
    (tmp_path / "made_up" / "programme.yml").write_text("title: Made up\n", encoding="utf-8")
    (tmp_path / "made_up" / "register.yml").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    loading.forget()
    return tmp_path


def register(folder: Path, names: tuple[str, ...]) -> Path:
    file = folder / "register.csv"
    rows = "".join(f'A{n},"{name}"\r\n' for n, name in enumerate(names))
    file.write_text(f"id,name\r\n{rows}", encoding="utf-8", newline="")
    return file


@pytest.mark.parametrize("name", TYPED)
def test_the_file_is_refused_and_the_font_named(folder: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        judge_file(register(folder, TYPED[name]), load_delivery_contract("here", "register"), None)
    said = str(refused.value)
    assert refused.value.code == "wrong_format"
    assert name in said
    assert "Unicode" in said
    assert name == "InPage" or "column 'name': the text is typed in the font" in said
    assert name == "InPage" or "row 2 for one" in said
    assert not any(typed in said for typed in TYPED[name])  # names of persons


def test_a_register_in_latin_letters_is_accepted(folder: Path) -> None:
    drop = judge_file(register(folder, LATIN), load_delivery_contract("here", "register"), None)
    assert drop.connection.execute("SELECT count(*) FROM findings").fetchone() == (0,)
    drop.close()


def test_read_says_so(folder: Path) -> None:
    told: list[str] = []
    to_csv(register(folder, LATIN), None, io.StringIO(), tell=told.append)
    assert told == []
    to_csv(register(folder, TYPED["Kruti Dev"]), None, io.StringIO(), tell=told.append)
    assert "Column 'name' is typed in the font Kruti Dev" in told[0]
