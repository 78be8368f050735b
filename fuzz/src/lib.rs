//! What a batch of random kernels runs on: data, the versions of a kernel, and their comparison.

use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::{Backend, Error, with_backend};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::LazyLock;

/// A kernel's name, and what calls its versions with data of some size.
pub type Check = (&'static str, fn(usize) -> Result<Outcome, String>);

/// Which of a kernel's functions to call.
#[derive(Clone, Copy, Debug)]
pub enum Version {
    /// As written.
    Serial,
    /// On a pool.
    Parallel,
    /// Chosen by the dispatcher.
    Plain,
    /// On the software device.
    Cuda,
}

/// Sizes of the data: none, few, around lanes, several chunks.
pub const SIZES: [usize; 5] = [0, 1, 5, 67, 300];

static THREE: LazyLock<ThreadPool> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new().num_threads(3);
    pool.build().expect("a pool of three threads")
});

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs every check at every size, on the software device unless the environment names another, and
/// prints what serial came to, as `SERIAL name size what`, and one line for each kernel that fails:
/// `FAIL name size what`.
///
/// # Panics
///
/// The software device cannot be chosen.
pub fn run_all(checks: &[Check]) {
    if std::env::var_os("KERNEL_CUDA_DEVICE").is_none() {
        let chosen = select_device(DeviceChoice::Software);
        assert_eq!(chosen, Ok(()), "the software device is there");
    }
    set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let text = info.payload_as_str().unwrap_or("no text");
        PANIC.set(format!("{place}: {text}"));
    }));
    for (name, check) in checks {
        for size in SIZES {
            match check(size) {
                Ok(serial) => println!("SERIAL {name} {size} {}", digest(&serial)),
                Err(difference) => {
                    let line = difference.replace('\n', " | ");
                    println!("FAIL {name} {size} {line}");
                    break;
                }
            }
        }
        println!("DONE {name}");
    }
}

/// What a call came to: numbers that all versions share, and those that serial, which sums in
/// another order, need not; or the place and the message of its panic.
pub type Outcome = Result<(Vec<String>, Vec<String>), String>;

/// Calls all versions; what serial came to.
///
/// # Errors
///
/// Two of them differ: which, and how.
pub fn agree<F: Fn(Version) -> Result<(Vec<String>, Vec<String>), Error> + Sync>(
    call: F,
) -> Result<Outcome, String> {
    let serial = outcome(&call, Version::Serial);
    let thread = with_backend(Backend::Thread, || outcome(&call, Version::Plain));
    same("serial", &serial, "thread", &thread, false)?;
    let pool = THREE.install(|| outcome(&call, Version::Parallel));
    same("thread", &thread, "three threads", &pool, true)?;
    let device = outcome(&call, Version::Cuda);
    same("thread", &thread, "device", &device, true)?;
    Ok(serial)
}

/// An outcome in one word: a hash of its numbers, or the line and column of its panic.
pub fn digest(outcome: &Outcome) -> String {
    match outcome {
        Ok(numbers) => {
            let mut hasher = DefaultHasher::new();
            numbers.hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        }
        Err(panic) => {
            let place = panic.split(": ").next().unwrap_or_default();
            let mut parts = place.rsplitn(3, ':');
            let (column, line) = (parts.next(), parts.next());
            format!(
                "{}:{}",
                line.unwrap_or_default(),
                column.unwrap_or_default()
            )
        }
    }
}

fn outcome<F>(call: &F, version: Version) -> Outcome
where
    F: Fn(Version) -> Result<(Vec<String>, Vec<String>), Error>,
{
    match catch_unwind(AssertUnwindSafe(|| call(version))) {
        Ok(Ok(numbers)) => Ok(numbers),
        Ok(Err(Error::Panic {
            message, location, ..
        })) => Err(format!("{location}: {message}")),
        Ok(Err(error)) => Err(format!("no panic: {error}")),
        Err(_) => Err(PANIC.take()),
    }
}

fn same(one: &str, a: &Outcome, other: &str, b: &Outcome, all: bool) -> Result<(), String> {
    let equal = match (a, b) {
        (Ok(a), Ok(b)) => a.0 == b.0 && (!all || a.1 == b.1),
        (Err(a), Err(b)) => a == b,
        _ => false,
    };
    if equal {
        return Ok(());
    }
    Err(format!("{one}: {}, {other}: {}", shown(a, b), shown(b, a)))
}

/// An outcome; of two lists of numbers, where they first differ.
fn shown(this: &Outcome, that: &Outcome) -> String {
    let (Ok(this), Ok(that)) = (this, that) else {
        return match this {
            Ok(_) => "no panic".to_owned(),
            Err(panic) => panic.clone(),
        };
    };
    let pairs = |a: &[String], b: &[String]| a.iter().zip(b).position(|(a, b)| a != b);
    match (pairs(&this.0, &that.0), pairs(&this.1, &that.1)) {
        (Some(at), _) => format!("number {at} is {}", this.0[at]),
        (None, Some(at)) => format!("sum {at} is {}", this.1[at]),
        (None, None) => "as many numbers".to_owned(),
    }
}

/// Numbers that kernels take and return.
pub trait Number: Copy {
    /// One of many, small ones and extreme ones among them.
    fn drawn(bits: u64) -> Self;
    /// Its bits; NaNs are one.
    fn bits(self) -> String;
}

macro_rules! whole {
    ($($ty:ty)*) => {$(
        impl Number for $ty {
            fn drawn(bits: u64) -> Self {
                match bits % 8 {
                    0 => (bits >> 8) as $ty,
                    1 => <$ty>::MAX.wrapping_sub((bits >> 8) as $ty & 3),
                    2 => <$ty>::MIN.wrapping_add((bits >> 8) as $ty & 3),
                    _ => ((bits >> 8) % 16) as $ty,
                }
            }

            fn bits(self) -> String {
                format!("{self}")
            }
        }
    )*};
}
whole!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! float {
    ($($ty:ty)*) => {$(
        impl Number for $ty {
            fn drawn(bits: u64) -> Self {
                let few = [0.0, -0.0, 1.0, <$ty>::INFINITY, <$ty>::NAN, <$ty>::MIN_POSITIVE / 4.0];
                match bits % 8 {
                    0 => few[(bits >> 8) as usize % few.len()],
                    1 => <$ty>::from_bits((bits >> 3) as _),
                    _ => ((bits >> 8) % 4096) as $ty / 64.0 - 32.0,
                }
            }

            fn bits(self) -> String {
                if self.is_nan() { "NaN".to_owned() } else { format!("{self:?}") }
            }
        }
    )*};
}
float!(f32 f64);

impl Number for bool {
    fn drawn(bits: u64) -> Self {
        bits.is_multiple_of(3)
    }

    fn bits(self) -> String {
        format!("{self}")
    }
}

/// So many numbers, the same for the same seed.
pub fn data<T: Number>(count: usize, seed: u64) -> Vec<T> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| T::drawn(random.u64(..))).collect()
}

/// Their bits.
pub fn numbers<'a, T: Number + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    values.into_iter().map(|value| value.bits()).collect()
}
