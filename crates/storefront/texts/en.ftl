### What the pages of the shop say. English has all of it; a text that another language lacks stands in English there.
### `{ NUMBER($left) }` is a number, by which a language may choose a form; each other variable is a text.

# What this language calls itself.
language-name = English

## The frame of every page

skip = Skip to the content
search = Search
search-label = Search the shop
menu = Categories
cart = Cart
account = Account
home = Home
all-products = All products

## The front page

newest = New arrivals
explore = Shop by category
welcome = Everything in { $shop }, in one place.
shop-now = Shop all
powered = A shop on Galleria
sign-in = Sign in
your-orders = Your orders
language-label = Language

## Lists

filter = Filter
apply = Apply
reset = Clear all
sort = Sort by
sort-best = Best match
sort-newest = Newest
sort-cheap = Price, low to high
sort-dear = Price, high to low
sort-title = Name
in-stock-only = In stock
price-from = Price from
price-to = Price to
count = { $number ->
    [one] { $number } product
   *[other] { $number } products
}
nothing-here = No products match
nothing-here-lead = No product fits every filter that you chose. Remove one to see more.
empty-shop = There are no products yet. Please come back soon.
found-for = Results for “{ $words }”
nothing-found = Nothing was found for “{ $words }”
nothing-found-lead = Try another word or a shorter one, or look through the categories.
previous = Previous
next = Next
page-of = Page { $page } of { $pages }
pages = Pages

## Products

least-price = from { $price }
before = before
sale = Reduced
sold-out = Sold out
in-stock = In stock
few-left = Only { NUMBER($left) } left
not-this-way = Not available in this combination. Choose another one.
quantity = Quantity
fewer = One fewer
more = One more
add = Add to cart
added-one = Added to your cart
to-cart = View cart
variant = Variant
related = You may also like
pictures = Pictures
picture-of = Picture { $number } of { $total }
article = Article number
by = by { $brand }
tax-note = Taxes and delivery are worked out in the cart.

## The cart

your-cart = Your cart
put-together = The shop has put this together for you. Things and prices stay as they are; ask the shop if anything is to change.
offer = An offer for you
offer-lead = { $shop } has put this together for you. Things and prices stay as they are, and nothing is ordered yet.
take-offer = Continue with this offer
offer-closed = This offer cannot be opened like this
offer-closed-lead = The shop may have made it for a customer, or taken it back. If you have an account here, sign in and you come back to it.
empty-cart = Your cart is empty
empty-cart-lead = What you add stays here until you come back.
go-shopping = Start shopping
each = { $price } each
remove = Remove
remove-which = Remove { $title }
update = Update
quantity-of = Quantity of { $title }
code = Promotion code
code-add = Apply
code-out = Take out code { $code }
saves = you save { $amount }

## Bills

summary = Summary
subtotal = Subtotal
discount = Discount
delivery = Delivery
tax = Tax
total = Total
included-tax = Includes { $amount } tax
why = How the total adds up
delivery-later = at checkout
free = free

## The checkout

to-checkout = Checkout
checkout = Checkout
contact = Contact
email = E-mail address
email-hint = So that the shop can reach you about this order
full-name = Name
phone = Phone (optional)
company = Company (optional)
address = Delivery address
another-address = Another address
street = Street and number
street2 = Apartment, suite (optional)
postal-code = Postal code
city = City
region = Region (optional)
country = Country
choose-country = Choose a country
# The country that is chosen already, by its letters; none here.
likely-country = { "" }
note = Note (optional)
save-address = Continue to delivery
how-delivered = Delivery method
delivery-after = Delivery methods appear once your address is complete.
no-delivery-needed = This shop arranges delivery after the order.
choose-delivery = Update total
review = Order summary
place-order = Place order for { $total }
pay-after = You pay after placing the order. Nothing is taken now.
check-these = Please check these fields
needed = Please fill this in.
bad-email = Enter an e-mail address such as name@example.com.
bad-country = Choose a country.
bad-postal-code = Enter the postal code as this country writes it.
bad-postal-code-such-as = Enter the postal code as this country writes it, such as { $example }.
too-long = That is too long.
nowhere = We do not deliver to this address. Enter another one.
choose-one = Choose a delivery method.
cart-changed = The total is now { $total }. Please check it, then place the order.

## An order

order-title = Order { $number }
parcels = Parcels
parcel-number = Number { $number }
parcel-sent = Sent on { $date }
parcel-announced = Handed to the carrier
parcel-under-way = On its way to you
parcel-delivered = Delivered
parcel-lost = The carrier cannot find it at the moment
parcel-unknown = The carrier has said nothing for a long time
thanks = Thank you. Your order is placed.
thanks-lead = Bookmark this link; anyone who has it can see the order.
# For a customer, whose orders nobody else can see.
thanks-lead-own = Only you can see it, here and under your orders, whenever you are signed in.

