fn mandelbrot(cx: &[f64], cy: &[f64], limit: u32, out: &mut [u32]) {
    for i in 0..out.len() {
        let (mut x, mut y, mut n) = (0.0, 0.0, 0u32);
        while n < limit && x * x + y * y <= 4.0 {
            let t = x * x - y * y + cx[i];
            y = 2.0 * x * y + cy[i];
            x = t;
            n += 1;
        }
        out[i] = n;
    }
}
