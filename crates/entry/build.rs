//! Makes a method of each text of the folder `texts`.

use translations::{Plan, compile};

fn main() {
    compile(&Plan { tables: &["refusal", "word"], ..Plan::default() });
}
