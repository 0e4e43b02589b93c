//! Every way the system says no, for people who meet its code: `/problems/<code>`.

use kernel::{Problem, ProblemDoc};

/// What any operation may answer.
pub const COMMON: &[ProblemDoc] =
    kernel::tables![kernel::problem::PROBLEMS, store::problems::PROBLEMS, PROBLEMS];

kernel::problems! {
    Unreadable CURSOR_INVALID "cursor_invalid" "Cursor invalid":
        "Start the list again without a cursor, or use the filters that the cursor was made with.",
    Unreadable HOST_UNCLEAR "host_unclear" "Host unclear":
        "Send one Host header, with the host and port of the address that you ask.",
    Unreadable IDEMPOTENCY_KEY_UNREADABLE "idempotency_key_unreadable" "Idempotency-Key unreadable":
        "Write the key as 1 to 255 letters, digits or signs. A UUID is a good one.",
    Unreadable IF_MATCH_UNREADABLE "if_match_unreadable" "If-Match unreadable":
        "Send the ETag exactly as you got it, quotes included.",
    Unreadable UNREADABLE_JSON "unreadable_json" "Unreadable JSON":
        "The detail names line and column where the body stops being JSON.",
    Unauthenticated SIGN_IN_NEEDED "sign_in_needed" "Sign in first":
        "Sign in, or send a key of the shop: \"Authorization: Bearer gal_…\".",
    Unauthenticated SESSION_ENDED "session_ended" "Signed out": "The session has ended. Sign in again.",
    Unauthenticated TOKEN_REFUSED "token_refused" "Token refused":
        "The access token has expired or was not made for this shop. Get a new one with your refresh token, or sign in again.",
    Unauthenticated KEY_UNKNOWN "key_unknown" "Key unknown":
        "The key was mistyped, revoked, or belongs to another installation. Ask the operator for a new one.",
    Forbidden NOT_PERMITTED "not_permitted" "Not permitted":
        "The member \"permission\" names what is missing. Ask for a key with a role that has it.",
    Forbidden WRONG_AUDIENCE "wrong_audience" "For somebody else":
        "Sign in with an account that was made for it: staff, customer or operator.",
    Forbidden CROSS_SITE "cross_site" "Sent by another site":
        "A browser said that another site sent this request. Open the shop's own pages, and send it from there.",
    Forbidden PROOF_NEEDED "proof_needed" "Once more, please":
        "Prove once more who you are (POST /api/v1/me/proof), and ask again within ten minutes.",
    Forbidden NOT_ENCRYPTED "not_encrypted" "Not without encryption":
        "A browser keeps sessions and carts only for pages that come by https, or from its own machine. Open the page by https. Whoever runs the server gives it a certificate (tls_certificate and tls_key), or names the proxy that encrypts in front of it (trusted_proxies); on a network where everybody may read along, unencrypted_sessions = true does without.",
    Forbidden NETWORK_NOT_ALLOWED "network_not_allowed" "Not from here":
        "The shop lets its staff in from certain networks only. Come from one of them, or ask whoever runs the platform to add yours.",
    Forbidden NO_PERSON "no_person" "Not a person":
        "Sign in with an account; a key of the shop is a program's.",
    Forbidden NOT_IN_PLAN "not_in_plan" "Not in the plan":
        "The shop's plan does not have this. Whoever runs the platform can add it.",
    NotFound NO_SUCH_ROUTE "no_such_route" "No such route": "See the reference for the routes there are.",
    NotFound NO_SUCH_SHOP "no_such_shop" "No such shop":
        "Check the host name, and that the key belongs to this shop.",
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed" "Method not allowed":
        "The header Allow names the methods that there are.",
    Conflict IDEMPOTENCY_IN_FLIGHT "idempotency_in_flight" "Still being done":
        "Ask again with the same key; the answer of the first request will come.",
    TooLarge TOO_LARGE "too_large" "Too large": "Send less in one request.",
    UnsupportedMedia NOT_JSON "not_json" "Not JSON": "Send the body as JSON and say so in Content-Type.",
    VersionRequired VERSION_REQUIRED "version_required" "Version required":
        "Read the record first, and send its ETag as If-Match.",
    TooMany TOO_MANY "too_many" "Too many requests":
        "Wait for the seconds in Retry-After; the headers RateLimit-Policy and RateLimit say how much there is.",
    Unavailable DRAINING "draining" "This node stops":
        "The node is being stopped. Ask another, or this one again when it is back.",
    Unavailable SHOP_MOVED "shop_moved" "The shop is moving":
        "The shop is on its way to another place. Ask again in a moment.",
    Unavailable SHOP_SUSPENDED "shop_suspended" "The shop is suspended": "The operator of the shop knows why.",
    Unavailable UPLOADS_BUSY "uploads_busy" "Too many uploads at once":
        "Too many files are being sent at once. Send this one again in a moment.",
}

/// What a path that nobody knows is answered with.
pub fn nothing_there() -> Problem {
    NO_SUCH_ROUTE.says("There is nothing at this path. The routes are listed at /reference.")
}
