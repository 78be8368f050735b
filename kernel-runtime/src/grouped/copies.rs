//! Memory for copies of array accumulators, which a thread keeps for its next ones.

use std::cell::RefCell;

/// A copy of each array accumulator: one behind the other, each in words that are aligned for any
/// element.
#[derive(Default)]
pub struct Copies(Vec<u64>);

/// Words that a thread keeps at most: a mebibyte.
const KEPT: usize = 1 << 17;

/// What a thread keeps.
#[derive(Default)]
struct Stock {
    spare: Vec<Vec<u64>>,
    words: usize,
}

thread_local! {
    static STOCK: RefCell<Stock> = RefCell::default();
}

impl Copies {
    /// Room for so many words, which hold anything.
    pub fn of(words: usize) -> Copies {
        let spare = STOCK.with_borrow_mut(|stock| stock.take(words));
        Copies(spare.unwrap_or_else(|| vec![0; words]))
    }

    /// The words, and perhaps others behind them.
    pub fn words(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        let words = std::mem::take(&mut self.0);
        // While a thread ends, there is no stock to go to.
        let _ = STOCK.try_with(|stock| stock.borrow_mut().put(words));
    }
}

impl Stock {
    fn take(&mut self, words: usize) -> Option<Vec<u64>> {
        let at = self.spare.iter().rposition(|spare| spare.len() >= words)?;
        let spare = self.spare.swap_remove(at);
        self.words -= spare.len();
        Some(spare)
    }

    fn put(&mut self, words: Vec<u64>) {
        if !words.is_empty() && self.words + words.len() <= KEPT {
            self.words += words.len();
            self.spare.push(words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_if_it_is_large_enough_and_not_too_much() {
        let mut stock = Stock::default();
        stock.put(vec![1; 10]);
        stock.put(vec![2; KEPT]);
        assert!(stock.take(11).is_none(), "the second one was not kept");
        assert_eq!(stock.take(9), Some(vec![1; 10]));
        assert!(stock.take(0).is_none());
        stock.put(vec![3; KEPT]);
        assert_eq!(stock.take(KEPT).map(|words| words.len()), Some(KEPT));
    }
}
