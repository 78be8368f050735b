//! Loops of many trades, written as one would without knowing how they are compiled.

use crate::inputs::{FEW, doubles, numbers, plane, singles, space, words};
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3};

#[kernel(parallel, cuda)]
fn grayscale(rgb: &[u8], gray: &mut [u8]) {
    for i in 0..gray.len() {
        let r = rgb[3 * i] as f32;
        let g = rgb[3 * i + 1] as f32;
        let b = rgb[3 * i + 2] as f32;
        gray[i] = (0.299 * r + 0.587 * g + 0.114 * b).round() as u8;
    }
}

#[kernel(parallel, cuda)]
fn sobel(img: ArrayView2<u8>, mut out: ArrayViewMut2<u8>) {
    let (h, w) = img.dim();
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let gx = -(img[[y - 1, x - 1]] as i32) + img[[y - 1, x + 1]] as i32
                - 2 * img[[y, x - 1]] as i32
                + 2 * img[[y, x + 1]] as i32
                - img[[y + 1, x - 1]] as i32
                + img[[y + 1, x + 1]] as i32;
            let gy = -(img[[y - 1, x - 1]] as i32)
                - 2 * img[[y - 1, x]] as i32
                - img[[y - 1, x + 1]] as i32
                + img[[y + 1, x - 1]] as i32
                + 2 * img[[y + 1, x]] as i32
                + img[[y + 1, x + 1]] as i32;
            let mag = ((gx * gx + gy * gy) as f32).sqrt();
            out[[y, x]] = if mag > 255.0 { 255 } else { mag as u8 };
        }
    }
}

#[kernel(parallel, cuda)]
fn threshold(img: &mut [u8], level: u8) -> usize {
    let mut on = 0;
    for i in 0..img.len() {
        img[i] = if img[i] >= level {
            on += 1;
            255
        } else {
            0
        };
    }
    on
}

#[kernel(parallel, cuda)]
fn premultiply(px: &mut [[u8; 4]]) {
    for i in 0..px.len() {
        let a = px[i][3] as u16;
        for c in 0..3 {
            px[i][c] = (px[i][c] as u16 * a / 255) as u8;
        }
    }
}

#[kernel(parallel, cuda)]
fn bilinear(src: ArrayView2<f32>, mut dst: ArrayViewMut2<f32>) {
    let (sh, sw) = src.dim();
    let (dh, dw) = dst.dim();
    let (fy, fx) = ((sh - 1) as f32 / dh as f32, (sw - 1) as f32 / dw as f32);
    for y in 0..dh {
        for x in 0..dw {
            let v = y as f32 * fy;
            let u = x as f32 * fx;
            let (y0, x0) = (v.floor() as usize, u.floor() as usize);
            let (y1, x1) = ((y0 + 1).min(sh - 1), (x0 + 1).min(sw - 1));
            let (dy, dx) = (v - y0 as f32, u - x0 as f32);
            let top = src[[y0, x0]] * (1.0 - dx) + src[[y0, x1]] * dx;
            let bottom = src[[y1, x0]] * (1.0 - dx) + src[[y1, x1]] * dx;
            dst[[y, x]] = top * (1.0 - dy) + bottom * dy;
        }
    }
}

#[kernel(parallel, cuda)]
fn dilate(src: &[u8], dst: &mut [u8], w: usize, h: usize, r: isize) {
    for y in 0..h as isize {
        for x in 0..w as isize {
            let mut best = 0u8;
            for dy in -r..=r {
                for dx in -r..=r {
                    let (yy, xx) = (y + dy, x + dx);
                    if yy >= 0 && yy < h as isize && xx >= 0 && xx < w as isize {
                        best = best.max(src[yy as usize * w + xx as usize]);
                    }
                }
            }
            dst[y as usize * w + x as usize] = best;
        }
    }
}

