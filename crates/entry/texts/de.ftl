### Was die Seiten sagen, auf denen man sich anmeldet. Was hier fehlt, steht dort auf Englisch.

## Jede Seite

skip = Zum Inhalt springen
script-needed = Die Anmeldung braucht JavaScript, und das ist in Ihrem Browser ausgeschaltet. Schalten Sie es für diese Adresse ein, und laden Sie die Seite neu.
not-encrypted = Diese Seite kam ohne Verschlüsselung (http), deshalb würde Ihr Browser die Anmeldung sofort vergessen. Öffnen Sie sie über https. Wer diesen Server betreibt, liest hier, was einzustellen ist:
no-shop = Hier ist kein Shop
no-shop-lead = Unter dieser Adresse antwortet kein Shop. Prüfen Sie die Schreibweise, oder fragen Sie, von wem Sie sie haben.

## Felder

email = E-Mail-Adresse
password = Passwort
new-password = Neues Passwort
current-password = Aktuelles Passwort
name = Name
show = Anzeigen
code = Code
code-hint = Sechs Ziffern aus Ihrer Authenticator-App
back = Zurück
cancel = Abbrechen

## Anmelden

sign-in = Anmelden
sign-in-customer = Willkommen zurück.
sign-in-staff = Für alle, die in diesem Shop arbeiten.
sign-in-operator = Für alle, die die Plattform betreiben.
signing-in-as = Anmeldung als
recovery-instead = Stattdessen einen Wiederherstellungscode verwenden
use-passkey = Passkey verwenden
forgotten-link = Passwort vergessen?
sign-up-link = Konto anlegen
staff-link = Als Mitarbeiter anmelden
customer-link = Als Kunde anmelden

## Registrieren

sign-up = Konto anlegen
sign-up-lead = Wir senden Ihnen eine E-Mail mit einem Link. Wählen Sie dort ein Passwort, und melden Sie sich dann an.
send-letter = E-Mail senden
letter-sent = Sehen Sie in Ihr Postfach
sign-up-sent = Eine E-Mail an die angegebene Adresse ist unterwegs. Ihr Link gilt sieben Tage.
have-account = Ich habe schon ein Konto
again = Nichts angekommen? Noch einmal versuchen
not-here = Hier gibt es nichts zu registrieren
not-here-lead = Hier melden sich die Betreiber der Plattform an. Einer von ihnen kann Ihnen ein Konto anlegen.

## Ein Passwort

choose-password = Passwort wählen
choose-password-lead = Nur Sie kennen es: Niemand hier kann es lesen.
password-hint = Mindestens 8 Zeichen. Einige Wörter ohne Zusammenhang merkt man sich leicht, und sie sind schwer zu erraten.
set-password = Passwort speichern
password-set = Ihr Passwort ist gespeichert
password-set-lead = Sie können sich jetzt damit anmelden. Überall sonst wurden Sie abgemeldet.
link-broken = Dieser Link ist unvollständig
link-broken-lead = Ein Teil fehlt. Öffnen Sie ihn noch einmal aus der E-Mail, oder lassen Sie sich eine neue senden.
forgotten = Passwort zurücksetzen
forgotten-lead = Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort wählen.
forgotten-sent = Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail dorthin unterwegs. Ihr Link gilt eine Stunde.
new-letter = Neue E-Mail senden

## Was einem selbst gehört

account = Ihr Konto
your-orders = Ihre Bestellungen
to-the-shop = Zum Shop
sign-out = Abmelden
loading = Ihr Konto wird geladen
try-again = Noch einmal versuchen
roles = Rollen
save = Speichern
sessions = Wo Sie angemeldet sind
sessions-lead = Beenden Sie, was Sie nicht erkennen, und ändern Sie dann Ihr Passwort.
this-one = Dieses Gerät
end = Abmelden
end-others = Überall sonst abmelden
no-others = Sie sind nirgendwo sonst angemeldet.
change-password = Passwort ändern
change-password-lead = Überall sonst werden Sie dann abgemeldet.

