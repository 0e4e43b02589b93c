//! The tree of categories. It is one aggregate, because "nothing is its own ancestor" is a rule about all of them.

use std::collections::BTreeMap;

use kernel::{Aggregate, Check, Decide, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::media::{Media, Seo};
use crate::{CategoryId, Refusal};

/// The stream of the one tree that a shop has.
pub const TREE: Uuid = Uuid::from_u128(0x51c2_8d4e_70aa_4b0f_b1de_94c7_03f6_ca7e);

/// A tree is read and kept whole, so it has an end.
const MOST: usize = 2000;
const DEEPEST: usize = 10;

/// What a category says of itself. Products name it by its handle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    #[schema(
        pattern = "^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$",
        extensions(("x-write" = json!("the handle with 1 to 100 lower-case letters, digits and hyphens")))
    )]
    pub handle: String,
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 20000)]
    pub description: String,
    /// The category that it is in; none for one of the first level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub parent: Option<CategoryId>,
    /// Its place among its siblings: smaller numbers come first, and equals by title.
    #[serde(default)]
    pub position: i64,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub media: Vec<Media>,
    #[serde(default)]
    pub seo: Seo,
}

impl Category {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let unlike = self.handle.parse::<Uuid>().is_err();
        check.that(unlike, "/handle", "write a handle unlike an id");
        Media::check_all(&self.media, &mut check);
        check.done()
    }
}

/// What decisions need to know of each category.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    nodes: BTreeMap<CategoryId, Node>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub handle: String,
    parent: Option<CategoryId>,
    pub version: i64,
}

