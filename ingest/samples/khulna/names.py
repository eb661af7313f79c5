"""Word lists for invented people in Khulna, in Bengali and Latin script side by side.

Only words: which of them a record gets is decided in the world. No real person is meant.
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(word.split("=")[0], word.split("=")[1]) for word in text.split("|")]


# Given names and family names of the two larger communities: (women, men, families) each.
MUSLIM_WOMEN = _pairs(
    "আছিয়া খাতুন=Asia Khatun|আলেয়া বেগম=Aleya Begum|বিলকিস বানু=Bilkis Banu|ছকিনা খাতুন=Sokina Khatun|"
    "দিলারা পারভীন=Dilara Parvin|হালিমা খাতুন=Halima Khatun|জামিলা বেগম=Jamila Begum|কোহিনুর বেগম=Kohinur Begum|"
    "লতিফা বানু=Latifa Banu|মাজেদা খাতুন=Majeda Khatun|মেহেরুন নেছা=Meherun Nesa|নাজমা আক্তার=Nazma Akter|"
    "পেয়ারা বেগম=Peara Begum|রাহেলা খাতুন=Rahela Khatun|রিজিয়া বেগম=Rizia Begum|সাজেদা আক্তার=Sajeda Akter|"
    "শেফালি বেগম=Shefali Begum|তহমিনা আক্তার=Tahmina Akter|উম্মে কুলসুম=Umme Kulsum|জোবেদা খাতুন=Jobeda Khatun"
)
MUSLIM_MEN = _pairs(
    "আবু বক্কর=Abu Bakkar|আকরাম আলী=Akram Ali|মোঃ বাবুল=Md. Babul|দবির উদ্দিন=Dabir Uddin|এমদাদুল হক=Emdadul Haque|"
    "মোঃ ফারুক=Md. Faruk|গোলাম মোস্তফা=Golam Mostofa|হারুন অর রশিদ=Harun Or Rashid|ইব্রাহিম খলিল=Ibrahim Khalil|"
    "মোঃ জাহাঙ্গীর=Md. Jahangir|কেরামত আলী=Keramat Ali|মোঃ লিয়াকত=Md. Liakat|মনসুর আলী=Mansur Ali|"
    "নজরুল হক=Nazrul Haque|ওসমান গনি=Osman Goni|মোঃ রেজাউল=Md. Rezaul|সোহরাব হোসেন=Sohrab Hossain|"
    "তোফাজ্জেল হোসেন=Tofazzel Hossain|ইয়াকুব আলী=Yakub Ali|জয়নাল আবেদীন=Joynal Abedin"
)
MUSLIM_FAMILIES = _pairs(
    "আকুঞ্জি=Akunji|বাওয়ালী=Bawali|ঢালী=Dhali|গোলদার=Goldar|হাওলাদার=Howlader|জমাদ্দার=Jamadder|কাজী=Kazi|"
    "লস্কর=Laskar|মোড়ল=Morol|নিকারী=Nikari|পাইক=Paik|সানা=Sana|শেখ=Sheikh|তরফদার=Tarafdar|গাজী=Gazi"
)
HINDU_WOMEN = _pairs(
    "আরতি রানী=Arati Rani|ভারতী রানী=Bharati Rani|চপলা বালা=Chapala Bala|ডলি রানী=Doly Rani|গীতা রানী=Gita Rani|"
    "জ্যোৎস্না বালা=Jyotsna Bala|কাজল রেখা=Kajol Rekha|লীলাবতী=Lilabati|মায়া রানী=Maya Rani|নিভা রানী=Niva Rani|"
    "পুষ্প রানী=Pushpa Rani|রেণুকা বালা=Renuka Bala|সুষমা রানী=Sushama Rani|তরুলতা=Tarulata|উর্মিলা রানী=Urmila Rani"
)
HINDU_MEN = _pairs(
    "অমল কৃষ্ণ=Amal Krishna|ভবেশ চন্দ্র=Bhabesh Chandra|চিত্ত রঞ্জন=Chitta Ranjan|ধীরেন্দ্র নাথ=Dhirendra Nath|"
    "গৌর পদ=Gour Pada|যতীন্দ্র নাথ=Jatindra Nath|কানাই লাল=Kanai Lal|মহানন্দ=Mahananda|নিত্যানন্দ=Nityananda|"
    "পঞ্চানন=Panchanan|রাধা কান্ত=Radha Kanta|সন্তোষ কুমার=Santosh Kumar|ত্রৈলোক্য নাথ=Trailokya Nath|"
    "উপেন্দ্র নাথ=Upendra Nath|জীবন কৃষ্ণ=Jiban Krishna"
)
HINDU_FAMILIES = _pairs(
    "বাওয়ালী=Bawali|বালা=Bala|ধর=Dhar|গাইন=Gain|জোদ্দার=Joddar|কবিরাজ=Kabiraj|মাঝি=Majhi|মৃধা=Mridha|"
    "পাল=Pal|রপ্তান=Raptan|সানা=Sana|শীল=Shil|তরফদার=Tarafdar|বর্মন=Barman"
)

WOMEN = [*MUSLIM_WOMEN, *HINDU_WOMEN]
MEN = [*MUSLIM_MEN, *HINDU_MEN]
FAMILIES = [*MUSLIM_FAMILIES, *HINDU_FAMILIES]
BENGALI, LATIN = 0, 1


def script(pairs: list[tuple[str, str]], which: int) -> list[str]:
    """The words in one of the two scripts."""
    return [pair[which] for pair in pairs]
