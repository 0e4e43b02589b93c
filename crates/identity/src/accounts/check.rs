//! Checks of the name and the e-mail address that an account is opened with.

use kernel::{Check, Problem};

const NO_EMAIL: &str = "write an e-mail address as name@example.com";

pub(crate) fn check_person(name: &str, email: &str) -> Result<(), Problem> {
    let mut check = Check::default();
    let named = (1..=200).contains(&name.trim().chars().count()) && !name.contains(char::is_control);
    check.that(named, "/name", "give a name of 1 to 200 letters");
    check.that(kernel::is_email(email.trim()), "/email", NO_EMAIL);
    check.done()
}

pub(crate) fn check_email(email: &str) -> Result<(), Problem> {
    let mut check = Check::default();
    check.that(kernel::is_email(email.trim()), "/email", NO_EMAIL);
    check.done()
}
