### Was die Seiten des Shops sagen. Was hier fehlt, steht dort auf Englisch.

language-name = Deutsch

## Der Rahmen jeder Seite

skip = Zum Inhalt springen
search = Suchen
search-label = Im Shop suchen
menu = Kategorien
cart = Warenkorb
account = Konto
home = Start
all-products = Alle Produkte

## Die Startseite

newest = Neu bei uns
explore = Nach Kategorie
welcome = Alles von { $shop } an einem Ort.
shop-now = Alles ansehen
powered = Ein Shop auf Galleria
sign-in = Anmelden
your-orders = Ihre Bestellungen
language-label = Sprache

## Listen

filter = Filtern
apply = Anwenden
reset = Alle entfernen
sort = Sortieren
sort-best = Passt am besten
sort-newest = Neueste
sort-cheap = Preis aufsteigend
sort-dear = Preis absteigend
sort-title = Name
in-stock-only = Auf Lager
price-from = Preis ab
price-to = Preis bis
count = { $number ->
    [one] { $number } Produkt
   *[other] { $number } Produkte
}
nothing-here = Keine passenden Produkte
nothing-here-lead = Kein Produkt passt zu allen gewählten Filtern. Entfernen Sie einen, um mehr zu sehen.
empty-shop = Hier gibt es noch keine Produkte. Schauen Sie bald wieder vorbei.
found-for = Treffer für „{ $words }“
nothing-found = Nichts gefunden für „{ $words }“
nothing-found-lead = Versuchen Sie ein anderes Wort oder nur den Anfang eines Wortes, oder sehen Sie die Kategorien durch.
previous = Zurück
next = Weiter
page-of = Seite { $page } von { $pages }
pages = Seiten

## Produkte

least-price = ab { $price }
before = vorher
sale = Reduziert
sold-out = Ausverkauft
in-stock = Auf Lager
few-left = Nur noch { NUMBER($left) } da
not-this-way = In dieser Kombination nicht erhältlich. Wählen Sie eine andere.
quantity = Menge
fewer = Eins weniger
more = Eins mehr
add = In den Warenkorb
added-one = In den Warenkorb gelegt
to-cart = Zum Warenkorb
variant = Ausführung
related = Das könnte Ihnen auch gefallen
pictures = Bilder
picture-of = Bild { $number } von { $total }
article = Artikelnummer
by = von { $brand }
tax-note = Steuern und Versand werden im Warenkorb berechnet.

## Der Warenkorb

your-cart = Ihr Warenkorb
put-together = Der Shop hat das für Sie zusammengestellt. Artikel und Preise bleiben, wie sie sind; fragen Sie den Shop, wenn sich etwas ändern soll.
offer = Ein Angebot für Sie
offer-lead = { $shop } hat das für Sie zusammengestellt. Artikel und Preise bleiben, wie sie sind, und bestellt ist noch nichts.
take-offer = Mit diesem Angebot fortfahren
offer-closed = Dieses Angebot lässt sich so nicht öffnen
offer-closed-lead = Vielleicht ist es für jemanden mit Kundenkonto, oder der Shop hat es zurückgenommen. Wenn Sie hier ein Konto haben, melden Sie sich an; dann kommen Sie hierher zurück.
empty-cart = Ihr Warenkorb ist leer
empty-cart-lead = Was Sie hineinlegen, bleibt hier, bis Sie wiederkommen.
go-shopping = Jetzt stöbern
each = je { $price }
remove = Entfernen
remove-which = { $title } entfernen
update = Ändern
quantity-of = Menge von { $title }
code = Aktionscode
code-add = Einlösen
code-out = Code { $code } entfernen
saves = Sie sparen { $amount }

## Rechnungen

summary = Übersicht
subtotal = Zwischensumme
discount = Nachlass
delivery = Versand
tax = Steuer
total = Gesamt
included-tax = Enthält { $amount } Steuern
why = So setzt sich die Summe zusammen
delivery-later = an der Kasse
free = kostenlos

## Die Kasse

