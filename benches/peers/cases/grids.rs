//! Loops over matrices.

use super::{Case, Kind, side};
use crate::by_hand;
use crate::gallery;
use crate::openmp::{Library, call};
use kernel_examples::data::u;
use ndarray::Array2;

pub const GEMM: Kind = Kind {
    name: "gemm",
    number: "K07",
    tolerance: 1e-9,
    // The gallery's proportions, and work that grows as the streams' does.
    size: |elements| {
        let side = (elements.cbrt() * 1.5) as usize;
        vec![
            (side * 20 / 23).max(4),
            side.max(4),
            (side * 26 / 23).max(4),
        ]
    },
    make: |size| {
        let (ni, nj, nk) = (size[0], size[1], size[2]);
        let entry = |i: usize, j: usize, n: usize| (i * j % n) as f64 / n as f64;
        let start = |(i, j)| ((i * j + 1) % ni) as f64 / ni as f64;
        let start = Array2::from_shape_fn((ni, nj), start);
        Box::new(Gemm {
            a: Array2::from_shape_fn((ni, nk), |(i, k)| entry(i, k + 1, nk)),
            b: Array2::from_shape_fn((nk, nj), |(k, j)| entry(k, j + 2, nj)),
            c: start.clone(),
            start,
        })
    },
};

pub const LAPLACE: Kind = Kind {
    name: "laplace",
    number: "K12",
    tolerance: 1e-9,
    size: |elements| vec![side(elements / 5.0), 10],
    make: |size| {
        let mut start = Array2::zeros((size[0], size[0]));
        start.column_mut(0).fill(1.0);
        Box::new(Laplace {
            old: start.clone(),
            new: start.clone(),
            start,
            sweeps: size[1],
            change: 0.0,
        })
    },
};

pub const FDTD: Kind = Kind {
    name: "fdtd",
    number: "K14",
    tolerance: 1e-9,
    size: |elements| {
        let rows = side(elements / 24.0);
        vec![rows, rows * 6 / 5, 10]
    },
    make: |size| {
        let (rows, columns) = (size[0], size[1]);
        let field = |shift: usize, n: usize| {
            let value = |(i, j)| (i * (j + shift)) as f64 / n as f64;
            Array2::from_shape_fn((rows, columns), value)
        };
        let start = [field(1, rows), field(2, columns), field(3, rows)];
        Box::new(Fdtd {
            fields: start.clone(),
            start,
            steps: size[2],
        })
    },
};

pub const LIFE: Kind = Kind {
    name: "life",
    number: "K25",
    tolerance: 0.0,
    size: |elements| vec![side(elements / 5.0), 5],
    make: |size| {
        let n = size[0];
        let alive = |(i, j)| u8::from(u(26, (i * n + j) as u64) > 0.5);
        let start = Array2::from_shape_fn((n, n), alive);
        Box::new(Life {
            old: start.clone(),
            new: start.clone(),
            start,
            steps: size[1],
        })
    },
};

fn slice<T>(of: &Array2<T>) -> &[T] {
    of.as_slice().expect("a matrix just made is contiguous")
}

fn slice_mut<T>(of: &mut Array2<T>) -> &mut [T] {
    of.as_slice_mut().expect("a matrix just made is contiguous")
}

struct Gemm {
    a: Array2<f64>,
    b: Array2<f64>,
    start: Array2<f64>,
    c: Array2<f64>,
}

impl Case for Gemm {
    fn reset(&mut self) {
        self.c.assign(&self.start);
    }

    fn ours(&mut self) {
        gallery::gemm(1.5, self.a.view(), self.b.view(), 1.2, self.c.view_mut());
    }

    fn rayon(&mut self) {
        let columns = self.c.ncols();
        let a = (slice(&self.a), self.a.ncols());
        let c = (slice_mut(&mut self.c), columns);
        by_hand::gemm(1.5, a, slice(&self.b), 1.2, c);
    }

