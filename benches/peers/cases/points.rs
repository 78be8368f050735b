//! Loops whose iterations compute much and touch little.

use super::{Case, Kind, side};
use crate::by_hand;
use crate::gallery;
use crate::openmp::{Library, call};
use kernel_examples::data;
use ndarray::Array2;

pub const MANDELBROT: Kind = Kind {
    name: "mandelbrot",
    number: "K19",
    tolerance: 0.0,
    size: |elements| vec![side(elements / 40.0), 200],
    make: |size| {
        Box::new(Mandelbrot {
            steps: Array2::zeros((size[0], size[0])),
            limit: size[1] as i32,
        })
    },
};

pub const BLACK_SCHOLES: Kind = Kind {
    name: "black_scholes",
    number: "K20",
    tolerance: 1e-9,
    size: |elements| vec![(elements / 10.0) as usize],
    make: |size| {
        let n = size[0];
        let scaled = |seed, from: f64, by: f64| {
            let uniform = data::vector(seed, n);
            uniform.iter().map(|u| from + by * u).collect::<Vec<f64>>()
        };
        Box::new(BlackScholes {
            inputs: [
                scaled(17, 5.0, 25.0),
                scaled(18, 1.0, 99.0),
                scaled(19, 0.25, 9.75),
            ],
            call: vec![0.0; n],
            put: vec![0.0; n],
        })
    },
};

pub const GRAVITY: Kind = Kind {
    name: "gravity",
    number: "K21",
    tolerance: 1e-9,
    size: |elements| vec![side(elements * 2.0)],
    make: |size| {
        let n = size[0];
        let weight = data::vector(21, n);
        Box::new(Gravity {
            place: data::matrix(20, n, 2, |_| ()).mapv(|x| 2.0 * x - 1.0),
            weight: weight.iter().map(|x| 1.0 + x).collect(),
            pull: Array2::zeros((n, 2)),
        })
    },
};

pub const CIRCLE: Kind = Kind {
    name: "circle",
    number: "K23",
    tolerance: 0.0,
    size: |elements| vec![elements as usize],
    make: |size| {
        Box::new(Circle {
            n: size[0] as u64,
            inside: 0,
        })
    },
};

struct Mandelbrot {
    steps: Array2<i32>,
    limit: i32,
}

impl Case for Mandelbrot {
    fn ours(&mut self) {
        gallery::mandelbrot(self.limit, self.steps.view_mut());
    }

    fn rayon(&mut self) {
        let width = self.steps.ncols();
        let steps = self.steps.as_slice_mut();
        let steps = steps.expect("a matrix just made is contiguous");
        by_hand::mandelbrot(self.limit, steps, width);
    }

    fn openmp(&mut self, library: &Library) {
        let (height, width) = self.steps.dim();
        call!(library, "mandelbrot", (
            height => usize,
            width => usize,
            self.limit => i32,
            self.steps.as_mut_ptr() => *mut i32,
        ));
    }

    fn checksum(&self) -> f64 {
        self.steps.iter().map(|&steps| f64::from(steps)).sum()
    }
}

/// Prices, strikes and times to maturity in, values of calls and puts out.
struct BlackScholes {
    inputs: [Vec<f64>; 3],
    call: Vec<f64>,
    put: Vec<f64>,
}

impl Case for BlackScholes {
    fn ours(&mut self) {
        let [s, x, t] = &self.inputs;
        gallery::black_scholes(s, x, t, &mut self.call, &mut self.put);
    }

    fn rayon(&mut self) {
        let inputs = self.inputs.each_ref().map(Vec::as_slice);
        by_hand::black_scholes(inputs, &mut self.call, &mut self.put);
    }

    fn openmp(&mut self, library: &Library) {
        let [s, x, t] = self.inputs.each_ref().map(Vec::as_ptr);
        call!(library, "black_scholes", (
            self.call.len() => usize,
            s => *const f64,
            x => *const f64,
            t => *const f64,
            self.call.as_mut_ptr() => *mut f64,
            self.put.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.call.iter().chain(&self.put).sum()
    }
}

struct Gravity {
    place: Array2<f64>,
    weight: Vec<f64>,
    pull: Array2<f64>,
}

impl Case for Gravity {
    fn ours(&mut self) {
        gallery::gravity(self.place.view(), &self.weight, self.pull.view_mut());
    }

    fn rayon(&mut self) {
        let place = self.place.as_slice();
        let place = place.expect("a matrix just made is contiguous");
        let pull = self.pull.as_slice_mut();
        let pull = pull.expect("a matrix just made is contiguous");
        by_hand::gravity(place, &self.weight, pull);
    }

    fn openmp(&mut self, library: &Library) {
        call!(library, "gravity", (
            self.weight.len() => usize,
            self.place.as_ptr() => *const f64,
            self.weight.as_ptr() => *const f64,
            self.pull.as_mut_ptr() => *mut f64,
        ));
    }

    fn checksum(&self) -> f64 {
        self.pull.iter().map(|part| part.abs()).sum()
    }
}

struct Circle {
    n: u64,
    inside: u64,
}

impl Case for Circle {
    fn ours(&mut self) {
        self.inside = gallery::circle(23, self.n);
    }

    fn rayon(&mut self) {
        self.inside = by_hand::circle(23, self.n);
    }

    fn openmp(&mut self, library: &Library) {
        self.inside = call!(library, "circle", (23 => u64, self.n => u64) -> u64);
    }

    fn checksum(&self) -> f64 {
        self.inside as f64
    }
}