to-checkout = Zur Kasse
checkout = Kasse
contact = Kontakt
email = E-Mail-Adresse
email-hint = Damit der Shop Sie zu dieser Bestellung erreicht
full-name = Name
phone = Telefon (freiwillig)
company = Firma (freiwillig)
address = Lieferadresse
another-address = Andere Adresse
street = Straße und Hausnummer
street2 = Adresszusatz (freiwillig)
postal-code = Postleitzahl
city = Ort
region = Region (freiwillig)
country = Land
choose-country = Land wählen
likely-country = DE
note = Anmerkung (freiwillig)
save-address = Weiter zum Versand
how-delivered = Versandart
delivery-after = Die Versandarten stehen hier, sobald die Adresse vollständig ist.
no-delivery-needed = Dieser Shop stimmt den Versand nach der Bestellung ab.
choose-delivery = Summe aktualisieren
review = Bestellübersicht
place-order = Zahlungspflichtig bestellen
pay-after = Sie bezahlen nach der Bestellung. Jetzt wird nichts abgebucht.
check-these = Bitte prüfen Sie diese Felder
needed = Bitte ausfüllen.
bad-email = Schreiben Sie eine E-Mail-Adresse wie name@example.com.
bad-country = Wählen Sie ein Land.
bad-postal-code = Schreiben Sie die Postleitzahl so, wie es in diesem Land üblich ist.
bad-postal-code-such-as = Schreiben Sie die Postleitzahl so, wie es in diesem Land üblich ist, etwa { $example }.
too-long = Das ist zu lang.
nowhere = Dorthin liefern wir nicht. Geben Sie eine andere Adresse an.
choose-one = Wählen Sie eine Versandart.
cart-changed = Die Summe ist jetzt { $total }. Bitte prüfen Sie sie und bestellen Sie dann.

## Eine Bestellung

order-title = Bestellung { $number }
parcels = Pakete
parcel-number = Nummer { $number }
parcel-sent = Verschickt am { $date }
parcel-announced = Dem Zustelldienst übergeben
parcel-under-way = Unterwegs zu Ihnen
parcel-delivered = Zugestellt
parcel-lost = Der Zustelldienst findet es im Moment nicht
parcel-unknown = Der Zustelldienst hat sich lange nicht gemeldet
thanks = Vielen Dank. Ihre Bestellung ist eingegangen.
thanks-lead = Speichern Sie diesen Link; wer ihn hat, kann die Bestellung sehen.
thanks-lead-own = Nur Sie sehen sie, hier und unter Ihren Bestellungen, wenn Sie angemeldet sind.

## Bezahlen

to-be-paid = Zu zahlen
kept-until = Diese Artikel sind bis { $moment } für Sie reserviert.
paid = Bezahlt
paid-lead = Wir haben { $amount } erhalten. Vielen Dank.
given-back = Gutgeschrieben
money-back-title = Ihr Geld
money-none = Für diese Bestellung wurde nichts bezahlt, und es ist nichts mehr zu bezahlen.
money-asked = Wir fragen, ob Ihre Zahlung angekommen ist. Wenn ja, wird sie Ihnen zurückgezahlt.
money-paid = Sie haben { $amount } bezahlt.
money-coming = { $amount } kommen auf dem Weg zurück, auf dem Sie bezahlt haben. Banken brauchen einige Tage.
money-owed = { $amount } sind Ihnen zurückzuzahlen. Der Shop überweist sie; fragen Sie dort nach, wenn nichts kommt.
money-back = { $amount } wurden Ihnen zurückgezahlt.
pay-now = { $amount } bezahlen
pay-by-card = { $amount } mit Karte bezahlen
pay-confirm = Zahlung bestätigen
pay-go-on = Weiter zur Zahlung
pay-waiting = Die Zahlung wird bearbeitet. Laden Sie diese Seite gleich noch einmal; es wird nichts doppelt abgebucht.
pay-declined = Die Zahlung wurde abgelehnt, und es wurde nichts abgebucht. Versuchen Sie eine andere Karte oder Zahlungsart.
pay-expired = Die Zahlungsseite war zu lange offen und wurde geschlossen. Es wurde nichts abgebucht. Bitte beginnen Sie neu.
pay-over = Die Artikel sind nicht mehr reserviert, und diese Bestellung wird in Kürze storniert. Bestellen Sie neu, wenn Sie sie noch möchten.
pay-by-hand = der Shop sagt Ihnen, wie Sie bezahlen.
pay-by-transfer = Mit { $way } bezahlen
pay-expected = Der Shop erwartet Ihre Zahlung und hält die Artikel so lange für Sie zurück.
pay-elsewhere = wird in der App des Shops bezahlt.
pay-trial-note = Testmodus: Es fließt kein Geld.
challenge-title = Sind Sie es?
challenge-lead = Die Bank fragt, ob Sie es sind, der oder die { $amount } bezahlt.
challenge-yes = Ja, ich bin es
challenge-no = Nein
challenge-over = Danke, das ist beantwortet.
challenge-back = Zurück zum Shop

