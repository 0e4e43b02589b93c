//! Every way a file says no.

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {
        AlreadyThere => Conflict "already_there" "Already there":
            "This file was stored before. Read it instead."
            page "It was made before. Read it instead.",
        Removed => Conflict "file_removed" "Removed":
            "This file was removed: its record is still here, its bytes are not. Store it anew if it is needed.",
        PersonErased => Conflict "person_erased" "Person erased":
            "The data of the person whom this file is about was erased for good, so it was not kept. Leave \"about\" out if it is about nobody."
            page "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
        NotConfigured => Unavailable "files_not_configured" "No place for files":
            "This installation has no place for files. Its operator can name one with the setting \"files\"."
            after 3600,
    }
    also { blobs::problems::PROBLEMS }
}
