//! Go's `sumdb/note` and `sumdb/tlog` take what is made here, refuse what was forged, and make what is taken here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proofs::{
    Bundle, Checkpoint, Consistency, Frontier, Growth, Hash, Inclusion, Note, NoteError, Signer, Verifier,
};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::judge::Judge;
use crate::naive::Naive;
use crate::{ORIGIN, alike, bundle, checkpoint, entry, leaves, log_key};

const SIZES: u64 = 70;
const GO: &str = "go.sum database tree";

fn key() -> String {
    log_key().verifier().to_string()
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::to_string).collect()
}

fn hashes(answer: &Value) -> Vec<Hash> {
    let all = answer.as_array().into_iter().flatten();
    all.map(|hash| Hash::from_base64(hash.as_str().unwrap()).unwrap()).collect()
}

fn opens(message: &[u8], keys: &[String]) -> Value {
    json!({ "do": "open", "message": BASE64.encode(message), "keys": keys })
}

/// With one bit of one of them flipped.
fn flipped(hashes: &[Hash], at: usize, bit: usize) -> Vec<Hash> {
    let mut hashes = hashes.to_vec();
    let mut bytes = *hashes[at].as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    hashes[at] = bytes.into();
    hashes
}

#[test]
fn keys_that_go_makes_sign_and_verify_here_and_the_other_way_round() {
    let mut go = Judge::called();
    for name in ["example.com/log", "Größe", "a"] {
        let made = go.ask(&json!({ "do": "generate", "name": name }));
        let [secret, public] = [0, 1].map(|at| made["keys"][at].as_str().unwrap().to_owned());
        let (signer, verifier): (Signer, Verifier) = (secret.parse().unwrap(), public.parse().unwrap());
        assert_eq!((signer.verifier(), signer.secret().as_str()), (&verifier, secret.as_str()));
        assert_eq!(verifier.to_string(), public);
        for signer in [signer, Signer::from_seed(name, [9; 32]).unwrap()] {
            let asked = json!({ "do": "sign", "text": "a\n\nb\n", "keys": [signer.secret().as_str()] });
            let message = BASE64.decode(go.ask(&asked)["message"].as_str().unwrap()).unwrap();
            assert_eq!(Note::sign("a\n\nb\n", &signer).unwrap().to_string().as_bytes(), message);
            let note = Note::open(&message, &[signer.verifier().clone()]).unwrap();
            assert_eq!(note.text(), "a\n\nb\n");
            assert!(go.accepts(&opens(&message, &[signer.verifier().to_string()])));
        }
    }
}

#[test]
fn go_opens_notes_of_several_keys_and_refuses_those_that_are_refused_here() {
    let mut go = Judge::called();
    let other = Signer::from_seed("other.example/log", [2; 32]).unwrap();
    let note = Note::sign("text\n", &log_key()).unwrap().also_sign(&other).unwrap().to_string();
    let opened = go.ask(&opens(note.as_bytes(), &[key()]));
    assert_eq!(
        (&opened["text"], &opened["known"], &opened["unknown"]),
        (&json!("text\n"), &json!(1), &json!(1))
    );
    let opened = go.ask(&opens(note.as_bytes(), &[key(), other.verifier().to_string()]));
    assert_eq!((&opened["known"], &opened["unknown"]), (&json!(2), &json!(0)));
    assert!(!go.accepts(&opens(note.as_bytes(), &[])));
    assert!(!go.accepts(&opens(note.replace("text", "test").as_bytes(), &[key()])));

    let asked = json!({ "do": "sign", "text": "text\n", "keys": [log_key().secret().as_str(), other.secret().as_str()] });
    assert_eq!(BASE64.decode(go.ask(&asked)["message"].as_str().unwrap()).unwrap(), note.as_bytes());

    let [one, two] = alike();
    let note = Note::sign("text\n", &one).unwrap().to_string();
    let keys = [one, two].map(|signer| signer.verifier().to_string());
    assert!(go.accepts(&opens(note.as_bytes(), &keys[..1])));
    assert!(!go.accepts(&opens(note.as_bytes(), &keys)));
}