## Was aus einer Bestellung wird

placed-on = Bestellt am { $date }
items = Artikel
progress = Status
status-placed = Eingegangen
status-confirmed = Bestätigt
status-packed = Verpackt
status-partly-shipped = Teilweise unterwegs
status-shipped = Unterwegs
status-delivered = Zugestellt
status-returned = Zurückgeschickt
status-cancelled = Storniert
not-yet = steht noch aus
goes-to = Lieferadresse

## Die Bestellungen einer Kundin

no-orders = Noch keine Bestellungen
no-orders-lead = Bestellungen, die Sie angemeldet aufgeben, erscheinen hier.
sign-in-for-orders = Melden Sie sich an, um Ihre Bestellungen zu sehen

## Einkauf für eine Organisation

buying-for = Einkauf für { $organisation }
purchase-order = Bestellnummer Ihres Hauses
purchase-order-needed = Ihre Organisation verlangt sie bei jeder Bestellung
ask-approval = Freigabe über { $total } anfragen
ask-approval-note = Das ist mehr, als Sie allein bestellen dürfen. Die Bestellung wartet auf die Freigabe durch eine Kollegin oder einen Kollegen; vorher wird nichts bestellt. Sagen Sie Bescheid: Sie steht dort unter „Ihre Bestellungen“.
waits = Wartet auf Freigabe
waits-lead = Noch ist nichts bestellt. Preis und Bestand werden bei der Freigabe noch einmal geprüft.
who-approves = Freigeben kann sie eine dieser Personen, unter „Ihre Bestellungen“:
nobody-approves = Noch darf niemand sonst in Ihrer Organisation freigeben. Bitten Sie den Shop, jemanden einzutragen.
recall = Anfrage zurückziehen
approve-title = Eine Bestellung freigeben
approve-asked = { $buyer } möchte bestellen: { $items }
approve = Freigeben und zahlungspflichtig bestellen
decline = Ablehnen
decline-reason = Grund
for-your-approval = Wartet auf Ihre Freigabe
approved = Freigegeben und bestellt.
declined = Abgelehnt. Der Grund wird angezeigt.
declined-because = Nicht freigegeben: { $reason }

## Was schiefging

lost = Seite nicht gefunden
lost-lead = Vielleicht ist sie umgezogen, oder der Link ist unvollständig. Suchen Sie danach, oder beginnen Sie auf der Startseite.
broken = Bei uns ist etwas schiefgegangen
broken-lead = Es ging nichts verloren. Versuchen Sie es gleich noch einmal.
not-done = Das hat nicht geklappt
back-to-cart = Zurück zum Warenkorb
back-home = Zur Startseite
no-shop = Hier ist kein Shop
no-shop-lead = Unter dieser Adresse antwortet kein Shop. Prüfen Sie die Schreibweise, oder fragen Sie, von wem Sie sie haben.
closed = Dieser Shop ist gerade geschlossen
not-done-lead = Bitte versuchen Sie es noch einmal. Wenn es wieder passiert, sagen Sie dem Shop Bescheid.
closed-lead = Bitte kommen Sie später wieder.
closed-soon = Gleich ist er wieder da. Bitte laden Sie die Seite noch einmal.

## Was aus Zeilen und Codes wird

line-not-sold = Wird nicht mehr verkauft. Bitte entfernen Sie es.
line-sold-out = Ausverkauft. Bitte entfernen Sie es.
line-few = Nur noch { NUMBER($available) } da. Bitte verringern Sie die Menge.
code-applies = { $code } eingelöst
code-unknown = „{ $code }“ gilt hier nicht: Prüfen Sie die Schreibweise, oder melden Sie sich an, wenn Sie ihn bekommen haben
code-not-yet = „{ $code }“ gilt noch nicht
code-over = „{ $code }“ ist abgelaufen
code-used-up = „{ $code }“ ist aufgebraucht
code-used-by-you = Sie haben „{ $code }“ schon eingelöst
code-first-order = „{ $code }“ gilt nur für die erste Bestellung
code-no-address = Geben Sie Ihre Adresse ein, um zu sehen, ob „{ $code }“ gilt
code-no-delivery = Wählen Sie eine Versandart, dann gilt „{ $code }“
code-outdone = Ein besseres Angebot als „{ $code }“ gilt schon
code-too-little = „{ $code }“ gilt, wenn noch { $missing } dazukommen
code-not-here = „{ $code }“ gilt nicht für diesen Warenkorb

