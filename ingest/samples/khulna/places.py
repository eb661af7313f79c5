"""Khulna's areas, institutions and words: official spellings that the partner's files use.

No people and no faults here.
"""

# Area: the spellings in use. The first eight are wards of the city, the others unions.
AREAS: dict[str, tuple[str, ...]] = {
    "Ward 9": ("ওয়ার্ড ৯", "৯নং ওয়ার্ড", "Ward 9", "Ward-09"),
    "Ward 12": ("ওয়ার্ড ১২", "১২নং ওয়ার্ড", "Ward 12", "Ward-12"),
    "Ward 17": ("ওয়ার্ড ১৭", "১৭নং ওয়ার্ড", "Ward 17", "Ward-17"),
    "Ward 21": ("ওয়ার্ড ২১", "২১নং ওয়ার্ড", "Ward 21", "Ward-21"),
    "Ward 22": ("ওয়ার্ড ২২", "২২নং ওয়ার্ড", "Ward 22", "Ward-22"),
    "Ward 24": ("ওয়ার্ড ২৪", "২৪নং ওয়ার্ড", "Ward 24", "Ward-24"),
    "Ward 30": ("ওয়ার্ড ৩০", "৩০নং ওয়ার্ড", "Ward 30", "Ward-30"),
    "Ward 31": ("ওয়ার্ড ৩১", "৩১নং ওয়ার্ড", "Ward 31", "Ward-31"),
    "Jalma": ("জলমা", "জলমা ইউনিয়ন", "Jalma", "Jolma"),
    "Batiaghata": ("বটিয়াঘাটা", "বটিয়াঘাটা ইউনিয়ন", "Batiaghata", "Botiaghata"),
    "Gangarampur": ("গঙ্গারামপুর", "গংগারামপুর", "Gangarampur", "Gongarampur"),
    "Surkhali": ("সুরখালী", "সুরখালি", "Surkhali", "Surkhali Union"),
    "Bhandarkote": ("ভান্ডারকোট", "ভাণ্ডারকোট", "Bhandarkote", "Vandarkot"),
    "Baliadanga": ("বালিয়াডাঙ্গা", "বালিয়াডাংগা", "Baliadanga", "Baliyadanga"),
    "Amirpur": ("আমিরপুর", "আমীরপুর", "Amirpur", "Ameerpur"),
}
AREA_NAMES = tuple(AREAS)
FOREIGN_AREAS = ("রূপসা", "Rupsha", "পাইকগাছা", "Ward 44")
SEXES = ("F", "M", "T")
SEX_WORDS = ("নারী", "পুরুষ", "হিজড়া", "F", "M", "T")
NO_YES = (("না", "হ্যাঁ"), ("N", "Y"), ("0", "1"))
GROUPS = ("widow", "old_age", "disabled", "extreme_poor", "dalit", "destitute")

SCHEMES = ("old_age", "widow", "disability")
SCHEME_TITLES = ("বয়স্ক ভাতা", "বিধবা ভাতা", "প্রতিবন্ধী ভাতা")
ALLOWANCE_HEADER = (
    "ক্রমিক",
    "নাম",
    "পিতা/স্বামীর নাম",
    "এনআইডি",
    "জন্ম তারিখ",
    "মোবাইল",
    "ভাতার পরিমাণ",
    "সর্বশেষ পরিশোধ",
)

SERVICES = (
    "old_age_allowance",
    "widow_allowance",
    "disability_allowance",
    "vgd",
    "vgf",
    "health_consultation",
    "antenatal_care",
    "immunisation",
    "safe_water_point",
    "trade_license",
    "birth_certificate",
    "legal_aid",
    "grievance_resolved",
)

# (identifier, kind, place of the area, name in Bengali, name in English)
INSTITUTIONS: tuple[tuple[str, str, int, str, str], ...] = (
    *(
        (
            f"LGI-{i + 1:02d}",
            "union_parishad",
            8 + i,
            f"{AREAS[AREA_NAMES[8 + i]][0]} ইউনিয়ন পরিষদ",
            f"{AREA_NAMES[8 + i]} Union Parishad",
        )
        for i in range(7)
    ),
    ("LGI-08", "upazila_parishad", 9, "বটিয়াঘাটা উপজেলা পরিষদ", "Batiaghata Upazila Parishad"),
    ("LGI-09", "city_corporation", 4, "খুলনা সিটি কর্পোরেশন", "Khulna City Corporation"),
    ("LGI-10", "city_ward_office", 1, "১২নং ওয়ার্ড কার্যালয়", "Ward 12 Office"),
    ("LGI-11", "city_ward_office", 5, "২৪নং ওয়ার্ড কার্যালয়", "Ward 24 Office"),
    ("LGI-12", "wasa", 3, "খুলনা ওয়াসা", "Khulna WASA"),
    ("PHC-01", "government_hospital", 4, "খুলনা জেনারেল হাসপাতাল", "Khulna General Hospital"),
    (
        "PHC-02",
        "upazila_health_complex",
        9,
        "বটিয়াঘাটা উপজেলা স্বাস্থ্য কমপ্লেক্স",
        "Batiaghata Upazila Health Complex",
    ),
    ("PHC-03", "union_health_centre", 8, "জলমা ইউনিয়ন স্বাস্থ্য কেন্দ্র", "Jalma Union Health Centre"),
    ("PHC-04", "union_health_centre", 13, "বালিয়াডাঙ্গা ইউনিয়ন স্বাস্থ্য কেন্দ্র", "Baliadanga Union Health Centre"),
    ("PHC-05", "community_clinic", 10, "গঙ্গারামপুর কমিউনিটি ক্লিনিক", "Gangarampur Community Clinic"),
    ("PHC-06", "community_clinic", 11, "সুরখালী কমিউনিটি ক্লিনিক", "Surkhali Community Clinic"),
    ("PHC-07", "community_clinic", 12, "ভান্ডারকোট কমিউনিটি ক্লিনিক", "Bhandarkote Community Clinic"),
)
LGI = tuple(i for i, row in enumerate(INSTITUTIONS) if row[0].startswith("LGI"))
PHC = tuple(i for i, row in enumerate(INSTITUTIONS) if row[0].startswith("PHC"))
CRITERIA = (
    "information",
    "behaviour",
    "timeliness",
    "quality",
    "fairness",
    "grievance",
    "participation",
    "accountability",
)
REASON_TEXTS = (
    "অফিস সময়মতো খোলে",
    "ফি-এর তালিকা নেই",
    "কর্মীরা কথা শোনেন",
    "ওষুধ পাওয়া যায় না",
    "নারীদের আলাদা সারি আছে",
    "বাজেট সভায় ডাকা হয়",
    "অভিযোগের উত্তর মেলে না",
    "দালাল ছাড়া কাজ হয় না",
)
