//! What a log says of itself, and what it may not say.

use proofs::{Checkpoint, CheckpointError, Hash, Note, NoteError, Signer, Verifier};

use crate::naive::Naive;
use crate::{ORIGIN, checkpoint, log_key};

const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

fn keys() -> [Verifier; 1] {
    [log_key().verifier().clone()]
}

fn open(text: &str) -> Result<Checkpoint, CheckpointError> {
    let note = Note::sign(text, &log_key()).unwrap().to_string();
    Checkpoint::open(note.as_bytes(), ORIGIN, &keys())
}

#[test]
fn a_checkpoint_is_read_as_it_is_written() {
    let naive = Naive::of(40);
    for size in [0, 1, 9, 10, 40] {
        let checkpoint = checkpoint(&naive, size);
        assert_eq!(
            (checkpoint.origin(), checkpoint.size(), checkpoint.root()),
            (ORIGIN, size, naive.root(size))
        );
        let message = checkpoint.sign(&log_key()).unwrap().to_string();
        assert_eq!(Checkpoint::open(message.as_bytes(), ORIGIN, &keys()), Ok(checkpoint));
    }
}

#[test]
fn the_text_is_that_of_the_specification() {
    let text = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
    let checkpoint = Checkpoint::read(&text).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!((checkpoint.root().to_string().as_str(), checkpoint.to_string()), (ROOT, text));
}

#[test]
fn what_the_log_of_go_modules_signed_is_opened() {
    let key =
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8".parse::<Verifier>().unwrap();
    let origin = "go.sum database tree";
    for (size, root, signature) in [
        (
            756_113,
            "k9nFMBuXq8uk+9SQNxs/Vadri2XDkaoo96u4uMa0qE0=",
            "Az3grgIHxiDLRpsKUElIX5vJMlFS79SqfQDSgHQmON922lNdJ5zxF8SSPPcah3jhIkpG8LSKNaWXiy7IldOSDCt4Pwk=",
        ),
        (
            6_476_701,
            "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
            "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=",
        ),
        (
            28_891_140,
            "++pUIeKTwGvykMUkmM3AT97PwQipMT6H/p7t86E0Sp0=",
            "Az3grqNvOILDz7xwAKugtVFZwd+I9IyB/mHrUYzcVaS9zKsRVdRLNGLFpnAcLhyoBBkdIYEzK/+7Eu4wanYttLrPsQo=",
        ),
    ] {
        let message = format!("{origin}\n{size}\n{root}\n\n— sum.golang.org {signature}\n");
        let checkpoint = Checkpoint::open(message.as_bytes(), origin, std::slice::from_ref(&key)).unwrap();
        assert_eq!((checkpoint.size(), checkpoint.root().to_string().as_str()), (size, root));
        let forged = message.replace(&size.to_string(), &(size + 1).to_string());
        let refused = Checkpoint::open(forged.as_bytes(), origin, std::slice::from_ref(&key)).unwrap_err();
        assert!(matches!(refused, CheckpointError::Note(NoteError::SignatureWrong { .. })));
    }
}

#[test]
fn a_checkpoint_of_another_tenant_is_refused_even_when_the_same_key_signed_it() {
    let other = Checkpoint::new("other.example.com/log", 7, Naive::of(7).root(7)).unwrap();
    let message = other.sign(&log_key()).unwrap().to_string();
    let refused = Checkpoint::open(message.as_bytes(), ORIGIN, &keys()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "This is a checkpoint of other.example.com/log, and says nothing about shop.example.com/log. Fetch the one of shop.example.com/log."
    );
}

#[test]
fn a_checkpoint_that_another_key_signed_under_the_same_name_is_refused() {
    let forger = Signer::from_seed(ORIGIN, [2; 32]).unwrap();
    let message = checkpoint(&Naive::of(7), 7).sign(&forger).unwrap().to_string();
    let refused = Checkpoint::open(message.as_bytes(), ORIGIN, &keys()).unwrap_err();
    assert!(matches!(refused, CheckpointError::Note(NoteError::ByNobodyKnown { .. })));
}

