//! What a piece of bytes is, by its own bytes.
//!
//! Decided from the first [`WINDOW`] bytes, so that it is the same whether a blob arrives or is read again.

/// How much of a blob is looked at.
pub const WINDOW: usize = 64 * 1024;

pub const TEXT: &str = "text/plain";
pub const BYTES: &str = "application/octet-stream";

/// Formats that consist of readable text and yet are known by it.
const READABLE: [&str; 3] = ["application/pdf", "application/postscript", "application/rtf"];

/// Every other kind that a blob may have besides [`TEXT`] and [`BYTES`]: none of them is run by a browser. It is a
/// list of what is known to be harmless, so that a format nobody thought of comes out as bytes.
const HARMLESS: &[&str] = &[
    "application/dicom",
    "application/epub+zip",
    "application/font-sfnt",
    "application/font-woff",
    "application/gzip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-tar",
    "application/x-xz",
    "application/zip",
    "application/zstd",
    "audio/aac",
    "audio/amr",
    "audio/m4a",
    "audio/midi",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/x-aiff",
    "audio/x-flac",
    "audio/x-wav",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heif",
    "image/jp2",
    "image/jpeg",
    "image/jxl",
    "image/openraster",
    "image/png",
    "image/tiff",
    "image/vnd.adobe.photoshop",
    "image/vnd.djvu",
    "image/vnd.dwg",
    "image/vnd.microsoft.icon",
    "image/vnd.ms-photo",
    "image/webp",
    "image/x-canon-cr2",
    "video/mp4",
    "video/mpeg",
    "video/quicktime",
    "video/webm",
    "video/x-flv",
    "video/x-m4v",
    "video/x-matroska",
    "video/x-ms-wmv",
    "video/x-msvideo",
];

/// The media type of a blob that opens with these bytes. `whole` says that there are no others.
pub fn of(opening: &[u8], whole: bool) -> &'static str {
    let opening = &opening[..opening.len().min(WINDOW)];
    let shown = infer::get(opening);
    match shown.map(|shown| shown.mime_type()) {
        Some(kind) if READABLE.contains(&kind) => kind,
        // Text that happens to open like a picture (`BM…`) is text; so are HTML, XML, SVG and scripts.
        _ if is_text(opening, whole) => TEXT,
        Some(kind) if HARMLESS.contains(&kind) => kind,
        Some(kind) if kind.starts_with("text/") => TEXT,
        _ => BYTES,
    }
}

/// What a place remembers of a blob's kind. An upload by a signed address went past [`of`], so its word counts only
/// where it can do no harm.
pub(crate) fn remembered(told: &str) -> &'static str {
    let told = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let harmless = READABLE.iter().chain(HARMLESS).find(|kind| **kind == told);
    match harmless {
        Some(kind) => kind,
        None if told.starts_with("text/") || told.contains("xml") || told.contains("script") => TEXT,
        None => BYTES,
    }
}

/// UTF-8 without the control characters that no text has. A character that the window cuts in two is forgiven.
fn is_text(opening: &[u8], whole: bool) -> bool {
    let control = |byte: &u8| matches!(byte, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let utf8 = match std::str::from_utf8(opening) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    };
    utf8 && !opening.iter().any(control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_browser_would_run_is_text() {
        for page in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<html><body>",
            "<?xml version=\"1.0\"?><a/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "alert(document.cookie)",
            "#!/bin/sh\nrm -rf /",
            "{\"a\": 1}",
            "BM is how a bitmap opens, and this sentence",
        ] {
            assert_eq!(of(page.as_bytes(), true), TEXT, "{page}");
        }
        // The same in Latin-1, which is no UTF-8.
        assert_eq!(of(b"<html><p>Gr\xfc\xdfe", true), TEXT);
    }

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        assert_eq!(of(b"%PDF-1.7\n1 0 obj", true), "application/pdf");
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", true), "image/png");
        assert_eq!(of(b"\xff\xd8\xff\xe0\0\x10JFIF\0", true), "image/jpeg");
        assert_eq!(of(b"PK\x03\x04\x14\0\0\0\x08\0", true), "application/zip");
        assert_eq!(of(b"\0asm\x01\0\0\0", true), BYTES);
        assert_eq!(of(b"CWS\x0a\0\0\0\0\0", true), BYTES);
        assert_eq!(of(b"\0\x01\x02\x03", true), BYTES);
    }

    #[test]
    fn a_character_may_be_cut_by_the_window_but_not_by_the_end() {
        let cut = &"a€".as_bytes()[..3];
        assert_eq!(of(cut, false), TEXT);
        assert_eq!(of(cut, true), BYTES);
    }

    #[test]
    fn what_a_place_remembers_is_believed_only_where_it_does_no_harm() {
        for told in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript; charset=utf-8"]
        {
            assert_eq!(remembered(told), TEXT, "{told}");
        }
        for told in
            ["", "application/wasm", "multipart/related", "application/x-shockwave-flash", "message/rfc822"]
        {
            assert_eq!(remembered(told), BYTES, "{told}");
        }
        for told in ["image/png", "application/pdf", "application/zip", "video/mp4", "application/gzip"] {
            assert_eq!(remembered(told), told);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_named(bytes in prop::collection::vec(any::<u8>(), 0..600), whole: bool) {
            let kind = of(&bytes, whole);
            prop_assert_eq!(remembered(kind), kind);
        }

        #[test]
        fn an_odd_archive_is_named_too(bytes in prop::collection::vec(any::<u8>(), 0..200), name in 0..4usize) {
            let name = ["[Content_Types].xml", "_rels/.rels", "docProps", "mimetype"][name];
            let mut archive = b"PK\x03\x04".to_vec();
            archive.extend(&bytes[..bytes.len().min(26)]);
            archive.resize(30, 0);
            archive.extend(name.as_bytes());
            archive.extend(&bytes);
            of(&archive, true);
        }
    }
}