## Die Authenticator-App

app = Authenticator-App
app-none = Mit einer Authenticator-App braucht die Anmeldung auch einen Code, den nur Ihr Telefon zeigt. Wer Ihr Passwort erfährt, kommt trotzdem nicht hinein.
app-there = Die Anmeldung braucht einen Code Ihrer Authenticator-App.
recovery-left = Verbleibende Wiederherstellungscodes:
add-app = App einrichten
remove-app = App entfernen
new-recovery = Neue Wiederherstellungscodes erstellen
scan = Scannen Sie das mit der App. Geben Sie dann den Code ein, den sie zeigt.
scan-picture = QR-Code für Ihre Authenticator-App
open-app = App auf diesem Gerät öffnen
typed = Oder geben Sie diesen Schlüssel in der App ein:
copy = Kopieren
confirm-app = Bestätigen
recovery = Ihre Wiederherstellungscodes
recovery-lead = Jeder gilt einmal, wenn Sie Ihr Telefon nicht zur Hand haben. Sie werden nur jetzt angezeigt: Drucken Sie sie, oder speichern Sie sie in Ihrem Passwortmanager.
print = Drucken
kept = Ich habe sie gespeichert

## Passkeys

passkeys = Passkeys
passkeys-lead = Ein Passkey meldet Sie mit Fingerabdruck, Gesicht oder der Sperre Ihres Geräts an. Es gibt nichts einzutippen und nichts zu stehlen.
no-passkeys = Sie haben noch keinen.
passkey-name = Name des Passkeys
add-passkey = Passkey hinzufügen
remove = Entfernen

## Noch einmal, zur Sicherheit

prove = Bestätigen Sie, dass Sie es sind
prove-lead = Das lässt sich nicht leicht rückgängig machen. Bitte bestätigen Sie, dass Sie es sind.
prove-now = Weiter
sure = Sind Sie sicher?

## Was das Skript sagt

word-needed = Bitte ausfüllen.
word-offline = Der Shop ist nicht erreichbar. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.
word-broken = Etwas ist schiefgegangen. Versuchen Sie es gleich noch einmal.
word-slow_down = Das war zu oft. Bitte warten Sie einen Moment, und versuchen Sie es noch einmal.
word-code = Code
word-code_hint = Sechs Ziffern aus Ihrer Authenticator-App
word-code_instead = Stattdessen die Authenticator-App verwenden
word-recovery = Wiederherstellungscode
word-recovery_hint = Einer von denen, die Sie beim Einrichten der App gespeichert haben; jeder gilt einmal
word-recovery_instead = Stattdessen einen Wiederherstellungscode verwenden
word-code_next = Das Passwort stimmt. Geben Sie jetzt den Code Ihrer App ein.
word-outside = Weiter mit { $name }
word-outside_failed = Diese Anmeldung hat nicht geklappt. Versuchen Sie sie noch einmal, oder nehmen Sie eine andere.
word-passkey_failed = Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
word-short = Noch { $number }: mindestens 8 Zeichen.
word-plain = Es wiederholt sich oder zählt nur auf- oder abwärts.
word-enough = Gut. Einige Wörter mehr wären schwerer zu erraten.
word-long = Stark, solange Sie es nirgendwo sonst verwenden.
word-saved = Gespeichert.
word-ended = Dort abgemeldet.
word-others_ended = Überall sonst sind Sie abgemeldet.
word-password_changed = Ihr Passwort wurde geändert.
word-app_added = Die Authenticator-App ist eingerichtet.
word-app_removed = Die Authenticator-App wurde entfernt.
word-passkey_added = Der Passkey wurde hinzugefügt.
word-passkey_removed = Der Passkey wurde entfernt.
word-copied = Kopiert.
word-not_copied = Ihr Browser lässt diese Seite nicht kopieren. Markieren Sie den Text, und kopieren Sie ihn selbst.
word-seen = Zuletzt aktiv { $when }
word-signed_in = Angemeldet { $when }
word-added = Hinzugefügt { $when }
word-used = zuletzt verwendet { $when }
word-program = Ein Programm
word-device = { $browser } auf { $system }
word-browser = Ein Browser
word-end_which = Abmelden: { $device }
word-remove_which = Entfernen: { $name }
word-unverified = noch nicht bestätigt
word-sure_app = Ohne die App genügt Ihr Passwort allein. Auch ihre Wiederherstellungscodes gelten dann nicht mehr.
word-sure_codes = Ihre bisherigen Wiederherstellungscodes gelten dann nicht mehr.
word-sure_others = Überall sonst müssen Sie sich neu anmelden.
word-sure_passkey = Dieser Passkey gilt dann nicht mehr.

