#!/bin/sh
# Signs a request and sends it: GALLERIA_SECRET=… sign.sh KEY_ID TENANT METHOD URL BODY_FILE (TENANT may be "")
# While openssl runs, the secret stands in the list of processes: not for a machine that others use, too.
set -eu
key_id=$1 tenant=$2 method=$3 url=$4 body=$5
rest="${url#*://}/"
target="/${rest#*/}"
target="${target%/}"
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)
body_hash=$(openssl dgst -sha256 -r "$body" | cut -d ' ' -f 1)
text=$(printf 'v2\n%s\n%s\n%s\n%s\n%s\n%s' "$method" "${target:-/}" "$tenant" "$timestamp" "$nonce" "$body_hash")
signature=$(printf '%s' "$text" | openssl dgst -sha256 -hmac "$GALLERIA_SECRET" -r | cut -d ' ' -f 1)
exec curl -sS --fail-with-body --globoff --path-as-is -X "$method" "$url" --data-binary "@$body" \
	-H "x-api-key: $key_id" -H "x-tenant-id: $tenant" -H "x-timestamp: $timestamp" -H "x-nonce: $nonce" \
	-H "x-signature: v2=$signature"
