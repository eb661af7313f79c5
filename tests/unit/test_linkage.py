"""Who is the same person or household: names, rules, similarity, contradictions, decisions, and the vault."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.boundary.pseudonyms import key_id
from ingest.contracts.decision_words import read_decisions
from ingest.contracts.linkage import Agreeing, Comparison, Linkage, LinkRule, Telling
from ingest.contracts.loading import forget, load_region
from ingest.errors import SangamError
from ingest.linkage import names
from ingest.linkage.clusters import Clusters
from ingest.linkage.comparisons import COMPARISONS, weights
from ingest.linkage.decisions import Decision, load_decisions
from ingest.store.vault import IDENTITY, encrypt, read_identities
from tests.linkage_rows import KEY, identities, who_is_who

KHULNA = load_region("khulna").linkage["person"]
PUNE = load_region("pune").linkage["person"]
SINDH = load_region("sindh").linkage["household"]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    names.define(made)
    return made


def _sound(connection: duckdb.DuckDBPyConnection, name: str, form: str = "name_key") -> str:
    return str(connection.execute(f"SELECT {form}(name_plain(?))", [name]).fetchall()[0][0])


def _bones(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    return str(connection.execute("SELECT name_bones(name_key(name_plain(?)))", [name]).fetchall()[0][0])


# ---- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("খাতুন", "Khatun"),
        ("খাতূন", "খাতুন"),
        ("মোঃ রফিকুল ইসলাম মোল্লা", "Rafiqul Eslam Molla"),
        ("আব্দুল গফুর শেখ", "আবদুল গফুর শেখ"),
        ("আব্দুল গফুর শেখ", "Abdul Gafur Sheikh"),
        ("সুলতানা", "ছুলতানা"),
        ("সরদার", "সর্দার"),
        ("ज्ञानेश्वर पांडुरंग", "Dnyaneshwar Pandurang"),
        ("गायकवाड", "Gaikwad"),
        ("Ghulam Hyder Shaikh", "Gulam Haider Sheikh"),
        ("Lal Bakhsh", "Lal Bux"),
        ("Muhd. Soomar", "Muhammad Sumar"),
        ("علي نواز جتوئي", "Ali Nawaz Jatoi"),
        ("Mushtaque Ali", "Mushtaq Ali"),
        ("Saleh", "SALEH "),
        ("র\u200cহিমা", "রহিমা"),
    ],
)
def test_one_name_in_two_spellings_sounds_the_same(
    connection: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    assert _sound(connection, one) == _sound(connection, other)


@pytest.mark.parametrize(
    ("one", "other"), [("عثمان", "Usman"), ("غلام حيدر", "Ghulam Hyder"), ("محمد", "Muhd")]
)
def test_unwritten_vowels_leave_the_bones(
    connection: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    assert _bones(connection, one) == _bones(connection, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rahima", "Rashida"),
        ("রহিমা", "রাবেয়া"),
        ("করিম", "রহিম"),
        ("Nasima Bibi", "Taslima Bibi"),
        ("सविता", "सुनीता"),
        ("মোল্লা", "মীর"),
        ("Jan Muhammad", "Noor Muhammad"),
    ],
)
def test_different_names_stay_different(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
    assert _sound(connection, one) != _sound(connection, other)
    assert _bones(connection, one) != _bones(connection, other)


@pytest.mark.parametrize("title", ["মোঃ", "Md.", "Mst", "श्रीमती"])
def test_a_title_is_no_part_of_a_name_but_may_be_all_of_it(
    connection: duckdb.DuckDBPyConnection, title: str
) -> None:
    assert _sound(connection, f"{title} Karim", "") == "karim"
    assert _sound(connection, title, "") != "None"


@settings(deadline=None, max_examples=25)
@given(text=st.text(max_size=30))
def test_any_text_has_forms_that_are_stable(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    forms = "name_plain(?), name_key(name_plain(?)), name_bones(name_key(name_plain(?)))"
    plain, _, bones = connection.execute(f"SELECT {forms}", [text.replace("\0", "")] * 3).fetchall()[0]
    if plain is None:
        assert bones is None
        return
    assert plain == plain.strip() != ""
    assert _sound(connection, plain.upper()) == _sound(connection, plain) or plain.upper().lower() != plain


def test_real_names_of_south_asia(shared: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Public pairs of Hindi names and their Latin spellings, which nobody here wrote."""
    pairs = pd.read_csv(shared / "data" / "real" / "names-south-asia" / "hi_en_names_train.csv")  # noqa: F841
    measured = connection.execute("""
        WITH n AS (
            SELECT row_number() OVER () AS i, name_key(name_plain(Name)) AS a, name_key(name_plain(Translation)) AS b
            FROM pairs
        )
        SELECT avg(CAST(a = b AS INT)), avg(CAST(name_bones(a) = name_bones(b) AS INT)),
            (SELECT avg(CAST(x.a = y.b AS INT)) FROM n x, n y WHERE x.i <= 1000 AND y.i <= 1000 AND x.i <> y.i)
        FROM n
    """).fetchall()[0]
    print("same key, same bones, same key by chance:", measured)
    assert measured[0] > 0.92
    assert measured[1] > 0.97
    assert measured[2] < 0.0005


