//! List commands as a client sees them.
