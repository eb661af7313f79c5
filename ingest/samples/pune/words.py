"""Pune's schemes, words and centres as the partner's files spell them, and invented names.

No real person is meant. Which word a record gets is decided in the world.
"""

# Scheme: official spellings in use.
SCHEMES: dict[str, tuple[str, ...]] = {
    "ration_card": ("रेशन कार्ड", "शिधापत्रिका", "Ration Card"),
    "aadhaar_card": ("आधार कार्ड", "Aadhaar Card"),
    "pan_card": ("पॅन कार्ड", "PAN Card"),
    "voter_id": ("मतदार ओळखपत्र", "Voter ID"),
    "income_certificate": ("उत्पन्नाचा दाखला", "Income Certificate"),
    "caste_certificate": ("जातीचा दाखला", "Caste Certificate"),
    "bank_account": ("बँक खाते", "Bank Account"),
    "health_insurance": ("आरोग्य विमा", "Health Insurance"),
    "widow_pension": ("विधवा पेन्शन", "Widow Pension"),
    "old_age_pension": ("वृद्धापकाळ पेन्शन", "Old Age Pension"),
    "disability_pension": ("दिव्यांग पेन्शन", "Disability Pension"),
    "scholarship": ("शिष्यवृत्ती", "Scholarship"),
    "school_admission": ("शाळा प्रवेश", "School Admission"),
    "covid_relief": ("कोविड मदत", "COVID Relief"),
    "life_insurance": ("जीवन विमा", "Life Insurance"),
}
SCHEME_NAMES = tuple(SCHEMES)
SPELLINGS = [spelling for spellings in SCHEMES.values() for spelling in spellings]
FOREIGN_SCHEMES = ("शौचालय अनुदान", "Gas Connection", "Sukanya Samriddhi", "पीएम स्वनिधी")
# Amounts in rupees that a scheme pays; the others pay nothing.
AMOUNTS: dict[str, tuple[int, ...]] = {
    "health_insurance": (100_000, 36_500, 12_000),
    "widow_pension": (600, 1_000, 1_500),
    "old_age_pension": (600, 1_000, 1_500),
    "disability_pension": (600, 1_000),
    "scholarship": (2_400, 6_000, 12_500),
    "covid_relief": (1_000, 2_000, 5_000),
    "life_insurance": (200_000, 30_000),
}
MUNICIPAL = (
    "health_insurance",
    "widow_pension",
    "old_age_pension",
    "disability_pension",
    "scholarship",
    "covid_relief",
)
RELATIONS: dict[str, str] = {
    "waste_picker": "कचरावेचक",
    "family_member": "कुटुंबातील सदस्य",
    "other_informal_worker": "इतर असंघटित कामगार",
}
SEXES = ("F", "M", "T")
ENUMERATION_SEXES = ("स्त्री", "पुरुष", "तृतीयपंथी")
YES_NO = (("नाही", "हो"), ("N", "Y"))
CENTRES = ("HUB", *(f"KSK{n:02d}" for n in range(1, 11)))
KSK = CENTRES[1:]
KSK_PLACES = ("बाणेर", "वारजे", "मुंढवा", "येरवडा", "शिवणे", "वडगाव", "धनकवडी", "खराडी", "बोपोडी", "लोहगाव")
ENUMERATION_HEADER = (
    "कुटुंब क्र. / Household no.",
    "सदस्य क्र. / Member no.",
    "नाव / Name",
    "नाते / Relation to head",
    "लिंग / Sex",
    "वय / Age",
    "रेशन कार्ड / Ration card",
    "आधार / Aadhaar",
    "बँक खाते / Bank account",
    "आरोग्य विमा / Health insurance",
    "मतदार ओळखपत्र / Voter ID",
    "जात दाखला / Caste certificate",
    "उत्पन्न दाखला / Income certificate",
    "पेन्शन / Pension",
)
HEAD = "स्वतः"
FAMILY = {0: ("मुलगी", "सून", "सासू", "नात"), 1: ("पती", "मुलगा", "नातू")}  # by sex
PORTAL_HEADER = (
    "अर्ज क्र. / Application No.",
    "योजना / Scheme",
    "अर्जदार / Applicant",
    "स्थिती / Status",
    "मंजुरी दिनांक / Sanction Date",
    "रक्कम / Amount (&#8377;)",
)


def _pairs(text: str) -> tuple[list[str], list[str]]:
    both = [word.split("=") for word in text.split("|")]
    return [pair[0] for pair in both], [pair[1] for pair in both]


# Each: (in Devanagari, in Latin script).
WOMEN = _pairs(
    "अंजना=Anjana|भारती=Bharati|चंद्रकला=Chandrakala|द्वारका=Dwarka|गयाबाई=Gayabai|हौसाबाई=Hausabai|इंदुबाई=Indubai|"
    "जयश्री=Jayashri|कांताबाई=Kantabai|लताबाई=Latabai|माया=Maya|निर्मला=Nirmala|पद्मा=Padma|रंजना=Ranjana|"
    "सरस्वती=Saraswati|शकुंतला=Shakuntala|सुभद्रा=Subhadra|तानाबाई=Tanabai|उज्ज्वला=Ujjwala|विजया=Vijaya|यमुना=Yamuna"
)
MEN = _pairs(
    "अर्जुन=Arjun|भगवान=Bhagwan|चंद्रकांत=Chandrakant|दत्तात्रय=Dattatray|गौतम=Gautam|हनुमंत=Hanumant|जालिंदर=Jalindar|"
    "केशव=Keshav|लक्ष्मण=Laxman|मनोहर=Manohar|नारायण=Narayan|पोपट=Popat|रामचंद्र=Ramchandra|सखाराम=Sakharam|"
    "श्रीरंग=Shrirang|उद्धव=Uddhav|वामन=Waman|यशवंत=Yashwant"
)
FAMILIES = _pairs(
    "आवळे=Awale|बनसोडे=Bansode|चव्हाण=Chavan|धावारे=Dhaware|गवळी=Gawali|हजारे=Hajare|इंगळे=Ingale|जगताप=Jagtap|"
    "काळे=Kale|लांडगे=Landge|मस्के=Maske|निकाळजे=Nikalje|ओहोळ=Ohol|पाटोळे=Patole|रोकडे=Rokade|सोनवणे=Sonawane|"
    "थोरात=Thorat|उबाळे=Ubale|वाघमारे=Waghmare"
)
DEVANAGARI, LATIN = 0, 1