## Paying

to-be-paid = Amount due
kept-until = These items are reserved for you until { $moment }.
paid = Paid
paid-lead = We have received { $amount }. Thank you.
given-back = Given back
money-back-title = Your money
money-none = Nothing was paid for this order, and nothing is to be paid any more.
money-asked = We are asking whether your payment has gone through. If it has, it is paid back to you.
money-paid = You paid { $amount }.
money-coming = { $amount } comes back to you by the way you paid. Banks take a few days.
money-owed = { $amount } is to be paid back to you. The shop sends it; ask there if it does not come.
money-back = { $amount } was paid back to you.
pay-now = Pay { $amount }
pay-by-card = Pay { $amount } by card
pay-confirm = Confirm the payment
pay-go-on = Continue to payment
pay-waiting = The payment is being processed. Reload this page in a moment; you are not charged twice.
pay-declined = The payment was declined, and nothing was charged. Try another card or way to pay.
pay-expired = The payment page was open for too long and has closed. Nothing was charged. Please start again.
pay-over = The items are no longer reserved, and this order will be cancelled shortly. Order again if you still want them.
pay-by-hand = the shop tells you how to pay.
pay-by-transfer = Pay by { $way }
pay-expected = The shop expects your payment, and reserves these items for you meanwhile.
pay-elsewhere = is paid in the shop's own app.
pay-trial-note = Test mode: no money moves.
challenge-title = Is it you?
challenge-lead = The bank asks whether it is you who pays { $amount }.
challenge-yes = Yes, it is me
challenge-no = No
challenge-over = Thank you, that is answered.
challenge-back = Back to the shop

## What becomes of an order

placed-on = Placed on { $date }
items = Items
progress = Status
status-placed = Placed
status-confirmed = Confirmed
status-packed = Packed
status-partly-shipped = Partly on its way
status-shipped = On its way
status-delivered = Delivered
status-returned = Sent back
status-cancelled = Cancelled
not-yet = still to come
goes-to = Delivery address

## The orders of a customer

no-orders = No orders yet
no-orders-lead = Orders that you place while signed in appear here.
sign-in-for-orders = Sign in to see your orders

## Buying for an organisation

buying-for = Buying for { $organisation }
purchase-order = Purchase order number
purchase-order-needed = Your organisation needs one for every order
ask-approval = Ask for approval of { $total }
ask-approval-note = This is more than you may order by yourself. It waits for the approval of a colleague, and nothing is ordered before that. Let them know: they find it under “Your orders”.
waits = Waiting for approval
waits-lead = Nothing is ordered yet. Prices and stock are checked again when it is approved.
who-approves = Any of these colleagues can approve it, under “Your orders”:
nobody-approves = Nobody else of your organisation may approve it yet. Ask the shop to name somebody.
recall = Withdraw request
approve-title = Approve an order
approve-asked = { $buyer } would like to order: { $items }
approve = Approve and order for { $total }
decline = Decline
decline-reason = Reason
for-your-approval = Waiting for your approval
approved = Approved and ordered.
declined = Declined. The buyer sees your reason.
declined-because = Not approved: { $reason }

## What went wrong

lost = Page not found
lost-lead = It may have moved, or the link is incomplete. Search for what you wanted, or start from the home page.
broken = Something went wrong on our side
broken-lead = Nothing was lost. Try again in a moment.
not-done = That did not work
back-to-cart = Back to the cart
back-home = Back to the home page
no-shop = There is no shop here
no-shop-lead = No shop answers at this address. Check how it is written, or ask whoever gave it to you.
closed = This shop is closed at the moment
not-done-lead = Please try again. If it happens once more, tell the shop.
closed-lead = Please come back later.
closed-soon = It is back in a moment. Please load the page again.

## What becomes of lines and codes

line-not-sold = No longer sold. Please remove it.
line-sold-out = Sold out. Please remove it.
line-few = Only { NUMBER($available) } left. Please reduce the quantity.
code-applies = { $code } applied
code-unknown = “{ $code }” is not valid here: check the spelling, or sign in if it was given to you
code-not-yet = “{ $code }” has not started yet
code-over = “{ $code }” has ended
code-used-up = “{ $code }” has been used up
code-used-by-you = You have already used “{ $code }”
code-first-order = “{ $code }” is for a first order only
code-no-address = Enter your address to see whether “{ $code }” applies
code-no-delivery = Choose a delivery method, and “{ $code }” applies
code-outdone = A better offer than “{ $code }” applies already
code-too-little = “{ $code }” applies when you add { $missing } more
code-not-here = “{ $code }” does not apply to this cart

