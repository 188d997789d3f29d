//! Locks of the standard library as they are used here. A leaf that everyone may import.

use std::sync::{Mutex, MutexGuard};

/// A mutex's content, also after a panic elsewhere: what these protect is whole between any two statements.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
