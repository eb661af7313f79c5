# ruff: noqa: E501 - tables of cases
"""Faults planted in the YAML of the project: each is a line with file, line, path, and the nearest known word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.suite import load_suite
from ingest.contracts import loading
from ingest.contracts.decision_words import read_decisions
from ingest.contracts.yaml_file import read
from ingest.errors import SangamError
from ingest.readers.sniff import kind_of
from ingest.sound import require_sound
from orchestration.warehouse import logframes

PROGRAMME = """\
title: Programme
vocabularies:
  sex: [F, M]
identifiers:
  cnic: {name: CNIC, pattern: '[1-7][0-9]{12}', expected: {en: 13 digits}}
tiers: [primary, village]
look_ups: {level: {F: primary}}
"""
SOURCE = """\
title: Register
format: [delimited]
part: '^(a|b)_'
vocabularies:
  kind: {A: [aa], B: []}
tables:
  person:
    key: [id]
    layout: {sheet: '.*', not_records: '^\\*'}
    columns:
      id: {type: code, required: true}
      sex: {vocabulary: sex}
      kind: {vocabulary: kind, from_context: 'file:^(a|b)_'}
      cnic: {type: cnic, personal: identifier}
      score: {type: number, min: 0}
    rules:
      high:
        when: sex = 'F'
        check: score < 90
        message: Too high.
      shared:
        severity: warning
        related:
          others: {table: person, match: {sex: sex}, value: count(id)}
        check: others < 100
        message: Many.
feeds:
  person:
    - table: person
      columns: {person_id: id, sex: sex, official_id_key: cnic_key}
      attributes: {score: score}
identities:
  - {table: person, entity: person, columns: {local_id: id, official_id: cnic}}
"""
REGION = """\
title: Here
sources:
  register:
    title: Our register
    tables:
      person:
        columns:
          score: {max: 100}
"""
CORRECTION = """\
- id: C-1
  region: here
  source: register
  table: person
  key: '1'
  file: a_1.csv
  action: override
  column: score
  expected: '1'
  value: '2'
  reason: r
  said_by: s
  date: 2021-07-20
  status: active
"""
DECISION = "- {region: here, entity: person, decision: same, records: [register/1, register/2], by: b, on: 2021-07-01, why: w}\n"
SUITE = "checks:\n  rows:\n    title: Rows\n    measure: rows\n    at_least: 1\n    means: m\n    do: d\n"
LOGFRAME = """\
donor:
  code: donor_a
  name: Donor A
  regions: [here]
  fiscal_year: {starts: 04-01, label: 'FY{year}-{next} Q{quarter}'}
  due_days: 15
