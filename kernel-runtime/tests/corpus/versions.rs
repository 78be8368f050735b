//! One kernel, every version of it: what each returned and left in its arrays, or how it failed.

use crate::support::{THREADS, failure_of};
use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::{Backend, Error, Level, with_backend, with_level};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::fmt::Debug;
use std::sync::LazyLock;

/// Which of a kernel's functions to call.
#[derive(Clone, Copy)]
pub enum Version {
    Serial,
    Parallel,
    /// The dispatcher.
    Plain,
    Cuda,
}

/// What floating-point results owe to those of the serial version.
#[derive(Clone, Copy, PartialEq)]
pub enum Agreement {
    /// Every bit.
    Exact,
    /// The canonical order of sums is not the serial one: nearly the same. All versions but
    /// the serial one still agree in every bit.
    Close,
}

/// A number of a result.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Whole(i128),
    Single(f32),
    Double(f64),
}

impl Number {
    /// The sign and the payload of a NaN are free; those of zeros are not.
    fn is(self, other: Number) -> bool {
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => a == b,
            (Number::Single(a), Number::Single(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Number::Double(a), Number::Double(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            _ => false,
        }
    }

    fn is_near(self, other: Number) -> bool {
        let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= scale * b.abs().max(1.0);
        match (self, other) {
            (Number::Single(a), Number::Single(b)) => near(a.into(), b.into(), 1e-4),
            (Number::Double(a), Number::Double(b)) => near(a, b, 1e-9),
            _ => false,
        }
    }
}

/// Something that a kernel returns or writes.
pub trait Numbers {
    fn append(&self, all: &mut Vec<Number>);
}

macro_rules! whole {
    ($($ty:ty)*) => {$(
        impl Numbers for $ty {
            fn append(&self, all: &mut Vec<Number>) {
                all.push(Number::Whole(i128::from(*self)));
            }
        }
    )*};
}
whole!(bool i8 i16 i32 i64 u8 u16 u32 u64);

impl Numbers for usize {
    fn append(&self, all: &mut Vec<Number>) {
        all.push(Number::Whole(*self as i128));
    }
}

impl Numbers for isize {
    fn append(&self, all: &mut Vec<Number>) {
        all.push(Number::Whole(*self as i128));
    }
}

impl Numbers for f32 {
    fn append(&self, all: &mut Vec<Number>) {
        all.push(Number::Single(*self));
    }
}

impl Numbers for f64 {
    fn append(&self, all: &mut Vec<Number>) {
        all.push(Number::Double(*self));
    }
}

impl<T: Numbers> Numbers for num_complex::Complex<T> {
    fn append(&self, all: &mut Vec<Number>) {
        self.re.append(all);
        self.im.append(all);
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    fn append(&self, all: &mut Vec<Number>) {
        self.iter().for_each(|part| part.append(all));
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    fn append(&self, all: &mut Vec<Number>) {
        self.iter().for_each(|part| part.append(all));
    }
}

impl<T: Numbers, D: ndarray::Dimension> Numbers for ndarray::Array<T, D> {
    fn append(&self, all: &mut Vec<Number>) {
        self.iter().for_each(|part| part.append(all));
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: Numbers),*> Numbers for ($($name,)*) {
            #[allow(unused_variables, non_snake_case)]
            fn append(&self, all: &mut Vec<Number>) {
                let ($($name,)*) = self;
                $($name.append(all);)*
            }
        }
    )*};
}
tuples! { ; A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H I J K L; }

/// What a call came to; of a failure, `place: message`.
type Outcome = Result<Vec<Number>, String>;

fn outcome<T: Numbers>(call: impl FnOnce() -> Result<T, Error>) -> Outcome {
    match failure_of(call)? {
        Ok(result) => {
            let mut all = Vec::new();
            result.append(&mut all);
            Ok(all)
        }
        Err(Error::Panic {
            message, location, ..
        }) => Err(format!("{location}: {message}")),
        Err(error) => panic!("{error}"),
    }
}

/// That two calls came to the same, number by number or word by word.
fn compare(name: &str, version: &str, found: &Outcome, expected: &Outcome, agreement: Agreement) {
    let (found, expected) = match (found, expected) {
        (Ok(found), Ok(expected)) => (found, expected),
        (Err(found), Err(expected)) => {
            assert_eq!(found, expected, "{name}, {version}: another failure");
            return;
        }
        _ => panic!("{name}, {version}: {found:?} instead of {expected:?}"),
    };
    assert_eq!(found.len(), expected.len(), "{name}, {version}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = agreement == Agreement::Close && found.is_near(*expected);
        assert!(
            found.is(*expected) || near,
            "{name}, {version}: number {place} is {found:?} instead of {expected:?}"
        );
    }
}

static POOLS: LazyLock<Vec<(usize, ThreadPool)>> = LazyLock::new(|| {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = THREADS.map(|threads| (threads, pool(threads).expect("a thread pool")));
    pools.into()
});

/// The first call chooses the software device for all, unless the environment names a device.
static DEVICE: LazyLock<()> = LazyLock::new(|| {
    if std::env::var_os("KERNEL_CUDA_DEVICE").is_none() {
        select_device(DeviceChoice::Software).expect("no other device is in use yet");
    }
});

const BACKENDS: [Backend; 4] = [
    Backend::Serial,
    Backend::Thread,
    Backend::Parallel,
    Backend::Cuda,
];

/// Runs `call` for every version, in pools of every size, at every SIMD level, and with every backend; returns what
/// the serial version came to.
pub fn agree<T: Numbers>(
    name: &str,
    agreement: Agreement,
    device: bool,
    call: impl Fn(Version) -> Result<T, Error> + Sync,
) -> Outcome {
    LazyLock::force(&DEVICE);
    let run = |version| outcome(|| call(version));
    let serial = run(Version::Serial);
    let parallel = POOLS[0].1.install(|| run(Version::Parallel));
    compare(name, "parallel", &parallel, &serial, agreement);
    let same = |version: &str, found: Outcome| {
        compare(name, version, &found, &parallel, Agreement::Exact);
    };
    for (threads, pool) in &POOLS[1..] {
        let found = pool.install(|| run(Version::Parallel));
        same(&format!("parallel with {threads} threads"), found);
    }
    for level in Level::available() {
        let found = POOLS[1]
            .1
            .install(|| with_level(*level, || run(Version::Parallel)));
        same(&format!("parallel at {level:?}"), found);
    }
    same("dispatched", run(Version::Plain));
    if device {
        same("cuda", run(Version::Cuda));
    }
    for backend in BACKENDS {
        let found = with_backend(backend, || run(Version::Plain));
        let expected = [&parallel, &serial][usize::from(backend == Backend::Serial)];
        let version = format!("dispatched to {backend:?}");
        compare(name, &version, &found, expected, Agreement::Exact);
    }
    serial
}

/// `kernel[output = start, ..](arguments)`: every version, the same to the bit.
macro_rules! check {
    ($($call:tt)*) => { agreement!(Exact, device, $($call)*).expect("no failure") };
}

/// The same for kernels with floating-point reductions.
macro_rules! close {
    ($($call:tt)*) => { agreement!(Close, device, $($call)*).expect("no failure") };
}

/// The same for kernels without a CUDA version.
macro_rules! host {
    ($($call:tt)*) => { agreement!(Exact, host, $($call)*).expect("no failure") };
}

/// The same for calls that fail, with a text that says this.
macro_rules! fails {
    ($part:expr, $($call:tt)*) => {{
        let failure = agreement!(Exact, device, $($call)*).expect_err("a failure");
        assert!(failure.contains($part), "{failure}");
    }};
}

macro_rules! agreement {
    ($agreement:ident, $device:ident, $kernel:ident ($($argument:expr),* $(,)?)) => {
        agreement!($agreement, $device, $kernel[]($($argument),*))
    };
    ($agreement:ident, $device:ident,
     $kernel:ident [$($output:ident = $start:expr),*] ($($argument:expr),* $(,)?)) => {
        $crate::versions::agree(
            stringify!($kernel),
            $crate::versions::Agreement::$agreement,
            agreement!(@wanted $device),
            |version| {
                use $crate::versions::Version;
                $(#[allow(unused_mut)] let mut $output = $start;)*
                #[allow(clippy::let_unit_value)]
                let result = match version {
                    Version::Serial => $kernel::serial($($argument),*),
                    Version::Parallel => $kernel::parallel($($argument),*),
                    Version::Plain => $kernel($($argument),*),
                    Version::Cuda => agreement!(@cuda $device $kernel($($argument),*)),
                };
                Ok((result, $($output,)*))
            },
        )
    };
    (@wanted device) => { true };
    (@wanted host) => { false };
    (@cuda device $kernel:ident($($argument:expr),*)) => { $kernel::cuda($($argument),*)? };
    (@cuda host $kernel:ident($($argument:expr),*)) => { $kernel($($argument),*) };
}