# ---- Khulna: one person registered twice, and the lists


def _person(local_id: str, **own: Any) -> dict[str, Any]:
    return {
        "local_id": local_id,
        "name": "রহিমা খাতুন",
        "relative_name": "আব্দুল করিম শেখ",
        "birth_date": date(1961, 3, 14),
        "sex": "F",
        "place": "Jalma",
        "official_id_kind": "nid",
        "first_seen": date(2019, 1, int(local_id[-1]) + 1),
        **own,
    }


OTHER = {"name": "ফাতেমা বেগম", "relative_name": "লাল মিয়া", "birth_date": date(1984, 7, 2), "place": "Ward 9"}


@pytest.mark.parametrize(
    ("second", "one"),
    [
        ({"name": "Rahima Khatoon", "relative_name": "আবদুল করিম শেখ"}, True),
        ({"birth_date": date(1961, 3, 15)}, True),
        ({"birth_date": date(1972, 11, 20)}, False),
        ({"name": "ফাতেমা খাতুন"}, False),  # sisters, twins
        ({"relative_name": "লাল মিয়া", "place": "Ward 9"}, False),
        ({"name": "ফাতেমা বেগম", "relative_name": "লাল মিয়া"}, False),
        ({"birth_date": None, "relative_name": None}, False),
        ({"name": None, "relative_name": None}, False),
    ],
)
def test_without_a_number_all_else_decides(tmp_path: Path, second: dict[str, Any], one: bool) -> None:
    found, _, _ = who_is_who(tmp_path, KHULNA, {"mis": [_person("B1"), _person("B2", **second)]})
    assert (found["B1"] == found["B2"]) is one
    assert found["B1"] == "B1"


def test_the_same_number_is_the_same_person_whatever_else_was_typed(tmp_path: Path) -> None:
    rows = [
        _person("B1", official_id="4711242102415"),
        _person("B2", official_id="4711242102415", name="রহিমা বেগম", place="Ward 9", relative_name="লাল মিয়া"),
    ]
    found, who, _ = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert found == {"B1": "B1", "B2": "B1"}
    assert who.loc["B2", "method"] == "official_id"


def test_a_number_on_the_rows_of_two_people_is_left_to_people(tmp_path: Path) -> None:
    rows = [_person("B1", official_id="4711242102415"), _person("B2", official_id="4711242102415", **OTHER)]
    found, who, doubts = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert found == {"B1": "B1", "B2": "B2"}
    assert who["status"].tolist() == ["review", "review"]
    assert doubts["reason"].tolist() == ["only half agrees"]


@pytest.mark.parametrize("filler", ["0000000000000", "1111111111111", "1234567890123", "1234567890", None])
def test_a_placeholder_neither_merges_nor_multiplies(tmp_path: Path, filler: str | None) -> None:
    rows = [
        _person("B1", official_id=filler),
        _person("B2", official_id=filler, name="রহিমা খাতুন", birth_date=date(1990, 1, 1), place="Ward 9"),
        _person("B3", official_id=filler, **OTHER),
        _person("B4", official_id=filler),
    ]
    found, _, _ = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert found == {"B1": "B1", "B2": "B2", "B3": "B3", "B4": "B1"}


