//! For tests: a place where tasks wait until two threads have come.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// Knows which threads were there.
#[derive(Default)]
pub struct Meeting {
    present: Mutex<HashSet<ThreadId>>,
    met: Condvar,
}

impl Meeting {
    /// Returns when two threads have called it, or after a minute.
    pub fn wait(&self) {
        let mut present = self.present.lock().unwrap();
        present.insert(thread::current().id());
        self.met.notify_all();
        let alone = |present: &mut HashSet<ThreadId>| present.len() < 2;
        let patience = Duration::from_secs(60);
        drop(self.met.wait_timeout_while(present, patience, alone));
    }

    /// How many threads called it.
    pub fn threads(&self) -> usize {
        self.present.lock().unwrap().len()
    }
}
