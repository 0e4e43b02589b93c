### Was jemand liest, dessen Browser etwas nicht bekommt. Was hier fehlt, steht dort auf Englisch.

skip = Zum Inhalt
front = Zur Startseite
# Nichts, denn dort steht Englisch.
more = { "" }
again = In { NUMBER($seconds) } s können Sie es noch einmal versuchen.

## Was abgelehnt wird

refusal-host_unclear = Aus dieser Anfrage geht nicht hervor, wohin sie soll. Rufen Sie die Adresse noch einmal auf.
    .title = Adresse unklar
refusal-method_not_allowed = Diese Seite nimmt nicht an, was Ihr Browser geschickt hat. Gehen Sie zurück und versuchen Sie es noch einmal.
    .title = So geht es nicht
refusal-network_not_allowed = Dieser Shop lässt Anfragen nur aus bestimmten Netzen zu. Fragen Sie, wer ihn betreibt.
    .title = Von hier nicht erreichbar
refusal-no_such_route = Unter dieser Adresse gibt es keine Seite. Vielleicht ist sie falsch geschrieben.
    .title = Hier ist nichts
refusal-no_such_shop = Unter dieser Adresse gibt es keinen Shop. Vielleicht ist sie falsch geschrieben.
    .title = Hier ist kein Shop
refusal-shop_moved = Er ist gleich wieder da. Versuchen Sie es in einer Minute noch einmal.
    .title = Der Shop zieht gerade um
refusal-shop_read_only = Ansehen können Sie alles, bestellen und ändern in einem Augenblick wieder.
    .title = Der Shop wird gewartet
refusal-shop_suspended = Dieser Shop ist zurzeit geschlossen. Schauen Sie später wieder vorbei.
    .title = Der Shop ist geschlossen
refusal-too_many = In der letzten Minute kamen von hier mehr Anfragen, als beantwortet werden.
    .title = Zu viele Anfragen
refusal-too_slow = Das hat zu lange gedauert. Versuchen Sie es noch einmal.
    .title = Zu langsam
refusal-internal = Bei uns ist etwas schiefgegangen, und wir haben es festgehalten. Geändert wurde nichts.
    .title = Unser Fehler

## Was von allem anderen gesagt wird

otherwise = Im Augenblick geht das nicht. Versuchen Sie es später noch einmal.
    .title = Das ging nicht
