/**
 * The version of numakv, here because a compiled executable has no Cargo.toml to read.
 *
 * Knows nothing else. Invariant: it equals the version in Cargo.toml; a test compares them.
 *
 * @module
 */

/** What `--version` and the ready line say. */
export const VERSION = "0.1.0";
