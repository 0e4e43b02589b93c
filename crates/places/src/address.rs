//! What every address is held to, wherever it is written.

use kernel::Check;

use crate::{country, postal_code};

/// Notes what is wrong with a country and its postal code, by their places. What is kept of the code is
/// [`postal_code`]'s answer, or what was written where that is refused.
pub fn check_address(check: &mut Check, at: &str, of: &str, code: &str) {
    match country(of) {
        Err(how) => check.that(false, format!("{at}/country"), how),
        Ok(country) => {
            if let Err(how) = postal_code(country, code) {
                check.that(false, format!("{at}/postal_code"), how);
            }
        }
    }
}

/// Notes a country that there is not.
pub fn check_country(check: &mut Check, pointer: impl Into<String>, of: &str) {
    if let Err(how) = country(of) {
        check.that(false, pointer, how);
    }
}

/// The postal code as it is kept.
pub fn tidy_postal_code(of: &str, code: &str) -> String {
    let tidy = country(of).and_then(|country| postal_code(country, code));
    tidy.unwrap_or_else(|_| code.trim().to_owned())
}
