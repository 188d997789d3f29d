//! Sorted sets.

mod branch;
pub mod element;
mod leaf;
pub mod tree;
