//! What a command does to the cell.

/// What a command does to the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellAccess {
    /// It changes nothing, and leaves room for whoever serves.
    Look,
    /// It changes what is there.
    Change,
    /// It may be the first, and makes the cell, and the key of a folder, where there is none.
    Make,
}
