//! What the store says no with. Each code is met wherever something is read or written, and above by whoever decides so
//! themselves.

kernel::problems! {
    Conflict REPLY_ERASED "reply_erased" "The answer was erased":
        "It was done before, and nothing was done now. Read the record to see how it stands.",
    Conflict TAKEN_OVER "taken_over" "Taken over": "Someone else has done it, or is doing it. Look again.",
    Conflict NOT_AGAIN "job_not_again" "Not begun again":
        "Only a job that failed, and still knows what it was to do, can be begun again. The detail says why this one is not.",
    Conflict SUBSCRIBER_GONE "subscriber_gone" "Subscriber gone":
        "Nobody reads this any more; the letter can only be dropped.",
    Conflict REFUSED "refused" "Not possible": "The detail says why.",
    Changed CHANGED_MEANWHILE "changed_meanwhile" "Changed meanwhile":
        "Read the record again and apply your change to what you see then.",
    Invalid IDEMPOTENCY_KEY_REUSED "idempotency_key_reused" "Idempotency-Key used twice":
        "Use a new key for a new request, and the same key only to repeat one unchanged.",
    Invalid MOMENT_UNKNOWN "moment_unknown" "Not yet": "Name a position up to the log's end, or a time.",
    Unavailable CONTENDED "contended" "Too many changes at once": "Others keep changing the same things. Ask again.",
    Unavailable OUTCOME_UNKNOWN "outcome_unknown" "Nobody knows yet":
        "Ask again with the same Idempotency-Key, or read the record first.",
    Unavailable OVERLOADED "overloaded" "Too much at once": "Ask again after the seconds in Retry-After.",
    Unavailable SHOP_READ_ONLY "shop_read_only" "Only reading for now": "The shop is being maintained; reading goes on.",
    Unavailable STORAGE_FULL "storage_full" "No room left": "Nothing was changed. The operator must make room.",
    Unavailable STORAGE_UNAVAILABLE "storage_unavailable" "The storage does not answer":
        "Nothing was changed. Ask again with the same Idempotency-Key.",
    Unavailable STORAGE_UNUSABLE "storage_unusable" "The storage cannot be used": "The operator finds the reason in the log.",
    Unavailable TOO_SLOW "too_slow" "It took too long":
        "The request took too long. Ask again with the same Idempotency-Key.",
}
