//! What payments say no with in several places.

kernel::problems! {
    Invalid PROVIDER_UNKNOWN "payment_provider_unknown" "No such payment provider":
        "Name a payment provider of this shop, or leave it out for the first one.",
    Unavailable PROVIDER_DOWN "payment_provider_down" "The provider does not answer":
        "The payment is kept and asked for again by itself. Read it in a moment, or send the same request again with the same Idempotency-Key; do not begin another one.",
}