#[test]
fn go_reads_our_checkpoints_and_we_read_those_of_go() {
    let mut go = Judge::called();
    let naive = Naive::of(SIZES);
    for size in 1..=SIZES {
        let said = Checkpoint::new(GO, size, naive.root(size)).unwrap();
        let message = said.sign(&log_key()).unwrap().to_string();
        let opened = go.ask(&opens(message.as_bytes(), &[key()]));
        assert_eq!((&opened["error"], &opened["text"]), (&json!(""), &json!(said.to_string())));
        let tree = go.ask(&json!({ "do": "read tree", "text": opened["text"] }));
        assert_eq!((&tree["size"], &tree["root"]), (&json!(size), &json!(naive.root(size).to_string())));

        let text = go.ask(&json!({ "do": "write tree", "size": size, "root": naive.root(size).to_string() }));
        let asked = json!({ "do": "sign", "text": text["text"], "keys": [log_key().secret().as_str()] });
        let message = BASE64.decode(go.ask(&asked)["message"].as_str().unwrap()).unwrap();
        assert_eq!(Checkpoint::open(&message, GO, &[log_key().verifier().clone()]), Ok(said));
    }
    let most = Checkpoint::new(GO, i64::MAX as u64, naive.root(7)).unwrap().to_string();
    assert!(go.accepts(&json!({ "do": "read tree", "text": most })));
}

#[test]
fn go_takes_our_inclusion_proofs_makes_the_same_and_refuses_forged_ones() {
    let mut go = Judge::called();
    let naive = Naive::of(SIZES);
    let mut dice = Dice::new(6);
    for size in 1..=SIZES {
        let root = naive.root(size);
        for index in 0..size {
            let inclusion = Inclusion::of(index, size).unwrap();
            let proof = inclusion.assemble(&|node| naive.node(node)).unwrap();
            let mut checked = |index: u64, leaf: Hash, proof: &[Hash], root: Hash| {
                go.accepts(&json!({
                    "do": "check record", "size": size, "index": index, "leaf_hash": leaf.to_string(),
                    "proof": texts(proof), "root": root.to_string(),
                }))
            };
            let (leaf, bit) = (naive.leaf(index), dice.below(256));
            assert!(checked(index, leaf, &proof, root), "{index} of {size}");
            assert!(!checked(index, flipped(&[leaf], 0, bit)[0], &proof, root));
            assert!(!checked(index, leaf, &proof, flipped(&[root], 0, bit)[0]));
            assert!(!checked(index ^ 1, leaf, &proof, root));
            if !proof.is_empty() {
                let at = dice.below(proof.len());
                assert!(!checked(index, leaf, &flipped(&proof, at, bit), root));
                assert!(!checked(index, leaf, &proof[1..], root));
            }
            let made = go.ask(&json!({ "do": "prove record", "size": size, "index": index }));
            assert_eq!((hashes(&made["proof"]), &made["root"]), (proof, &json!(root.to_string())));
            inclusion.verify(leaf, &hashes(&made["proof"]), root).unwrap();
        }
    }
}

#[test]
fn go_takes_our_consistency_proofs_makes_the_same_and_refuses_forged_ones() {
    let mut go = Judge::called();
    let naive = Naive::of(SIZES);
    let mut dice = Dice::new(7);
    for new in 1..=SIZES {
        let root = naive.root(new);
        for old in 1..=new {
            let consistency = Consistency::between(old, new).unwrap();
            let proof = consistency.assemble(&|node| naive.node(node)).unwrap();
            let mut checked = |old: u64, old_root: Hash, proof: &[Hash], root: Hash| {
                go.accepts(&json!({
                    "do": "check tree", "size": new, "old": old, "old_root": old_root.to_string(),
                    "proof": texts(proof), "root": root.to_string(),
                }))
            };
            let (then, bit) = (naive.root(old), dice.below(256));
            assert!(checked(old, then, &proof, root), "{old} of {new}");
            assert!(!checked(old, flipped(&[then], 0, bit)[0], &proof, root));
            assert!(!checked(old, then, &proof, flipped(&[root], 0, bit)[0]));
            assert!(!checked(old - 1, then, &proof, root));
            if !proof.is_empty() {
                let at = dice.below(proof.len());
                assert!(!checked(old, then, &flipped(&proof, at, bit), root));
                assert!(!checked(old, then, &proof[1..], root));
            }
            let made = go.ask(&json!({ "do": "prove tree", "size": new, "old": old }));
            assert_eq!((hashes(&made["proof"]), &made["root"]), (proof, &json!(root.to_string())));
            consistency.verify(then, root, &hashes(&made["proof"])).unwrap();
        }
    }
}

