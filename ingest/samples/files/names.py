"""Word lists for invented people, villages and groups, in Latin, Sindhi and Urdu script.

Only words: which of them a record gets is decided in the programme modules. No real person is meant.
"""

import unicodedata


def _words(text: str) -> list[str]:
    return text.split("|")


MEN = _words(
    "Abdul Rehman|Aijaz Ali|Akbar|Allah Warayo|Anwar Ali|Asghar Ali|Ashok Kumar|Badar Din|Bakhshal|"
    "Chanesar|Darya Khan|Dilawar|Faqir Muhammad|Fida Hussain|Gul Hassan|Hamid Ali|Ibrahim|Illahi Bux|"
    "Irshad Ahmed|Juman|Kamal Din|Karim Dad|Lakho|Loung|Mehar Ali|Misri Khan|Mukhtiar Ali|Murad Ali|"
    "Nathoo|Nek Muhammad|Obhayo|Photo Khan|Qaim Din|Rano|Roshan Ali|Sadiq Ali|Shafi Muhammad|Sono|"
    "Tharo|Usman Ghani|Veerji|Wazir Ali|Yaqoob|Zahid Hussain|Manthar|Pehlwan|Ranjho|Saindino"
)
WOMEN = _words(
    "Aasia|Afroz|Amina|Bachal Khatoon|Bhagi|Bibi Zadi|Dadli|Fareeda|Gori|Gul Bano|Hajul|Hawa|Hoor Bano|"
    "Izzat Khatoon|Janat|Jeejal|Kanwal|Kapoori|Khairan|Kulsoom|Lachhmi|Lal Bibi|Mariyam|Marvi|Mehran|"
    "Moomal|Mukhtiar Khatoon|Naz Bibi|Noori|Parmeshri|Rabail|Rahima|Roshan Khatoon|Saeeda|Sajida|"
    "Sakhi Bai|Samina|Shahzadi|Sharifan|Sohni|Taj Bibi|Ume Kulsoom|Waheeda|Yasmeen|Zaibunissa|Zarqa"
)
FAMILIES = _words(
    "Abbasi|Arain|Babbar|Baloch|Bhambhro|Bhayo|Burdi|Chachar|Chang|Channa|Dahri|Detho|Gabol|Gadahi|"
    "Halepoto|Hingoro|Jalbani|Jamro|Jat|Kalwar|Katiar|Keerio|Khoso Baloch|Korejo|Kori|Lakho|Lanjar|"
    "Malah|Malkani|Mari|Mugheri|Nohri|Noonari|Oad|Pahore|Palijo|Panhyar|Phulpoto|Rahu|Sahito|Samoo|"
    "Sarki|Shar|Sheedi|Sial|Soomro Faqir|Sutar|Talpur|Tunio|Vighio|Wassan|Zardari"
)
MEN_SINDHI = _words("احمد علي|گل حسن|قادر بخش|مراد علي|سونو|ابراهيم|لڌو|آصف علي|نيڪ محمد|جمن")
WOMEN_SINDHI = _words("مومل|مارئي|سوهڻي|نوري|امينه|آسيه|زليخا|حاجل")
FAMILIES_SINDHI = _words("ملاح|ٻُگهيو|ڪوري|چانگ|جمالي|سومرو|ٿلهو|آرائين")

VILLAGES = _words(
    "Goth Karim Dad Jamro|Goth Murad Ali Sahito|Goth Nek Muhammad Wassan|Goth Photo Khan Burdi|"
    "Goth Tharo Kori|Goth Usman Palijo|Goth Veerji Oad|Goth Yaqoob Malah|Goth Ranjho Chachar|"
    "Goth Saindino Katiar|Goth Bakhshal Hingoro|Goth Darya Khan Mari|Village Loung Keerio|"
    "Village Misri Khan Jalbani|Village Rano Babbar|Village Sadiq Gabol|Village Sono Detho|"
    "Village Illahi Bux Noonari|Village Chanesar Lanjar|Mohalla Hospital Road|Mohalla Kumbhar Para|"
    "Deh 42 Nasir Wah|ڳوٺ مراد علي سهتو|ڳوٺ قادر بخش ملاح|ڳوٺ سونو ڪوري|گوٹھ نور محمد آرائیں|"
    "محلہ ریلوے اسٹیشن|گوٹھ حاجی سومر"
)
# Strings that break careless readers of dumps: quotes, brackets, separators, line breaks, backslashes.
AWKWARD_VILLAGES = (
    'Goth Haji "Saeen" Rano\'s otaq',
    "Goth Mian Jo Tar),(old one",
    "Village Lakho (upper),(lower)",
    "near the pump; behind the school",
    "Goth Photo\nacross the canal",
    "Deh D'Souza",
    "D:\\old\\survey\\2016",
    "first line\\nsecond line",
    "Goth X'),('SND-HH-9999999',101,'",
    "-- no village; DELETE FROM household;",
    "Goth Tab\there",
)
GROUP_WORDS = _words(
    "Roshni|Umeed|Sahara|Himat|Bakhtawar|Sojhro|Sath|Marvi|Sohni|Moomal|Noori|Sachal|Latifi|Khushhali|"
    "Taraqi|Ithad|Saharo|Sukar|Savera|Nai Zindagi"
)
PURPOSES = _words(
    "buying two goats|milk buffalo|tailoring machine|small shop|ajrak and ralli work|"
    "seed and fertiliser|rickshaw (second-hand)|hens|مال متاع|سلائي مشين|ننڍو دڪان|"
    "fish net & boat's repair"
)


def decomposed(words: list[str]) -> list[str]:
    """The same words in decomposed Unicode form (NFD), as some keyboards and exports deliver them."""
    return [unicodedata.normalize("NFD", word) for word in words]
