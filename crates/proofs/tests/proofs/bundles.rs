//! A proof in a file.

use proofs::{Bundle, BundleError, CheckpointError, Hash, NoteError, Signer, TreeError, Verifier};

use crate::naive::Naive;
use crate::{ORIGIN, bundle, checkpoint, entry, log_key};

fn keys() -> [Verifier; 1] {
    [log_key().verifier().clone()]
}

fn read(text: &str) -> Result<Bundle, BundleError> {
    Bundle::read(text.as_bytes())
}

#[test]
fn a_stranger_with_the_file_the_entry_and_the_key_is_convinced() {
    let naive = Naive::of(60);
    for size in [1, 2, 3, 7, 8, 9, 31, 60] {
        for index in 0..size {
            let file = bundle(&naive, index, size).to_string();
            let read = read(&file).unwrap();
            assert_eq!(
                (read.index(), read.proof(), read.to_string()),
                (index, &*naive.inclusion(index, size), file)
            );
            assert_eq!(read.verify(&entry(index), ORIGIN, &keys()), Ok(checkpoint(&naive, size)));
        }
    }
}

#[test]
fn the_file_is_that_of_the_specification() {
    let naive = Naive::of(3);
    let said = bundle(&naive, 1, 3).with_extra(b"hi".into());
    let lines: Vec<String> = said.to_string().lines().map(str::to_owned).collect();
    let [first, second] = [naive.leaf(0), naive.leaf(2)].map(|hash| hash.to_string());
    let root = naive.root(3).to_string();
    let expected =
        ["c2sp.org/tlog-proof@v1", "extra aGk=", "index 1", &first, &second, "", ORIGIN, "3", &root, ""];
    assert_eq!(lines[..10], expected);
    assert!(lines[10].starts_with(&format!("— {ORIGIN} ")));
    assert_eq!(lines.len(), 11);
    assert_eq!(read(&said.to_string()), Ok(said));
}

#[test]
fn of_any_other_entry_it_proves_nothing() {
    let naive = Naive::of(20);
    let file = bundle(&naive, 7, 20);
    for other in (0..20).filter(|other| *other != 7) {
        let refused = file.verify(&entry(other), ORIGIN, &keys()).unwrap_err();
        assert_eq!(refused, BundleError::Proof(TreeError::WrongRoot));
    }
}

#[test]
fn each_bit_of_its_numbers_and_hashes_counts() {
    let naive = Naive::of(20);
    let file = bundle(&naive, 7, 20);
    let refused = |index: u64, proof: Vec<Hash>, checkpoint: &str| {
        Bundle::new(index, proof, checkpoint.to_owned()).verify(&entry(7), ORIGIN, &keys()).unwrap_err()
    };
    for bit in 0..64 {
        let why = refused(7 ^ (1 << bit), file.proof().to_vec(), file.checkpoint());
        assert!(matches!(why, BundleError::Proof(_)), "{why}");
        // A size that the proof itself could not tell from this one: the signature can.
        let size = (20u64 ^ (1 << bit)).to_string();
        let why =
            refused(7, file.proof().to_vec(), &file.checkpoint().replace("\n20\n", &format!("\n{size}\n")));
        let wrong = |why: &BundleError| {
            matches!(why, BundleError::Checkpoint(CheckpointError::Note(NoteError::SignatureWrong { .. })))
        };
        assert!(wrong(&why), "{size}: {why}");
    }
    for at in 0..file.proof().len() {
        for bit in 0..256 {
            let mut bytes = *file.proof()[at].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut proof = file.proof().to_vec();
            proof[at] = bytes.into();
            assert_eq!(refused(7, proof, file.checkpoint()), BundleError::Proof(TreeError::WrongRoot));
        }
    }
}

#[test]
fn each_bit_of_the_file_counts() {
    let file = bundle(&Naive::of(20), 7, 20).to_string().into_bytes();
    let proves =
        |file: &[u8]| Bundle::read(file).and_then(|it| it.verify(&entry(7), ORIGIN, &keys())).is_ok();
    assert!(proves(&file));
    for bit in 0..file.len() * 8 {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!proves(&changed), "{}", String::from_utf8_lossy(&changed));
    }
}

