### What the pages say with which a person gets in. English has all of it; a text that another language lacks stands in English there.

## Every page

skip = Skip to the content
script-needed = Signing in needs JavaScript, and it is turned off in your browser. Turn it on for this address, then load the page again.
# An address follows.
not-encrypted = This page came without encryption (http), so your browser would forget at once that you signed in. Open it by https instead. Whoever runs this server reads what to set at
no-shop = There is no shop here
no-shop-lead = No shop answers at this address. Check how it is written, or ask whoever gave it to you.

## Fields

email = E-mail address
password = Password
new-password = New password
current-password = Current password
name = Name
show = Show
code = Code
code-hint = Six digits, from your authenticator app
back = Back
cancel = Cancel

## Signing in

sign-in = Sign in
sign-in-customer = Welcome back.
sign-in-staff = For staff of this shop.
sign-in-operator = For operators of the platform.
signing-in-as = Signing in as
recovery-instead = Use a recovery code instead
use-passkey = Use a passkey
forgotten-link = Forgot your password?
sign-up-link = Create an account
staff-link = Sign in as staff
customer-link = Sign in as a customer

## Signing up

sign-up = Create an account
sign-up-lead = We send you an e-mail with a link. Choose a password there, then sign in.
send-letter = Send me the e-mail
letter-sent = Check your inbox
sign-up-sent = An e-mail is on its way to the address that you gave. Its link is valid for seven days.
have-account = I have an account
again = Nothing there? Try again
not-here = There is nothing to sign up for here
not-here-lead = Operators of the platform sign in here. One of them can create an account for you.

## A password

choose-password = Choose a password
choose-password-lead = Only you know it: nobody here can read it.
password-hint = At least 8 characters. A few unrelated words are easy to remember and hard to guess.
set-password = Save password
password-set = Your password is set
password-set-lead = You can sign in with it now. You were signed out everywhere else.
link-broken = This link is incomplete
link-broken-lead = A part of it is missing. Open it again from the e-mail, or have a new one sent to you.
forgotten = Reset your password
forgotten-lead = Enter the e-mail address of your account. We send you a link to choose a new password.
forgotten-sent = If there is an account with this address, an e-mail is on its way to it. Its link is valid for an hour.
new-letter = Send me a new e-mail

## What is somebody's own

account = Your account
your-orders = Your orders
to-the-shop = To the shop
sign-out = Sign out
loading = Loading your account
try-again = Try again
roles = Roles
save = Save
sessions = Where you are signed in
sessions-lead = End what you do not recognise, then change your password.
this-one = This device
end = Sign out
end-others = Sign out everywhere else
no-others = You are signed in nowhere else.
change-password = Change your password
change-password-lead = You are signed out everywhere else then.

## The authenticator app

app = Authenticator app
app-none = With an authenticator app, signing in also takes a code that only your phone shows. Whoever learns your password still does not get in.
app-there = Signing in takes a code of your authenticator app.
recovery-left = Recovery codes left:
add-app = Set up an app
remove-app = Remove the app
new-recovery = Create new recovery codes
scan = Scan this with the app. Then enter the code that it shows.
scan-picture = QR code for your authenticator app
open-app = Open the app on this device
typed = Or enter this key in the app:
copy = Copy
confirm-app = Confirm
recovery = Your recovery codes
recovery-lead = Each works once, when you do not have your phone. They are shown only now: print them, or save them in your password manager.
print = Print
kept = I have saved them

## Passkeys

passkeys = Passkeys
passkeys-lead = A passkey signs you in with your fingerprint, your face or the lock of your device. There is nothing to type, and nothing to steal.
no-passkeys = You have none yet.
passkey-name = Name of the passkey
add-passkey = Add a passkey
remove = Remove

## Once more, to be sure

prove = Confirm that it is you
prove-lead = This cannot be undone easily, so please confirm that it is you.
prove-now = Continue
sure = Are you sure?

## What the script says. It fills the variables in itself, so no form can be chosen by them

