//! Letters in a folder and in memory.

use std::time::Duration;

use mail::{InMemory, Letter, MailError, Post};

use crate::{NOW, letter, settings};

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn letters_lie_in_a_folder_in_the_order_in_which_they_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/letters");
    let post = mail::open(&format!("folder:{}", path.display()), settings()).unwrap();
    let mut expected = Vec::new();
    for (turn, later) in [0, 0, 0, 1, 999, 1_000, 86_400_000].into_iter().enumerate() {
        let written = Letter { subject: format!("Letter {turn}"), ..letter("ada@example.org") };
        expected.push(post.send(&written, NOW + Duration::from_millis(later)).await.unwrap().answer);
    }
    assert_eq!(names(&path), expected);
    for (turn, name) in expected.iter().enumerate() {
        assert!(name.ends_with(".eml"), "{name}");
        let kept = std::fs::read_to_string(path.join(name)).unwrap();
        assert!(kept.contains(&format!("Subject: Letter {turn}\r\n")), "{kept}");
        assert!(kept.contains("\r\n\r\nIt is on its way.\r\n"), "{kept}");
    }
}

#[tokio::test]
async fn two_processes_may_write_into_one_folder_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("folder:{}", folder.path().display());
    for _ in 0..2 {
        mail::open(&address, settings()).unwrap().send(&letter("ada@example.org"), NOW).await.unwrap();
    }
    assert_eq!(names(folder.path()).len(), 2);
}

#[tokio::test]
async fn a_folder_that_is_none_is_told_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("file");
    std::fs::write(&taken, "in the way").unwrap();
    let why = mail::open(&format!("folder:{}/letters", taken.display()), settings()).unwrap_err();
    assert!(why.to_string().contains("file/letters"), "{why}");
    assert_eq!((why.code(), why.try_again()), ("mail_folder_unwritable", true));

    let gone = folder.path().join("gone");
    let post = mail::open(&format!("folder:{}", gone.display()), settings()).unwrap();
    std::fs::remove_dir(&gone).unwrap();
    let why = post.send(&letter("ada@example.org"), NOW).await.unwrap_err();
    assert_eq!(why.code(), "mail_folder_unwritable");
}

#[tokio::test]
async fn memory_keeps_the_letter_and_how_it_would_have_gone_out() {
    let post = InMemory::new("shop@example.com").unwrap();
    let written = letter("ada@example.org");
    let sent = post.send(&written, NOW).await.unwrap();
    let why = post.send(&Letter { subject: "a\nb".into(), ..written.clone() }, NOW).await.unwrap_err();
    assert!(matches!(why, MailError::Malformed { field: "subject", .. }));
    let [taken] = &post.clone().taken()[..] else { panic!("{post:?}") };
    assert_eq!(taken.letter, written);
    let message = String::from_utf8(taken.message.clone()).unwrap();
    assert!(message.contains(&format!("Message-ID: {}\r\n", sent.message_id)), "{message}");
    assert!(message.contains("Auto-Submitted: auto-generated\r\n"), "{message}");
}

#[tokio::test]
async fn no_date_is_too_late_to_be_written() {
    let post = InMemory::new("shop@example.com").unwrap();
    post.send(&letter("ada@example.org"), Duration::MAX).await.unwrap();
    let message = String::from_utf8(post.taken()[0].message.clone()).unwrap();
    assert!(message.contains("Date: Fri, 31 Dec 9999 23:59:59 +0000\r\n"), "{message}");
}

#[tokio::test]
async fn a_letter_with_html_has_its_text_first_and_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let post = mail::open(&format!("folder:{}", folder.path().display()), settings()).unwrap();
    let link = format!("https://shop.example/password#{}", "abc".repeat(100));
    let html = Some(format!("<p>It is <a href=\"{link}\">on its way</a>.</p>\n"));
    let written =
        Letter { text: format!("Hello,\n\n{link}\n"), html, id: Some(7), ..letter("ada@example.org") };
    let mut kept = Vec::new();
    for _ in 0..2 {
        let name = post.send(&written, NOW).await.unwrap().answer;
        kept.push(std::fs::read_to_string(folder.path().join(name)).unwrap());
    }
    assert_eq!(kept[0], kept[1], "a letter with an id is the same each time");
    // Whoever looks into the folder undoes no more than the breaks of long lines.
    let read = kept[0].replace("=\r\n", "").replace("=3D", "=");
    assert!(read.contains("Content-Type: multipart/alternative;"), "{read}");
    let text = read.find(&format!("\r\n\r\nHello,\r\n\r\n{link}\r\n")).unwrap();
    let html = read.find(&format!("<p>It is <a href=\"{link}\">on its way</a>.</p>\r\n")).unwrap();
    assert!(text < html, "{read}");
}
