//! Criterion benches of numakv's core; see `benches/`. The library itself is empty.
