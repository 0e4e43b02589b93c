//! Which letters the bytes of a file are, and how its cells are parted.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    fn decoder(self) -> Decoder {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        }
        .new_decoder_with_bom_removal()
    }
}

/// Looks at all bytes of a file before anything of it is taken, so that its last row is read like its first.
#[derive(Debug, Default)]
pub struct Sniff {
    opening: Vec<u8>,
    /// A letter that the pieces cut in two.
    cut: Vec<u8>,
    not_utf8: bool,
    /// Bytes that no text of Windows has.
    no_text: bool,
}

impl Sniff {
    pub fn push(&mut self, piece: &[u8]) {
        let missing = 3_usize.saturating_sub(self.opening.len());
        self.opening.extend(piece.iter().take(missing));
        self.no_text |= piece.iter().any(|byte| matches!(byte, 0 | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
        if self.not_utf8 {
            return;
        }
        self.cut.extend(piece);
        match std::str::from_utf8(&self.cut) {
            Ok(_) => self.cut.clear(),
            Err(error) if error.error_len().is_none() => {
                self.cut.drain(..error.valid_up_to());
            }
            Err(_) => {
                self.not_utf8 = true;
                self.cut = Vec::new();
            }
        }
    }

    pub fn done(&self) -> Result<Encoding, &'static str> {
        match self.opening.as_slice() {
            [] => Err("The file is empty."),
            [0xff, 0xfe, ..] => Ok(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => Ok(Encoding::Utf16Be),
            _ if !self.not_utf8 && self.cut.is_empty() => Ok(Encoding::Utf8),
            _ if !self.no_text => Ok(Encoding::Windows1252),
            _ => Err("This is no text that can be read. Save the sheet as CSV in UTF-8."),
        }
    }
}

/// A file as UTF-8, while it is read.
pub struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// How much of the text was handed on.
    at: usize,
    ended: bool,
}

const PIECE: usize = 16 * 1024;

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: Encoding) -> Self {
        let decoder = encoding.decoder();
        Self { inner, decoder, raw: vec![0; PIECE], text: Vec::new(), at: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let most = self.decoder.max_utf8_buffer_length_without_replacement(read).unwrap_or(PIECE * 4);
        self.text.resize(most, 0);
        self.at = 0;
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a letter of it cannot be read")),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.refill()?;
        }
        let count = into.len().min(self.text.len() - self.at);
        into[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// What parts the cells of the first line, as far as it stands there: the sign that is there most often outside quotes.
pub fn delimiter(opening: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for letter in opening.chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            letter if !quoted => {
                counts.iter_mut().filter(|(sign, _)| *sign == letter).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    let mut best = counts[0];
    for other in counts {
        if other.1 > best.1 {
            best = other;
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(bytes: &[u8], piece: usize) -> Result<Encoding, &'static str> {
        let mut sniff = Sniff::default();
        bytes.chunks(piece).for_each(|piece| sniff.push(piece));
        sniff.done()
    }

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        Decoded::new(bytes, sniffed(bytes, 2).unwrap()).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_excel_saves_is_read_as_it_was_typed() {
        let utf16 =
            |to: fn(u16) -> [u8; 2]| "\u{feff}Café;€".encode_utf16().flat_map(to).collect::<Vec<u8>>();
        for bytes in [
            "Café;€".as_bytes().to_vec(),
            "\u{feff}Café;€".as_bytes().to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            b"Caf\xe9;\x80".to_vec(),
        ] {
            assert_eq!(read(&bytes), "Café;€");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(sniffed(b"", 1).is_err());
        assert!(sniffed(b"PK\x03\x04\x00\x81\xff", 3).is_err());
        assert_eq!(sniffed("é".as_bytes(), 1), Ok(Encoding::Utf8));
        assert_eq!(sniffed(b"caf\xe9", 1), Ok(Encoding::Windows1252));
    }

    #[test]
    fn the_first_line_says_what_parts_its_cells() {
        for (line, sign) in
            [("a,b", ','), ("a;b;\"c,d,e\"", ';'), ("a\tb\n,,,,", '\t'), ("sku", ','), ("\"a\n,,\";b", ';')]
        {
            assert_eq!(delimiter(line), sign, "{line:?}");
        }
    }
}
