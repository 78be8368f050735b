//! The Mandelbrot set as a picture: `cargo run --release --example mandelbrot -- picture.pgm`.

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayViewMut2};
use std::io::{self, Write};
use std::path::PathBuf;

const WIDTH: usize = 1280;
const HEIGHT: usize = 960;
const LIMIT: i32 = 200;

/// How many steps each point takes to leave the disc of radius two, at most `limit`.
#[kernel(parallel, cuda)]
pub fn mandelbrot(mut steps: ArrayViewMut2<'_, i32>, limit: i32) {
    let (height, width) = steps.dim();
    for y in 0..height {
        for x in 0..width {
            let cx = -2.0 + 2.5 * x as f64 / width as f64;
            let cy = -1.25 + 2.5 * y as f64 / height as f64;
            let mut zx = 0.0;
            let mut zy = 0.0;
            let mut n = 0;
            while n < limit && zx * zx + zy * zy <= 4.0 {
                let next = zx * zx - zy * zy + cx;
                zy = 2.0 * zx * zy + cy;
                zx = next;
                n += 1;
            }
            steps[[y, x]] = n;
        }
    }
}

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let path = path.unwrap_or_else(|| std::env::temp_dir().join("mandelbrot.pgm"));
    let mut steps = Array2::zeros((HEIGHT, WIDTH));
    mandelbrot(steps.view_mut(), LIMIT);
    let inside = steps.iter().filter(|&&n| n == LIMIT).count();
    println!("{inside} of {} points stay inside", steps.len());
    write_picture(&path, &steps)?;
    println!("wrote {}", path.display());
    Ok(())
}

/// Writes a grey PGM, points that stay inside black.
fn write_picture(path: &PathBuf, steps: &Array2<i32>) -> io::Result<()> {
    let grey = |&n: &i32| if n == LIMIT { 0 } else { shade(n) };
    let pixels: Vec<u8> = steps.iter().map(grey).collect();
    let mut file = std::fs::File::create(path)?;
    write!(file, "P5\n{WIDTH} {HEIGHT}\n255\n")?;
    file.write_all(&pixels)
}

/// Brighter for points that take longer, on a scale that favours the small counts.
fn shade(n: i32) -> u8 {
    let part = f64::from(n + 1).ln() / f64::from(LIMIT + 1).ln();
    (40.0 + 215.0 * part) as u8
}
