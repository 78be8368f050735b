//! What a kernel computed, compared by bits.

use rayon::prelude::*;

/// A kernel's results.
pub enum Results {
    Singles(Vec<f32>),
    Doubles(Vec<f64>),
    Counts(Vec<u32>),
}

impl Results {
    /// Whether both are the same bits.
    pub fn same(&self, other: &Results) -> bool {
        match (self, other) {
            (Results::Singles(a), Results::Singles(b)) => equal(a, b, |x| x.to_bits().into()),
            (Results::Doubles(a), Results::Doubles(b)) => equal(a, b, |x| x.to_bits()),
            (Results::Counts(a), Results::Counts(b)) => equal(a, b, |x| x.into()),
            _ => false,
        }
    }
}

fn equal<T: Copy + Sync>(a: &[T], b: &[T], bits: impl Fn(T) -> u64 + Sync) -> bool {
    let pairs = a.par_iter().zip(b);
    a.len() == b.len() && pairs.all(|(&a, &b)| bits(a) == bits(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_decide() {
        let zeros = Results::Singles(vec![0.0, f32::NAN]);
        assert!(zeros.same(&Results::Singles(vec![0.0, f32::NAN])));
        assert!(!zeros.same(&Results::Singles(vec![-0.0, f32::NAN])));
        assert!(!zeros.same(&Results::Singles(vec![0.0])));
        assert!(!zeros.same(&Results::Counts(vec![0, 0])));
    }
}
