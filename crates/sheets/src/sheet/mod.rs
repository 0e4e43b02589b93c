//! A sheet: its columns, its cells, its rows, and how it is read without holding all of it.

pub mod cell;
pub mod column;
pub mod mapping;
pub mod queue;
pub mod reader;
pub mod shorten;
pub mod text;
