//! Where things are and go: countries, their postal codes, and the numbers under which their businesses pay tax.
//!
//! **Vocabulary.** A *country* is one of ISO 3166-1, by its two letters. A *postal code* is written as its country writes
//! it. A *VAT number* begins with the letters of the country that gave it.
//!
//! **Invariants.** What is not known is refused with a sentence that says how to write it. What is kept is written in one
//! way: capitals, and no more spaces than belong there.
//!
//! **Deliberately absent.** Whether a street exists, and whether a number is in use: both are asked elsewhere.

mod address;
mod country;
mod vat;
mod vat_digits;

pub use address::{check_address, check_country, tidy_postal_code};
pub use country::{Country, countries, country, postal_code};
pub use vat::{VatNumber, vat_number};