#[kernel(parallel, cuda)]
fn flip(img: &[u32], out: &mut [u32], w: usize, h: usize) {
    for y in 0..h {
        for x in 0..w {
            out[y * w + (w - 1 - x)] = img[y * w + x];
        }
    }
}

#[kernel(parallel, cuda)]
fn planes(mut a: ArrayViewMut3<f32>, gain: &[f32; 3], bias: [f32; 3]) {
    let (h, w, c) = a.dim();
    for y in 0..h {
        for x in 0..w {
            for k in 0..c {
                let v = a[[y, x, k]] * gain[k] + bias[k];
                a[[y, x, k]] = v.clamp(0.0, 1.0);
            }
        }
    }
}

#[test]
fn images() {
    let bytes: Vec<u8> = words(3000).iter().map(|v| *v as u8).collect();
    check!(grayscale[g = vec![0; 1000]](&bytes, &mut g));
    check!(threshold[g = bytes.clone()](&mut g, 128));
    let pixels: Vec<[u8; 4]> = words(500).iter().map(|v| v.to_le_bytes()).collect();
    check!(premultiply[p = pixels.clone()](&mut p));
    let gray = Array2::from_shape_fn((30, 40), |(i, j)| bytes[i * 40 + j]);
    check!(sobel[o = Array2::zeros((30, 40))](
        gray.view(),
        o.view_mut()
    ));
    let image = plane(20, 30).mapv(|v| v as f32);
    check!(bilinear[d = Array2::zeros((33, 47))](
        image.view(),
        d.view_mut()
    ));
    check!(dilate[d = vec![0; 1200]](&bytes, &mut d, 40, 30, 2));
    check!(flip[d = vec![0; 1200]](&words(1200), &mut d, 40, 30));
    let (gain, bias) = ([1.0, 2.0, 0.5], [0.1, 0.2, 0.3]);
    check!(planes[a = space(9, 8, 3).mapv(|v| v as f32)](
        a.view_mut(),
        &gain,
        bias
    ));
}

#[kernel(parallel, cuda)]
fn payoff(prices: &[f64], strike: f64, rate: f64, years: u32) -> f64 {
    let n = prices.len() as f64;
    let mut total = 0.0;
    for i in 0..prices.len() {
        let gain = prices[i] - strike;
        if gain > 0.0 {
            total += gain;
        }
    }
    let mut discount = 1.0;
    for _ in 0..years {
        discount /= 1.0 + rate;
    }
    discount * total / n
}

#[kernel(parallel, cuda)]
fn binomial(spot: &[f64], out: &mut [f64], steps: usize) {
    for i in 0..spot.len() {
        let mut v = [0.0f64; 33];
        let (u, d) = (1.02, 1.0 / 1.02);
        let mut s = spot[i];
        for _ in 0..steps {
            s *= d;
        }
        for k in 0..=steps {
            v[k] = (s - 0.25).max(0.0);
            s *= u * u;
        }
        for step in (0..steps).rev() {
            for k in 0..=step {
                v[k] = 0.5 * (v[k] + v[k + 1]) * 0.999;
            }
        }
        out[i] = v[0];
    }
}

#[kernel(parallel, cuda)]
fn returns(p: &[f64], r: &mut [f64]) -> (f64, f64) {
    let mut lo = f64::MAX;
    let mut hi = f64::MIN;
    for i in 1..p.len() {
        r[i - 1] = p[i] / p[i - 1] - 1.0;
        lo = lo.min(p[i]);
        hi = hi.max(p[i]);
    }
    (lo, hi)
}

#[kernel(parallel, cuda)]
fn moving_average(p: &[f64], out: &mut [f64], window: usize) {
    for i in window..p.len() {
        let mut s = 0.0;
        for k in i - window..i {
            s += p[k];
        }
        out[i] = s / window as f64;
    }
}

