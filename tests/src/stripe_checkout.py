"""localstripe with what it lacks: Checkout Sessions and the page that Stripe shows for them.

A session is made, read, listed and expired as at Stripe: what it does not know it refuses, it is open for half an hour to a
day, and a key stands for the same words. Its page takes a card, shows a refusal and lets the payer try again; what is
charged is charged by localstripe's own PaymentIntent.
"""

import html
import time
from urllib.parse import urlsplit

from aiohttp import web
from localstripe import server
from localstripe.errors import UserError
from localstripe.resources import Event, PaymentIntent, PaymentMethod, StripeObject, try_convert_to_int
from localstripe.webhooks import schedule_webhook

SHORTEST, LONGEST = 30 * 60, 24 * 3600
MET = ("succeeded", "requires_capture")


def refuse(message):
    raise UserError(400, message)


def only(data, *known):
    """Stripe refuses what it does not know, and says what that is."""
    if type(data) is not dict:
        refuse("Invalid object")
    for name in data:
        if name not in known:
            refuse("Received unknown parameter: " + name)


def address(text, name):
    parts = urlsplit(text or "")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        refuse("Not a valid URL: " + name)
    return text


class Session(StripeObject):
    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(self, mode=None, line_items=None, success_url=None, cancel_url=None, client_reference_id=None,
                 expires_at=None, metadata=None, payment_intent_data=None, payment_method_types=None, **kwargs):
        only(kwargs)
        if mode != "payment" or payment_method_types != ["card"] or type(line_items) is not list or len(line_items) != 1:
            refuse("This Stripe opens pages for one thing that is paid by card")
        item = line_items[0]
        only(item, "quantity", "price_data")
        price = item.get("price_data")
        only(price, "currency", "unit_amount", "product_data")
        only(price.get("product_data"), "name")
        amount, now = try_convert_to_int(price.get("unit_amount")), int(time.time())
        expires_at = try_convert_to_int(expires_at)
        intent = payment_intent_data or {}
        only(intent, "capture_method", "metadata")
        if type(amount) is not int or amount <= 0 or item.get("quantity") != "1" or not price["product_data"].get("name"):
            refuse("Invalid line item")
        if type(price.get("currency")) is not str or len(price["currency"]) != 3 or not price["currency"].islower():
            refuse("Invalid currency")
        if intent.get("capture_method") not in (None, "automatic", "automatic_async", "manual"):
            refuse("Invalid capture_method")
        if type(expires_at) is not int or not SHORTEST <= expires_at - now <= LONGEST:
            refuse("The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from creation.")
        success_url, cancel_url = address(success_url, "success_url"), address(cancel_url, "cancel_url")

        super().__init__()

        self.mode, self.payment_method_types = mode, payment_method_types
        self.amount_total, self.currency = amount, price["currency"]
        self.success_url, self.cancel_url = success_url, cancel_url
        self.client_reference_id, self.expires_at = client_reference_id, expires_at
        self.metadata = metadata or {}
        self.payment_intent = None
        self._name, self._intent, self._expired = price["product_data"]["name"], intent, False
        self._page = None

    @property
    def status(self):
        if self.payment_intent and PaymentIntent._api_retrieve(self.payment_intent).status in MET:
            return "complete"
        return "expired" if self._expired or time.time() >= self.expires_at else "open"

    @property
    def payment_status(self):
        return "paid" if self.status == "complete" else "unpaid"

    @property
    def url(self):
        return self._page if self.status == "open" else None

    @classmethod
    def _api_expire(cls, id, **kwargs):
        only(kwargs)
        session = cls._api_retrieve(id)
        if session.status != "open":
            refuse("Only Checkout Sessions with a status in [\"open\"] can be expired.")
        session._expired = True
        if session.payment_intent:
            PaymentIntent._api_cancel(session.payment_intent)
        schedule_webhook(Event("checkout.session.expired", session))
        return session

    @classmethod
    def _api_list_all(cls, url, **kwargs):
        listed = super()._api_list_all(url, **kwargs)
        # Newest first, as Stripe lists.
        listed._list.reverse()
        return listed

    def _pay(self, number):
        """Charges a card; a refusal raises, and the intent waits for another one."""
        card = dict(number=number, exp_month="7", exp_year="2031", cvc="123")
        method = PaymentMethod(type="card", card=card)
        if self.payment_intent is None:
            intent = PaymentIntent(amount=self.amount_total, currency=self.currency, payment_method=method.id,
                                   metadata=self._intent.get("metadata"),
                                   capture_method=self._intent.get("capture_method"))
            self.payment_intent = intent.id
        intent = PaymentIntent._api_retrieve(self.payment_intent)
        intent.payment_method, intent.latest_charge = method.id, None
        PaymentIntent._api_confirm(intent.id)
        if intent.status not in MET:
            raise UserError(402, "This card is not asked about here.")
        schedule_webhook(Event("checkout.session.completed", self))


remembered = {}


async def create(request):
    body, key = await request.text(), request.headers.get("Idempotency-Key")
    if key in remembered:
        before, answer = remembered[key]
        if before != body:
            error = {"type": "idempotency_error", "message": "Keys for idempotent requests stand for the same parameters."}
            return web.json_response({"error": error}, status=400)
        return server.json_response(answer)
    session = Session._api_create(**await server.get_post_data(request))
    session._page = f"http://{request.host}/c/pay/{session.id}"
    answer = session._export()
    if key:
        # Who asks again hears what was answered then, whatever has become of it since.
        remembered[key] = (body, answer)
    return server.json_response(answer)


def page(session, said=""):
    back, name = html.escape(session.cancel_url), html.escape(session._name)
    if session.status != "open":
        main = f"<h1>This page is over</h1><p>It is {session.status}.</p>"
    else:
        main = f"""<h1>{name}</h1><p>{session.amount_total} {session.currency}</p><p role="alert">{html.escape(said)}</p>
            <form method="post"><label for="card">Card number</label> <input id="card" name="card" autocomplete="off">
            <button>Pay</button></form>"""
    text = f"""<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Checkout</title>
        {main}<p><a href="{back}">Back to the shop</a></p></html>"""
    return web.Response(text=text, content_type="text/html", status=200 if session.status == "open" else 410)


async def show(request):
    return page(Session._api_retrieve(request.match_info["id"]))


async def pay(request):
    session, form = Session._api_retrieve(request.match_info["id"]), await request.post()
    if session.status != "open":
        return page(session)
    try:
        session._pay(str(form.get("card", "")).replace(" ", ""))
    except UserError as error:
        return page(session, error.body["error"].get("message") or "Your card was declined.")
    raise web.HTTPSeeOther(session.success_url)


@web.middleware
async def auth(request, handler):
    """Payers have no key."""
    if request.path.startswith("/c/pay/"):
        return await handler(request)
    return await server.auth_middleware(request, handler)


def extend():
    app, sessions = server.app, "/v1/checkout/sessions"
    app.middlewares[app.middlewares.index(server.auth_middleware)] = auth
    app.router.add_post(sessions, create)
    app.router.add_get(sessions, server.api_list_all(Session, sessions))
    app.router.add_get(sessions + "/{id}", server.api_retrieve(Session, sessions))
    app.router.add_post(sessions + "/{id}/expire", server.api_extra(Session._api_expire, sessions))
    app.router.add_get("/c/pay/{id}", show)
    app.router.add_post("/c/pay/{id}", pay)


if __name__ == "__main__":
    extend()
    server.start()