impl Tree {
    pub fn node(&self, id: CategoryId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    /// How many levels above and with a category; `None` when `without` is among them.
    fn depth(&self, id: Option<CategoryId>, without: CategoryId) -> Option<usize> {
        let (mut at, mut depth) = (id, 0);
        while let Some(id) = at {
            if id == without {
                return None;
            }
            depth += 1;
            at = self.nodes.get(&id).and_then(|node| node.parent);
        }
        Some(depth)
    }

    /// How many levels there are below a category.
    fn height(&self, id: CategoryId) -> usize {
        let children = self.nodes.iter().filter(|(_, node)| node.parent == Some(id));
        children.map(|(child, _)| 1 + self.height(*child)).max().unwrap_or(0)
    }

    fn place(&self, id: CategoryId, category: &Category) -> Result<(), Refusal> {
        if self.nodes.iter().any(|(other, node)| *other != id && node.handle == category.handle) {
            return Err(Refusal::CategoryHandleTaken { handle: category.handle.clone() });
        }
        if category.parent.is_some_and(|parent| parent != id && !self.nodes.contains_key(&parent)) {
            return Err(Refusal::NoSuchParent);
        }
        let above = self.depth(category.parent, id).ok_or(Refusal::OwnAncestor)?;
        if above + 1 + self.height(id) > DEEPEST {
            return Err(Refusal::TooDeep { most: DEEPEST });
        }
        Ok(())
    }
}

kernel::events! {
    pub enum TreeEvent {
        Made(Made) = ("category.made", 1),
        Changed(Changed) = ("category.changed", 1),
        Removed(Removed) = ("category.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub id: CategoryId,
    pub category: Category,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub id: CategoryId,
    pub category: Category,
    /// How often this category was written.
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub id: CategoryId,
}

impl Aggregate for Tree {
    const KIND: &'static str = "categories";
    type Event = TreeEvent;

    fn apply(&mut self, event: &TreeEvent) {
        let (id, category, version) = match event {
            TreeEvent::Made(Made { id, category }) => (*id, category, 1),
            TreeEvent::Changed(Changed { id, category, version }) => (*id, category, *version),
            TreeEvent::Removed(Removed { id }) => {
                self.nodes.remove(id);
                return;
            }
        };
        let node = Node { handle: category.handle.clone(), parent: category.parent, version };
        self.nodes.insert(id, node);
    }
}

pub struct Make {
    pub id: CategoryId,
    pub category: Category,
}

/// Replaces what a category says, and moves it where its parent is another.
pub struct Change {
    pub id: CategoryId,
    pub category: Category,
    /// What it said before.
    pub before: Category,
}

pub struct Remove {
    pub id: CategoryId,
}

type Decision = Result<Vec<TreeEvent>, Refusal>;

impl Decide<Make> for Tree {
    type Refusal = Refusal;

    fn decide(&self, command: &Make, _now: Timestamp) -> Decision {
        let Make { id, category } = command;
        if self.nodes.contains_key(id) {
            return Err(Refusal::AlreadyThere);
        }
        if self.nodes.len() >= MOST {
            return Err(Refusal::TooManyCategories { most: MOST });
        }
        self.place(*id, category)?;
        Ok(vec![Made { id: *id, category: category.clone() }.into()])
    }
}

impl Decide<Change> for Tree {
    type Refusal = Refusal;

    fn decide(&self, command: &Change, _now: Timestamp) -> Decision {
        let Change { id, category, before } = command;
        if category == before {
            return Ok(Vec::new());
        }
        self.place(*id, category)?;
        let version = self.nodes.get(id).map_or(1, |node| node.version + 1);
        Ok(vec![Changed { id: *id, category: category.clone(), version }.into()])
    }
}

impl Decide<Remove> for Tree {
    type Refusal = Refusal;

    fn decide(&self, command: &Remove, _now: Timestamp) -> Decision {
        if self.nodes.values().any(|node| node.parent == Some(command.id)) {
            return Err(Refusal::CategoryInUse);
        }
        Ok(self.nodes.get(&command.id).map(|_| Removed { id: command.id }.into()).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::{Given, given};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn id(number: u128) -> CategoryId {
        CategoryId(Uuid::from_u128(number))
    }

    fn category(handle: &str, parent: Option<u128>) -> Category {
        Category {
            handle: handle.into(),
            title: handle.into(),
            parent: parent.map(id),
            ..Category::default()
        }
    }

    /// clothes > shirts > linen
    fn clothes() -> Given<Tree> {
        given([
            Made { id: id(1), category: category("clothes", None) }.into(),
            Made { id: id(2), category: category("shirts", Some(1)) }.into(),
            Made { id: id(3), category: category("linen", Some(2)) }.into(),
        ])
    }

    fn moved(of: u128, handle: &str, parent: Option<u128>) -> Change {
        Change { id: id(of), category: category(handle, parent), before: Category::default() }
    }

    #[test]
    fn refuses_a_category_that_would_be_its_own_ancestor() {
        assert_eq!(clothes().when(&moved(1, "clothes", Some(3)), NOW), Err(Refusal::OwnAncestor));
        assert_eq!(clothes().when(&moved(1, "clothes", Some(1)), NOW), Err(Refusal::OwnAncestor));
        assert_eq!(clothes().when(&moved(3, "linen", Some(1)), NOW).unwrap().len(), 1);
    }

    #[test]
    fn refuses_to_remove_a_category_with_others_in_it() {
        assert_eq!(clothes().when(&Remove { id: id(2) }, NOW), Err(Refusal::CategoryInUse));
        assert_eq!(clothes().when(&Remove { id: id(3) }, NOW), Ok(vec![Removed { id: id(3) }.into()]));
    }

    #[test]
    fn refuses_a_handle_that_another_has_and_a_parent_that_is_not_there() {
        let taken = Make { id: id(4), category: category("linen", None) };
        assert_eq!(clothes().when(&taken, NOW), Err(Refusal::CategoryHandleTaken { handle: "linen".into() }));
        let lost = Make { id: id(4), category: category("wool", Some(9)) };
        assert_eq!(clothes().when(&lost, NOW), Err(Refusal::NoSuchParent));
    }

    #[test]
    fn refuses_a_tree_that_is_too_deep_when_a_branch_is_moved() {
        let chain = (2..=9_u128)
            .map(|n| Made { id: id(n), category: category(&format!("c{n}"), (n > 2).then(|| n - 1)) }.into());
        let two = [(20, None), (21, Some(20)), (22, Some(21))]
            .map(|(n, parent)| Made { id: id(n), category: category(&format!("c{n}"), parent) }.into());
        let tree = given::<Tree>(chain.chain(two));
        assert_eq!(tree.when(&moved(20, "c20", Some(9)), NOW), Err(Refusal::TooDeep { most: DEEPEST }));
        assert_eq!(tree.when(&moved(20, "c20", Some(8)), NOW).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn no_history_makes_a_cycle(steps in prop::collection::vec((0u8..3, 1u128..12, 0u128..12), 0..120)) {
            let mut tree = Tree::default();
            for (step, of, parent) in steps {
                let category = category(&format!("c{of}"), (parent > 0).then_some(parent));
                let (of, before) = (id(of), Category::default());
                let events = match step {
                    0 => tree.decide(&Make { id: of, category }, NOW),
                    1 if tree.node(of).is_some() => tree.decide(&Change { id: of, category, before }, NOW),
                    _ => tree.decide(&Remove { id: of }, NOW),
                };
                for event in events.unwrap_or_default() {
                    tree.apply(&event);
                }
                for node in tree.nodes.values() {
                    prop_assert!(node.parent.is_none_or(|parent| tree.nodes.contains_key(&parent)));
                    let mut at = node.parent;
                    for _ in 0..tree.nodes.len() {
                        at = at.and_then(|parent| tree.nodes[&parent].parent);
                    }
                    prop_assert!(at.is_none(), "{tree:?}");
                }
            }
        }
    }
}