#[kernel(parallel, cuda)]
fn covariance(x: ArrayView2<f64>, mean: &[f64], mut cov: ArrayViewMut2<f64>) {
    let (n, d) = x.dim();
    for a in 0..d {
        for b in 0..d {
            let mut s = 0.0;
            for k in 0..n {
                s += (x[[k, a]] - mean[a]) * (x[[k, b]] - mean[b]);
            }
            cov[[a, b]] = s / (n as f64 - 1.0);
        }
    }
}

#[kernel(parallel, cuda)]
fn percent(x: &[u32], total: u64, out: &mut [u8]) {
    for i in 0..x.len() {
        out[i] = ((x[i] as u64 * 100 + total / 2) / total).min(255) as u8;
    }
}

#[test]
fn finance() {
    close!(payoff(&doubles(3000), 0.1, 0.02, 5));
    check!(binomial[o = vec![0.0; 200]](&doubles(200), &mut o, 32));
    fails!(
        "index out of bounds",
        binomial[o = vec![0.0; 200]](&doubles(200), &mut o, 33)
    );
    check!(returns[r = vec![0.0; 2999]](&doubles(3000), &mut r));
    check!(moving_average[r = vec![0.0; 3000]](
        &doubles(3000),
        &mut r,
        20
    ));
    let x = plane(60, 7);
    check!(covariance[c = Array2::zeros((7, 7))](
        x.view(),
        &doubles(7),
        c.view_mut()
    ));
    check!(percent[o = vec![0; 500]](&words(500), 100_000, &mut o));
}

#[kernel(parallel, cuda)]
fn column_means(x: ArrayView2<f64>, mean: &mut [f64]) {
    let (n, d) = x.dim();
    for j in 0..d {
        mean[j] = 0.0;
        for i in 0..n {
            mean[j] += x[[i, j]];
        }
        mean[j] /= n as f64;
    }
}

#[kernel(parallel, cuda)]
fn nearest(points: ArrayView2<f64>, centres: ArrayView2<f64>, label: &mut [u32]) -> f64 {
    let mut inertia = 0.0;
    for i in 0..points.nrows() {
        let mut best = f64::INFINITY;
        let mut at = 0;
        for k in 0..centres.nrows() {
            let mut d2 = 0.0;
            for c in 0..points.ncols() {
                let d = points[[i, c]] - centres[[k, c]];
                d2 += d * d;
            }
            if d2 < best {
                best = d2;
                at = k as u32;
            }
        }
        label[i] = at;
        inertia += best;
    }
    inertia
}

#[kernel(parallel, cuda)]
fn regression(x: &[f64], y: &[f64]) -> (f64, f64, f64) {
    let n = x.len() as f64;
    let (mut sx, mut sy, mut sxx, mut sxy, mut syy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for i in 0..x.len() {
        sx += x[i];
        sy += y[i];
        sxx += x[i] * x[i];
        sxy += x[i] * y[i];
        syy += y[i] * y[i];
    }
    let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    let intercept = (sy - slope * sx) / n;
    let r = (n * sxy - sx * sy) / ((n * sxx - sx * sx) * (n * syy - sy * sy)).sqrt();
    (slope, intercept, r)
}

#[kernel(parallel, cuda)]
fn moments(x: &[f64]) -> [f64; 2] {
    let mut m = 0.0;
    let mut q = 0.0;
    for i in 0..x.len() {
        m += x[i];
        q += x[i] * x[i] * x[i];
    }
    [m, q]
}

#[kernel(parallel, cuda)]
fn relu_grad(x: &[f32], g: &[f32], out: &mut [f32], leak: f32) {
    for i in 0..x.len() {
        out[i] = g[i] * if x[i] > 0.0 { 1.0 } else { leak };
    }
}

#[kernel(parallel, cuda)]
fn conv1d(x: ArrayView2<f32>, w: ArrayView3<f32>, mut y: ArrayViewMut2<f32>) {
    let (cout, cin, k) = w.dim();
    let n = y.ncols();
    for o in 0..cout {
        for t in 0..n {
            let mut acc = 0.0f32;
            for c in 0..cin {
                for j in 0..k {
                    acc += w[[o, c, j]] * x[[c, t + j]];
                }
            }
            y[[o, t]] = acc;
        }
    }
}

#[kernel(parallel, cuda)]
fn adam(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], t: i32) {
    const B1: f32 = 0.9;
    const B2: f32 = 0.999;
    let mut c1 = 1.0f32;
    let mut c2 = 1.0f32;
    for _ in 0..t {
        c1 *= B1;
        c2 *= B2;
    }
    for i in 0..p.len() {
        m[i] = B1 * m[i] + (1.0 - B1) * g[i];
        v[i] = B2 * v[i] + (1.0 - B2) * g[i] * g[i];
        let mh = m[i] / (1.0 - c1);
        let vh = v[i] / (1.0 - c2);
        p[i] -= 1e-3 * mh / (vh.sqrt() + 1e-8);
    }
}