## Posten einer Rechnung

tax-within = Enthält { $tax } { $rate }
tax-exempt = { $tax } { $rate } wird nicht berechnet
tax-reversed = { $tax } { $rate } wird nicht berechnet: Steuerschuldnerschaft des Leistungsempfängers
entry-returned = { NUMBER($quantity) } × zurückgegeben oder storniert
entry-delivery-back = Versand erstattet
entry-goodwill = Kulanz

## Was ein Browser tat

sent-elsewhere = Das hat eine andere Website geschickt
sent-elsewhere-lead = Die Seite einer anderen Website hat dieses Formular geschickt, deshalb ist nichts geschehen. Öffnen Sie die Seiten dieses Shops, und versuchen Sie es dort noch einmal.
not-encrypted = Diese Seite kam ohne Verschlüsselung (http), deshalb behält Ihr Browser hier weder Warenkorb noch Anmeldung. Öffnen Sie sie über https; wer diesen Shop betreibt, liest hier, was einzustellen ist:

## Was ein Merkmal sagt

yes = ja
no = nein
pay-trial-success = Erfolgreiche Karte
pay-trial-decline = Abgelehnte Karte
pay-trial-challenge = Karte mit Rückfrage der Bank

## Was an einem Feld falsch ist

wrong-quantity = Diese Menge ist nicht möglich. Bitte geben Sie eine andere ein.
wrong-code = Geben Sie einen Code mit höchstens 40 Zeichen ein.
wrong-reason = Bitte geben Sie einen Grund mit höchstens 500 Zeichen an.
wrong-lines = Ihr Warenkorb ist leer.
wrong-email = Geben Sie eine E-Mail-Adresse an.
wrong-name = Geben Sie einen Namen an.
wrong-shipping_address = Dorthin liefern wir nicht, oder die Adresse ist unvollständig.
wrong-delivery_option_id = Wählen Sie eine Versandart.
wrong-purchase_order = Ihre Organisation verlangt eine Bestellnummer.
wrong-variant_id = Das wird nicht mehr verkauft.

## Was abgelehnt wird

