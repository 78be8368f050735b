//! Calls of `NAME::cuda`: generic over what a driver takes and gives, so that a kernel needs no closure of its
//! own for them.

use crate::error::Error;
use crate::session::{Kernel, Start, cuda, ended};

/// Hands the parameters to the driver, which runs once.
pub fn cuda_with<T, R>(
    kernel: &'static Kernel,
    given: T,
    driver: impl FnOnce(Start<'_>, T) -> R,
) -> Result<R, Error> {
    let (mut given, mut result) = (Some((driver, given)), None);
    let done = cuda(kernel, &mut |start: Start<'_>| {
        result = given.take().map(|(driver, given)| driver(start, given));
    });
    ended(done, result)
}

/// `cuda_with` for drivers of so many parameters.
macro_rules! by_count {
    ($($name:ident($($param:ident: $ty:ident),*);)*) => {$(
        /// A call of `NAME::cuda`, with the parameters that the driver takes.
        #[allow(clippy::too_many_arguments)]
        pub fn $name<$($ty,)* R>(
            kernel: &'static Kernel,
            driver: fn(Start<'_>, $($ty),*) -> R,
            $($param: $ty),*
        ) -> Result<R, Error> {
            cuda_with(kernel, ($($param,)*), |start, ($($param,)*)| driver(start, $($param),*))
        }
    )*};
}

by_count! {
    cuda0();
    cuda1(a: A);
    cuda2(a: A, b: B);
    cuda3(a: A, b: B, c: C);
    cuda4(a: A, b: B, c: C, d: D);
    cuda5(a: A, b: B, c: C, d: D, e: E);
    cuda6(a: A, b: B, c: C, d: D, e: E, f: F);
    cuda7(a: A, b: B, c: C, d: D, e: E, f: F, g: G);
    cuda8(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H);
    cuda9(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I);
    cuda10(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J);
    cuda11(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J, k: K);
    cuda12(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J, k: K, l: L);
}
