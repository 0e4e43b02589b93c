//! Every way the system says no, for people who meet its code: `/problems/<code>`.

use serde::Serialize;

#[derive(Debug, Clone, Copy, Serialize)]
pub struct ProblemDoc {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
    pub what_to_do: &'static str,
}

const fn doc(code: &'static str, status: u16, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status, title, what_to_do }
}

/// What any operation may answer.
pub const COMMON: &[ProblemDoc] = &[
    doc(
        "cursor_invalid",
        400,
        "Cursor invalid",
        "Start the list again without a cursor, or use the filters that the cursor was made with.",
    ),
    doc(
        "host_unclear",
        400,
        "Host unclear",
        "Send one Host header, with the host and port of the address that you ask.",
    ),
    doc(
        "idempotency_key_unreadable",
        400,
        "Idempotency-Key unreadable",
        "Write the key as 1 to 255 letters, digits or signs. A UUID is a good one.",
    ),
    doc(
        "if_match_unreadable",
        400,
        "If-Match unreadable",
        "Send the ETag exactly as you got it, quotes included.",
    ),
    doc(
        "unreadable_json",
        400,
        "Unreadable JSON",
        "The detail names line and column where the body stops being JSON.",
    ),
    doc(
        "sign_in_needed",
        401,
        "Sign in first",
        "Sign in, or send a key of the shop: \"Authorization: Bearer gal_…\".",
    ),
    doc("session_ended", 401, "Signed out", "The session has ended. Sign in again."),
    doc(
        "token_refused",
        401,
        "Token refused",
        "The access token has expired or was not made for this shop. Get a new one with your refresh token, or sign in again.",
    ),
    doc(
        "key_unknown",
        401,
        "Key unknown",
        "The key was mistyped, revoked, or belongs to another installation. Ask the operator for a new one.",
    ),
    doc(
        "not_permitted",
        403,
        "Not permitted",
        "The member \"permission\" names what is missing. Ask for a key with a role that has it.",
    ),
    doc(
        "wrong_audience",
        403,
        "For somebody else",
        "Sign in with an account that was made for it: staff, customer or operator.",
    ),
    doc(
        "cross_site",
        403,
        "Sent by another site",
        "A browser said that another site sent this request. Open the shop's own pages, and send it from there.",
    ),
    doc(
        "proof_needed",
        403,
        "Once more, please",
        "Prove once more who you are (POST /api/v1/me/proof), and ask again within ten minutes.",
    ),
    doc(
        "not_encrypted",
        403,
        "Not without encryption",
        "A browser keeps sessions and carts only for pages that come by https, or from its own machine. Open the page by https. Whoever runs the server gives it a certificate (tls_certificate and tls_key), or names the proxy that encrypts in front of it (trusted_proxies); on a network where everybody may read along, unencrypted_sessions = true does without.",
    ),
    doc(
        "network_not_allowed",
        403,
        "Not from here",
        "The shop lets its staff in from certain networks only. Come from one of them, or ask whoever runs the platform to add yours.",
    ),
    doc("no_person", 403, "Not a person", "Sign in with an account; a key of the shop is a program's."),
    doc(
        "not_in_plan",
        403,
        "Not in the plan",
        "The shop's plan does not have this. Whoever runs the platform can add it.",
    ),
    doc("no_such_route", 404, "No such route", "See the reference for the routes there are."),
    doc("no_such_shop", 404, "No such shop", "Check the host name, and that the key belongs to this shop."),
    doc("not_found", 404, "Not found", "The record does not exist here, or not any more."),
    doc(
        "method_not_allowed",
        405,
        "Method not allowed",
        "The header Allow names the methods that there are.",
    ),
    doc(
        "idempotency_in_flight",
        409,
        "Still being done",
        "Ask again with the same key; the answer of the first request will come.",
    ),
    doc(
        "reply_erased",
        409,
        "The answer was erased",
        "It was done before, and nothing was done now. Read the record to see how it stands.",
    ),
    doc("taken_over", 409, "Taken over", "Someone else has done it, or is doing it. Look again."),
    doc(
        "subscriber_gone",
        409,
        "Subscriber gone",
        "Nobody reads this any more; the letter can only be dropped.",
    ),
    doc("refused", 409, "Not possible", "The detail says why."),
    doc(
        "changed_meanwhile",
        412,
        "Changed meanwhile",
        "Read the record again and apply your change to what you see then.",
    ),
    doc("too_large", 413, "Too large", "Send less in one request."),
    doc("not_json", 415, "Not JSON", "Send the body as JSON and say so in Content-Type."),
    doc(
        "idempotency_key_reused",
        422,
        "Idempotency-Key used twice",
        "Use a new key for a new request, and the same key only to repeat one unchanged.",
    ),
    doc("invalid", 422, "Some fields do not hold", "Each field is named in \"errors\" by its JSON pointer."),
    doc(
        "improbable",
        422,
        "Is that meant?",
        "It can be meant, and probably is not: \"errors\" names each field. Send \"sure\": true with it if it is meant.",
    ),
    doc("moment_unknown", 422, "Not yet", "Name a position up to the log's end, or a time."),
    doc("version_required", 428, "Version required", "Read the record first, and send its ETag as If-Match."),
    doc(
        "too_many",
        429,
        "Too many requests",
        "Wait for the seconds in Retry-After; the headers RateLimit-Policy and RateLimit say how much there is.",
    ),
    doc("internal", 500, "Our mistake", "It was recorded under the correlation id; nothing was changed."),
    doc("contended", 503, "Not now", "Others keep changing the same things. Ask again."),
    doc(
        "outcome_unknown",
        503,
        "Not now",
        "Ask again with the same Idempotency-Key, or read the record first.",
    ),
    doc("overloaded", 503, "Not now", "Ask again after the seconds in Retry-After."),
    doc("shop_read_only", 503, "Not now", "The shop is being maintained; reading goes on."),
    doc("shop_moved", 503, "Not now", "The shop is on its way to another place. Ask again in a moment."),
    doc("shop_suspended", 503, "Not now", "The operator of the shop knows why."),
    doc("storage_full", 503, "Not now", "Nothing was changed. The operator must make room."),
    doc(
        "storage_unavailable",
        503,
        "Not now",
        "Nothing was changed. Ask again with the same Idempotency-Key.",
    ),
    doc("storage_unusable", 503, "Not now", "The operator finds the reason in the log."),
    doc(
        "uploads_busy",
        503,
        "Not now",
        "Too many files are being sent at once. Send this one again in a moment.",
    ),
    doc("too_slow", 503, "Not now", "The request took too long. Ask again with the same Idempotency-Key."),
];
