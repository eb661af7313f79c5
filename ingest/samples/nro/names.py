"""Word lists for invented entrepreneurs, firms and villages of the four states, in Latin and local script.

Only words: which of them a record gets is decided elsewhere. No real person is meant.
"""

from dataclasses import dataclass


def _words(text: str) -> list[str]:
    return text.split("|")


@dataclass(frozen=True)
class Names:
    """Given names of women and men and family names (none where people have one name), the same in local script."""

    women: list[str]
    men: list[str]
    families: list[str]
    women_local: list[str]
    men_local: list[str]
    families_local: list[str]


NAMES = {
    "jharkhand": Names(
        _words("Budhni|Jhano|Karmi|Lalita|Mariam|Nirmala|Poonam|Sanjhli|Shanti|Sumitra|Talo|Urmila"),
        _words("Birsa|Chotan|Dinesh|Jagan|Lakhan|Mangra|Somra|Sudhir"),
        _words("Soren|Tirkey|Lakra|Kerketta|Hansda|Besra|Mahli|Kisku|Gope|Mandal"),
        _words("बुधनी|झानो|करमी|ललिता|मरियम|निर्मला|पूनम|सुमित्रा|उर्मिला|शांति"),
        _words("बिरसा|दिनेश|जगन|लखन|मंगरा|सोमरा"),
        _words("सोरेन|तिर्की|लकड़ा|केरकेट्टा|हांसदा|बेसरा|महली|किस्कू"),
    ),
    "maharashtra": Names(
        _words("Alka|Bharati|Jayshree|Kamal|Lata|Mandakini|Nanda|Pushpa|Ranjana|Sarika|Shobha|Vandana"),
        _words("Ashok|Balu|Dnyaneshwar|Keshav|Namdev|Pandurang|Sunil|Tukaram"),
        _words("Valvi|Gavit|Usendi|Naitam|Dumada|Wagh|Kale|Shinde|Thakre|Bhusara"),
        _words("अलका|भारती|जयश्री|कमल|लता|मंदाकिनी|नंदा|पुष्पा|रंजना|शोभा"),
        _words("अशोक|बाळू|केशव|नामदेव|सुनील|तुकाराम"),
        _words("वळवी|गावित|उसेंडी|नैताम|वाघ|काळे|शिंदे|ठाकरे"),
    ),
    "karnataka": Names(
        _words("Akkamma|Basamma|Chandramma|Devamma|Eramma|Girijamma|Jayamma|Kalamma|Neelamma|Parvathamma"),
        _words("Basappa|Channappa|Devappa|Hanumantha|Lokesh|Nagaraj|Shivanna|Veeresh"),
        _words("Hosamani|Kamble|Madar|Nayak|Pujari|Talawar|Hugar|Badiger"),
        _words("ಅಕ್ಕಮ್ಮ|ಬಸಮ್ಮ|ಚಂದ್ರಮ್ಮ|ದೇವಮ್ಮ|ಈರಮ್ಮ|ಗಿರಿಜಮ್ಮ|ಜಯಮ್ಮ|ನೀಲಮ್ಮ"),
        _words("ಬಸಪ್ಪ|ದೇವಪ್ಪ|ಹನುಮಂತ|ಲೋಕೇಶ್|ನಾಗರಾಜ್|ಶಿವಣ್ಣ"),
        _words("ಹೊಸಮನಿ|ಕಾಂಬಳೆ|ಮಾದರ|ನಾಯಕ|ಪೂಜಾರಿ|ತಳವಾರ"),
    ),
    "rajasthan": Names(
        _words("Badami|Champa|Dhapu|Galki|Hurki|Jamna|Kanku|Laxmi|Manju|Narbada|Parvati|Rukmani"),
        _words("Bheru|Devi Lal|Dhula|Hakra|Kanhaiya|Nathu|Prabhu|Rama"),
        _words("Damor|Ninama|Katara|Gameti|Kharadi|Sahariya|Ahari|Jatav|Kushwah|Taviyad"),
        _words("बदामी|चंपा|धापू|गलकी|हुरकी|जमना|कंकू|लक्ष्मी|मंजू|रुक्मणी"),
        _words("भेरू|धूला|हकरा|कन्हैया|नाथू|रामा"),
        _words("डामोर|निनामा|कटारा|गमेती|खराड़ी|सहरिया|अहारी|जाटव"),
    ),
}
# Endings that break careless readers of COPY blocks: a tab, a line break, backslashes, what looks like a null.
AWKWARD = ("\tc/o SHG", "\n(old entry)", "\\", "\\N", " \\. ", ' "Didi"')
FIRMS = _words("Disha|Kiran|Navjyoti|Prerna|Saksham|Sangam|Unnati|Utkarsh|Vishwas|Samriddhi")
VILLAGES = _words(
    "Amgaon|Bamhani|Barwadih|Chikhli|Dhanpur|Fatehganj|Gondpura|Hirapur|Jamgaon|Kanhapur|Kusumtola|Lohara|"
    "Mahuadih|Narayanpur|Palasgaon|Phulwari|Ramgarh|Sagarpur|Sarangi|Semaria|Shivpur|Tetulia|Udaygiri|Vijaypur"
)
VILLAGE_ENDINGS = ("", " Uttar", " Dakshin", " Nagar", " Tola")
