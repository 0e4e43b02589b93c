//! Chance that is the same each time, and what it does to a text.

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below another (splitmix64).
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// The text with one to three things changed in it.
    pub fn mutated(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        for _ in 0..=self.below(3) {
            self.mutate(&mut bytes);
        }
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const PIECES: [&[u8]; 22] = [
            b"\n",
            b"\n\n",
            b"\r",
            b"\t",
            b"\0",
            b" ",
            b"+",
            b"=",
            b"0",
            b"-",
            b"A",
            b"\xff",
            b"\xe2\x80\x94 ",
            b"\xe2\x80\xa8",
            b"\xc2\xa0",
            b"\x7f",
            b"index ",
            b"index 3\n",
            b"extra AAAA\n",
            b"\xe2\x80\x94 a AAAAAAA=\n",
            b"18446744073709551616",
            b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        ];
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(80)).min(bytes.len());
        match self.below(9) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => bytes[at] = self.below(256) as u8,
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            5 => {
                let some = bytes[at..end].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, some).for_each(drop);
            }
            6 => self.mutate_lines(bytes),
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied()).for_each(drop);
            }
        }
    }

    fn mutate_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let count = lines.len().max(1);
        let (one, two) = (self.below(count), self.below(count));
        if two >= lines.len() || one >= lines.len() {
            return;
        }
        match self.below(3) {
            0 => lines.swap(one, two),
            1 => drop(lines.remove(one)),
            _ => lines.insert(two, lines[one].clone()),
        }
        *bytes = lines.concat();
    }
}
