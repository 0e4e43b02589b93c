//! What others have published: the tree of Certificate Transparency's tests.

use proofs::{Consistency, Frontier, Hash, Inclusion};

use crate::naive::Naive;

const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const INCLUSIONS: [(u64, u64, &[&str]); 2] = [
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

const CONSISTENCIES: [(u64, u64, &[&str]); 2] = [
    (
        2,
        8,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn hash(hex: &str) -> Hash {
    Hash::read(&bytes(hex)).unwrap()
}

fn tree() -> Naive {
    Naive::over(LEAVES.iter().map(|leaf| Hash::of_leaf(&bytes(leaf))).collect())
}

#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let mut frontier = Frontier::default();
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        assert_eq!(frontier.root(), hash(root));
        frontier.push(Hash::of_leaf(&bytes(leaf)));
    }
    assert_eq!(frontier.root(), hash(ROOTS[8]));
}

#[test]
fn the_proofs_are_those_of_certificate_transparency() {
    let tree = tree();
    for (index, size, expected) in INCLUSIONS {
        let inclusion = Inclusion::of(index, size).unwrap();
        let proof = inclusion.assemble(&|node| tree.node(node)).unwrap();
        assert_eq!(proof, expected.iter().map(|hex| hash(hex)).collect::<Vec<_>>());
        inclusion.verify(tree.leaf(index), &proof, hash(ROOTS[size as usize])).unwrap();
    }
    for (old, new, expected) in CONSISTENCIES {
        let consistency = Consistency::between(old, new).unwrap();
        let proof = consistency.assemble(&|node| tree.node(node)).unwrap();
        assert_eq!(proof, expected.iter().map(|hex| hash(hex)).collect::<Vec<_>>());
        consistency.verify(hash(ROOTS[old as usize]), hash(ROOTS[new as usize]), &proof).unwrap();
    }
}