indicators:
  - code: XX-01
    name: Things
    level: output
    description: d
    method: m
    source_note: s
    numerator_definition: Things.
    denominator_definition: 'None: a count.'
    unit: thing
    direction: higher
    kind: distinct_count
    over_time: [as_at]
    sources: [register]
    from: dim_person
    unit_type: person
    unit_id: person_id
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A programme without a fault."""
    files = {
        "regions/prog/programme.yml": PROGRAMME,
        "regions/prog/register.yml": SOURCE,
        "regions/prog/regions/here.yml": REGION,
        "regions/prog/corrections.yml": CORRECTION,
        "regions/prog/decisions.yml": DECISION,
        "suites/prog/register.yml": SUITE,
        "logframes/donor_a.yml": LOGFRAME,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def load_all(root: Path) -> None:
    """Read everything, as the commands do."""
    regions = root / "regions"
    loading.load_region("here", regions)
    loading.load_corrections("here", "register", regions)
    read_decisions(regions / "prog")
    load_suite("prog", "register", root / "suites")
    logframes.load(root / "logframes")


def message(load: Callable[[], object]) -> str:
    with pytest.raises(SangamError) as error:
        load()
    return str(error.value)


def plant(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_without_a_fault_all_of_it_loads(root: Path) -> None:
    load_all(root)


C, R, P = "regions/prog/register.yml", "regions/prog/regions/here.yml", "regions/prog/programme.yml"
FAULTS = [
    # file, what stands there, what is planted, file and line that are named, words of the message
    (C, "required: true", "requird: true", "register.yml:11", "'requird' here, did you mean 'required'?"),
    (C, "title: Register", "titel: Register", "register.yml:1", "'titel' here, did you mean 'title'?"),
    (C, "format: [delimited]", "format: [delimted]", "register.yml:2", "'delimted' is not known, did you mean 'delimited'?"),
    (C, "format: [delimited]\n", "", "register.yml:1", "'format' is needed: give it."),
    (C, "part: '^(a|b)_'", "part: '^(a|b_'", "register.yml:3", "part: '^(a|b_' is no regular expression"),
    (C, "part: '^(a|b)_'", "part: '^a_'", "register.yml:3", "part: '^a_' has no group in brackets"),
    (C, "sheet: '.*'", "sheet: '['", "register.yml:9", "layout.sheet: '[' is no regular expression"),
    (C, "not_records: '^\\*'", "not_records: '*'", "register.yml:9", "layout.not_records: '*' is no regular expression"),
    (C, "'file:^(a|b)_'", "'fil:^(a|b)_'", "register.yml:13", "'fil:^(a|b)_' is nothing a value is taken from"),
    (C, "'file:^(a|b)_'", "'file:^(a|b_'", "register.yml:13", "'^(a|b_' is no regular expression"),
    (C, "'file:^(a|b)_'", "'file'", "register.yml:13", "'file' is not whole, expected 'file:<regex>'"),
    (C, "score: {type: number", "score: {type: nmber", "register.yml:15", "'nmber' is no plain type, and no identifier declared under 'identifiers', did you mean 'number'?"),
    (C, "score: {type: number", "score: {header_like: '(', type: number", "register.yml:15", "header_like: '(' is no regular"),
    (C, "vocabulary: sex}", "vocabulary: sexx}", "register.yml:12", "'sexx' is not listed, did you mean 'sex'?"),
    (C, "key: [id]", "key: [idd]", "register.yml:8", "does not have: 'idd', did you mean 'id'?"),
    (C, "min: 0", "min: low", "register.yml:15", "score.min: 'low' does not fit, expected a valid number."),
    (C, "kind: {A: [aa], B: []}", "kind: keys of sexes", "register.yml:5", "vocabulary 'kind' is 'keys of sexes'"),
    (C, "- table: person", "- table: persn", "register.yml:29", "no table 'persn', did you mean 'person'?"),
    (C, "{table: person, match", "{table: persn, match", "register.yml:24", "did you mean 'person'?"),
    (C, "entity: person", "entity: persons", "register.yml:33", "'persons' is not known, did you mean 'person'?"),
    (C, "    columns:\n      id:", "    columns:\n     id:", "register.yml:12", "not readable as YAML"),
    (C, "sex: {vocabulary: sex}", "id: {type: text}", "register.yml:12", "'id' is given twice, first in line 11."),
    (C, "sex: {vocabulary: sex}", "? [a]: b", "register.yml:12", "a key has to be one word"),
    (P, "sex: [F, M]", "sex: [F, M]\n  sex: [T]", "programme.yml:4", "'sex' is given twice, first in line 3."),
    (P, "title: Programme", "titel: Programme", "programme.yml:1", "'titel' here, did you mean 'title'?"),
    (P, PROGRAMME, "- a list\n", "programme.yml:1", "expected words with their values"),
    (R, "  register:", "  registr:", "here.yml:3", "no source 'registr' (registr.yml), did you mean 'register'?"),
    (R, "score: {max: 100}", "score: {mx: 100}", "here.yml:8", "'mx' here, did you mean 'max'?"),
    (R, "score: {max: 100}", "score: {max: high}", "here.yml:8", "score.max: 'high' does not fit, expected a valid number."),
    (R, "title: Our register", "title: null", "here.yml:4", "'title' is needed: do not take it out."),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: mis}}", "here.yml:2", "no source 'mis', known: register."),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: register, compare: [nam]}}", "here.yml:2", "compare[1]: 'nam' is not known, did you mean 'name'?"),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: register, distinct: [name]}}", "here.yml:2", "distinct[1]: 'name' is not known"),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: register, rules: [{same: [cardd]}]}}", "here.yml:2", "rules[1].same[1]: 'cardd' is not known, did you mean 'card'?"),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: register, rules: [{same: [card], beside: [[relatve_name]]}]}}", "here.yml:2", "beside[1][1]: 'relatve_name' is not known, did you mean 'relative_name'?"),
    (R, "title: Here", "title: Here\nlinkage: {person: {register_source: register, candidates: [[plac]]}}", "here.yml:2", "candidates[1][1]: 'plac' is not known, did you mean 'place'?"),
    ("regions/prog/corrections.yml", "column: score", "column: scor", "corrections.yml:8", "[C-1].column: there is no column 'scor', did you mean 'score'?"),
    ("regions/prog/corrections.yml", "action: override", "action: overide", "corrections.yml:7", "[C-1].action: 'overide' is not known, did you mean 'override'?"),
    ("regions/prog/corrections.yml", "reason: r", "reson: r", "corrections.yml:11", "'reson' here, did you mean 'reason'?"),
    ("regions/prog/corrections.yml", CORRECTION, "id: C-1\n", "corrections.yml:1", "expected a list of corrections"),
    ("regions/prog/decisions.yml", "decision: same", "decision: sam", "decisions.yml:1", "'sam' is not known, did you mean 'same'?"),
    ("regions/prog/decisions.yml", "region: here", "region: her", "decisions.yml:1", "no region 'her', did you mean 'here'?"),
    ("regions/prog/decisions.yml", "register/2", "two", "decisions.yml:1", "'two' is no record, expected source/identifier"),
    ("regions/prog/decisions.yml", "2021-07-01", "2021-07-41", "decisions.yml:1", "'2021-07-41' is no value: day is out of range"),
    ("regions/prog/decisions.yml", DECISION, DECISION + DECISION.replace("same", "different"), "decisions.yml:2", "b decided the opposite on 2021-07-01: w Take"),
    ("suites/prog/register.yml", "measure: rows", "measure: rws", "register.yml:4", "no measure 'rws', did you mean 'rows'?"),
    ("suites/prog/register.yml", "at_least: 1", "at_lest: 1", "register.yml:5", "'at_lest' here, did you mean 'at_least'?"),
    ("suites/prog/register.yml", "    title: Rows\n", "", "register.yml:2", "'title' is needed: give it."),
    ("logframes/donor_a.yml", "direction: higher", "direction: high", "donor_a.yml:17", "indicators[XX-01].direction: 'high' is not known, did you mean 'higher'?"),
    ("logframes/donor_a.yml", "    unit_id: person_id", "    unit_i: person_id", "donor_a.yml:23", "'unit_i' here, did you mean 'unit_id'?"),
    ("logframes/donor_a.yml", "from: dim_person", "from: dim_persn", "donor_a.yml:21", "'dim_persn' is not known, did you mean 'dim_person'?"),
    ("logframes/donor_a.yml", "due_days: 15", "due_days: -1", "donor_a.yml:6", "donor.due_days: '-1' does not fit"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"), FAULTS, ids=[f"{f[0]}: {f[2][:30]}" for f in FAULTS]
)
def test_a_fault_is_told(root: Path, file: str, old: str, new: str, place: str, words: str) -> None:
    plant(root, file, old, new)
    told = message(lambda: load_all(root))
    folder = Path(file).parent.as_posix()
    assert any(f"{folder}/{place}: " in line and words in line for line in told.splitlines()), told
    assert "pydantic" not in told and "Error" not in told


SQL_FAULTS = [
    ("when: sex = 'F'", "when: sexx = 'F'", 18, "rules.high.when: rule 'high': there is no column 'sexx', did you mean 'sex'?"),
    ("check: score < 90", "check: scre < 90", 19, "rules.high.check: rule 'high': there is no column 'scre', did you mean 'score'?"),
    ("check: score < 90", "check: score <", 17, "rule 'high': this SQL does not work: Parser Error"),
    ("check: score < 90", "check: rownd(score) < 90", 19, "function with name rownd"),
    ("match: {sex: sex}", "match: {sexx: sex}", 24, "related.others.match: rule 'shared': there is no column 'sexx', did you mean 'sex'?"),
    ("value: count(id)", "value: count(idd)", 24, "related.others.value: rule 'shared': there is no column 'idd', did you mean 'id'?"),
    ("check: others < 100", "check: other < 100", 25, "rule 'shared': there is no column 'other', did you mean 'others'?"),
    ("official_id_key: cnic_key", "official_id_key: cnic_ky", 30, "feed 'person', table 'person': there is no column 'cnic_ky', did you mean 'cnic_key'?"),
    ("official_id_key: cnic_key", "official_id: cnic_key", 30, "it has no column 'official_id', did you mean 'official_id_key'?"),
    ("attributes: {score: score}", "attributes: {score: scores}", 31, "attributes.score: feed 'person', table 'person': there is no column 'scores'"),
    ("  person:\n    - table", "  persons:\n    - table", 29, "there is no feed 'persons', did you mean 'person'?"),
    ("feeds:\n", "feeds:\n  institution:\n    - {table: person, columns: {tier: \"'primry'\"}}\n", 29, "there is no tier 'primry' under 'tiers', did you mean 'primary'?"),
    ("feeds:\n", "feeds:\n  institution:\n    - {table: person, columns: {tier: \"CASE sex WHEN 'x' THEN 'village' ELSE 'vilage' END\"}}\n", 29, "there is no tier 'vilage' under 'tiers', did you mean 'village'?"),
    ("attributes: {score: score}", "attributes: {score: \"look_up('levl', sex)\"}", 31, "there is no look-up 'levl', did you mean 'level'?"),
    ("score < 90", "band('poverty', score) <> 'x'", 19, "there is no band 'poverty'"),
    ("local_id: id", "local_id: idd", 33, "identities, table 'person': there is no column 'idd', did you mean 'id'?"),
    ("local_id: id", "locl_id: id", 33, "an identity has no column 'locl_id', did you mean 'local_id'?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "words"), SQL_FAULTS, ids=[f[1][:40] for f in SQL_FAULTS])
def test_a_fault_in_sql_is_told_before_anything_is_read(
    root: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: int, words: str
) -> None:
    monkeypatch.setenv("SANGAM_REGIONS", str(root / "regions"))
    require_sound("here", "register")
    plant(root, C, old, new)
    loading.forget()
    told = message(lambda: require_sound("here", "register"))
    assert f"prog/register.yml:{line}: " in told, told
    assert words.casefold() in told.casefold(), told
    assert "LINE 1" not in told and "SELECT" not in told and "here/register" in told


@pytest.mark.parametrize(
    ("region", "source"),
    [(region, source) for region in loading.region_files() for source in loading.load_region(region).sources],
)
def test_the_sql_of_every_shipped_contract_works(region: str, source: str) -> None:
    require_sound(region, source)


def test_sql_that_fails_with_records_names_its_rule_and_no_value(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ingest.contracts.delivery_contract import load_delivery_contract
    from ingest.judging.delivered_file import judge_file

    monkeypatch.setenv("SANGAM_REGIONS", str(root / "regions"))
    plant(root, C, "check: score < 90", "check: CAST(cnic AS DATE) > DATE '2000-01-01'")
    loading.forget()
    require_sound("here", "register")  # without records, nothing is wrong with it
    file = tmp_path / "a_1.csv"
    file.write_text("id,sex,cnic,score\n1,F,41303-1234567-2,5\n", encoding="utf-8")
    told = message(lambda: judge_file(file, load_delivery_contract("here", "register"), None))
    assert (
        "prog/register.yml:17: tables.person.rules.high: rule 'high': this SQL does not work: Conversion Error"
        in told
    )
    assert not re.search(r"4130312345672|41303-1234567-2", told)


def test_formats_are_those_that_are_recognised() -> None:
    from typing import get_args

    from ingest.contracts.source import Format

    named = re.findall(r'"(\w+)"', (kind_of.__doc__ or "").partition("gzip")[0])
    assert sorted(named) == sorted(get_args(Format))


def test_anchors_and_merge_keys_keep_their_places(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\nc: [*x, yes, on, 0x10]\n", encoding="utf-8")
    found = read(file)
    assert found.content == {
        "a": {"k": 1, "l": 2},
        "b": {"l": 3, "k": 1},
        "c": [{"k": 1, "l": 2}, "yes", "on", 16],
    }
    assert (found.place.inner["b"].inner["l"].line, found.place.inner["b"].inner["k"].line) == (2, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [*x]\n", "a.yml:1: a value that holds itself"),
        ("a: \x01\n", "a.yml: not readable as YAML"),
        ("a: !thing 1\n", "a.yml:1: not readable as YAML: could not determine a constructor"),
        ("a: 1\n---\nb: 2\n", "a.yml:2: not readable as YAML: but found another document"),
    ],
)
def test_what_is_no_plain_yaml_is_told(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    assert words in message(lambda: read(tmp_path / "a.yml"))


def test_a_file_that_is_not_utf8_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes("a: é\n".encode("latin-1"))
    assert "a.yml: not UTF-8" in message(lambda: read(tmp_path / "a.yml"))
    assert "b.yml: there is no such file" in message(lambda: read(tmp_path / "b.yml"))