def test_one_number_under_many_names_is_nobodys(tmp_path: Path) -> None:
    first = ["রহিমা", "ফাতেমা", "জুলেখা", "নাসিমা", "মমতাজ"]
    rows = [
        _person(
            f"B{i}", official_id="4711242102415", name=name, birth_date=date(1950 + i, 1, 1 + i), place=name
        )
        for i, name in enumerate(first)
    ]
    rows.append(
        _person("B6", official_id="4711242102415", name="রহিমা", birth_date=date(1999, 9, 9), place="x")
    )
    found, who, _ = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert len(set(found.values())) == 6
    assert set(who["method"]) == {""}


def test_two_numbers_of_one_length_are_two_people_of_different_lengths_are_not(tmp_path: Path) -> None:
    rows = [_person("B1", official_id="4711242102415"), _person("B2", official_id="4711242102999")]
    found, _, doubts = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert found["B2"] == "B2"
    assert len(doubts) == 1
    rows[1]["official_id"] = "7364974047"
    assert who_is_who(tmp_path, KHULNA, {"mis": rows})[0]["B2"] == "B1"


def test_who_could_be_either_of_two_is_neither(tmp_path: Path) -> None:
    rows = [
        _person("B1", official_id="4711242102415"),
        _person("B2", official_id="4711242102999"),
        _person("B3"),
    ]
    found, who, doubts = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert found == {"B1": "B1", "B2": "B2", "B3": "B3"}
    assert who.loc["B3", "status"] == "review"
    assert "several possible" in set(doubts["reason"])


def test_the_first_registered_gives_the_name_and_keeps_it(tmp_path: Path) -> None:
    early, late = _person("B9", first_seen=date(2019, 1, 1)), _person("B1", first_seen=date(2021, 1, 1))
    assert who_is_who(tmp_path, KHULNA, {"mis": [late, early]})[0] == {"B9": "B9", "B1": "B9"}


def test_a_list_is_linked_to_the_register_and_strangers_to_nobody(tmp_path: Path) -> None:
    register = [
        _person("B1", official_id="4711242102415", name_other="Rahima Khatun"),
        _person("B2", **OTHER),
    ]
    rows = [
        {"local_id": "by number", "official_id": "4711242102415", "official_id_kind": "nid", "name": "রহিমা"},
        _person("by the rest 1", sex=None, first_seen=None),
        _person("stranger 1", sex=None, name="আছিয়া বেগম", relative_name="মোসলেম উদ্দিন", first_seen=None),
        _person("stranger 2", sex=None, name="আছিয়া বেগম", relative_name="মোসলেম উদ্দিন", first_seen=None),
    ]
    found, who, _ = who_is_who(tmp_path, KHULNA, {"mis": register, "allowances": rows})
    assert found["by number"] == found["by the rest 1"] == "B1"
    assert found["stranger 1"] is found["stranger 2"] is None
    assert who.loc["by the rest 1", "weight"] > KHULNA.link_from
    assert pd.isna(who.loc["by number", "weight"])


def test_weights_do_not_depend_on_who_else_is_registered(tmp_path: Path) -> None:
    two = [_person("B1"), _person("B2", name="Rahima Khatoon")]
    many = [*two, *(_person(f"C{i}", **{**OTHER, "birth_date": date(1950 + i, 1, 1)}) for i in range(9))]
    first, second = (who_is_who(tmp_path, KHULNA, {"mis": rows})[1] for rows in (two, many))
    assert first.loc["B2", "weight"] == second.loc["B2", "weight"]


# ---- people who are easily taken for one


TWIN = {"relative_name": "আব্দুল করিম শেখ", "phone": "01475165786"}


@pytest.mark.parametrize(
    "names",
    [
        ("রহিমা খাতুন", "ফাতেমা খাতুন"),
        ("রহিমা খাতুন", "রাহেলা খাতুন"),
        ("হাসান শেখ", "হোসেন শেখ"),  # the same consonants
        ("মিনা বেগম", "রিনা বেগম"),
        ("সালমা খাতুন", "সালিমা খাতুন"),
        ("Sabina Khatun", "Salina Khatun"),
        ("Anita Rani Das", "Amita Rani Das"),
        ("Hasan Ali", "Husain Ali"),
    ],
)
@pytest.mark.parametrize("source", ["mis", "allowances"])
def test_sisters_brothers_and_twins_are_two(tmp_path: Path, names: tuple[str, str], source: str) -> None:
    """One father, one birth date, one place, one phone: another given name is another person."""
    one, other = (
        _person(f"{word}{i}", name=name, **TWIN)
        for i, (word, name) in enumerate(zip("BC", names, strict=True))
    )
    rows = {"mis": [one, other]} if source == "mis" else {"mis": [one], "allowances": [other]}
    found, who, doubts = who_is_who(tmp_path, KHULNA, rows)
    assert found["C1"] != found["B0"] == "B0"
    assert set(who["status"]) <= {"own", "review"}
    assert len(doubts) <= 1