#[kernel(parallel, cuda)]
fn kernel_density(x: &[f32], grid: &mut [f32], lo: f32, step: f32, width: f32) {
    for g in 0..grid.len() {
        let at = lo + step * g as f32;
        let mut s = 0.0;
        for i in 0..x.len() {
            let u = (x[i] - at) / width;
            if u.abs() <= 1.0 {
                s += 0.75 * (1.0 - u * u);
            }
        }
        grid[g] = s / (x.len() as f32 * width);
    }
}

#[kernel(parallel, cuda)]
fn skip_some(x: &[f64], y: &mut [f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i].is_nan() {
            continue;
        }
        if x[i] < -0.25 {
            y[i] = 0.0;
            continue;
        }
        y[i] = x[i];
        s += x[i];
    }
    s
}

#[kernel(parallel, cuda)]
fn bools(x: &[f64], keep: &mut [bool]) -> usize {
    let mut n = 0;
    for i in 0..x.len() {
        keep[i] = x[i] > 0.0 && !(x[i] > 0.25);
        if keep[i] {
            n += 1;
        }
    }
    n
}

#[test]
fn statistics_and_learning() {
    let x = plane(60, 7);
    check!(column_means[m = vec![5.0; 7]](x.view(), &mut m));
    close!(nearest[l = vec![0; 60]](
        x.view(),
        plane(4, 7).view(),
        &mut l
    ));
    close!(regression(&doubles(3000), &doubles(6000)[3000..]));
    close!(moments(&doubles(999)));
    let (f, single) = (singles(3000), |a: Array3<f64>| a.mapv(|v| v as f32));
    check!(relu_grad[o = vec![0.0; 3000]](&f, &f, &mut o, 0.01));
    let (input, w) = (plane(3, 32).mapv(|v| v as f32), single(space(5, 3, 3)));
    check!(conv1d[y = Array2::zeros((5, 30))](
        input.view(),
        w.view(),
        y.view_mut()
    ));
    check!(adam[p = f.clone(), m = f.clone(), v = vec![0.5; 3000]](&mut p, &f, &mut m, &mut v, 3));
    check!(kernel_density[g = vec![0.0; 20]](
        &f[..300],
        &mut g,
        -1.0,
        0.1,
        0.2
    ));
    let mut x = doubles(1000);
    x[77] = f64::NAN;
    check!(bools[k = vec![false; 1000]](&x, &mut k));
    close!(skip_some[y = x.clone()](&x, &mut y));
}

#[kernel(parallel, cuda)]
fn forest(now: &[u8], next: &mut [u8], w: usize, h: usize, seed: u32) -> u32 {
    let mut burning = 0;
    for y in 0..h {
        for x in 0..w {
            let at = y * w + x;
            let mut r = seed ^ (at as u32).wrapping_mul(2654435761);
            r ^= r << 13;
            r ^= r >> 17;
            r ^= r << 5;
            next[at] = match now[at] {
                0 => {
                    if r % 100 < 3 {
                        1
                    } else {
                        0
                    }
                }
                1 => {
                    let fire = (y > 0 && now[at - w] == 2)
                        || (y + 1 < h && now[at + w] == 2)
                        || (x > 0 && now[at - 1] == 2)
                        || (x + 1 < w && now[at + 1] == 2);
                    if fire || r % 1000 == 0 { 2 } else { 1 }
                }
                _ => 0,
            };
            if next[at] == 2 {
                burning += 1;
            }
        }
    }
    burning
}

