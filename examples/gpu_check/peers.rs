//! Times of other programs for the same work, measured on the same device.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Times by kernel, each with who took it.
#[derive(Default)]
pub struct Peers(HashMap<String, Vec<(String, Duration)>>);

impl Peers {
    /// Lines of a kernel's name, a peer's, and seconds, with tabs between.
    pub fn read(path: &Path) -> io::Result<Peers> {
        Ok(Peers::of(&std::fs::read_to_string(path)?))
    }

    fn of(text: &str) -> Peers {
        let mut peers = Peers::default();
        for line in text.lines() {
            let mut words = line.split('\t');
            let (Some(kernel), Some(who), Some(seconds)) =
                (words.next(), words.next(), words.next())
            else {
                continue;
            };
            if let Ok(seconds) = seconds.parse() {
                let times = peers.0.entry(kernel.to_owned()).or_default();
                times.push((who.to_owned(), Duration::from_secs_f64(seconds)));
            }
        }
        peers
    }

    /// The times of a kernel's peers.
    pub fn of_kernel(&self, kernel: &str) -> &[(String, Duration)] {
        self.0.get(kernel).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_times_are_passed_over() {
        let peers = Peers::of("device: some GPU\nsum\tCUB\t0.5\nsum\ttorch\t1e-3\nsum\tnone\t-\n");
        let times = peers.of_kernel("sum").iter();
        let millis: Vec<u128> = times.map(|(_, time)| time.as_millis()).collect();
        assert_eq!(millis, [500, 1]);
        assert!(peers.of_kernel("dot").is_empty());
    }
}
