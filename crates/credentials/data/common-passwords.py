"""Makes common-passwords.bin from the list of an npm package; see common-passwords.md.

    npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-language-common-4.1.3.tgz
    python3 common-passwords.py package/src/passwords.json common-passwords.bin
"""

import hashlib
import json
import sys
import unicodedata

BYTES = 6

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    words = {unicodedata.normalize("NFKC", word).lower() for word in json.load(file)}
# Shorter ones are refused for being short.
hashes = {hashlib.sha256(word.encode()).digest()[:BYTES] for word in words if len(word) >= 8}
with open(target, "wb") as file:
    file.write(b"".join(sorted(hashes)))
print(len(hashes), "passwords")
