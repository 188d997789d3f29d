//! Tests of the commands on nodes.