def test_who_is_nearly_sure_but_has_another_name_is_left_to_people(tmp_path: Path) -> None:
    rows = [_person("B1", name="Sabina Khatun"), _person("B2", name="Salina Khatun")]
    _, who, doubts = who_is_who(tmp_path, KHULNA, {"mis": rows})
    assert who["status"].tolist() == ["review", "review"]
    assert doubts["reason"].tolist() == ["all but what must agree"]
    assert doubts["weight"].iloc[0] > KHULNA.link_from


@pytest.mark.parametrize("born", [date(1960, 1, 1), date(1955, 7, 1), date(1970, 6, 1), date(1950, 12, 31)])
@pytest.mark.parametrize(
    "second", [{"relative_name": None}, {"relative_name": "লাল মিয়া"}, {"relative_name": None, "sex": None}]
)
def test_namesakes_with_a_birth_date_that_stands_for_a_year_are_two(
    tmp_path: Path, born: date, second: dict[str, Any]
) -> None:
    one, other = _person("B1", birth_date=born), _person("B2", birth_date=born, **second)
    assert who_is_who(tmp_path, KHULNA, {"mis": [one, other]})[0] == {"B1": "B1", "B2": "B2"}
    exact = date(born.year, 3, 14)
    known = [{**one, "birth_date": exact}, {**other, "birth_date": exact, "relative_name": None}]
    assert who_is_who(tmp_path, KHULNA, {"mis": known})[0]["B2"] == "B1", (
        "a date that somebody knew says more"
    )


def test_two_guessed_years_are_not_one_mistyped(tmp_path: Path) -> None:
    rows = [_person("B1", birth_date=date(1960, 1, 1)), _person("B2", birth_date=date(1970, 1, 1))]
    assert who_is_who(tmp_path, KHULNA, {"mis": rows})[0]["B2"] == "B2"
    rows = [_person("B1", birth_date=date(1960, 3, 14)), _person("B2", birth_date=date(1970, 3, 14))]
    assert who_is_who(tmp_path, KHULNA, {"mis": rows})[0]["B2"] == "B1"


def test_who_registers_twice_under_a_guessed_year_is_found_by_name_and_father(tmp_path: Path) -> None:
    rows = [_person("B1", birth_date=date(1960, 1, 1)), _person("B2", birth_date=date(1960, 1, 1))]
    assert who_is_who(tmp_path, KHULNA, {"mis": rows})[0]["B2"] == "B1"