refusal-cart_ordered = Dieser Warenkorb wurde schon bestellt. Beginnen Sie einen neuen.
refusal-cart_merged = Dieser Warenkorb ging bei der Anmeldung in einen anderen über. Machen Sie dort weiter.
refusal-cart_awaits_approval = Dieser Warenkorb wartet auf Freigabe und kann nicht geändert werden. Ziehen Sie zuerst die Anfrage zurück.
refusal-not_awaiting_approval = Dieser Warenkorb wartet nicht mehr auf Freigabe: Die Anfrage wurde zurückgezogen oder abgelehnt.
refusal-own_approval = Ihre eigene Bestellung können Sie nicht freigeben. Jemand anders in Ihrer Organisation kann es.
refusal-beyond_your_limit = Das ist mehr, als Sie freigeben dürfen: Ihr Limit ist { $limit }. Fragen Sie jemanden mit höherem Limit.
refusal-buyer_left = Die Person kauft nicht mehr für diese Organisation ein; bestellt wurde nichts. Lehnen Sie die Anfrage ab.
refusal-approval_needed = Das ist mehr als die { $limit }, die Sie allein bestellen dürfen. Fragen Sie die Freigabe an der Kasse an.
refusal-draft_fixed = Der Shop hat das zusammengestellt; hier lässt es sich nicht ändern. Fragen Sie den Shop, oder beginnen Sie einen eigenen Warenkorb.
refusal-draft_withdrawn = Der Shop hat dieses Angebot zurückgezogen. Bitten Sie ihn um ein neues.
refusal-cart_full = Ein Warenkorb fasst höchstens 200 verschiedene Artikel. Bestellen Sie zuerst diese.
refusal-too_many_codes = Ein Warenkorb nimmt höchstens 20 Codes. Entfernen Sie zuerst einen.
refusal-promotion_used_up = „{ $promotion }“ wurde gerade aufgebraucht; bestellt wurde nichts. Bitte prüfen Sie die Summe noch einmal.
refusal-total_changed = Die Summe ist jetzt { $total }. Bitte prüfen Sie sie und versuchen Sie es dann noch einmal.
refusal-cart_unfinished = Es fehlt noch etwas. Bitte prüfen Sie das Formular.
refusal-price_too_large = Das ist zu viel für eine Bestellung. Bitte bestellen Sie weniger auf einmal.
refusal-order_too_large = Das ist zu viel für eine Bestellung. Bitte bestellen Sie weniger auf einmal.
refusal-person_erased = Die Daten dieser Person wurden auf Wunsch gelöscht; bestellt wurde nichts.
refusal-order_cancelled = Diese Bestellung wurde storniert.
refusal-out_of_stock = { $available ->
    [one] Jemand war schneller: Es ist nur noch { $available } da. Bitte verringern Sie die Menge.
   *[other] Jemand war schneller: Es sind nur noch { $available } da. Bitte verringern Sie die Menge.
}
refusal-payment_open = Diese Bestellung wird gerade bezahlt. Bitte warten Sie, und laden Sie die Seite noch einmal.
refusal-nothing_owed = Für diese Bestellung ist nichts zu zahlen.
refusal-payment_time_over = Die Artikel sind nicht mehr reserviert, und diese Bestellung wird in Kürze storniert. Bitte bestellen Sie neu.
refusal-payment_busy = Die Zahlung wird bearbeitet. Bitte versuchen Sie es gleich noch einmal.
refusal-payment_provider_unknown = Diese Zahlungsart gibt es nicht mehr. Bitte wählen Sie eine andere.
refusal-payment_provider_missing = Hier kann dieser Shop noch keine Zahlungen annehmen. Er sagt Ihnen, wie Sie bezahlen.
refusal-payment_provider_off = Diese Zahlungsart gibt es nicht mehr. Bitte wählen Sie eine andere.
refusal-payment_provider_down = Der Zahlungsdienst antwortet gerade nicht. Laden Sie diese Seite gleich noch einmal; es wird nichts doppelt abgebucht.
refusal-not_encrypted = Diese Seite kam ohne Verschlüsselung (http), und dann behält ein Browser weder Warenkorb noch Anmeldung. Öffnen Sie sie über https. Wer diesen Server betreibt, liest unter /problems/not_encrypted, was einzustellen ist.
refusal-changed_meanwhile = Das hat sich inzwischen geändert. Bitte prüfen Sie es, und versuchen Sie es dann noch einmal.
refusal-contended = Gerade bestellen sehr viele. Bitte versuchen Sie es noch einmal.
refusal-overloaded = Gerade sind sehr viele hier. Bitte versuchen Sie es gleich noch einmal.
refusal-too_many = Das war zu oft. Bitte warten Sie einen Moment, und versuchen Sie es noch einmal.
refusal-too_slow = Das hat zu lange gedauert. Prüfen Sie Ihren Warenkorb und Ihre Bestellungen, bevor Sie es noch einmal versuchen.
refusal-outcome_unknown = Wir können noch nicht sagen, ob das angekommen ist. Prüfen Sie Ihren Warenkorb und Ihre Bestellungen, bevor Sie es noch einmal versuchen.
refusal-shop_read_only = Der Shop wird gerade gewartet, und nichts kann geändert werden. Bitte versuchen Sie es gleich noch einmal.

## Wie Geld und Steuersätze geschrieben werden

money = { $number }{ "\u00a0" }{ $symbol }
money-by-code = { $number }{ "\u00a0" }{ $code }
rate = { $number }{ "\u00a0" }%
moment = { $date }, { $time } UTC
moment-today = { $time } UTC

## Zeichen von Währungen

currency-EUR = €
currency-GBP = £
currency-INR = ₹
currency-JPY = ¥
currency-KRW = ₩
currency-USD = $

## Länder, wie der Unicode CLDR sie nennt

