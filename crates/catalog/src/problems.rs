//! Problem codes that several refusals share.

kernel::problems! {
    Conflict CATEGORIES_TOO_MANY "categories_too_many" "Too many categories":
        "A shop has 2,000 categories in 10 levels at the most. Remove some, or use tags.",
}