def _crowd(**own: Any) -> list[dict[str, Any]]:
    """Three hundred others who share something and little else."""
    return [
        _person(
            f"C{i:03d}0",
            **{
                "name": f"{chr(0x995 + i % 20)}{chr(0x9AC + i % 3)}নি {chr(0x9AE + i // 60)}ণ্ডল",
                "relative_name": f"{chr(0x995 + i % 20)}লা {chr(0x995 + i // 15)}দার",
                "birth_date": date(1930 + i % 60, 2, 3 + i // 15),
                "place": f"Ward {i}",
                **own,
            },
        )
        for i in range(300)
    ]


@pytest.mark.parametrize(
    "shared",
    [
        {"name": "রহিমা খাতুন"},
        {"relative_name": "আব্দুল করিম শেখ"},
        {"birth_date": date(1961, 3, 14)},
        {"place": "Jalma"},
    ],
)
def test_what_many_share_weighs_less(tmp_path: Path, shared: dict[str, Any]) -> None:
    two = [_person("B1"), _person("B2")]
    alone, among_strangers, among_sharers = (
        who_is_who(tmp_path, KHULNA, {"mis": rows})[1].loc["B2", "weight"]
        for rows in (two, [*two, *_crowd()], [*two, *_crowd(**shared)])
    )
    assert alone == among_strangers
    assert pd.isna(among_sharers) or among_sharers < alone - 0.9


def test_a_person_registered_many_times_makes_nothing_common(tmp_path: Path) -> None:
    rows = [_person(f"B{i}") for i in range(1, 9)]
    who = who_is_who(tmp_path, KHULNA, {"mis": rows})[1]
    two = who_is_who(tmp_path, KHULNA, {"mis": rows[:2]})[1]
    assert who.loc["B2", "weight"] == pytest.approx(two.loc["B2", "weight"])


@pytest.mark.parametrize(("name", "one"), [("Rahima Khatoon", True), ("ফাতেমা বেগম", False)])
@pytest.mark.parametrize("beside", [(), (("place",),)])
def test_a_phone_is_a_households(tmp_path: Path, name: str, one: bool, beside: tuple[tuple[str]]) -> None:
    linkage = Linkage.model_validate(
        {"register_source": "mis", "rules": [{"same": ["phone"], "beside": beside}]}
    )
    rows = [_person("B1", phone="01475165786"), _person("B2", phone="01475165786", name=name)]
    found, who, _ = who_is_who(tmp_path, linkage, {"mis": rows})
    assert (found["B1"] == found["B2"]) is one
    assert one or set(who["status"]) == {"review"}


def test_every_level_has_its_probabilities_and_where_they_are_from() -> None:
    assert {name: {level.label for level in levels} for name, levels in COMPARISONS.items()} == {
        name: set(levels) for name, levels in weights().items()
    }
    for levels in weights().values():
        assert all(level.source for level in levels.values())
        assert 0.98 < sum(level.m for level in levels.values()) < 1.02
        assert 0.98 < sum(level.u for level in levels.values()) < 1.02


def test_what_must_agree_is_compared() -> None:
    with pytest.raises(ValidationError, match="'name' is not compared"):
        Linkage.model_validate({"register_source": "mis", "compare": ["sex"], "at_least": {"name": "same"}})


# ---- decisions


def _decision(word: str, *records: str) -> Decision:
    words = {"region": "khulna", "entity": "person", "decision": word, "records": records}
    return Decision.model_validate({**words, "by": "an officer", "on": date(2021, 7, 5), "why": "asked them"})


def test_a_decision_beats_everything_and_taking_it_out_undoes_it(tmp_path: Path) -> None:
    rows = {"mis": [_person("B1"), _person("B2"), _person("B3", **OTHER)], "allowances": [_person("A1")]}
    assert who_is_who(tmp_path, KHULNA, rows)[0] == {"B1": "B1", "B2": "B1", "B3": "B3", "A1": "B1"}
    decided = [_decision("different", "mis/B2", "mis/B1"), _decision("same", "mis/B3", "mis/B1")]
    decided += [_decision("same", "allowances/2021Q1/A1", "mis/B2")]
    found, who, doubts = who_is_who(tmp_path, KHULNA, rows, decided)
    assert found == {"B1": "B1", "B2": "B2", "B3": "B1", "A1": "B2"}
    assert who.loc[["B3", "A1"], "method"].tolist() == ["decision", "decision"]
    assert doubts.empty
    apart = [
        _decision("different", "allowances/A1", "mis/B1"),
        _decision("different", "allowances/A1", "mis/B2"),
    ]
    assert who_is_who(tmp_path, KHULNA, rows, apart)[0]["A1"] is None


def test_who_is_decided_to_be_the_same_is_one_whatever_the_numbers_say(tmp_path: Path) -> None:
    number, other = "4711242102415", "4795195191756"
    own = {"official_id_kind": "nid", "official_id": number}
    rows = {
        "mis": [
            _person("B1", **own), _person("B2", **OTHER, official_id=other, official_id_kind="nid"),
            _person("B3", **own), _person("B4", **OTHER, official_id=other, official_id_kind="nid"),
        ],
        "allowances": [_person("A1", name="মোমেনা", first_seen=None), _person("A2", **OTHER, first_seen=None)],
    }  # fmt: skip
    rows["allowances"][0] |= {"relative_name": "সলিম", "birth_date": date(1940, 3, 3), "birth_year": 1940}
    apart, _, _ = who_is_who(tmp_path, KHULNA, rows)
    assert (apart["B1"], apart["B2"], apart["B3"], apart["B4"], apart["A1"]) == ("B1", "B2", "B1", "B2", None)
    # One typed the number of another person; of two records of lists one is nobody's without the other.
    decided = [_decision("same", "mis/B1", "mis/B2"), _decision("same", "allowances/A1", "allowances/A2")]
    found, who, doubts = who_is_who(tmp_path, KHULNA, rows, decided)
    assert found == dict.fromkeys(found, "B1")
    assert who.loc[["B1", "A1"], "method"].tolist() == ["decision", "decision"]
    assert doubts.empty


def test_decisions_that_contradict_over_a_third_record_are_refused(tmp_path: Path) -> None:
    (tmp_path / "regions").mkdir(parents=True)
    (tmp_path / "regions" / "khulna.yml").write_text("title: S\n")
    words = "- {{region: khulna, entity: person, by: me, on: 2021-07-05, why: x, "
    words += "decision: {}, records: [mis/{}, mis/{}]}}"
    entries = [("same", 1, 2), ("different", 3, 1), ("same", 3, 2)]
    (tmp_path / "decisions.yml").write_text("\n".join(words.format(*one) for one in entries))
    with pytest.raises(SangamError, match=r"decisions.yml:2: .*decided of mis/3, mis/2, mis/1. Take one"):
        read_decisions(tmp_path)
    (tmp_path / "decisions.yml").write_text(words.format("same", 1, 1))
    with pytest.raises(SangamError, match="named twice"):
        read_decisions(tmp_path)


def test_decisions_are_read_and_must_say_who_when_and_why(tmp_path: Path) -> None:
    root = tmp_path / "regions"
    (root / "prog" / "regions").mkdir(parents=True)
    (root / "prog" / "programme.yml").write_text("title: P\n")
    for region in ("somewhere", "else"):
        (root / "prog" / "regions" / f"{region}.yml").write_text("title: S\n")
    assert load_decisions("somewhere", root) == []
    entry = "- {region: somewhere, entity: person, decision: same, records: [mis/1, mis/2], by: me, on: 2021-07-05"
    path = root / "prog" / "decisions.yml"
    path.write_text(
        entry + ", why: both at the office}\n" + entry.replace("somewhere", "else") + ", why: x}\n"
    )
    assert [d.why for d in load_decisions("somewhere", root)] == ["both at the office"]
    forget()
    assert load_region("somewhere", root).sources == {}  # the file of decisions is no source
    path.write_text(entry + "}\n")
    with pytest.raises(SangamError, match="why"):
        load_decisions("somewhere", root)
    path.write_text(entry.replace("mis/2", "B2") + ", why: x}\n")
    with pytest.raises(SangamError, match="source/identifier"):
        load_decisions("somewhere", root)


# ---- Pune: the donor's rule


def _case(local_id: str, given_id: str | None = None, card: str | None = None, **own: Any) -> dict[str, Any]:
    return {
        "local_id": local_id,
        "given_id": given_id,
        "card": card,
        "name": f"नाव {local_id}",
        "birth_year": 1980,
        "group_ids": [f"H-{local_id}"],
        **own,
    }


SAME = {"name": "सविता पवार", "group_ids": ["H-1"]}


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        # the card first, then name, birth year and household
        ([_case("1", "P1", "K1"), _case("2", None, "K1")], "1 1"),
        ([_case("1", "P1", **SAME), _case("2", None, **SAME)], "1 1"),
        ([_case("1", "P1", **SAME), _case("2", None, **{**SAME, "name": "Savita Pawar"})], "1 1"),
        ([_case("1", "P1", **SAME), _case("2", None, **SAME, birth_year=1981)], "1 2"),
        ([_case("1", "P1", **SAME), _case("2", None, **{**SAME, "group_ids": ["H-2"]})], "1 2"),
        ([_case("1", "P1", "K1"), _case("2", "P2", "K2", **SAME), _case("3", None, "K1", **SAME)], "1 2 1"),
        # a number is a person, whatever else agrees
        ([_case("1", "P1", "K1", **SAME), _case("2", "P2", "K1", **SAME)], "1 2"),
        # a card of two people says nothing; then the name does
        ([_case("1", "P1", "K1"), _case("2", "P2", "K1"), _case("3", None, "K1")], "1 2 3"),
        ([_case("1", "P1", "K1", **SAME), _case("2", "P2", "K1"), _case("3", None, "K1", **SAME)], "1 2 1"),
        # nobody has a number: one person of their own, or two
        ([_case("1", None, "K1"), _case("2", None, "K1")], "1 1"),
        ([_case("1"), _case("2")], "1 2"),
        # missing values agree with nothing
        ([_case("1", name=None, group_ids=[None]), _case("2", name=None, group_ids=[None])], "1 2"),
        ([_case("1", "P1", birth_year=None, **SAME), _case("2", birth_year=None, **SAME)], "1 2"),
        # by way of a third
        ([_case("1", "P1", "K1"), _case("2", None, "K1", **SAME), _case("3", None, None, **SAME)], "1 1 1"),
    ],
)
def test_whose_case_it_is(tmp_path: Path, cases: list[dict[str, Any]], expected: str) -> None:
    found, _, _ = who_is_who(tmp_path, PUNE, {"cases": cases})
    assert " ".join(str(found[str(i + 1)]) for i in range(len(cases))) == expected