word-needed = Please fill this in.
word-offline = The shop cannot be reached. Check your connection, and try again.
word-broken = Something went wrong. Try again in a moment.
word-slow_down = That was too often. Wait a moment, and try again.
word-code = Code
word-code_hint = Six digits, from your authenticator app
word-code_instead = Use the authenticator app instead
word-recovery = Recovery code
word-recovery_hint = One of those that you saved when you set up the app; each works once
word-recovery_instead = Use a recovery code instead
word-code_next = The password is right. Now enter the code of your app.
word-outside = Continue with { $name }
word-outside_failed = That way of signing in did not work. Try it again, or use another way.
word-passkey_failed = No passkey was used. Try it again, or use another way.
word-short = { $number } more, please: at least 8 characters.
word-plain = It repeats itself, or only counts up or down.
word-enough = Good. A few more words would make it harder to guess.
word-long = Strong, as long as you use it nowhere else.
word-saved = Saved.
word-ended = Signed out there.
word-others_ended = You are signed out everywhere else.
word-password_changed = Your password was changed.
word-app_added = The authenticator app is set up.
word-app_removed = The authenticator app was removed.
word-passkey_added = The passkey was added.
word-passkey_removed = The passkey was removed.
word-copied = Copied.
word-not_copied = Your browser does not let this page copy. Select the text, and copy it yourself.
word-seen = Last seen { $when }
word-signed_in = Signed in { $when }
word-added = Added { $when }
word-used = last used { $when }
word-program = A program
word-device = { $browser } on { $system }
word-browser = A browser
word-end_which = Sign out: { $device }
word-remove_which = Remove: { $name }
word-unverified = not confirmed yet
word-sure_app = Without the app, your password alone lets you in. Its recovery codes stop working, too.
word-sure_codes = The recovery codes that you have now stop working.
word-sure_others = You have to sign in again everywhere else.
word-sure_passkey = This passkey stops working.

## What the API refuses, by its code or the name of a field

refusal-invalid = Please check what you entered.
refusal-email = Enter an e-mail address such as name@example.com.
refusal-name = Enter a name of at most 200 characters.
refusal-code = Enter the code as your app shows it.
refusal-not_them = E-mail address and password do not match. Check both, or reset your password.
refusal-code_wrong = This is not the current code, or it was used already. Enter the one that your app shows now, or a recovery code.
refusal-account_disabled = This account is closed. Ask the shop to open it again.
refusal-no_app = No authenticator app is set up for this account yet.
refusal-app_there = An authenticator app is set up already. Remove it before you set up another one.
refusal-address_taken = There is an account with this e-mail address already.
refusal-too_many_passkeys = You have 20 passkeys. Remove one that you no longer use.
refusal-ticket_used = This link was used already or is too old. Start again, or have a new e-mail sent to you.
refusal-passkey_refused = This passkey was not accepted. Try again, or sign in another way.
refusal-issuer_unreachable = The other service does not answer at the moment. Try again, or sign in another way.
refusal-no_page = This works only on a page of this shop whose address begins with https://.
refusal-password_too_short = The password has fewer than 8 characters. Choose a longer one.
refusal-password_too_long = The password has more than 256 characters. Choose a shorter one.
refusal-password_too_plain = The password repeats itself, or only counts up or down. Choose one that is harder to guess.
refusal-password_personal = The password is little more than your name or address. Choose one that is harder to guess.
refusal-password_common = Many people use this password, or it was stolen before. Choose another one.
refusal-busy = Too many people are signing in at this moment. Try again in a few seconds.
refusal-overloaded = Many people are here at this moment. Try again in a moment.
refusal-not_encrypted = This page came without encryption (http), and then a browser keeps neither a cart nor a session. Open it by https. Whoever runs this server reads at /problems/not_encrypted what to set.
refusal-too_many = That was too often. Wait a moment, and try again.
refusal-mail_not_configured = No e-mails can be sent from here yet. Ask whoever runs the shop.
refusal-shop_read_only = The shop is being maintained. Try again in a moment.
refusal-shop_suspended = This shop is closed at the moment.
