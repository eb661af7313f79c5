"""Official identifiers: shape, check digit, canonical form; pseudonyms and the secret behind them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.boundary import pseudonyms
from ingest.cleaning import identifiers
from ingest.contracts.conventions import Identifier
from ingest.contracts.loading import load_region
from ingest.errors import SangamError

CONNECTION = duckdb.connect(config={"threads": 1})
KEY = b"0123456789abcdef0123456789abcdef"


def evaluate(expression: Callable[[str], str], values: Sequence[str | None]) -> list[Any]:
    rows = CONNECTION.execute(
        f"SELECT {expression('x')} FROM (SELECT unnest($1::VARCHAR[]) AS x)", [list(values)]
    ).fetchall()
    return [row[0] for row in rows]


KINDS: dict[str, Identifier] = {
    kind: identifier
    for region in ("sindh", "khulna", "pune")
    for kind, identifier in load_region(region).identifiers.items()
}


def canonical(kind: str | Identifier, *values: str | None) -> list[str | None]:
    one = KINDS[kind] if isinstance(kind, str) else kind
    return evaluate(lambda x: identifiers.canonical(one, f"({identifiers.normal(one, x)})"), values)


def is_masked(kind: str, value: str) -> bool:
    (answer,) = evaluate(
        lambda x: identifiers.is_masked(KINDS[kind], f"({identifiers.normal(KINDS[kind], x)})"), [value]
    )
    return bool(answer)


def verhoeff_digit(number: str) -> str:
    """The check digit by the dihedral group itself, without tables: an independent computation."""

    def times(a: int, b: int) -> int:
        turn = (a % 5 + (b % 5 if a < 5 else -(b % 5))) % 5
        return turn + 5 * ((a >= 5) != (b >= 5))

    rule = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    permutations = [list(range(10))]
    for _ in range(7):
        permutations.append([rule[n] for n in permutations[-1]])
    check = 0
    for place, digit in enumerate(reversed(number), start=1):
        check = times(check, permutations[place % 8][int(digit)])
    return next(str(d) for d in range(10) if times(check, d) == 0)


def aadhaar(first_eleven: str) -> str:
    return first_eleven + verhoeff_digit(first_eleven)


def test_verhoeff_vector() -> None:
    """The vector of the literature: 236 has check digit 3."""
    assert verhoeff_digit("236") == "3"
    candidates = [f"236{digit}" for digit in range(10)]
    assert evaluate(lambda x: identifiers.verhoeff_ok(x, 4), candidates) == [c == "2363" for c in candidates]


@given(st.lists(st.text("0123456789", min_size=10, max_size=10), min_size=1, max_size=10))
@settings(deadline=None, max_examples=15)
def test_verhoeff_finds_every_single_error_and_swap(bodies: list[str]) -> None:
    for body in bodies:
        good = aadhaar("4" + body)
        wrong = [good[:i] + d + good[i + 1 :] for i in range(12) for d in "0123456789" if d != good[i]]
        swaps = [
            good[:i] + good[i + 1] + good[i] + good[i + 2 :] for i in range(11) if good[i] != good[i + 1]
        ]
        assert evaluate(lambda x: identifiers.verhoeff_ok(x, 12), [good]) == [True]
        assert not any(evaluate(lambda x: identifiers.verhoeff_ok(x, 12), wrong + swaps))


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("41303-1234567-1", "4130312345671"),
        ("4130312345671", "4130312345671"),
        ("41303 1234567 1", "4130312345671"),
        ("41303–1234567–1", "4130312345671"),
        ("۴۱۳۰۳-۱۲۳۴۵۶۷-۱", "4130312345671"),
        ("71303-1234567-1", "7130312345671"),
        ("01303-1234567-1", None),
        ("81303-1234567-1", None),
        ("91303-1234567-1", None),
        ("41303-123456-1", None),
        ("41303-12345678-1", None),
        ("41303-123456X-1", None),
        (None, None),
    ],
)
def test_cnic(delivered: str | None, expected: str | None) -> None:
    assert canonical("cnic", delivered) == [expected]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("1234567890", "1234567890"),
        ("1234567890123", "1234567890123"),
        ("19851234567890123", "1234567890123"),
        ("20101234567890123", "1234567890123"),
        ("১৯৮৫১২৩৪৫৬৭৮৯০১২৩", "1234567890123"),
        ("19001234567890123", "1234567890123"),
        ("18991234567890123", None),
        ("20111234567890123", None),
        ("123456789", None),
        ("12345678901", None),
        ("1234567890123456", None),
        ("123456789O", None),
    ],
)
def test_nid(delivered: str, expected: str | None) -> None:
    assert canonical("nid", delivered) == [expected]


def test_aadhaar() -> None:
    good = aadhaar("49931234567")
    spaced = f"{good[:4]} {good[4:8]} {good[8:]}"
    dashed = f"{good[:4]}-{good[4:8]}-{good[8:]}"
    marathi = good.translate({ord("0") + n: chr(0x0966 + n) for n in range(10)})
    assert canonical("aadhaar", good, spaced, dashed, marathi) == [good] * 4
    for first in "01":
        assert canonical("aadhaar", aadhaar(first + "9931234567")) == [None]
    assert canonical("aadhaar", good[:-1], good + "0", "") == [None] * 3


@pytest.mark.parametrize(
    ("delivered", "masked"),
    [
        ("XXXXXXXX1234", True),
        ("xxxx xxxx 1234", True),
        ("****-****-1234", True),
        ("XXXXXXX1234", False),
        ("XXXXXXXX12345", False),
        ("499312345678", False),
    ],
)
def test_a_masked_aadhaar_is_no_identifier_but_not_wrong(delivered: str, masked: bool) -> None:
    assert is_masked("aadhaar", delivered) == masked
    assert not is_masked("cnic", delivered)
    if masked:
        assert canonical("aadhaar", delivered) == [None]


def test_cards() -> None:
    assert canonical("card", "KKP-12345", "kkp-12345", "KKP-1234", "KKP 12345") == [
        "KKP-12345",
        "KKP-12345",
        None,
        None,
    ]


def test_a_kind_of_another_country_needs_no_code() -> None:
    """Ten digits of which the last is Verhoeff's, also written with a district's two digits before them."""
    own = Identifier(
        name="Own", expected={"en": "ten digits"}, pattern="[1-9][0-9]{9}", length=10, check="verhoeff",
        fold="(?:0[1-9]|[1-6][0-9])([0-9]{10})", masked="X{6}[0-9]{4}",
    )  # fmt: skip
    good = "123456789" + verhoeff_digit("123456789")
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert (
        canonical(own, good, f"07 {good}", f"07-{bad}", bad, f"70{good}", good[:-1])
        == [good, good] + [None] * 4
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern": "[0-9"}, "is no regular expression"),
        ({"fold": "[0-9]{12}"}, "needs one group"),
        ({"check": "verhoeff"}, "needs 'length'"),
        ({"check": "verhoeff", "length": 4, "form": "upper"}, "form digits"),
        ({"check": "luhn"}, "verhoeff"),
        ({"expected": {"ne": "-"}}, "the English words are needed"),
    ],
)
def test_a_kind_that_is_not_whole_is_refused(change: dict[str, Any], message: str) -> None:
    words = {"name": "Own", "expected": {"en": "four digits"}, "pattern": "[0-9]{4}"}
    with pytest.raises(ValueError, match=message):
        Identifier.model_validate(words | change)


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20), min_size=1, max_size=10
    ),
    st.binary(min_size=16, max_size=100),
)
@settings(deadline=None, max_examples=40)
def test_a_pseudonym_is_pythons_hmac(values: list[str], key: bytes) -> None:
    expected = [
        f"{pseudonyms.key_id(key)}:{hmac.new(key, f'cnic:{v}'.encode(), hashlib.sha256).hexdigest()}"
        for v in values
    ]
    assert evaluate(lambda x: pseudonyms.pseudonym("cnic", x, key), values) == expected


def test_kinds_and_keys_are_separated() -> None:
    number, other = "4130312345671", b"another secret, 32 characters ok"
    made = [
        evaluate(lambda x, k=kind, s=key: pseudonyms.pseudonym(k, x, s), [number])[0].split(":")
        for kind in ("cnic", "phone", "nid")
        for key in (KEY, other)
    ]
    assert len({digest for _, digest in made}) == 6
    assert {made[0][0], made[1][0]} == {pseudonyms.key_id(KEY), pseudonyms.key_id(other)}
    assert pseudonyms.key_id(KEY) not in KEY.hex()


def test_nothing_gives_no_pseudonym() -> None:
    assert evaluate(lambda x: pseudonyms.pseudonym("cnic", x, KEY), [None]) == [None]


@pytest.mark.parametrize("value", [None, "", pseudonyms.DEMO_SECRET, "short", "15 characters.."])
def test_a_missing_or_weak_secret_stops_the_run(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv(pseudonyms.SECRET_VARIABLE)
    else:
        monkeypatch.setenv(pseudonyms.SECRET_VARIABLE, value)
    with pytest.raises(SangamError, match=pseudonyms.SECRET_VARIABLE):
        pseudonyms.secret()
    assert pseudonyms.secret(demo=True) == (value or pseudonyms.DEMO_SECRET).encode()


def test_a_good_secret_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pseudonyms.SECRET_VARIABLE, KEY.decode())
    assert pseudonyms.secret() == pseudonyms.secret(demo=True) == KEY