## Entries of a bill

tax-within = Includes { $tax } { $rate }
tax-exempt = { $tax } { $rate } is not charged
tax-reversed = { $tax } { $rate } is not charged: reverse charge, the recipient owes it
entry-returned = { NUMBER($quantity) } × returned or cancelled
entry-delivery-back = Delivery refunded
entry-goodwill = Goodwill

## What a browser did

sent-elsewhere = This was sent by another site
sent-elsewhere-lead = A page of another site sent this form, so nothing was done. Open this shop's own pages, and try again there.
# An address follows.
not-encrypted = This page came without encryption (http), so your browser keeps neither a cart nor a session here. Open it by https instead; whoever runs this shop reads what to set at

## What an attribute says

yes = yes
no = no
pay-trial-success = Successful card
pay-trial-decline = Declined card
pay-trial-challenge = Card that asks for confirmation

## What is wrong with a field, by its name

wrong-quantity = That quantity is not possible. Please enter another one.
wrong-code = Enter a code of at most 40 characters.
wrong-reason = Please give a reason of at most 500 characters.
wrong-lines = Your cart is empty.
wrong-email = Enter an e-mail address.
wrong-name = Enter a name.
wrong-shipping_address = We do not deliver to this address, or it is incomplete.
wrong-delivery_option_id = Choose a delivery method.
wrong-purchase_order = Your organisation needs a purchase order number.
wrong-variant_id = This is no longer sold.

## What is refused, by its code

refusal-cart_ordered = This cart has already been ordered. Start a new one.
refusal-cart_merged = This cart went into another one when its owner signed in. Continue with that one.
refusal-cart_awaits_approval = This cart is waiting for approval, so it cannot be changed. Withdraw the request first.
refusal-not_awaiting_approval = This cart is no longer waiting for approval: it was withdrawn or declined.
refusal-own_approval = You cannot approve your own order. Somebody else of your organisation can.
refusal-beyond_your_limit = This is more than you may approve: your limit is { $limit }. Ask a colleague with a higher one.
refusal-buyer_left = The buyer no longer buys for this organisation, so nothing was ordered. Decline the request.
refusal-approval_needed = This is more than the { $limit } that you may order by yourself. Ask for approval in the checkout.
refusal-draft_fixed = The shop has put this together, so it cannot be changed here. Ask the shop, or start a cart of your own.
refusal-draft_withdrawn = The shop has withdrawn this offer. Ask it for another one.
refusal-cart_full = A cart holds at most 200 different items. Order these first.
refusal-too_many_codes = A cart takes at most 20 codes. Remove one first.
refusal-promotion_used_up = “{ $promotion }” has just been used up, so nothing was ordered. Please check the total again.
refusal-total_changed = The total is now { $total }. Please check it, then try again.
refusal-cart_unfinished = Something is still missing. Please check the form.
refusal-price_too_large = This is too much for one order. Please order less at once.
refusal-order_too_large = This is too much for one order. Please order less at once.
refusal-person_erased = The data of this customer was deleted on request, so nothing was ordered for them.
refusal-order_cancelled = This order was cancelled.
refusal-out_of_stock = { $available ->
    [one] Somebody was faster: only { $available } is left. Please reduce the quantity.
   *[other] Somebody was faster: only { $available } are left. Please reduce the quantity.
}
refusal-payment_open = This order is being paid at this moment. Please wait, and load the page again.
refusal-nothing_owed = Nothing is due for this order.
refusal-payment_time_over = The items are no longer reserved, and this order will be cancelled shortly. Please order again.
refusal-payment_busy = The payment is being processed. Please try again in a moment.
refusal-payment_provider_unknown = This way to pay is no longer offered. Please choose another one.
refusal-payment_provider_missing = This shop cannot take payments here yet. It tells you how to pay.
refusal-payment_provider_off = This way to pay is no longer offered. Please choose another one.
refusal-payment_provider_down = The payment service does not answer at the moment. Load this page again in a moment; you are not charged twice.
refusal-not_encrypted = This page came without encryption (http), and then a browser keeps neither a cart nor a session. Open it by https. Whoever runs this server reads at /problems/not_encrypted what to set.
refusal-changed_meanwhile = This has changed in the meantime. Please check it, then try again.
refusal-contended = Many people are ordering at this moment. Please try again.
refusal-overloaded = Many people are here at this moment. Please try again shortly.
refusal-too_many = That was too often. Please wait a moment and try again.
refusal-too_slow = That took too long. Please check your cart and your orders before you try again.
refusal-outcome_unknown = We cannot say yet whether that went through. Please check your cart and your orders before you try again.
refusal-shop_read_only = The shop is being maintained, so nothing can be changed right now. Please try again in a moment.

