//! Tests of the commands on keys.
