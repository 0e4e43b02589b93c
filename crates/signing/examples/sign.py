#!/usr/bin/env python3
"""Signs a request and sends it: GALLERIA_SECRET=… sign.py KEY_ID TENANT METHOD URL < body (TENANT may be "")"""
import hashlib, hmac, os, secrets, sys, time, urllib.request


def sign(request, secret, key_id, tenant):
    timestamp, nonce = str(time.time_ns() // 1_000_000), secrets.token_hex(16)
    body_hash = hashlib.sha256(request.data or b"").hexdigest()
    text = "\n".join(["v2", request.method, request.selector or "/", tenant, timestamp, nonce, body_hash])
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {"x-api-key": key_id, "x-timestamp": timestamp, "x-nonce": nonce, "x-signature": "v2=" + signature}
    for name, value in (headers | ({"x-tenant-id": tenant} if tenant else {})).items():
        request.add_header(name, value)


key_id, tenant, method, url = sys.argv[1:]
request = urllib.request.Request(url, data=sys.stdin.buffer.read() or None, method=method)
sign(request, os.environ["GALLERIA_SECRET"], key_id, tenant)
print(urllib.request.urlopen(request).read().decode())