#[test]
fn a_proof_in_another_tenants_log_or_by_another_key_is_refused() {
    let naive = Naive::of(20);
    let file = bundle(&naive, 7, 20);
    let refused = file.verify(&entry(7), "other.example.com/log", &keys()).unwrap_err();
    assert!(matches!(refused, BundleError::Checkpoint(CheckpointError::OtherLog { .. })));
    let forger = Signer::from_seed(ORIGIN, [2; 32]).unwrap();
    let refused = file.verify(&entry(7), ORIGIN, &[forger.verifier().clone()]).unwrap_err();
    assert!(matches!(
        refused,
        BundleError::Checkpoint(CheckpointError::Note(NoteError::ByNobodyKnown { .. }))
    ));
}

#[test]
fn an_entry_that_came_after_the_checkpoint_is_not_in_it() {
    let naive = Naive::of(20);
    let early = checkpoint(&naive, 5).sign(&log_key()).unwrap().to_string();
    let refused =
        Bundle::new(7, naive.inclusion(7, 20), early).verify(&entry(7), ORIGIN, &keys()).unwrap_err();
    assert_eq!(refused, BundleError::Proof(TreeError::LeafBeyond { index: 7, size: 5 }));
    assert_eq!(
        refused.to_string(),
        "The log had 5 entries, and entry 7 is not among them: they are counted from 0. Take a later checkpoint."
    );
}

#[test]
fn what_comes_along_is_not_looked_at() {
    let file = bundle(&Naive::of(20), 7, 20);
    for extra in [vec![], vec![0], b"any \n bytes \xff".to_vec()] {
        let with = file.clone().with_extra(extra.clone());
        let again = read(&with.to_string()).unwrap();
        assert_eq!(again.extra(), extra);
        assert!(again.verify(&entry(7), ORIGIN, &keys()).is_ok());
    }
}

#[test]
fn what_is_no_proof_is_refused_with_the_reason() {
    let good = bundle(&Naive::of(20), 7, 20).with_extra(b"hi".into()).to_string();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replacen(from, to, 1)
    };
    let hash = Hash::of_leaf(b"").to_string();
    let many = format!("index 7\n{}", format!("{hash}\n").repeat(70));
    for (file, why) in [
        (String::new(), BundleError::NotABundle),
        (with("@v1", "@v2"), BundleError::NotABundle),
        (with("@v1\n", "@v1\r\n"), BundleError::NotABundle),
        (format!("\n{good}"), BundleError::NotABundle),
        (with("extra aGk=", "extra aGk"), BundleError::ExtraUnreadable),
        (with("extra aGk=", "extra aGl="), BundleError::ExtraUnreadable),
        (with("extra aGk=", "extra "), BundleError::ExtraUnreadable),
        (with("extra aGk=\n", "extra aGk=\nextra aGk=\n"), BundleError::IndexUnreadable),
        (with("extra", "Extra"), BundleError::IndexUnreadable),
        (with("index 7\n", ""), BundleError::IndexUnreadable),
        (with("index 7", "index 07"), BundleError::IndexUnreadable),
        (with("index 7", "index  7"), BundleError::IndexUnreadable),
        (with("index 7", "index -7"), BundleError::IndexUnreadable),
        (with("index 7", "index 9223372036854775808"), BundleError::IndexUnreadable),
        (
            with("index 7\n", "index 7\n\n").replacen("\n\n", "\n \n", 1),
            BundleError::HashUnreadable { at: 1 },
        ),
        (with("index 7\n", "index 7\nAAAA\n"), BundleError::HashUnreadable { at: 1 }),
        (with("=\n\n", "\n\n"), BundleError::HashUnreadable { at: 5 }),
        (with("=\n\n", "=\n"), BundleError::HashUnreadable { at: 6 }),
        (with("index 7\n", &many), BundleError::TooManyHashes),
        (good[..good.find("\n\n").unwrap() + 2].to_owned(), BundleError::CheckpointMissing),
        (good[..=good.find("\n\n").unwrap()].to_owned(), BundleError::CheckpointMissing),
        (
            with("index 7\n", &format!("index 7\n{}", "a".repeat(2_000_000))),
            BundleError::TooLong { bytes: good.len() + 2_000_000 },
        ),
    ] {
        assert_eq!(read(&file), Err(why), "{}", &file[..file.len().min(200)]);
    }
    assert_eq!(Bundle::read(b"c2sp.org/tlog-proof@v1\nindex 7\n\xff"), Err(BundleError::NotABundle));
}
