//! All that these pages say. A language is a value of [`Texts`], in a file of its own.

mod de;
mod en;

pub struct Texts {
    pub language: &'static str,
    pub skip: &'static str,
    pub script_needed: &'static str,
    pub not_encrypted: &'static str,
    pub no_shop: &'static str,
    pub no_shop_lead: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub new_password: &'static str,
    pub current_password: &'static str,
    pub name: &'static str,
    pub show: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub back: &'static str,
    pub cancel: &'static str,
    pub sign_in: &'static str,
    pub sign_in_customer: &'static str,
    pub sign_in_staff: &'static str,
    pub sign_in_operator: &'static str,
    pub signing_in_as: &'static str,
    pub recovery_instead: &'static str,
    pub use_passkey: &'static str,
    pub forgotten_link: &'static str,
    pub sign_up_link: &'static str,
    pub staff_link: &'static str,
    pub customer_link: &'static str,
    pub sign_up: &'static str,
    pub sign_up_lead: &'static str,
    pub send_letter: &'static str,
    pub letter_sent: &'static str,
    pub sign_up_sent: &'static str,
    pub have_account: &'static str,
    pub again: &'static str,
    pub not_here: &'static str,
    pub not_here_lead: &'static str,
    pub choose_password: &'static str,
    pub choose_password_lead: &'static str,
    pub password_hint: &'static str,
    pub set_password: &'static str,
    pub password_set: &'static str,
    pub password_set_lead: &'static str,
    pub link_broken: &'static str,
    pub link_broken_lead: &'static str,
    pub forgotten: &'static str,
    pub forgotten_lead: &'static str,
    pub forgotten_sent: &'static str,
    pub new_letter: &'static str,
    pub account: &'static str,
    pub your_orders: &'static str,
    pub to_the_shop: &'static str,
    pub sign_out: &'static str,
    pub loading: &'static str,
    pub try_again: &'static str,
    pub roles: &'static str,
    pub save: &'static str,
    pub sessions: &'static str,
    pub sessions_lead: &'static str,
    pub this_one: &'static str,
    pub end: &'static str,
    pub end_others: &'static str,
    pub no_others: &'static str,
    pub change_password: &'static str,
    pub change_password_lead: &'static str,
    pub app: &'static str,
    pub app_none: &'static str,
    pub app_there: &'static str,
    pub recovery_left: &'static str,
    pub add_app: &'static str,
    pub remove_app: &'static str,
    pub new_recovery: &'static str,
    pub scan: &'static str,
    pub scan_picture: &'static str,
    pub open_app: &'static str,
    pub typed: &'static str,
    pub copy: &'static str,
    pub confirm_app: &'static str,
    pub recovery: &'static str,
    pub recovery_lead: &'static str,
    pub print: &'static str,
    pub kept: &'static str,
    pub passkeys: &'static str,
    pub passkeys_lead: &'static str,
    pub no_passkeys: &'static str,
    pub passkey_name: &'static str,
    pub add_passkey: &'static str,
    pub remove: &'static str,
    pub prove: &'static str,
    pub prove_lead: &'static str,
    pub prove_now: &'static str,
    pub sure: &'static str,
    /// What the script says, by name; in the same order in every language.
    pub words: &'static [(&'static str, &'static str)],
}

/// The first is what those read whose browser asks for none of them.
pub static LANGUAGES: [&Texts; 2] = [&en::ENGLISH, &de::GERMAN];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_same_words() {
        let names = |texts: &Texts| texts.words.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        for texts in LANGUAGES {
            assert_eq!(names(texts), names(LANGUAGES[0]), "{}", texts.language);
            assert!(texts.words.iter().all(|(_, text)| !text.is_empty()), "{}", texts.language);
        }
    }
}
