//! Loops that address memory by data.

use super::{Case, Kind};
use crate::by_hand;
use crate::gallery;
use crate::openmp::{Library, call};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Bins of the histogram.
const BINS: usize = 1000;

pub const HISTOGRAM: Kind = Kind {
    name: "histogram",
    number: "K05",
    tolerance: 1e-9,
    size: |elements| vec![(elements / 2.0) as usize],
    make: |size| {
        Box::new(Histogram {
            x: data::vector(5, size[0]),
            w: data::vector(6, size[0]),
            count: vec![0; BINS],
            weight: vec![0.0; BINS],
        })
    },
};

pub const SPARSE: Kind = Kind {
    name: "sparse",
    number: "K10",
    tolerance: 1e-9,
    size: |elements| vec![(elements / 20.0) as usize],
    make: |size| {
        let n = size[0];
        let mut start = vec![0];
        let mut column = Vec::new();
        for r in 0..n {
            column.extend((0..r % 7).map(|k| (37 * r + 101 * k) % n));
            start.push(column.len());
        }
        Box::new(Sparse {
            value: data::vector(9, column.len()),
            x: data::vector(10, n),
            y: vec![0.0; n],
            start,
            column,
        })
    },
};

pub const CLUSTER: Kind = Kind {
    name: "cluster",
    number: "K28",
    tolerance: 1e-9,
    size: |elements| vec![(elements / 20.0) as usize, 10, 5],
    make: |size| {
        let (n, dim, k) = (size[0], size[1], size[2]);
        Box::new(Cluster {
            points: data::matrix(28, n, dim, |_| ()),
            centres: data::matrix(29, k, dim, |_| ()),
            count: vec![0; k],
            sum: Array2::zeros((k, dim)),
        })
    },
};

/// A sum of squares of counts, which moving one of them changes, and the sum of weights.
fn tally(count: &[i64], weight: impl Iterator<Item = f64>) -> f64 {
    let squares: f64 = count.iter().map(|&n| n as f64 * n as f64).sum();
    squares + weight.sum::<f64>()
}

fn values(of: &Array2<f64>) -> &[f64] {
    of.as_slice().expect("a matrix just made is contiguous")
}

struct Histogram {
    x: Vec<f64>,
    w: Vec<f64>,
    count: Vec<i64>,
    weight: Vec<f64>,
}

impl Case for Histogram {
    fn reset(&mut self) {
        self.count.fill(0);
        self.weight.fill(0.0);
    }

    fn ours(&mut self) {
        gallery::histogram(&self.x, &self.w, &mut self.count, &mut self.weight);
    }

    fn rayon(&mut self) {
        by_hand::histogram(&self.x, &self.w, &mut self.count, &mut self.weight);
    }

    fn openmp(&mut self, library: &Library) {
        call!(library, "histogram", (
            self.x.len() => usize,
            BINS => usize,
            self.x.as_ptr() => *const f64,
            self.w.as_ptr() => *const f64,
            self.count.as_mut_ptr() => *mut i64,
            self.weight.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        tally(&self.count, self.weight.iter().copied())
    }
}

/// A matrix by rows: entries `start[r]..start[r + 1]` are row `r`'s.
struct Sparse {
    start: Vec<usize>,
    column: Vec<usize>,
    value: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Case for Sparse {
    fn ours(&mut self) {
        gallery::sparse(&self.start, &self.column, &self.value, &self.x, &mut self.y);
    }

    fn rayon(&mut self) {
        by_hand::sparse(&self.start, &self.column, &self.value, &self.x, &mut self.y);
    }

    fn openmp(&mut self, library: &Library) {
        call!(library, "sparse", (
            self.y.len() => usize,
            self.start.as_ptr() => *const usize,
            self.column.as_ptr() => *const usize,
            self.value.as_ptr() => *const f64,
            self.x.as_ptr() => *const f64,
            self.y.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.y.iter().sum()
    }
}

/// Counts and sums of the points nearest to each centre.
#[cfg_attr(not(feature = "fastmath"), kernel(parallel))]
#[cfg_attr(feature = "fastmath", kernel(parallel, fastmath))]
fn cluster(
    points: ArrayView2<'_, f64>,
    centres: ArrayView2<'_, f64>,
    count: &mut [i64],
    mut sum: ArrayViewMut2<'_, f64>,
) {
    let (n, dim) = points.dim();
    for i in 0..n {
        let mut best = f64::INFINITY;
        let mut nearest = 0;
        for c in 0..count.len() {
            let mut distance = 0.0;
            for d in 0..dim {
                let along = points[[i, d]] - centres[[c, d]];
                distance += along * along;
            }
            if distance < best {
                best = distance;
                nearest = c;
            }
        }
        count[nearest] += 1;
        for d in 0..dim {
            sum[[nearest, d]] += points[[i, d]];
        }
    }
}

struct Cluster {
    points: Array2<f64>,
    centres: Array2<f64>,
    count: Vec<i64>,
    sum: Array2<f64>,
}

impl Case for Cluster {
    fn reset(&mut self) {
        self.count.fill(0);
        self.sum.fill(0.0);
    }

    fn ours(&mut self) {
        let (points, centres) = (self.points.view(), self.centres.view());
        cluster(points, centres, &mut self.count, self.sum.view_mut());
    }

    fn rayon(&mut self) {
        let dim = self.points.ncols();
        let sum = self.sum.as_slice_mut();
        let sum = sum.expect("a matrix just made is contiguous");
        by_hand::cluster(
            values(&self.points),
            values(&self.centres),
            dim,
            &mut self.count,
            sum,
        );
    }

    fn openmp(&mut self, library: &Library) {
        let ((n, dim), k) = (self.points.dim(), self.centres.nrows());
        call!(library, "cluster", (
            n => usize,
            dim => usize,
            k => usize,
            self.points.as_ptr() => *const f64,
            self.centres.as_ptr() => *const f64,
            self.count.as_mut_ptr() => *mut i64,
            self.sum.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        tally(&self.count, self.sum.iter().copied())
    }
}
