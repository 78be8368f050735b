//! The largest error of a function over batches of inputs.

use crate::loops::Loops;
use rayon::prelude::*;

/// Inputs that go through a loop together.
const BATCH: u64 = 4096;

/// What is known of a type's bits.
pub trait Number: Copy + Default + Send + Sync + std::fmt::LowerExp + 'static {
    const NAME: &'static str;
    /// Its bits, where every NaN is the same.
    fn pattern(self) -> u64;
}

impl Number for f32 {
    const NAME: &'static str = "f32";
    fn pattern(self) -> u64 {
        if self.is_nan() {
            u64::MAX
        } else {
            self.to_bits().into()
        }
    }
}

impl Number for f64 {
    const NAME: &'static str = "f64";
    fn pattern(self) -> u64 {
        if self.is_nan() {
            u64::MAX
        } else {
            self.to_bits()
        }
    }
}

/// A function, and what it is compared with.
pub struct Function<T: Number, R, E> {
    pub name: &'static str,
    pub loops: Loops<T>,
    /// The correctly rounded result.
    pub rounded: R,
    /// The distance from the exact result, in units of its last place, of a result that is not the
    /// rounded one: infinite if only one of them is a number or infinite.
    pub error: E,
}

/// What was found.
#[derive(Clone, Copy, Default)]
struct Found<T> {
    worst: f64,
    at: (T, T),
    /// Results that are not the correctly rounded ones.
    other: u64,
    /// Results that differ between levels.
    unequal: u64,
}

impl<T: Number> Found<T> {
    fn and(self, other: Self) -> Self {
        let worse = if other.worst > self.worst {
            other
        } else {
            self
        };
        Found {
            other: self.other + other.other,
            unequal: self.unequal + other.unequal,
            ..worse
        }
    }
}

/// Prints the row of a function for so many inputs.
pub fn row<T: Number, R, E>(
    function: &Function<T, R, E>,
    count: u64,
    input: impl Fn(u64) -> (T, T) + Sync,
) where
    R: Fn(T, T) -> T + Sync,
    E: Fn(T, T, T) -> f64 + Sync,
{
    let found = (0..count.div_ceil(BATCH))
        .into_par_iter()
        .map(|batch| {
            let range = batch * BATCH..((batch + 1) * BATCH).min(count);
            let (x, y): (Vec<T>, Vec<T>) = range.map(&input).unzip();
            over(function, &x, &y)
        })
        .reduce(Found::default, Found::and);
    // One ULP is at most half of one for results that are the rounded ones.
    let worst = if found.other == 0 {
        "at most 0.5".to_owned()
    } else {
        format!("{:.4}", found.worst)
    };
    println!(
        "| {} {} | {worst} | {:e}, {:e} | {count} | {} | {} |",
        T::NAME,
        function.name,
        found.at.0,
        found.at.1,
        found.other,
        found.unequal
    );
}

fn over<T: Number, R, E>(function: &Function<T, R, E>, x: &[T], y: &[T]) -> Found<T>
where
    R: Fn(T, T) -> T,
    E: Fn(T, T, T) -> f64,
{
    let Loops { baseline, avx2 } = function.loops;
    let mut values = vec![T::default(); x.len()];
    baseline(&mut values, x, y);
    let mut found = Found::default();
    if let Some(avx2) = avx2 {
        let mut others = vec![T::default(); x.len()];
        avx2(&mut others, x, y);
        let unequal = values.iter().zip(&others);
        let unequal = unequal.filter(|(a, b)| a.pattern() != b.pattern());
        found.unequal = unequal.count() as u64;
    }
    for ((value, x), y) in values.iter().zip(x).zip(y) {
        if value.pattern() == (function.rounded)(*x, *y).pattern() {
            continue;
        }
        found.other += 1;
        let error = (function.error)(*value, *x, *y);
        if error > found.worst {
            found.worst = error;
            found.at = (*x, *y);
        }
    }
    found
}

/// The table's head.
pub fn head() {
    println!(
        "| function | largest error, ULP | at | inputs | not rounded correctly | levels differ |"
    );
    println!("| --- | --- | --- | --: | --: | --: |");
}

/// Whether a function was asked for: all are, if none is named.
pub fn wanted(name: &str, names: &[&str]) -> bool {
    names.is_empty() || names.contains(&name)
}
