//! The largest error of a function over batches of inputs.

use crate::loops::Loops;
use kernel_runtime::math::random;
use rayon::prelude::*;

/// Inputs that go through a loop together.
const BATCH: u64 = 4096;

/// What is known of a type's bits.
pub trait Number: Copy + Default + Send + Sync + std::fmt::LowerExp + 'static {
    const NAME: &'static str;
    /// Its bits, where every NaN is the same.
    fn pattern(self) -> u64;
    /// A number beside it, by these bits: by no more than a part of `2^-far` of it. A zero stays.
    fn beside(self, bits: i64, far: u32) -> Self;
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
    fn beside(self, bits: i64, far: u32) -> f32 {
        let places = bits >> (64 - 23 + far);
        if self == 0.0 {
            return self;
        }
        f32::from_bits(self.to_bits().wrapping_add(places as u32))
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
    fn beside(self, bits: i64, far: u32) -> f64 {
        let places = bits >> (64 - 52 + far);
        if self == 0.0 {
            return self;
        }
        f64::from_bits(self.to_bits().wrapping_add(places as u64))
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
#[derive(Clone, Default)]
struct Found<T> {
    /// The largest errors, the largest one first, and where they are: one of a batch.
    hardest: Vec<(f64, (T, T))>,
    count: u64,
    /// Results that are not the correctly rounded ones.
    other: u64,
    /// Results that differ between levels.
    unequal: u64,
}

impl<T: Number> Found<T> {
    fn and(mut self, other: Self) -> Self {
        self.hardest.extend(other.hardest);
        self.hardest.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.hardest.truncate(HARDEST);
        Found {
            hardest: self.hardest,
            count: self.count + other.count,
            other: self.other + other.other,
            unequal: self.unequal + other.unequal,
        }
    }
}

/// Prints the row of a function for so many inputs, and, where there are `rounds` of a search, as many
/// again next to those of the largest errors, nearer and nearer: where a function is hard in a small
/// part of its range, few random numbers lie.
pub fn row<T: Number, R, E>(
    function: &Function<T, R, E>,
    count: u64,
    rounds: u32,
    input: impl Fn(u64) -> (T, T) + Sync,
) where
    R: Fn(T, T) -> T + Sync,
    E: Fn(T, T, T) -> f64 + Sync,
{
    let mut found = over_all(function, count, input);
    for round in 0..rounds {
        let hardest = found.hardest.clone();
        if hardest.is_empty() {
            break;
        }
        let near = |k: u64| {
            let (x, y) = hardest[k as usize % hardest.len()].1;
            // Every other time the second number stays.
            let (seed, far) = (u64::from(round), 3 + 2 * round);
            let y_too = (k / HARDEST as u64).is_multiple_of(2);
            let beside =
                |at: T, number| at.beside(random::bits_u64(seed, 2 * k + number) as i64, far);
            (beside(x, 0), if y_too { beside(y, 1) } else { y })
        };
        found = found.and(over_all(function, count / u64::from(rounds), near));
    }
    print(function.name, &found);
}

/// Largest errors that are kept.
const HARDEST: usize = 32;
/// Rounds of a search among numbers that are not all.
pub const ROUNDS: u32 = 8;

fn over_all<T: Number, R, E>(
    function: &Function<T, R, E>,
    count: u64,
    input: impl Fn(u64) -> (T, T) + Sync,
) -> Found<T>
where
    R: Fn(T, T) -> T + Sync,
    E: Fn(T, T, T) -> f64 + Sync,
{
    (0..count.div_ceil(BATCH))
        .into_par_iter()
        .map(|batch| {
            let range = batch * BATCH..((batch + 1) * BATCH).min(count);
            let (x, y): (Vec<T>, Vec<T>) = range.map(&input).unzip();
            over(function, &x, &y)
        })
        .reduce(Found::default, Found::and)
}

fn print<T: Number>(name: &str, found: &Found<T>) {
    // One ULP is at most half of one for results that are the rounded ones.
    let (worst, at) = match found.hardest.first() {
        Some((worst, at)) => (format!("{worst:.4}"), *at),
        None => ("at most 0.5".to_owned(), Default::default()),
    };
    println!(
        "| {} {name} | {worst} | {:e}, {:e} | {} | {} | {} |",
        T::NAME,
        at.0,
        at.1,
        found.count,
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
    let mut found = Found {
        count: x.len() as u64,
        ..Found::default()
    };
    if let Some(avx2) = avx2 {
        let mut others = vec![T::default(); x.len()];
        avx2(&mut others, x, y);
        let unequal = values.iter().zip(&others);
        let unequal = unequal.filter(|(a, b)| a.pattern() != b.pattern());
        found.unequal = unequal.count() as u64;
    }
    let mut hardest: Option<(f64, (T, T))> = None;
    for ((value, x), y) in values.iter().zip(x).zip(y) {
        if value.pattern() == (function.rounded)(*x, *y).pattern() {
            continue;
        }
        found.other += 1;
        let error = (function.error)(*value, *x, *y);
        if hardest.is_none_or(|(worst, _)| error > worst) {
            hardest = Some((error, (*x, *y)));
        }
    }
    found.hardest.extend(hardest);
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
