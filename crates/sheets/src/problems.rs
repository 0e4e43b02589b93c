//! What an import says no with, other than by refusing a step of it.

kernel::problems! {
    Conflict WOULD_DO "would_do" "It would be done":
        "Nothing to do: a dry run found that this product would be taken.",
    Unavailable FILES_UNAVAILABLE "files_unavailable" "The store of files does not answer":
        "The place of the files does not answer. The operator finds why in the log.",
}
