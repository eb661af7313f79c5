"""The four states of `kudumbashree_nro`: official districts and blocks, sheet headers in the state's language, and
where its numbers start. Which record lies where is decided in the worlds.
"""

from dataclasses import dataclass

from ingest.samples.files.scripts import DEVANAGARI

KANNADA = "೦೧೨೩೪೫೬೭೮೯"
ENTITLEMENTS = (
    "job_card",
    "old_age_pension",
    "widow_pension",
    "disability_pension",
    "ration_card",
    "toilet",
    "housing",
    "health_insurance",
    "lpg",
    "bank_account",
)
GP_COLUMNS = ("lgd", "district", "block", "gp", "held", "women", "total", "gpcc", "vocc", "fifth")
ENTITLEMENT_COLUMNS = ("lgd", "entitlement", "eligible", "applied", "received")
# The English half of the bilingual headers is the same everywhere.
_GP_ENGLISH = (
    "LGD code|District|Block|Gram Panchayat|Gram Sabha held on|Women attended|Total attended|"
    "GPCC meetings in quarter|VOCC meetings in quarter|Fifth Schedule area"
)
_ENTITLEMENT_ENGLISH = "LGD code|Entitlement|Eligible|Applied|Received"
FOREIGN_BLOCKS = ("Mananthavady", "Kattappana", "Vaikom", "Nedumangad")  # Kerala's: the NRO's own home


def _both(local: str, english: str) -> tuple[str, ...]:
    return tuple(f"{a} / {b}" for a, b in zip(local.split("|"), english.split("|"), strict=True))


@dataclass(frozen=True)
class State:
    """A state: region name, the letters in its codes, districts with their blocks, those of the Fifth Schedule."""

    region: str
    code: str
    title: str
    districts: dict[str, tuple[str, ...]]
    fifth: frozenset[str]
    gp_headers: tuple[str, ...]
    entitlement_headers: tuple[str, ...]
    digits: str
    first_lgd: int
    book: str = "xlsx"

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """(district, block) for each block, district by district."""
        return [(district, block) for district, blocks in self.districts.items() for block in blocks]


def _state(
    region: str,
    code: str,
    title: str,
    places: str,
    headers: tuple[str, str],
    first_lgd: int,
    digits: str = DEVANAGARI,
    book: str = "xlsx",
) -> State:
    """`places` is `District: Block, Block / …`; a * marks a district of the Fifth Schedule."""
    districts: dict[str, tuple[str, ...]] = {}
    fifth = set()
    for part in places.split(" / "):
        name, blocks = part.split(": ")
        districts[name.rstrip("*")] = tuple(blocks.split(", "))
        if name.endswith("*"):
            fifth.add(name.rstrip("*"))
    gp, entitlement = headers
    return State(
        region,
        code,
        title,
        districts,
        frozenset(fifth),
        _both(gp, _GP_ENGLISH),
        _both(entitlement, _ENTITLEMENT_ENGLISH),
        digits,
        first_lgd,
        book,
    )


_HINDI = (
    "एलजीडी कोड|जिला|{block}|ग्राम पंचायत|ग्राम सभा की तारीख|उपस्थित महिलाएँ|कुल उपस्थिति|तिमाही में जीपीसीसी बैठकें|"
    "तिमाही में वीओसीसी बैठकें|पाँचवीं अनुसूची क्षेत्र"
)
_HINDI_ENTITLEMENT = "एलजीडी कोड|हकदारी|पात्र|आवेदन किया|प्राप्त"
STATES = (
    _state(
        "jharkhand",
        "JH",
        "Government of Jharkhand / झारखंड सरकार",
        "Ranchi*: Angara, Bundu / Khunti*: Torpa, Murhu / Gumla*: Palkot, Basia / "
        "Pakur*: Maheshpur, Litipara / Dhanbad: Govindpur, Topchanchi",
        (_HINDI.format(block="प्रखंड"), _HINDI_ENTITLEMENT),
        120_000,
    ),
    _state(
        "maharashtra",
        "MH",
        "Government of Maharashtra / महाराष्ट्र शासन",
        "Nandurbar*: Dhadgaon, Akkalkuwa / Gadchiroli*: Kurkheda, Dhanora / Palghar*: Jawhar, Vikramgad / "
        "Solapur: Mohol, Barshi / Wardha: Deoli, Seloo",
        (
            "एलजीडी कोड|जिल्हा|तालुका|ग्रामपंचायत|ग्रामसभा दिनांक|उपस्थित महिला|एकूण उपस्थिती|"
            "तिमाहीतील जीपीसीसी बैठका|तिमाहीतील व्हीओसीसी बैठका|पाचवी अनुसूची क्षेत्र",
            "एलजीडी कोड|हक्क|पात्र|अर्ज केलेले|मिळालेले",
        ),
        320_000,
    ),
    _state(
        "karnataka",
        "KA",
        "Government of Karnataka / ಕರ್ನಾಟಕ ಸರ್ಕಾರ",
        "Mysuru: Hunsur, Nanjangud / Raichur: Manvi, Lingsugur / Kalaburagi: Chincholi, Sedam / "
        "Dharwad: Kalghatgi, Kundgol",
        (
            "ಎಲ್\u200cಜಿಡಿ ಕೋಡ್|ಜಿಲ್ಲೆ|ತಾಲ್ಲೂಕು|ಗ್ರಾಮ ಪಂಚಾಯಿತಿ|ಗ್ರಾಮ ಸಭೆ ದಿನಾಂಕ|ಹಾಜರಾದ ಮಹಿಳೆಯರು|ಒಟ್ಟು ಹಾಜರಾತಿ|"
            "ತ್ರೈಮಾಸಿಕದಲ್ಲಿ ಜಿಪಿಸಿಸಿ ಸಭೆಗಳು|ತ್ರೈಮಾಸಿಕದಲ್ಲಿ ವಿಒಸಿಸಿ ಸಭೆಗಳು|ಐದನೇ ಅನುಸೂಚಿ ಪ್ರದೇಶ",
            "ಎಲ್\u200cಜಿಡಿ ಕೋಡ್|ಹಕ್ಕು|ಅರ್ಹರು|ಅರ್ಜಿ ಸಲ್ಲಿಸಿದವರು|ಪಡೆದವರು",
        ),
        520_000,
        KANNADA,
        "ods",
    ),
    _state(
        "rajasthan",
        "RJ",
        "Government of Rajasthan / राजस्थान सरकार",
        "Udaipur*: Kotra, Jhadol / Dungarpur*: Bichhiwara, Simalwara / Banswara*: Ghatol, Kushalgarh / "
        "Dholpur: Baseri, Bari / Baran: Kishanganj, Shahbad",
        (_HINDI.format(block="खंड"), _HINDI_ENTITLEMENT),
        720_000,
    ),
)
