"""What Schemathesis is told of the shop that it asks: ids that are there, and what stands in bodies beside them.

What it makes up is a stranger's; nearly every answer to that is 404 or 422. So most of what it sends is given real ids,
real SKUs and real versions before it goes out. The choice is made by what it made up, so that a run with the same seed is
the same run.
"""

import hashlib
import json
import os
import urllib.parse
import urllib.request

import schemathesis

HOST, KEY = os.environ["GALLERIA_HOST"], os.environ["GALLERIA_KEY"]
BASE = os.environ["GALLERIA_BASE"]


def ask(path):
    headers = {"host": HOST, "authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(BASE + urllib.parse.quote(path, safe="/?=&"), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer) if answer.status == 200 else {}, answer.headers.get("etag")
    except (OSError, ValueError):
        return {}, None


def learn():
    """The ids of every list, by the path of what is listed."""
    document, _ = ask("/openapi.json")
    ids = json.loads(os.environ.get("GALLERIA_IDS", "{}"))
    for path, item in document["paths"].items():
        if "get" not in item or "{" in path:
            continue
        items = ask(path + "?limit=50" if path.count("/") == 3 else path)[0]
        found = [one for one in (items.get("items") if isinstance(items, dict) else None) or [] if isinstance(one, dict)]
        names = [one.get("id") or one.get("name") for one in found]
        ids.setdefault(path, []).extend(str(name) for name in names if name)
    products, _ = ask("/api/v1/products?limit=50")
    variants = [variant for product in products.get("items", []) for variant in product["variants"]]
    ids["handle"] = [product["handle"] for product in products.get("items", [])]
    ids["sku"] = [variant["sku"] for variant in variants]
    ids["variant_id"] = ids["/api/v1/inventory"] = [variant["id"] for variant in variants]
    return ids


IDS = learn()
LISTS = {
    "product_id": "/api/v1/products", "order_id": "/api/v1/orders", "location_id": "/api/v1/locations",
    "customer_id": "/api/v1/customers", "price_list": "/api/v1/price-lists", "file": "/api/v1/files",
}


def dice(*made_up):
    return hashlib.sha256(repr(made_up).encode()).digest()


def known(path, name):
    """The ids that fit a parameter: of the list under which it stands, or by its name."""
    above = path.split("{" + name)[0].rstrip("/").replace("/api/v2/", "/api/v1/")
    return IDS.get(above) or IDS.get(name) or IDS.get(LISTS.get(name, "")) or []


@schemathesis.hook
def before_call(context, case, kwargs):
    path, method = case.operation.path, case.operation.method.upper()
    for name, value in list((case.path_parameters or {}).items()):
        roll, real = dice(path, name, value), known(path, name)
        # What is removed is not there for the next one; some of each is kept.
        if real and roll[0] % 8 and (method != "DELETE" or len(real) > 3):
            chosen = real[roll[1] % len(real)]
            case.path_parameters[name] = chosen
            if method == "DELETE":
                real.remove(chosen)
    if isinstance(case.body, (dict, list)) and dice(case.body)[0] % 4:
        case.body = filled(case.body)
    if method in ("PUT", "PATCH") and "{" in path and dice(path, case.path_parameters)[2] % 4:
        tag = ask(case.formatted_path)[1]
        if tag:
            case.headers = {**(case.headers or {}), "If-Match": tag}


def filled(body):
    if isinstance(body, list):
        return [filled(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: real(name, value) for name, value in body.items()}


def real(name, value):
    choices = IDS.get(name) or IDS.get(LISTS.get(name, ""))
    if isinstance(value, str) and choices and name != "handle":
        return choices[dice(value)[0] % len(choices)]
    return filled(value)