# ---- Sindh: surveyed households in the MIS


def _household(local_id: str, co: str = "CO-1", **own: Any) -> dict[str, Any]:
    return {"local_id": local_id, "given_id": local_id, "official_id_kind": "cnic", "group_ids": [co], **own}


MIS = [
    _household("HH-0001", name="Lal Bux Dars", official_id="4165420974301"),
    _household("HH-0002", name="Sajan Soomro", official_id="4199074972525"),
    _household("HH-0003", name="Hajran Jatoi"),
    _household("HH-0004", name="Sajan Soomro", co="CO-2"),
    _household("HH-0005", name="Khamiso Dars", co="CO-3"),
    _household("HH-0006", name="Khamiso Dars", co="CO-3"),
]


@pytest.mark.parametrize(
    ("interview", "household"),
    [
        ({"given_id": "HH-0001", "name": "Lal Bakhsh Dars"}, "HH-0001"),
        ({"given_id": None, "name": "Lal Bakhsh Dars"}, "HH-0001"),
        ({"given_id": "HH-0002", "name": "Hajran Jatoi"}, "HH-0003"),  # the code of another one
        ({"given_id": "HH-00", "name": "Sajan Sumro"}, "HH-0002"),
        ({"given_id": "HH-0001", "name": "Sajan Sumro", "official_id": "4199074972525"}, "HH-0002"),
        ({"given_id": None, "name": "Pyaro Keerio", "official_id": "4540668232113"}, None),
        ({"given_id": "HH-9999", "name": "Pyaro Keerio"}, None),
        ({"given_id": None, "name": "Khamiso Dars", "group_ids": ["CO-3"]}, None),  # two of that name
        ({"given_id": None, "name": None}, None),
        (
            {"given_id": None, "name": "Lal Bux Dars", "official_id": "4111111111113"},
            None,
        ),  # the CNIC says no
    ],
)
def test_which_household_was_visited(
    tmp_path: Path, interview: dict[str, Any], household: str | None
) -> None:
    visited = {**_household("uuid"), **interview}
    found, _, _ = who_is_who(tmp_path, SINDH, {"mis": MIS, "imi": [visited]}, entity="household")
    assert found["uuid"] == household