#[test]
fn while_one_key_follows_another_either_is_believed() {
    let (old, new) = (log_key(), Signer::from_seed(ORIGIN, [2; 32]).unwrap());
    let said = checkpoint(&Naive::of(7), 7);
    let message = said.sign(&old).unwrap().also_sign(&new).unwrap().to_string();
    for keys in [vec![&old], vec![&new], vec![&old, &new]] {
        let keys: Vec<Verifier> = keys.into_iter().map(|signer| signer.verifier().clone()).collect();
        assert_eq!(Checkpoint::open(message.as_bytes(), ORIGIN, &keys), Ok(said.clone()));
    }
}

#[test]
fn lines_that_follow_are_kept_and_signed() {
    let plain = checkpoint(&Naive::of(7), 7);
    let extended = plain.clone().extended("one").unwrap().extended("two words").unwrap();
    assert_eq!(open(&extended.to_string()), Ok(extended.clone()));
    assert_eq!(extended.extensions(), ["one", "two words"]);
    for bad in ["", "a\nb", "a\r"] {
        assert_eq!(plain.clone().extended(bad), Err(CheckpointError::ExtensionUnfit), "{bad:?}");
    }
}

#[test]
fn what_is_signed_and_is_no_checkpoint_is_refused_with_the_reason() {
    for (text, why) in [
        ("\n".to_owned(), CheckpointError::TooShort),
        (format!("{ORIGIN}\n"), CheckpointError::TooShort),
        (format!("{ORIGIN}\n5\n"), CheckpointError::TooShort),
        (format!("\n5\n{ROOT}\n"), CheckpointError::OriginUnfit),
        (format!("{ORIGIN}\n\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n05\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n00\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n+5\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n-5\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n5 \n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n0x5\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n٣\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n9223372036854775808\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n18446744073709551616\n{ROOT}\n"), CheckpointError::SizeUnreadable),
        (format!("{ORIGIN}\n5\n\n"), CheckpointError::RootUnreadable),
        (format!("{ORIGIN}\n5\n{}\n", &ROOT[..43]), CheckpointError::RootUnreadable),
        (format!("{ORIGIN}\n5\n{}J=\n", &ROOT[..42]), CheckpointError::RootUnreadable),
        (format!("{ORIGIN}\n5\n{ROOT} \n"), CheckpointError::RootUnreadable),
        (format!("{ORIGIN}\n5\n{ROOT}{ROOT}\n"), CheckpointError::RootUnreadable),
        (format!("{ORIGIN}\n5\n{ROOT}\n\n"), CheckpointError::ExtensionUnfit),
        (format!("{ORIGIN}\n5\n{ROOT}\n\nmore\n"), CheckpointError::ExtensionUnfit),
        (format!("{ORIGIN}\n0\n{ROOT}\n"), CheckpointError::EmptyWithRoot),
    ] {
        assert_eq!(open(&text), Err(why), "{text:?}");
    }
    assert_eq!(Checkpoint::read("a\n1\n"), Err(CheckpointError::TooShort));
    assert_eq!(Checkpoint::read(&format!("a\n1\n{ROOT}")), Err(CheckpointError::TooShort));
    assert!(open(&format!("{ORIGIN}\n9223372036854775807\n{ROOT}\n")).is_ok());
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let root = Hash::of_leaf(b"some");
    for bad in ["", "a\nb", "a\tb"] {
        assert_eq!(Checkpoint::new(bad, 1, root), Err(CheckpointError::OriginUnfit), "{bad:?}");
    }
    assert_eq!(Checkpoint::new(ORIGIN, u64::MAX, root), Err(CheckpointError::SizeUnreadable));
    assert_eq!(Checkpoint::new(ORIGIN, 0, root), Err(CheckpointError::EmptyWithRoot));
}
