//! Ten thousand times something else is shown. Nothing panics, and nothing is believed that the log did not sign.

use proofs::{Bundle, Checkpoint, Note, Signer, Verifier};

use crate::dice::Dice;
use crate::naive::Naive;
use crate::{ORIGIN, bundle, checkpoint, entry, log_key};

const TIMES: usize = 10_000;
/// A line of a key that nobody knows.
const STRANGERS: &str = "— witness.example jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn keys() -> [Verifier; 1] {
    [log_key().verifier().clone()]
}

#[test]
fn ten_thousand_changed_notes_say_what_was_signed_or_nothing() {
    let text = "An entry.\n\nAnother entry: Größe 7.\n";
    let message = format!("{}{STRANGERS}", Note::sign(text, &log_key()).unwrap());
    let whole = Note::open(message.as_bytes(), &keys()).unwrap();
    let mut dice = Dice::new(1);
    let mut opened = 0;
    for _ in 0..TIMES {
        let changed = dice.mutated(message.as_bytes());
        let Ok(note) = Note::open(&changed, &keys()) else { continue };
        opened += 1;
        assert_eq!(note.text(), text);
        assert!(note.signatures().eq(whole.signatures()));
        // It is written as it was read, but for lines that came twice.
        let again = note.to_string();
        assert!(again.as_bytes() == changed || changed.len() > again.len());
        assert_eq!(Note::open(again.as_bytes(), &keys()), Ok(note));
    }
    assert!((1..TIMES / 2).contains(&opened));
}

#[test]
fn ten_thousand_changed_checkpoints_are_that_checkpoint_or_none() {
    let said = checkpoint(&Naive::of(1_000), 1_000);
    let message = format!("{}{STRANGERS}", said.sign(&log_key()).unwrap());
    let mut dice = Dice::new(2);
    let mut opened = 0;
    for _ in 0..TIMES {
        let changed = dice.mutated(message.as_bytes());
        let Ok(checkpoint) = Checkpoint::open(&changed, ORIGIN, &keys()) else { continue };
        opened += 1;
        assert_eq!(checkpoint, said);
    }
    assert!((1..TIMES / 2).contains(&opened));
}

#[test]
fn ten_thousand_texts_are_a_checkpoint_in_one_spelling_or_none() {
    let text = checkpoint(&Naive::of(1_000), 1_000).extended("more").unwrap().to_string();
    let mut dice = Dice::new(3);
    let mut read = 0;
    for _ in 0..TIMES {
        let changed = String::from_utf8_lossy(&dice.mutated(text.as_bytes())).into_owned();
        let Ok(checkpoint) = Checkpoint::read(&changed) else { continue };
        read += 1;
        assert_eq!(checkpoint.to_string(), changed);
    }
    assert!(read > 0);
}

#[test]
fn ten_thousand_changed_bundles_prove_that_entry_or_nothing() {
    let naive = Naive::of(1_000);
    let whole = bundle(&naive, 600, 1_000).with_extra(b"anything".into());
    let file = format!("{whole}{STRANGERS}");
    let said = checkpoint(&naive, 1_000);
    let mut dice = Dice::new(4);
    let mut proved = 0;
    for _ in 0..TIMES {
        let changed = dice.mutated(file.as_bytes());
        let Ok(bundle) = Bundle::read(&changed) else { continue };
        assert_eq!(bundle.to_string().as_bytes(), changed);
        for index in [599, 601] {
            assert!(bundle.verify(&entry(index), ORIGIN, &keys()).is_err());
        }
        let Ok(checkpoint) = bundle.verify(&entry(600), ORIGIN, &keys()) else { continue };
        proved += 1;
        assert_eq!((bundle.index(), bundle.proof(), checkpoint), (600, whole.proof(), said.clone()));
    }
    assert!((1..TIMES / 2).contains(&proved));
}

#[test]
fn ten_thousand_changed_keys_are_that_key_or_none() {
    let key = log_key();
    let (public, secret) = (key.verifier().to_string(), key.secret());
    let mut dice = Dice::new(5);
    for _ in 0..TIMES {
        let changed = String::from_utf8_lossy(&dice.mutated(public.as_bytes())).into_owned();
        assert!(changed.parse::<Verifier>().is_err() || changed == public, "{changed}");
        let changed = String::from_utf8_lossy(&dice.mutated(secret.as_bytes())).into_owned();
        assert!(changed.parse::<Signer>().is_err() || changed == *secret, "{changed}");
    }
}