def test_a_rule_attaches_nobody_whom_a_number_tells_apart(tmp_path: Path) -> None:
    by_code = Linkage.model_validate(
        {
            "register_source": "mis",
            "deduplicate": False,
            "distinct": ["official_id"],
            "rules": [{"same": ["given_id"]}],
        }
    )
    visited = {**_household("uuid"), "given_id": "HH-0001"}
    for number, household in ((None, "HH-0001"), ("4165420974301", "HH-0001"), ("4111111111113", None)):
        sources = {"mis": MIS, "imi": [{**visited, "official_id": number}]}
        found, who, doubts = who_is_who(tmp_path, by_code, sources, entity="household")
        assert found["uuid"] == household
        assert who.loc["uuid", "status"] == ("linked" if household else "review")
        assert doubts["reason"].tolist() == ([] if household else ["only half agrees"])


# ---- clusters


@settings(deadline=None)  # the first example imports scipy
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(5, 30)), max_size=25),
    st.lists(st.sampled_from(["x", "y", "z", None]), min_size=12, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=4),
)
def test_no_cluster_ever_holds_a_contradiction(
    edges: list[tuple[int, int, float]], values: list[str | None], apart: list[tuple[int, int]]
) -> None:
    tells = pd.DataFrame(
        [(row, "number", value) for row, value in enumerate(values) if value],
        columns=["row", "domain", "value"],
    ).astype({"row": "int64"})
    different = pd.DataFrame([p for p in apart if p[0] != p[1]], columns=["l", "r"], dtype="int64")
    pairs = pd.DataFrame([e for e in edges if e[0] != e[1]], columns=["l", "r", "weight"]).astype(
        {"l": "int64", "r": "int64"}
    )
    clusters = Clusters(np.arange(12), tells, different)
    clusters.join(pairs.assign(levels=""), "similarity")
    held = tells.assign(label=clusters.label[tells["row"].to_numpy(int)]).groupby("label")["value"].nunique()
    assert (held <= 1).all()
    assert (clusters.label[different["l"]] != clusters.label[different["r"]]).all()
    assert (clusters.label <= np.arange(12)).all()
    if tells.empty and different.empty:  # nothing contradicts: then every pair holds
        assert (clusters.label[pairs["l"]] == clusters.label[pairs["r"]]).all()