country-name-AD = Andorra
country-name-AE = Vereinigte Arabische Emirate
country-name-AF = Afghanistan
country-name-AG = Antigua und Barbuda
country-name-AI = Anguilla
country-name-AL = Albanien
country-name-AM = Armenien
country-name-AO = Angola
country-name-AQ = Antarktis
country-name-AR = Argentinien
country-name-AS = Amerikanisch-Samoa
country-name-AT = Österreich
country-name-AU = Australien
country-name-AW = Aruba
country-name-AX = Ålandinseln
country-name-AZ = Aserbaidschan
country-name-BA = Bosnien und Herzegowina
country-name-BB = Barbados
country-name-BD = Bangladesch
country-name-BE = Belgien
country-name-BF = Burkina Faso
country-name-BG = Bulgarien
country-name-BH = Bahrain
country-name-BI = Burundi
country-name-BJ = Benin
country-name-BL = St. Barthélemy
country-name-BM = Bermuda
country-name-BN = Brunei Darussalam
country-name-BO = Bolivien
country-name-BQ = Karibische Niederlande
country-name-BR = Brasilien
country-name-BS = Bahamas
country-name-BT = Bhutan
country-name-BV = Bouvetinsel
country-name-BW = Botsuana
country-name-BY = Belarus
country-name-BZ = Belize
country-name-CA = Kanada
country-name-CC = Kokosinseln
country-name-CD = Kongo-Kinshasa
country-name-CF = Zentralafrikanische Republik
country-name-CG = Kongo-Brazzaville
country-name-CH = Schweiz
country-name-CI = Côte d’Ivoire
country-name-CK = Cookinseln
country-name-CL = Chile
country-name-CM = Kamerun
country-name-CN = China
country-name-CO = Kolumbien
country-name-CR = Costa Rica
country-name-CU = Kuba
country-name-CV = Cabo Verde
country-name-CW = Curaçao
country-name-CX = Weihnachtsinsel
country-name-CY = Zypern
country-name-CZ = Tschechien
country-name-DE = Deutschland
country-name-DJ = Dschibuti
country-name-DK = Dänemark
country-name-DM = Dominica
country-name-DO = Dominikanische Republik
country-name-DZ = Algerien
country-name-EC = Ecuador
country-name-EE = Estland
country-name-EG = Ägypten
country-name-EH = Westsahara
country-name-ER = Eritrea
country-name-ES = Spanien
country-name-ET = Äthiopien
country-name-FI = Finnland
country-name-FJ = Fidschi
country-name-FK = Falklandinseln
country-name-FM = Mikronesien
country-name-FO = Färöer
country-name-FR = Frankreich
country-name-GA = Gabun
country-name-GB = Vereinigtes Königreich
country-name-GD = Grenada
country-name-GE = Georgien
country-name-GF = Französisch-Guayana
country-name-GG = Guernsey
country-name-GH = Ghana
country-name-GI = Gibraltar
country-name-GL = Grönland
country-name-GM = Gambia
country-name-GN = Guinea
country-name-GP = Guadeloupe
country-name-GQ = Äquatorialguinea
country-name-GR = Griechenland
country-name-GS = Südgeorgien und die Südlichen Sandwichinseln
country-name-GT = Guatemala
country-name-GU = Guam
country-name-GW = Guinea-Bissau
country-name-GY = Guyana
country-name-HK = Sonderverwaltungsregion Hongkong
country-name-HM = Heard und McDonaldinseln
country-name-HN = Honduras
country-name-HR = Kroatien
country-name-HT = Haiti
country-name-HU = Ungarn
country-name-ID = Indonesien
country-name-IE = Irland
country-name-IL = Israel
country-name-IM = Isle of Man
country-name-IN = Indien
country-name-IO = Britisches Territorium im Indischen Ozean
country-name-IQ = Irak
country-name-IR = Iran
country-name-IS = Island
country-name-IT = Italien
country-name-JE = Jersey
country-name-JM = Jamaika
country-name-JO = Jordanien
country-name-JP = Japan
country-name-KE = Kenia
country-name-KG = Kirgisistan
country-name-KH = Kambodscha
country-name-KI = Kiribati
country-name-KM = Komoren
country-name-KN = St. Kitts und Nevis
country-name-KP = Nordkorea
country-name-KR = Südkorea
country-name-KW = Kuwait
country-name-KY = Kaimaninseln
country-name-KZ = Kasachstan
country-name-LA = Laos
country-name-LB = Libanon
country-name-LC = St. Lucia
country-name-LI = Liechtenstein
country-name-LK = Sri Lanka
country-name-LR = Liberia
country-name-LS = Lesotho
country-name-LT = Litauen
country-name-LU = Luxemburg
country-name-LV = Lettland
country-name-LY = Libyen
country-name-MA = Marokko
country-name-MC = Monaco
country-name-MD = Republik Moldau
country-name-ME = Montenegro
country-name-MF = St. Martin
country-name-MG = Madagaskar
country-name-MH = Marshallinseln
country-name-MK = Nordmazedonien
country-name-ML = Mali
country-name-MM = Myanmar
country-name-MN = Mongolei
country-name-MO = Sonderverwaltungsregion Macau
country-name-MP = Nördliche Marianen
country-name-MQ = Martinique
country-name-MR = Mauretanien
country-name-MS = Montserrat
country-name-MT = Malta
country-name-MU = Mauritius
country-name-MV = Malediven
country-name-MW = Malawi
country-name-MX = Mexiko
country-name-MY = Malaysia
country-name-MZ = Mosambik
country-name-NA = Namibia
country-name-NC = Neukaledonien
country-name-NE = Niger
country-name-NF = Norfolkinsel
country-name-NG = Nigeria
country-name-NI = Nicaragua
country-name-NL = Niederlande
country-name-NO = Norwegen
country-name-NP = Nepal
country-name-NR = Nauru
country-name-NU = Niue
country-name-NZ = Neuseeland
country-name-OM = Oman
country-name-PA = Panama
country-name-PE = Peru
country-name-PF = Französisch-Polynesien
country-name-PG = Papua-Neuguinea
country-name-PH = Philippinen
country-name-PK = Pakistan
country-name-PL = Polen
country-name-PM = St. Pierre und Miquelon
country-name-PN = Pitcairninseln
country-name-PR = Puerto Rico
country-name-PS = Palästinensische Autonomiegebiete
country-name-PT = Portugal
country-name-PW = Palau
country-name-PY = Paraguay
country-name-QA = Katar
country-name-RE = Réunion
country-name-RO = Rumänien
country-name-RS = Serbien
country-name-RU = Russland
country-name-RW = Ruanda
country-name-SA = Saudi-Arabien
country-name-SB = Salomonen
country-name-SC = Seychellen
country-name-SD = Sudan
country-name-SE = Schweden
country-name-SG = Singapur
country-name-SH = St. Helena
country-name-SI = Slowenien
country-name-SJ = Spitzbergen und Jan Mayen
country-name-SK = Slowakei
country-name-SL = Sierra Leone
country-name-SM = San Marino
country-name-SN = Senegal
country-name-SO = Somalia
country-name-SR = Suriname
country-name-SS = Südsudan
country-name-ST = São Tomé und Príncipe
country-name-SV = El Salvador
country-name-SX = Sint Maarten
country-name-SY = Syrien
country-name-SZ = Eswatini
country-name-TC = Turks- und Caicosinseln
country-name-TD = Tschad
country-name-TF = Französische Süd- und Antarktisgebiete
country-name-TG = Togo
country-name-TH = Thailand
country-name-TJ = Tadschikistan
country-name-TK = Tokelau
country-name-TL = Timor-Leste
country-name-TM = Turkmenistan
country-name-TN = Tunesien
country-name-TO = Tonga
country-name-TR = Türkei
country-name-TT = Trinidad und Tobago
country-name-TV = Tuvalu
country-name-TW = Taiwan
country-name-TZ = Tansania
country-name-UA = Ukraine
country-name-UG = Uganda
country-name-UM = Amerikanische Überseeinseln
country-name-US = Vereinigte Staaten
country-name-UY = Uruguay
country-name-UZ = Usbekistan
country-name-VA = Vatikanstadt
country-name-VC = St. Vincent und die Grenadinen
country-name-VE = Venezuela
country-name-VG = Britische Jungferninseln
country-name-VI = Amerikanische Jungferninseln
country-name-VN = Vietnam
country-name-VU = Vanuatu
country-name-WF = Wallis und Futuna
country-name-WS = Samoa
country-name-YE = Jemen
country-name-YT = Mayotte
country-name-ZA = Südafrika
country-name-ZM = Sambia
country-name-ZW = Simbabwe