    fn openmp(&mut self, library: &Library) {
        let ((ni, nk), nj) = (self.a.dim(), self.b.ncols());
        call!(library, "gemm", (
            ni => usize,
            nj => usize,
            nk => usize,
            1.5 => f64,
            self.a.as_ptr() => *const f64,
            self.b.as_ptr() => *const f64,
            1.2 => f64,
            self.c.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.c.sum()
    }
}

struct Laplace {
    start: Array2<f64>,
    old: Array2<f64>,
    new: Array2<f64>,
    sweeps: usize,
    change: f64,
}

impl Laplace {
    fn sweeps(&mut self, sweep: impl Fn(&Array2<f64>, &mut Array2<f64>) -> f64) {
        for _ in 0..self.sweeps {
            self.change = sweep(&self.old, &mut self.new);
            std::mem::swap(&mut self.old, &mut self.new);
        }
    }
}

impl Case for Laplace {
    fn reset(&mut self) {
        self.old.assign(&self.start);
        self.new.assign(&self.start);
    }

    fn ours(&mut self) {
        self.sweeps(|old, new| gallery::laplace(old.view(), new.view_mut()));
    }

    fn rayon(&mut self) {
        let columns = self.start.ncols();
        self.sweeps(|old, new| by_hand::laplace(slice(old), slice_mut(new), columns));
    }

    fn openmp(&mut self, library: &Library) {
        let (rows, columns) = self.start.dim();
        self.sweeps(|old, new| {
            call!(library, "laplace", (
                rows => usize,
                columns => usize,
                old.as_ptr() => *const f64,
                new.as_mut_ptr() => *mut f64,
            ) -> f64)
        });
    }

    fn checksum(&self) -> f64 {
        self.old.sum() + self.change
    }
}

/// `ex`, `ey`, `hz`.
struct Fdtd {
    start: [Array2<f64>; 3],
    fields: [Array2<f64>; 3],
    steps: usize,
}

impl Case for Fdtd {
    fn reset(&mut self) {
        for (field, start) in self.fields.iter_mut().zip(&self.start) {
            field.assign(start);
        }
    }

    fn ours(&mut self) {
        let [ex, ey, hz] = &mut self.fields;
        gallery::fdtd(self.steps, ex.view_mut(), ey.view_mut(), hz.view_mut());
    }

    fn rayon(&mut self) {
        let columns = self.fields[0].ncols();
        let [ex, ey, hz] = self.fields.each_mut().map(slice_mut);
        by_hand::fdtd(self.steps, columns, ex, ey, hz);
    }

    fn openmp(&mut self, library: &Library) {
        let (rows, columns) = self.fields[0].dim();
        let [ex, ey, hz] = self.fields.each_mut().map(Array2::as_mut_ptr);
        call!(library, "fdtd", (
            self.steps => usize,
            rows => usize,
            columns => usize,
            ex => *mut f64,
            ey => *mut f64,
            hz => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.fields.iter().map(|field| field.sum()).sum()
    }
}

struct Life {
    start: Array2<u8>,
    old: Array2<u8>,
    new: Array2<u8>,
    steps: usize,
}

impl Life {
    fn steps(&mut self, step: impl Fn(&Array2<u8>, &mut Array2<u8>)) {
        for _ in 0..self.steps {
            step(&self.old, &mut self.new);
            std::mem::swap(&mut self.old, &mut self.new);
        }
    }
}

impl Case for Life {
    fn reset(&mut self) {
        self.old.assign(&self.start);
        self.new.assign(&self.start);
    }

    fn ours(&mut self) {
        self.steps(|old, new| gallery::life(old.view(), new.view_mut()));
    }

    fn rayon(&mut self) {
        let columns = self.start.ncols();
        self.steps(|old, new| by_hand::life(slice(old), slice_mut(new), columns));
    }

    fn openmp(&mut self, library: &Library) {
        let (rows, columns) = self.start.dim();
        self.steps(|old, new| {
            call!(library, "life", (
                rows => usize,
                columns => usize,
                old.as_ptr() => *const u8,
                new.as_mut_ptr() => *mut u8,
            ));
        });
    }

    fn checksum(&self) -> f64 {
        self.old.iter().map(|&cell| f64::from(cell)).sum()
    }
}