# ---- the vault


def test_the_vault_is_readable_with_the_secret_only(tmp_path: Path) -> None:
    path = tmp_path / "quarter=2021Q1" / "a.vault"
    path.parent.mkdir()
    table = identities([{"local_id": "B1", "name": "Rahima Khatun", "official_id": "4711242102415"}])
    path.write_bytes(encrypt(table, KEY, path.parent.name))
    assert read_identities(path, KEY).equals(table)
    assert b"Rahima" not in path.read_bytes()
    assert b"4711242102415" not in path.read_bytes()
    with pytest.raises(SangamError, match=rf"another secret.*{key_id(KEY)}, now {key_id(b'o' * 32)}"):
        read_identities(path, b"o" * 32)


@pytest.mark.parametrize("at", [0, 30, -1])
def test_a_changed_or_moved_vault_file_is_refused(tmp_path: Path, at: int) -> None:
    path = tmp_path / "quarter=2021Q1" / "a.vault"
    path.parent.mkdir()
    content = bytearray(encrypt(identities([{"local_id": "B1"}]), KEY, path.parent.name))
    moved = tmp_path / "quarter=2021Q2" / "a.vault"
    moved.parent.mkdir()
    moved.write_bytes(content)
    content[at] ^= 1
    path.write_bytes(content)
    for damaged in (path, moved):
        with pytest.raises(SangamError, match="Delete it and run again"):
            read_identities(damaged, KEY)


def test_a_household_with_the_right_code_and_another_name_is_shown_with_all_that_was_compared(
    tmp_path: Path,
) -> None:
    visited = _household("uuid", name="Saindino Phulpoto") | {"given_id": "HH-0003"}
    found, who, doubts = who_is_who(tmp_path, SINDH, {"mis": MIS, "imi": [visited]}, entity="household")
    assert found["uuid"] is None
    assert who.loc["uuid", "status"] == "review"
    assert doubts["levels"].tolist() == ["name: different; given_id: same; official_id: unknown"]


def test_comparisons_that_contracts_may_name_are_those_there_are() -> None:
    assert set(get_args(Comparison)) == set(COMPARISONS)
    assert set(get_args(Agreeing)) == set(IDENTITY) - {"name_other"}


@pytest.mark.parametrize("word", get_args(Agreeing))
def test_every_column_that_contracts_may_name_can_be_asked_for(tmp_path: Path, word: str) -> None:
    """As what records agree in, what they are compared for and, where it is one value, what tells them apart."""
    named = {
        "register_source": "mis",
        "rules": [{"same": [word], "beside": [[word]]}],
        "distinct": [word] if word in get_args(Telling) else [],
        "compare": ["sex"],
        "candidates": [[word]],
    }
    rows = [_person("B1"), _person("B2")]
    found = who_is_who(tmp_path, Linkage.model_validate(named), {"mis": rows, "imi": [_person("C1")]})[0]
    assert found.keys() == {"B1", "B2", "C1"}


def test_without_rules_or_comparisons_everybody_is_alone(tmp_path: Path) -> None:
    bare = Linkage(register_source="mis", rules=(LinkRule(same=("card",)),))
    assert who_is_who(tmp_path, bare, {"mis": [_person("B1"), _person("B2")]})[0] == {"B1": "B1", "B2": "B2"}