## How money and rates are written; their numbers, and days, are written as the CLDR says

money = { $symbol }{ $number }
money-by-code = { $code }{ "\u00a0" }{ $number }
rate = { $number }%
moment = { $date }, { $time } UTC
moment-today = { $time } UTC

## The signs of currencies; those that have none here are written by their code

currency-EUR = €
currency-GBP = £
currency-INR = ₹
currency-JPY = ¥
currency-KRW = ₩
currency-USD = $

## Countries, by their letters of ISO 3166-1, as the Unicode CLDR calls them

country-name-AD = Andorra
country-name-AE = United Arab Emirates
country-name-AF = Afghanistan
country-name-AG = Antigua & Barbuda
country-name-AI = Anguilla
country-name-AL = Albania
country-name-AM = Armenia
country-name-AO = Angola
country-name-AQ = Antarctica
country-name-AR = Argentina
country-name-AS = American Samoa
country-name-AT = Austria
country-name-AU = Australia
country-name-AW = Aruba
country-name-AX = Åland Islands
country-name-AZ = Azerbaijan
country-name-BA = Bosnia & Herzegovina
country-name-BB = Barbados
country-name-BD = Bangladesh
country-name-BE = Belgium
country-name-BF = Burkina Faso
country-name-BG = Bulgaria
country-name-BH = Bahrain
country-name-BI = Burundi
country-name-BJ = Benin
country-name-BL = St. Barthélemy
country-name-BM = Bermuda
country-name-BN = Brunei
country-name-BO = Bolivia
country-name-BQ = Caribbean Netherlands
country-name-BR = Brazil
country-name-BS = Bahamas
country-name-BT = Bhutan
country-name-BV = Bouvet Island
country-name-BW = Botswana
country-name-BY = Belarus
country-name-BZ = Belize
country-name-CA = Canada
country-name-CC = Cocos (Keeling) Islands
country-name-CD = Congo - Kinshasa
country-name-CF = Central African Republic
country-name-CG = Congo - Brazzaville
country-name-CH = Switzerland
country-name-CI = Côte d’Ivoire
country-name-CK = Cook Islands
country-name-CL = Chile
country-name-CM = Cameroon
country-name-CN = China
country-name-CO = Colombia
country-name-CR = Costa Rica
country-name-CU = Cuba
country-name-CV = Cape Verde
country-name-CW = Curaçao
country-name-CX = Christmas Island
country-name-CY = Cyprus
country-name-CZ = Czechia
country-name-DE = Germany
country-name-DJ = Djibouti
country-name-DK = Denmark
country-name-DM = Dominica
country-name-DO = Dominican Republic
country-name-DZ = Algeria
country-name-EC = Ecuador
country-name-EE = Estonia
country-name-EG = Egypt
country-name-EH = Western Sahara
country-name-ER = Eritrea
country-name-ES = Spain
country-name-ET = Ethiopia
country-name-FI = Finland
country-name-FJ = Fiji
country-name-FK = Falkland Islands
country-name-FM = Micronesia
country-name-FO = Faroe Islands
country-name-FR = France
country-name-GA = Gabon
country-name-GB = United Kingdom
country-name-GD = Grenada
country-name-GE = Georgia
country-name-GF = French Guiana
country-name-GG = Guernsey
country-name-GH = Ghana
country-name-GI = Gibraltar
country-name-GL = Greenland
country-name-GM = Gambia
country-name-GN = Guinea
country-name-GP = Guadeloupe
country-name-GQ = Equatorial Guinea
country-name-GR = Greece
country-name-GS = South Georgia & South Sandwich Islands
country-name-GT = Guatemala
country-name-GU = Guam
country-name-GW = Guinea-Bissau
country-name-GY = Guyana
country-name-HK = Hong Kong SAR China
country-name-HM = Heard Island & McDonald Islands
country-name-HN = Honduras
country-name-HR = Croatia
country-name-HT = Haiti
country-name-HU = Hungary
country-name-ID = Indonesia
country-name-IE = Ireland
country-name-IL = Israel
country-name-IM = Isle of Man
country-name-IN = India
country-name-IO = British Indian Ocean Territory
country-name-IQ = Iraq
country-name-IR = Iran
country-name-IS = Iceland
country-name-IT = Italy
country-name-JE = Jersey
country-name-JM = Jamaica
country-name-JO = Jordan
country-name-JP = Japan
country-name-KE = Kenya
country-name-KG = Kyrgyzstan
country-name-KH = Cambodia
country-name-KI = Kiribati
country-name-KM = Comoros
country-name-KN = St. Kitts & Nevis
country-name-KP = North Korea
country-name-KR = South Korea
country-name-KW = Kuwait
country-name-KY = Cayman Islands
country-name-KZ = Kazakhstan
country-name-LA = Laos
country-name-LB = Lebanon
country-name-LC = St. Lucia
country-name-LI = Liechtenstein
country-name-LK = Sri Lanka
country-name-LR = Liberia
country-name-LS = Lesotho
country-name-LT = Lithuania
country-name-LU = Luxembourg
country-name-LV = Latvia
country-name-LY = Libya
country-name-MA = Morocco
country-name-MC = Monaco
country-name-MD = Moldova
country-name-ME = Montenegro
country-name-MF = St. Martin
country-name-MG = Madagascar
country-name-MH = Marshall Islands
country-name-MK = North Macedonia
country-name-ML = Mali
country-name-MM = Myanmar (Burma)
country-name-MN = Mongolia
country-name-MO = Macao SAR China
country-name-MP = Northern Mariana Islands
country-name-MQ = Martinique
country-name-MR = Mauritania
country-name-MS = Montserrat
country-name-MT = Malta
country-name-MU = Mauritius
country-name-MV = Maldives
country-name-MW = Malawi
country-name-MX = Mexico
country-name-MY = Malaysia
country-name-MZ = Mozambique
country-name-NA = Namibia
country-name-NC = New Caledonia
country-name-NE = Niger
country-name-NF = Norfolk Island
country-name-NG = Nigeria
country-name-NI = Nicaragua
country-name-NL = Netherlands
country-name-NO = Norway
country-name-NP = Nepal
country-name-NR = Nauru
country-name-NU = Niue
country-name-NZ = New Zealand
country-name-OM = Oman
country-name-PA = Panama
country-name-PE = Peru
country-name-PF = French Polynesia
country-name-PG = Papua New Guinea
country-name-PH = Philippines
country-name-PK = Pakistan
country-name-PL = Poland
country-name-PM = St. Pierre & Miquelon
country-name-PN = Pitcairn Islands
country-name-PR = Puerto Rico
country-name-PS = Palestinian Territories
country-name-PT = Portugal
country-name-PW = Palau
country-name-PY = Paraguay
country-name-QA = Qatar
country-name-RE = Réunion
country-name-RO = Romania
country-name-RS = Serbia
country-name-RU = Russia
country-name-RW = Rwanda
country-name-SA = Saudi Arabia
country-name-SB = Solomon Islands
country-name-SC = Seychelles
country-name-SD = Sudan
country-name-SE = Sweden
country-name-SG = Singapore
country-name-SH = St. Helena, Ascension & Tristan da Cunha
country-name-SI = Slovenia
country-name-SJ = Svalbard & Jan Mayen
country-name-SK = Slovakia
country-name-SL = Sierra Leone
country-name-SM = San Marino
country-name-SN = Senegal
country-name-SO = Somalia
country-name-SR = Suriname
country-name-SS = South Sudan
country-name-ST = São Tomé & Príncipe
country-name-SV = El Salvador
country-name-SX = Sint Maarten
country-name-SY = Syria
country-name-SZ = Eswatini
country-name-TC = Turks & Caicos Islands
country-name-TD = Chad
country-name-TF = French Southern and Antarctic Lands
country-name-TG = Togo
country-name-TH = Thailand
country-name-TJ = Tajikistan
country-name-TK = Tokelau
country-name-TL = Timor-Leste
country-name-TM = Turkmenistan
country-name-TN = Tunisia
country-name-TO = Tonga
country-name-TR = Türkiye
country-name-TT = Trinidad & Tobago
country-name-TV = Tuvalu
country-name-TW = Taiwan
country-name-TZ = Tanzania
country-name-UA = Ukraine
country-name-UG = Uganda
country-name-UM = U.S. Outlying Islands
country-name-US = United States
country-name-UY = Uruguay
country-name-UZ = Uzbekistan
country-name-VA = Vatican City
country-name-VC = St. Vincent & Grenadines
country-name-VE = Venezuela
country-name-VG = British Virgin Islands
country-name-VI = U.S. Virgin Islands
country-name-VN = Vietnam
country-name-VU = Vanuatu
country-name-WF = Wallis & Futuna
country-name-WS = Samoa
country-name-YE = Yemen
country-name-YT = Mayotte
country-name-ZA = South Africa
country-name-ZM = Zambia
country-name-ZW = Zimbabwe