#[kernel(parallel, cuda)]
fn raycast(map: &[u8], w: usize, h: usize, px: f32, py: f32, dirs: &[[f32; 2]], hits: &mut [f32]) {
    for r in 0..dirs.len() {
        let (mut x, mut y) = (px, py);
        let mut dist = 0.0;
        loop {
            x += dirs[r][0] * 0.25;
            y += dirs[r][1] * 0.25;
            dist += 0.25;
            if x < 0.0 || y < 0.0 {
                break;
            }
            let (cx, cy) = (x as usize, y as usize);
            if cx >= w || cy >= h || map[cy * w + cx] != 0 {
                break;
            }
        }
        hits[r] = dist;
    }
}

#[kernel(parallel, cuda)]
fn boids(pos: &[[f32; 2]], vel: &[[f32; 2]], out: &mut [[f32; 2]]) {
    let n = pos.len();
    for i in 0..n {
        let mut centre = [0.0f32; 2];
        let mut count = 0;
        for j in 0..n {
            if i == j {
                continue;
            }
            let dx = pos[j][0] - pos[i][0];
            let dy = pos[j][1] - pos[i][1];
            if dx * dx + dy * dy < 0.1 {
                centre[0] += pos[j][0];
                centre[1] += pos[j][1];
                count += 1;
            }
        }
        out[i][0] = vel[i][0];
        out[i][1] = vel[i][1];
        if count > 0 {
            out[i][0] += 0.01 * (centre[0] / count as f32 - pos[i][0]);
            out[i][1] += 0.01 * (centre[1] / count as f32 - pos[i][1]);
        }
    }
}

#[kernel(parallel, cuda)]
fn collide(x: &[f32], y: &[f32], r: &[f32]) -> usize {
    let mut pairs = 0usize;
    for i in 0..x.len() {
        for j in i + 1..x.len() {
            let (dx, dy) = (x[i] - x[j], y[i] - y[j]);
            let rr = r[i] + r[j];
            if dx * dx + dy * dy < rr * rr {
                pairs += 1;
            }
        }
    }
    pairs
}

