//! What identity says no with in the words of others: of issuers, of signatures, and of what proves who somebody is.

kernel::problems! {
    Unauthenticated PASSKEY_REFUSED "passkey_refused" "Passkey refused":
        "Begin again, or use another way to sign in.",
    Invalid PASSWORD_REFUSED "password_refused" "Another password, please":
        "The detail says what is wrong with it.",
    Unavailable BUSY "busy" "Too many sign-ins at once":
        "Too many people are signing in at this moment. Try again in a few seconds.",
    Invalid PROVIDER_INVALID "provider_invalid" "The provider cannot be used":
        "The detail says what to correct.",
    Unavailable ISSUER_UNREACHABLE "issuer_unreachable" "The issuer does not answer":
        "Try again; when it stays so, check the provider's issuer.",
    Unavailable ISSUER_UNUSABLE "issuer_unusable" "The issuer cannot be used": "Check the address of the provider's issuer.",
    Unavailable ISSUER_REFUSES_CLIENT "issuer_refuses_client" "The issuer refuses us":
        "Enter the provider's client id and secret anew.",
    Unreadable SIGN_IN_ANSWER_INVALID "sign_in_answer_invalid" "Begin again": "Sign in again.",
    Unreadable SIGN_IN_UNKNOWN "sign_in_unknown" "Begin again": "Sign in again, in the same browser.",
    Unreadable SIGN_IN_EXPIRED "sign_in_expired" "Begin again": "Sign in again, and within ten minutes.",
    Unreadable SIGN_IN_MIXED_UP "sign_in_mixed_up" "Begin again": "Sign in again.",
    Unreadable SIGN_IN_CODE_REFUSED "sign_in_code_refused" "Begin again":
        "Sign in again; what the issuer answers counts once.",
    Forbidden SIGN_IN_DENIED "sign_in_denied" "Not let in":
        "Sign in again and agree, or ask an administrator there.",
    Forbidden TENANT_REFUSED "tenant_refused" "Not let in": "Use an account of the right organisation.",
    Forbidden DOMAIN_REFUSED "domain_refused" "Not let in": "Use an account of a domain that is let in.",
    Forbidden EMAIL_UNVERIFIED "email_unverified" "Not let in":
        "Confirm your e-mail address at the issuer, then sign in again.",
    Unauthenticated ID_TOKEN_REFUSED "id_token_refused" "Not signed in":
        "Sign in again; when it stays so, check the provider.",
    Unauthenticated SIGNATURE_WRONG "signature_wrong" "Signature refused":
        "Compare the signed text with the description, part by part, and the secret.",
    Unauthenticated SIGNATURE_REPLAYED "signature_replayed" "Signature refused":
        "Sign each request anew, with a new nonce.",
    Unauthenticated SIGNATURE_LEGACY_REFUSED "signature_legacy_refused" "Signature refused":
        "Sign as v2, and send v2=<hex>.",
    Unauthenticated SIGNATURE_VERSION_UNKNOWN "signature_version_unknown" "Signature refused":
        "Sign as v2, and send v2=<hex>.",
    Unauthenticated SIGNATURE_HEADER_MISSING "signature_header_missing" "Signature refused":
        "Send the header that the detail names, and sign with it.",
    Unauthenticated SIGNATURE_HEADER_TWICE "signature_header_twice" "Signature refused":
        "Send the header that the detail names once.",
    Unauthenticated SIGNATURE_HEADER_MALFORMED "signature_header_malformed" "Signature refused":
        "The detail names the header and its form.",
    Unauthenticated SIGNATURE_TIMESTAMP_MALFORMED "signature_timestamp_malformed" "Signature refused":
        "Send seconds or milliseconds since 1970, in digits only.",
    Unauthenticated SIGNATURE_TIMESTAMP_OUTSIDE "signature_timestamp_outside" "Signature refused":
        "Set the sender's clock, and sign each request anew.",
    Unauthenticated SIGNATURE_METHOD_MALFORMED "signature_method_malformed" "Signature refused":
        "Write the method in capital letters.",
    Unauthenticated SIGNATURE_TARGET_MALFORMED "signature_target_malformed" "Signature refused":
        "Percent-encode what is not visible ASCII.",
}
