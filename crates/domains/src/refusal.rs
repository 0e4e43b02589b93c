//! Every way a domain says no.

use kernel::Problem;

kernel::refusals! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Refusal {
        Unknown = Problem::not_found("domain"),
        Taken => Conflict "domain_taken" "Domain taken":
            "Another shop answers under this domain already. Check the name; if it is yours, ask whoever runs the platform.",
        TooMany => Conflict "too_many_domains" "Too many domains":
            "This shop has 100 domains. Give up one that is not used any more.",
    }
}