#[test]
fn go_proves_entries_out_of_our_tiles() {
    let mut go = Judge::called();
    let size = 70_000;
    let mut tiles = BTreeMap::<String, Vec<u8>>::new();
    let mut frontier = Frontier::default();
    for growth in Growth::of(&mut frontier, leaves(size)) {
        let bytes = tiles.entry(format!("{}/{}", growth.tile.level, growth.tile.index)).or_default();
        growth.hashes.iter().for_each(|hash| bytes.extend(hash.as_bytes()));
    }
    let mut asked = |tiles: &BTreeMap<String, Vec<u8>>, index: u64| {
        let tiles: BTreeMap<&String, String> =
            tiles.iter().map(|(at, bytes)| (at, BASE64.encode(bytes))).collect();
        let root = frontier.root().to_string();
        go.ask(&json!({ "do": "prove out of tiles", "size": size, "index": index, "root": root, "tiles": tiles }))
    };
    for index in [0, 255, 256, 12_345, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let made = asked(&tiles, index);
        assert_eq!(made["error"], "");
        let verified = Inclusion::of(index, size).unwrap().verify(
            Hash::of_leaf(&entry(index)),
            &hashes(&made["proof"]),
            frontier.root(),
        );
        assert_eq!(verified, Ok(()));
    }
    tiles.values_mut().for_each(|bytes| bytes[17] ^= 1);
    assert_ne!(asked(&tiles, 12_345)["error"], "");
}

#[test]
fn go_checks_our_bundles_with_what_it_has_for_their_parts() {
    let mut go = Judge::called();
    let naive = Naive::of(SIZES);
    let asked = |file: &[u8], leaf: u64, name: &str| {
        let (message, leaf) = (BASE64.encode(file), BASE64.encode(entry(leaf)));
        json!({ "do": "check bundle", "message": message, "leaf": leaf, "name": name, "keys": [key()] })
    };
    for size in 1..=SIZES {
        for index in [0, size / 3, size - 1] {
            let file = bundle(&naive, index, size).with_extra(vec![7; (size % 3) as usize]).to_string();
            assert!(go.accepts(&asked(file.as_bytes(), index, ORIGIN)), "{file}");
            assert!(!go.accepts(&asked(file.as_bytes(), index + 1, ORIGIN)));
            assert!(!go.accepts(&asked(file.as_bytes(), index, "other.example.com/log")));
        }
    }
    let file = bundle(&naive, 44, SIZES).with_extra(b"some".into()).to_string();
    let mut dice = Dice::new(8);
    for _ in 0..10_000 {
        let changed = dice.mutated(file.as_bytes());
        let read = Bundle::read(&changed);
        let here =
            read.is_ok_and(|read| read.verify(&entry(44), ORIGIN, &[log_key().verifier().clone()]).is_ok());
        assert!(!here || go.accepts(&asked(&changed, 44, ORIGIN)), "{}", String::from_utf8_lossy(&changed));
    }
}

#[test]
fn ten_thousand_changed_notes_are_judged_as_go_judges_them() {
    let mut go = Judge::called();
    let keys = [log_key().verifier().clone()];
    let said = checkpoint(&Naive::of(7), 7).sign(&log_key()).unwrap();
    let witness = Signer::from_seed("witness.example", [3; 32]).unwrap();
    let message = said.also_sign(&witness).unwrap().to_string();
    let mut dice = Dice::new(9);
    let line = format!("— {ORIGIN} ");
    let (mut both, mut neither, mut stricter) = (0, 0, 0);
    for _ in 0..10_000 {
        let changed = dice.mutated(message.as_bytes());
        let there = go.ask(&opens(&changed, &[key()]));
        let shown = String::from_utf8_lossy(&changed);
        match (Note::open(&changed, &keys), there["error"] == "") {
            (Ok(note), true) => {
                assert_eq!(note.text(), there["text"].as_str().unwrap(), "{shown}");
                assert_eq!(note.signatures().count(), there["known"], "{shown}");
                assert_eq!(note.unknown().count(), there["unknown"], "{shown}");
                both += 1;
            }
            (Err(_), false) => neither += 1,
            // Here base64 has one spelling, and each line of a known key counts. Go looks at its first one alone.
            (Err(NoteError::SignatureUnreadable), true) => stricter += 1,
            (Err(NoteError::SignatureWrong { .. }), true) if shown.matches(&line).count() > 1 => {
                stricter += 1
            }
            (here, _) => panic!("{here:?} here, and {there} there:\n{shown}"),
        }
    }
    assert!(both > 100 && neither > 5_000 && stricter < 20);
}
