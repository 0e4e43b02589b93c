//! Nodes are kept in tiles, of which a proof needs few.

use std::collections::BTreeMap;

use proofs::{Consistency, Frontier, Growth, Hash, Inclusion, Node, Tile, Tiles, TreeError};
use proptest::prelude::*;

use crate::leaves;
use crate::naive::Naive;

/// What a store has of tiles: bytes under a tile's level and index.
#[derive(Default)]
struct Shelf {
    rows: BTreeMap<Tile, Vec<u8>>,
    frontier: Frontier,
}

impl Shelf {
    fn grow(&mut self, leaves: &[Hash]) {
        for growth in Growth::of(&mut self.frontier, leaves.iter().copied()) {
            let row = self.rows.entry(growth.tile).or_default();
            assert_eq!(row.len(), growth.at * Hash::LENGTH, "{:?} grows where it ends", growth.tile);
            growth.hashes.iter().for_each(|hash| row.extend(hash.as_bytes()));
        }
    }

    /// One read, of as many tiles as are wanted, and how many that were.
    fn fetch(&self, frontier: Frontier, nodes: &[Node]) -> (Tiles, usize) {
        let mut tiles = Tiles::beside(frontier);
        let wanted = tiles.wanted(nodes);
        for tile in &wanted {
            tiles.add(*tile, &self.rows[tile]).unwrap();
        }
        assert!(tiles.wanted(nodes).is_empty());
        (tiles, wanted.len())
    }

    fn frontier_of(&self, size: u64) -> Frontier {
        let (tiles, _) = self.fetch(Frontier::default(), &Frontier::needs(size));
        Frontier::assemble(size, &|node| tiles.get(node)).unwrap()
    }
}

#[test]
fn a_log_of_70_000_has_the_tiles_of_the_specification() {
    let mut shelf = Shelf::default();
    for some in leaves(70_000).chunks(999) {
        shelf.grow(some);
    }
    let widths = |level| {
        let rows = shelf.rows.iter().filter(move |(tile, _)| tile.level == level);
        rows.map(|(_, bytes)| bytes.len() / Hash::LENGTH).collect::<Vec<_>>()
    };
    assert_eq!(widths(0), [vec![256; 273], vec![112]].concat());
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert_eq!(widths(3), [0; 0]);
}

#[test]
fn a_tile_above_has_the_root_of_each_full_tile_below() {
    let mut shelf = Shelf::default();
    shelf.grow(&leaves(1_000));
    let naive = Naive::of(1_000);
    let above = &shelf.rows[&Tile { level: 1, index: 0 }];
    for (index, root) in (0..).zip(above.chunks(Hash::LENGTH)) {
        assert_eq!(Hash::read(root), naive.node(Node { level: 8, index }));
    }
    assert_eq!(above.len(), 3 * Hash::LENGTH);
}

#[test]
fn tiles_are_the_same_however_many_leaves_come_at_once() {
    let all = leaves(2_000);
    let mut at_once = Shelf::default();
    at_once.grow(&all);
    for run in [1, 7, 255, 256, 257, 700] {
        let mut in_runs = Shelf::default();
        all.chunks(run).for_each(|some| in_runs.grow(some));
        assert_eq!(in_runs.rows, at_once.rows, "{run}");
        assert_eq!(in_runs.frontier, at_once.frontier, "{run}");
    }
}

#[test]
fn every_node_is_had_from_its_tile_and_from_no_other() {
    let size = 1_500;
    let mut shelf = Shelf::default();
    shelf.grow(&leaves(size));
    let naive = Naive::of(size);
    for level in 0..11 {
        for index in 0..(size >> level) {
            let node = Node { level, index };
            let mut tiles = Tiles::default();
            assert_eq!(tiles.get(node), None);
            tiles.add(Tile::of(node), &shelf.rows[&Tile::of(node)]).unwrap();
            assert_eq!(tiles.get(node), naive.node(node), "{node:?}");
        }
        let beyond = Node { level, index: size >> level };
        let (tile, mut tiles) = (Tile::of(beyond), Tiles::default());
        shelf.rows.get(&tile).into_iter().for_each(|bytes| tiles.add(tile, bytes).unwrap());
        assert_eq!(tiles.get(beyond), None, "{beyond:?} is not complete");
    }
}

#[test]
fn a_proof_among_a_million_needs_three_tiles() {
    let size = 1_000_000;
    let mut shelf = Shelf::default();
    for some in leaves(size).chunks(10_000) {
        shelf.grow(some);
    }
    assert_eq!(shelf.rows.len(), 3_924);
    assert_eq!(shelf.rows.values().map(Vec::len).sum::<usize>(), 32_125_472);
    let root = shelf.frontier.root();
    let (mut most, mut most_alone) = (0, 0);
    for index in (0..size).step_by(1_003).chain(size - 600..size) {
        let inclusion = Inclusion::of(index, size).unwrap();
        let (tiles, fetched) = shelf.fetch(shelf.frontier.clone(), &inclusion.needs());
        let proof = inclusion.assemble(&|node| tiles.get(node)).unwrap();
        inclusion.verify(Hash::of_leaf(&crate::entry(index)), &proof, root).unwrap();
        let (_, alone) = shelf.fetch(Frontier::default(), &inclusion.needs());
        (most, most_alone) = (most.max(fetched), most_alone.max(alone));
    }
    assert_eq!((most, most_alone), (3, 5));

    let mut most = 0;
    for old in (1..size).step_by(9_973).chain([1, 255, 256, 257, 65_535, 65_536, size - 1]) {
        let consistency = Consistency::between(old, size).unwrap();
        let (tiles, fetched) = shelf.fetch(shelf.frontier.clone(), &consistency.needs());
        let proof = consistency.assemble(&|node| tiles.get(node)).unwrap();
        consistency.verify(shelf.frontier_of(old).root(), root, &proof).unwrap();
        most = most.max(fetched);
    }
    assert_eq!(most, 3);
}

#[test]
fn an_earlier_tree_is_proved_out_of_tiles_that_have_grown_since() {
    let mut shelf = Shelf::default();
    shelf.grow(&leaves(1_200));
    let naive = Naive::of(1_200);
    for size in (1..1_200).step_by(41) {
        for index in (0..size).step_by(37) {
            let inclusion = Inclusion::of(index, size).unwrap();
            let (tiles, _) = shelf.fetch(shelf.frontier_of(size), &inclusion.needs());
            let proof = inclusion.assemble(&|node| tiles.get(node)).unwrap();
            assert_eq!(proof, naive.inclusion(index, size));
        }
    }
}

#[test]
fn bytes_that_are_no_tile_are_refused() {
    let (tile, mut tiles) = (Tile { level: 0, index: 0 }, Tiles::default());
    for length in [0, 1, 31, 33, 8_191, 8_193, 8_224] {
        assert_eq!(tiles.add(tile, &vec![0; length]), Err(TreeError::TileUnreadable), "{length}");
    }
    for length in [32, 8_192] {
        assert_eq!(tiles.add(tile, &vec![0; length]), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_place_in_a_tree_makes_a_tile_panic(level: u8, index: u64, tile_level: u8, tile_index: u64) {
        let mut tiles = Tiles::default();
        let node = Node { level, index };
        tiles.add(Tile { level: tile_level, index: tile_index }, &[0; 8_192]).unwrap();
        prop_assert_eq!(tiles.get(node).is_some(), Tile::of(node) == Tile { level: tile_level, index: tile_index });
        tiles.add(Tile::of(node), &[0; 32]).unwrap();
        let _ = tiles.get(node);
    }
}
