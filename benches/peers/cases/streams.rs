//! Loops that read memory once, in order.

use super::{Case, Kind, side};
use crate::by_hand;
use crate::gallery;
use crate::openmp::{Library, call};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2};

pub const SUM2D: Kind = Kind {
    name: "sum2d",
    number: "",
    tolerance: 1e-9,
    size: |elements| vec![side(elements)],
    make: |size| {
        Box::new(Sum2d {
            a: data::matrix(1, size[0], size[0], |_| ()),
            sum: 0.0,
        })
    },
};

pub const SAXPY: Kind = Kind {
    name: "saxpy",
    number: "K01",
    tolerance: 1e-4,
    size: |elements| vec![elements as usize],
    make: |size| {
        let start = data::vector_f32(2, size[0]);
        Box::new(Saxpy {
            x: data::vector_f32(1, size[0]),
            y: start.clone(),
            start,
        })
    },
};

pub const DOT: Kind = Kind {
    name: "dot",
    number: "K02",
    tolerance: 1e-9,
    size: |elements| vec![elements as usize],
    make: |size| {
        Box::new(Dot {
            x: data::vector(1, size[0]),
            y: data::vector(2, size[0]),
            sum: 0.0,
        })
    },
};

pub const STATISTICS: Kind = Kind {
    name: "statistics",
    number: "K03",
    tolerance: 0.0,
    size: |elements| vec![elements as usize],
    make: |size| {
        Box::new(Statistics {
            x: data::vector(3, size[0]),
            out: [0; 6],
        })
    },
};

/// Sum of every element of `arr`.
#[cfg_attr(not(feature = "fastmath"), kernel(parallel))]
#[cfg_attr(feature = "fastmath", kernel(parallel, fastmath))]
pub fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

struct Sum2d {
    a: Array2<f64>,
    sum: f64,
}

impl Sum2d {
    fn values(&self) -> &[f64] {
        self.a.as_slice().expect("a matrix just made is contiguous")
    }
}

impl Case for Sum2d {
    fn ours(&mut self) {
        self.sum = sum2d(self.a.view());
    }

    fn rayon(&mut self) {
        self.sum = by_hand::sum2d(self.values(), self.a.ncols());
    }

    fn openmp(&mut self, library: &Library) {
        let (rows, columns) = self.a.dim();
        self.sum = call!(library, "sum2d",
            (rows => usize, columns => usize, self.a.as_ptr() => *const f64) -> f64);
    }

    fn checksum(&self) -> f64 {
        self.sum
    }
}

struct Saxpy {
    x: Vec<f32>,
    start: Vec<f32>,
    y: Vec<f32>,
}

impl Case for Saxpy {
    fn reset(&mut self) {
        self.y.copy_from_slice(&self.start);
    }

    fn ours(&mut self) {
        gallery::saxpy(2.5, &self.x, &mut self.y);
    }

    fn rayon(&mut self) {
        by_hand::saxpy(2.5, &self.x, &mut self.y);
    }

    fn openmp(&mut self, library: &Library) {
        call!(library, "saxpy", (
            self.x.len() => usize,
            2.5 => f32,
            self.x.as_ptr() => *const f32,
            self.y.as_mut_ptr() => *mut f32,
        ));
    }

    fn checksum(&self) -> f64 {
        self.y.iter().map(|&y| f64::from(y)).sum()
    }
}

struct Dot {
    x: Vec<f64>,
    y: Vec<f64>,
    sum: f64,
}

impl Case for Dot {
    fn ours(&mut self) {
        self.sum = gallery::dot(&self.x, &self.y);
    }

    fn rayon(&mut self) {
        self.sum = by_hand::dot(&self.x, &self.y);
    }

    fn openmp(&mut self, library: &Library) {
        self.sum = call!(library, "dot", (
            self.x.len() => usize,
            self.x.as_ptr() => *const f64,
            self.y.as_ptr() => *const f64,
        ) -> f64);
    }

    fn checksum(&self) -> f64 {
        self.sum
    }
}

/// Sum, least, its place, greatest, its place, how many exceed a half.
struct Statistics {
    x: Vec<f64>,
    out: [i64; 6],
}

impl Case for Statistics {
    fn ours(&mut self) {
        let (sum, low, high, above) = gallery::statistics(&self.x);
        self.out = [
            sum,
            low.0,
            low.1 as i64,
            high.0,
            high.1 as i64,
            above.into(),
        ];
    }

    fn rayon(&mut self) {
        let (sum, low, high, above) = by_hand::statistics(&self.x);
        self.out = [
            sum,
            low.0,
            low.1 as i64,
            high.0,
            high.1 as i64,
            above as i64,
        ];
    }

    fn openmp(&mut self, library: &Library) {
        call!(library, "statistics", (
            self.x.len() => usize,
            self.x.as_ptr() => *const f64,
            self.out.as_mut_ptr() => *mut i64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.out.iter().sum::<i64>() as f64
    }
}