## Was die API ablehnt

refusal-invalid = Bitte prüfen Sie Ihre Eingaben.
refusal-email = Geben Sie eine E-Mail-Adresse wie name@example.com ein.
refusal-name = Geben Sie einen Namen mit höchstens 200 Zeichen ein.
refusal-code = Geben Sie den Code so ein, wie Ihre App ihn zeigt.
refusal-not_them = E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides, oder setzen Sie Ihr Passwort zurück.
refusal-code_wrong = Das ist nicht der aktuelle Code, oder er wurde schon verwendet. Geben Sie den ein, den Ihre App jetzt zeigt, oder einen Wiederherstellungscode.
refusal-account_disabled = Dieses Konto ist geschlossen. Bitten Sie den Shop, es wieder zu öffnen.
refusal-no_app = Für dieses Konto ist noch keine Authenticator-App eingerichtet.
refusal-app_there = Eine Authenticator-App ist schon eingerichtet. Entfernen Sie sie, bevor Sie eine andere einrichten.
refusal-address_taken = Mit dieser E-Mail-Adresse gibt es schon ein Konto.
refusal-too_many_passkeys = Sie haben 20 Passkeys. Entfernen Sie einen, den Sie nicht mehr verwenden.
refusal-ticket_used = Dieser Link wurde schon verwendet oder ist zu alt. Beginnen Sie neu, oder lassen Sie sich eine neue E-Mail senden.
refusal-passkey_refused = Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
refusal-issuer_unreachable = Der andere Dienst antwortet gerade nicht. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
refusal-no_page = Das geht nur auf einer Seite dieses Shops, deren Adresse mit https:// beginnt.
refusal-password_too_short = Das Passwort hat weniger als 8 Zeichen. Wählen Sie ein längeres.
refusal-password_too_long = Das Passwort hat mehr als 256 Zeichen. Wählen Sie ein kürzeres.
refusal-password_too_plain = Das Passwort wiederholt sich oder zählt nur auf- oder abwärts. Wählen Sie eines, das schwerer zu erraten ist.
refusal-password_personal = Das Passwort ist kaum mehr als Ihr Name oder Ihre Adresse. Wählen Sie eines, das schwerer zu erraten ist.
refusal-password_common = Viele verwenden dieses Passwort, oder es wurde schon gestohlen. Wählen Sie ein anderes.
refusal-busy = Gerade melden sich sehr viele an. Versuchen Sie es in einigen Sekunden noch einmal.
refusal-overloaded = Gerade sind sehr viele hier. Versuchen Sie es gleich noch einmal.
refusal-not_encrypted = Diese Seite kam ohne Verschlüsselung (http), und dann behält ein Browser weder Warenkorb noch Anmeldung. Öffnen Sie sie über https. Wer diesen Server betreibt, liest unter /problems/not_encrypted, was einzustellen ist.
refusal-too_many = Das war zu oft. Bitte warten Sie einen Moment, und versuchen Sie es noch einmal.
refusal-mail_not_configured = Von hier können noch keine E-Mails gesendet werden. Fragen Sie den Shop.
refusal-shop_read_only = Der Shop wird gerade gewartet. Versuchen Sie es gleich noch einmal.
refusal-shop_suspended = Dieser Shop ist gerade geschlossen.
