"""Sindh: official district and union council names with the spellings partners use for them.

The first spelling of each line is the official one. Other programmes have their own lists.
"""

_DISTRICTS = """
Dadu|DADU|Dadoo
Jamshoro|Jamshoro.|JAMSHORO
Kambar Shahdadkot|K.S. Kot|Qambar Shahdadkot|Kamber-Shahdadkot
Larkana|Larkano
Matiari|Mitiari|Matyari
Sujawal|Sajawal
Tando Allahyar|Tando Allah Yar|T. Allahyar|TANDO ALLAHYAR
Tando Muhammad Khan|Tando Mohammad Khan|T.M. Khan
"""
_UNION_COUNCILS = """
Dadu: Phulji Village, Pipri|Pipree, Kamal Khan, Makhdoom Bilawal, Sita Road, Burira, Gozo, Radhan,
  Thalho, Drigh Bala, Purano Dero, Mondar, Khudabad, Yar Muhammad Kalhoro
Jamshoro: Sehwan|Sehwan Sharif, Bhan, Jhangara, Dal, Talti, Bubak, Channa, Arazi, Thana Bula Khan,
  Manjhand, Lakha, Amri, Unarpur, Sann
Kambar Shahdadkot: Ghaibi Dero, Bahram, Ber Sharif, Dost Ali, Drib Chandio, Pakho, Hazarwah,
  Miro Khan|Mirokhan, Karera, Sijawal, Lalu Raunk, Kur Dato, Silra, Bagodero
Larkana: Akil, Bakrani|Bakrani-I, Dhamrah|Dhamraho, Fatehpur, Garello, Karani, Khuhra, Mahotta,
  Pir Bux Bhutto, Tatri, Waleed, Wakro, Banguldero, Chuharpur
Matiari: Bau Khan Pathan, Bhanoth, Bhit Shah|Bhitshah, Hala Old|Old Hala, Khandoo, Khyberani,
  New Saeedabad, Oderolal Station, Panjmoro, Sekhat, Shahpur, Sahib Saman, Tajpur, Zair Pir
Sujawal: Ali Bahar, Begna, Belo, Bijora, Daro|Daro Town, Doulatpur, Gul Muhammad Baran, Jar, Kinjhar,
  Kothi, Ladiun, Morchadi, Muradpur, Chuhar Jamali
Tando Allahyar: Began Jarwar, Bukera Sharif, Dad Khan Jarwar, Dasori, Jarki|Jarkee, Landhi,
  Massu Bozdar, Mir Abad, Missan, Nasarpur|Nasar Pur, Pak Singhar, Sanjar Chang, Sono Khan Almani,
  Tando Soomro
Tando Muhammad Khan: Allah Yar Turk, Bulri Shah Karim|Bulri Shah Kareem, Dando, Ghulam Shah Bagrani,
  Jinhan Soomro, Lakhat, Mullakatiar|Mulla Katiar, Nazarpur, Saeedpur, Saeedkhan Lund,
  Sheikh Bhirkio, Tando Saindad, Moya, Shah Bukhari
"""

DISTRICTS: dict[str, list[str]] = {
    line.split("|")[0]: line.split("|") for line in _DISTRICTS.split("\n") if line
}
UNION_COUNCILS: dict[str, list[list[str]]] = {
    district: [council.split("|") for council in councils.split(", ")]
    for district, councils in (
        line.split(": ", 1) for line in _UNION_COUNCILS.replace(",\n  ", ", ").split("\n") if line
    )
}
