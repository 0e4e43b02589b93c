//! Whether a key is certainly not among many: a Bloom filter in blocks of a cache line. Keys are halves of digests, so
//! their own bits are as good as any hash of them.

use uuid::Uuid;

const BLOCK: usize = 64;

/// How many keys there are to a block: 16 bits each.
const KEYS: usize = 32;

/// How many bits a key sets.
const BITS: u32 = 6;

pub(super) struct Filter(Box<[u8]>);

impl From<Vec<u8>> for Filter {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl Filter {
    pub(super) fn of(keys: impl ExactSizeIterator<Item = Uuid>) -> Self {
        let blocks = keys.len().div_ceil(KEYS).max(1);
        let mut filter = Self(vec![0; blocks * BLOCK].into());
        for key in keys {
            for (byte, bit) in filter.places(key) {
                filter.0[byte] |= bit;
            }
        }
        filter
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// `false` is certain; `true` is wrong for one key in some hundreds.
    pub(super) fn may_hold(&self, key: Uuid) -> bool {
        self.places(key).all(|(byte, bit)| self.0.get(byte).is_some_and(|held| held & bit != 0))
    }

    /// The first half of a key says in which block, the second at which of its 512 bits.
    fn places(&self, key: Uuid) -> impl Iterator<Item = (usize, u8)> + use<> {
        let (block, bits) = key.as_u64_pair();
        let blocks = (self.0.len() / BLOCK) as u128;
        let block = ((u128::from(block) * blocks) >> 64) as usize;
        (0..BITS).map(move |number| {
            let place = (bits >> (9 * number)) as usize % (BLOCK * 8);
            (block * BLOCK + place / 8, 1 << (place % 8))
        })
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn key(number: u32) -> Uuid {
        Uuid::from_slice(&Sha256::digest(number.to_be_bytes())[..16]).unwrap()
    }

    #[test]
    fn what_is_among_them_is_never_denied_and_what_is_not_nearly_always() {
        for many in [0_u32, 1, 31, 4096, 8192] {
            let filter = Filter::of((0..many).collect::<Vec<_>>().into_iter().map(key));
            let filter = Filter::from(filter.bytes().to_vec());
            assert!((0..many).all(|number| filter.may_hold(key(number))));
            let wrong = (100_000..200_000).filter(|number| filter.may_hold(key(*number))).count();
            assert!(wrong < 400, "{wrong} of 100,000 beside {many}");
        }
    }
}
