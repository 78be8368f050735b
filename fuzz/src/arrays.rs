//! A kernel's arrays as the interpreter holds them, and as the runtime takes them.

use crate::call::{Call, Data, ROWS};
use crate::scope::Bins;
use crate::types::Ty;
use kernel_compiler::interpret::{Array, Number};
use kernel_compiler::ir::Scalar;
use kernel_runtime::__private::{self as rt, ReadArray, WriteArray};
use ndarray::{ArrayViewMut2, Axis, ShapeBuilder};
use random_kernels::data;

/// What parameters are arrays of.
pub enum Shaped<'v, T> {
    Run(&'v mut [T]),
    Plane(ArrayViewMut2<'v, T>),
}

/// Elements with their type.
macro_rules! typed {
    ($($variant:ident $ty:ident,)*) => {
        pub enum Elements {
            $($variant(Vec<$ty>),)*
        }

        impl Elements {
            /// What the interpreter holds.
            pub fn of(array: &Array) -> Elements {
                match array.elem {
                    $(Scalar::$variant => {
                        let values = array.values.iter().map(|value| match value {
                            Number::$variant(value) => *value,
                            other => unreachable!("{other:?} among others"),
                        });
                        Elements::$variant(values.collect())
                    })*
                }
            }

            /// The same for the interpreter.
            pub fn values(&self) -> Vec<Number> {
                match self {
                    $(Elements::$variant(values) => {
                        values.iter().map(|value| Number::from(*value)).collect()
                    })*
                }
            }

            /// The elements that are the array's.
            pub fn view(&mut self, of: &Array) -> View<'_> {
                match self {
                    $(Elements::$variant(values) => View::$variant(match of.shape.len() {
                        1 => Shaped::Run(values),
                        _ => Shaped::Plane(plane(values, of)),
                    }),)*
                }
            }
        }

        /// A borrowed array.
        pub enum View<'v> {
            $($variant(Shaped<'v, $ty>),)*
        }

        impl View<'_> {
            /// As a region captures it.
            pub fn captured(&mut self, writes: bool) -> rt::Array<'_> {
                match self {
                    $(View::$variant(Shaped::Run(values)) => match writes {
                        true => values.__kernel_write().erase(),
                        false => values.__kernel_read().erase(),
                    },
                    View::$variant(Shaped::Plane(plane)) => match writes {
                        true => plane.__kernel_write().erase(),
                        false => plane.__kernel_read().erase(),
                    },)*
                }
            }
        }

        fn drawn(ty: Ty, count: usize, seed: u64) -> Vec<Number> {
            match ty {
                $(Ty::$variant => data::<$ty>(count, seed).into_iter().map(Number::from).collect(),)*
            }
        }

        /// The type as the compiler calls it.
        pub fn scalar(ty: Ty) -> Scalar {
            match ty {
                $(Ty::$variant => Scalar::$variant,)*
            }
        }
    };
}
typed! {
    Bool bool, I8 i8, I16 i16, I32 i32, I64 i64, Isize isize, U8 u8, U16 u16, U32 u32, U64 u64,
    Usize usize, F32 f32, F64 f64,
}

/// Where the lowest element is, and the strides without their signs.
fn positive(of: &Array) -> (usize, [usize; 2]) {
    let mut lowest = of.first;
    for (stride, len) in of.strides.iter().zip(&of.shape) {
        lowest -= stride.min(&0).unsigned_abs() * (len - 1);
    }
    (
        lowest,
        [of.strides[0].unsigned_abs(), of.strides[1].unsigned_abs()],
    )
}

fn plane<'v, T>(values: &'v mut [T], of: &Array) -> ArrayViewMut2<'v, T> {
    let (lowest, strides) = positive(of);
    let shape = (of.shape[0], of.shape[1]).strides((strides[0], strides[1]));
    let mut view = ArrayViewMut2::from_shape(shape, &mut values[lowest..]).expect("a plane");
    for dim in (0..2).filter(|dim| of.strides[*dim] < 0) {
        view.invert_axis(Axis(dim));
    }
    view
}

/// A slice.
fn run(ty: Ty, length: usize, seed: u64) -> Array {
    Array {
        elem: scalar(ty),
        values: drawn(ty, length, seed),
        first: 0,
        shape: vec![length],
        strides: vec![1],
    }
}

impl Data {
    /// The array of a call with data of this size.
    fn array(&self, size: usize) -> Array {
        let elem = scalar(self.array.ty);
        let Some(plane) = &self.plane else {
            return run(self.array.ty, self.length(size), self.seed);
        };
        let [rows, columns] = (plane.base)(ROWS, size);
        let mut array = Array {
            elem,
            values: drawn(self.array.ty, rows * columns, self.seed),
            first: 0,
            shape: Vec::new(),
            strides: Vec::new(),
        };
        for (len, step, stride) in [
            (rows, plane.steps[0], columns.cast_signed()),
            (columns, plane.steps[1], 1),
        ] {
            if step < 0 {
                array.first += (len - 1) * stride.unsigned_abs();
            }
            array.shape.push(len.div_ceil(step.unsigned_abs()));
            array.strides.push(step * stride);
        }
        if plane.turned {
            array.shape.reverse();
            array.strides.reverse();
        }
        array
    }
}

impl Call {
    /// The arrays of a call with data of this size, in the parameters' order.
    pub fn arrays(&self, size: usize) -> Vec<Array> {
        let bins = self.bins.iter();
        let bins = bins.map(|(of, seed)| run(of.ty, Bins::LENGTH, *seed));
        let arrays = self.arrays.iter().map(|data| data.array(size));
        arrays.chain(bins).collect()
    }

    /// The scalar parameters, `m` and `n` before the drawn ones.
    pub fn numbers(&self, size: usize) -> Vec<Number> {
        let drawn = self.scalars.iter().map(|of| drawn(of.ty, 1, of.seed)[0]);
        [ROWS.into(), size.into()]
            .into_iter()
            .chain(drawn)
            .collect()
    }
}