#[kernel(parallel, cuda)]
fn lbm(f: &[[f32; 9]], out: &mut [[f32; 9]], w: usize, h: usize, omega: f32) {
    let cx: [i32; 9] = [0, 1, 0, -1, 0, 1, -1, -1, 1];
    let cy: [i32; 9] = [0, 0, 1, 0, -1, 1, 1, -1, -1];
    let wt: [f32; 9] = [0.5, 0.1, 0.1, 0.1, 0.1, 0.025, 0.025, 0.025, 0.025];
    for y in 0..h {
        for x in 0..w {
            let mut g = [0.0f32; 9];
            let mut rho = 0.0f32;
            let (mut ux, mut uy) = (0.0f32, 0.0f32);
            for q in 0..9 {
                let sx = (x as i32 - cx[q]).rem_euclid(w as i32) as usize;
                let sy = (y as i32 - cy[q]).rem_euclid(h as i32) as usize;
                g[q] = f[sy * w + sx][q];
                rho += g[q];
                ux += g[q] * cx[q] as f32;
                uy += g[q] * cy[q] as f32;
            }
            ux /= rho;
            uy /= rho;
            let uu = 1.5 * (ux * ux + uy * uy);
            for q in 0..9 {
                let cu = 3.0 * (cx[q] as f32 * ux + cy[q] as f32 * uy);
                let eq = wt[q] * rho * (1.0 + cu + 0.5 * cu * cu - uu);
                out[y * w + x][q] = g[q] + omega * (eq - g[q]);
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn game(hp: &mut [i32], damage: &[i32], armour: &[u8], alive: &mut u32) {
    *alive = 0;
    for i in 0..hp.len() {
        let hit = (damage[i] - armour[i] as i32).max(1);
        hp[i] = (hp[i] - hit).max(0);
        *alive += (hp[i] > 0) as u32;
    }
}

#[kernel(parallel, cuda)]
fn hash_all(x: &[u64]) -> u64 {
    let mut h = 0u64;
    for i in 0..x.len() {
        let mut v = x[i] ^ i as u64;
        for _ in 0..3 {
            v = v.rotate_left(13).wrapping_mul(0x9E3779B97F4A7C15) ^ (v >> 7);
        }
        h = h.wrapping_add(v);
    }
    h
}

#[kernel(parallel, cuda)]
fn checkers(mut a: ArrayViewMut2<i32>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            if (i + j) % 2 == 0 {
                a[[i, j]] = 1;
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn upwind(u: &mut [f64], c: f64, steps: u32) {
    let n = u.len();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for i in 0..n {
            let im = if i == 0 { n - 1 } else { i - 1 };
            next[i] = u[i] - c * (u[i] - u[im]);
        }
        u.copy_from_slice(&next);
    }
}

#[test]
fn games_and_simulations() {
    let cells: Vec<u8> = words(1200).iter().map(|v| (v % 3) as u8).collect();
    check!(forest[n = vec![0; 1200]](&cells, &mut n, 40, 30, 7));
    let dirs: Vec<[f32; 2]> = singles(300).iter().map(|v| [*v, 0.5 - v.abs()]).collect();
    let mut map = vec![0; 1200];
    (map[300], map[301], map[777]) = (1, 1, 1);
    check!(raycast[hits = vec![0.0; 300]](
        &map, 40, 30, 20.0, 15.0, &dirs, &mut hits
    ));
    check!(boids[o = dirs.clone()](&dirs, &dirs, &mut o));
    check!(collide(&singles(200), &singles(200), &singles(200)));
    let f: Vec<[f32; 9]> = singles(300).iter().map(|v| [1.0 + v; 9]).collect();
    check!(lbm[o = f.clone()](&f, &mut o, 20, 15, 0.7));
    let (hp, armour) = (numbers(500), vec![3; 500]);
    check!(game[h = hp.clone(), alive = 7](&mut h, &hp, &armour, &mut alive));
    check!(hash_all(
        &words(500)
            .iter()
            .map(|v| 77 * u64::from(*v))
            .collect::<Vec<_>>()
    ));
    check!(checkers[a = Array2::zeros((33, 21))](a.view_mut()));
    check!(upwind[u = doubles(200)](&mut u, 0.5, 3));
}

#[kernel(parallel, cuda)]
fn reverse_half(x: &mut [f64]) {
    let n = x.len();
    for i in 0..n / 2 {
        let other = x[n - 1 - i];
        x[n - 1 - i] = x[i];
        x[i] = other;
    }
}

#[kernel(parallel, cuda)]
fn levinson(r: &[f64], a: &mut [f64]) {
    for m in 1..a.len() {
        let mut acc = r[m];
        for j in 1..m {
            acc += a[j] * r[m - j];
        }
        let k = -acc / r[0];
        for j in 1..m {
            a[j] += k * a[m - j];
        }
        a[m] = k;
    }
}

#[kernel(parallel, cuda)]
fn lagged(x: &[f64], y: &mut [f64], k: usize) {
    for i in 0..x.len() {
        y[i] = if i >= k { x[i] - x[i - k] } else { 0.0 };
    }
}

#[kernel(parallel, cuda)]
fn blocked(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>, bs: usize) {
    let n = a.nrows();
    for i in 0..n {
        for k0 in (0..n).step_by(bs) {
            for k in k0..(k0 + bs).min(n) {
                for j in 0..n {
                    c[[i, j]] += a[[i, k]] * b[[k, j]];
                }
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn dft(re: &[f64], cos: &[f64], sin: &[f64], out: &mut [[f64; 2]]) {
    let n = re.len();
    for k in 0..n {
        let (mut a, mut b) = (0.0, 0.0);
        for t in 0..n {
            let at = k * t % n;
            a += re[t] * cos[at];
            b -= re[t] * sin[at];
        }
        out[k][0] = a;
        out[k][1] = b;
    }
}

#[kernel(parallel, cuda)]
fn butterfly(x: &mut [f64], half: usize) {
    for k in 0..half {
        let a = x[k];
        let b = x[k + half];
        x[k] = a + b;
        x[k + half] = a - b;
    }
}

#[kernel(parallel, cuda)]
fn walsh(x: &mut [f64]) {
    let n = x.len();
    let mut h = 1;
    while h < n {
        for i in 0..n / (2 * h) {
            for j in 0..h {
                let a = x[i * 2 * h + j];
                let b = x[i * 2 * h + j + h];
                x[i * 2 * h + j] = a + b;
                x[i * 2 * h + j + h] = a - b;
            }
        }
        h *= 2;
    }
}

#[kernel(parallel, cuda)]
fn odd_even_sort(x: &mut [i32]) {
    let n = x.len();
    for round in 0..n {
        let start = round % 2;
        for k in 0..(n - start) / 2 {
            let i = 2 * k + start;
            if x[i] > x[i + 1] {
                let t = x[i];
                x[i] = x[i + 1];
                x[i + 1] = t;
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn floyd(mut d: ArrayViewMut2<u32>, row: &mut [u32]) {
    let n = d.nrows();
    for k in 0..n {
        for j in 0..n {
            row[j] = d[[k, j]];
        }
        for i in 0..n {
            let dik = d[[i, k]];
            for j in 0..n {
                let through = dik.saturating_add(row[j]);
                if through < d[[i, j]] {
                    d[[i, j]] = through;
                }
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn swap_pairs(x: &mut [f32]) {
    for i in 0..x.len() / 2 {
        let t = x[2 * i];
        x[2 * i] = x[2 * i + 1];
        x[2 * i + 1] = t;
    }
}

#[kernel(parallel, cuda)]
fn pairs_of_sums(x: &[f64], p: &mut [f64]) -> f64 {
    let n = x.len();
    let mut t = 0.0;
    for i in 0..n {
        for j in 0..=i {
            t += x[i] * x[j];
        }
    }
    for i in 0..n {
        p[i] = t;
    }
    t
}

#[kernel(parallel, cuda)]
fn integrate(a: f64, b: f64, n: usize) -> f64 {
    let h = (b - a) / n as f64;
    let mut s = 0.5 * (a * a + b * b);
    for i in 1..n {
        let x = a + i as f64 * h;
        s += x * x;
    }
    s * h
}

#[kernel(parallel, cuda)]
fn parity(n: u64) -> [u64; 2] {
    let (mut even, mut odd) = (0, 0);
    for i in 0..n {
        if i.count_ones() % 2 == 0 {
            even += 1
        } else {
            odd += 1
        }
    }
    [even, odd]
}

#[test]
fn algorithms() {
    for n in FEW {
        let x = doubles(n);
        check!(reverse_half[x = x.clone()](&mut x));
        check!(lagged[y = x.clone()](&x, &mut y, 12));
        check!(butterfly[x = x.clone()](&mut x, n / 2));
        check!(swap_pairs[x = singles(n)](&mut x));
        close!(pairs_of_sums[p = x.clone()](&x, &mut p));
        close!(integrate(0.0, 1.0, n + 1));
        check!(parity(n as u64));
        let few = n.min(65);
        check!(odd_even_sort[x = numbers(few)](&mut x));
        check!(dft[o = vec![[0.0; 2]; few]](
            &x[..few],
            &doubles(100),
            &doubles(70),
            &mut o
        ));
    }
    close!(levinson[a = vec![0.0; 70]](&doubles(70), &mut a));
    fails!(
        "index out of bounds",
        butterfly[x = doubles(100)](&mut x, 51)
    );
    check!(walsh[x = doubles(256)](&mut x));
    let a = plane(33, 33).mapv(|v| v as f32);
    check!(blocked[c = a.clone()](a.view(), a.view(), c.view_mut(), 8));
    let d = Array2::from_shape_fn((20, 20), |(i, j)| ((i * 7 + j * 13) % 50) as u32);
    check!(floyd[d = d.clone(), row = vec![0; 20]](d.view_mut(), &mut row));
}

const WEIGHTS: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
static COINS: &[u32] = &[1, 2, 5];

/// Tables from outside of the function, as iterators.
#[kernel(parallel, cuda)]
fn over_tables(x: &[f64], c: &[u32], y: &mut [f64], n: &mut [u32]) {
    for i in WEIGHTS.len() - 1..x.len() {
        let mut s = 0.0;
        for (k, w) in WEIGHTS.iter().enumerate() {
            s += w * x[i - k];
        }
        for w in &WEIGHTS {
            s -= *w;
        }
        y[i] = s + WEIGHTS
            .iter()
            .zip(&x[i - 3..])
            .map(|(w, x)| w * x)
            .sum::<f64>();
    }
    for i in 0..c.len() {
        let mut left = c[i];
        for &coin in COINS.iter().rev() {
            n[i] += left / coin;
            left %= coin;
        }
    }
}

#[kernel(parallel, cuda)]
fn greater(x: &[i64], y: &mut [u8]) -> (i64, i64) {
    use std::cmp;
    let (mut most, mut least) = (i64::MIN, i64::MAX);
    for (i, &v) in x.iter().enumerate() {
        most = std::cmp::max(most, v);
        least = cmp::min(v, least);
        y[i] = Ord::max(y[i], 3) + std::cmp::Ord::min(y[i], 9);
    }
    (most, least)
}

#[test]
fn tables_and_comparisons() {
    let x: Vec<f64> = (0..300).map(|i| f64::from(i * 7919 % 41) - 20.0).collect();
    let c: Vec<u32> = (0..300).map(|i| i * 7919 % 41).collect();
    check!(over_tables[y = vec![0.0; 300], n = vec![0; 300]](&x, &c, &mut y, &mut n));
    let x: Vec<i64> = (0..300).map(|i| i * 7919 % 41 - 20).collect();
    check!(greater
        [y = (0..300).map(|i| i as u8 % 20).collect::<Vec<u8>>()](
        &x, &mut y
    ));
}

const AROUND: [(i32, i32); 4] = [(0, 1), (1, 0), (0, -1), (-1, 0)];

/// A table of tuples, and numbers behind references as operands.
#[kernel(parallel, cuda)]
fn neighbours(x: &[i32], y: &mut [i32], w: usize, h: usize, scale: &i32) {
    fn twice(v: &i32) -> i32 {
        v + v
    }
    for r in 0..h {
        for c in 0..w {
            let mut n = 0;
            for (down, right) in AROUND {
                let (r, c) = (r as i32 + down, c as i32 + right);
                if r >= 0 && r < h as i32 && c >= 0 && c < w as i32 {
                    n += x[r as usize * w + c as usize] * scale;
                }
            }
            for (k, &(down, _)) in AROUND.iter().enumerate() {
                n -= down * k as i32;
            }
            y[r * w + c] = n + scale;
            y[r * w + c] -= twice(scale);
        }
    }
}

#[test]
fn neighbours_by_a_table() {
    let x: Vec<i32> = (0..300).map(|i| i * 7919 % 41).collect();
    for (w, h) in [(20, 15), (0, 3), (300, 1)] {
        check!(neighbours[y = vec![0; 300]](&x, &mut y, w, h, &3));
    }
}
