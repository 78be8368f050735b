//! Arrays of tuples of equal elements.

use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn moved(p: &mut [(f64, f64)], v: &[(f64, f64)], dt: f64, out: &mut [f64]) {
    for i in 0..p.len() {
        let (x, y) = v[i];
        p[i].0 += x * dt;
        p[i].1 -= y * dt;
        if p[i].0 < 0.0 {
            p[i] = (-p[i].0, p[i].1 + 1.0);
        }
    }
    for (o, p) in out.iter_mut().zip(p.iter()) {
        *o = p.0 * p.1;
    }
}

#[kernel(parallel, cuda)]
fn shifted(p: &mut [(f64, f64)]) {
    for i in 1..p.len() {
        p[i].0 = p[i - 1].1 + 1.0;
    }
}

#[kernel(parallel, cuda)]
fn swapped(c: &[(u8, u8, u8)], out: &mut [(u8, u8, u8)], light: &mut [u8]) {
    for (i, &(r, g, b)) in c.iter().enumerate() {
        light[i] = ((u32::from(r) + u32::from(g) + u32::from(b)) / 3) as u8;
    }
    for (o, c) in out.iter_mut().zip(c) {
        *o = (c.2, c.1, c.0);
        o.1 ^= 5;
    }
}

#[kernel(parallel, cuda)]
fn degrees(edges: &[(usize, usize)], degree: &mut [u32]) -> usize {
    for &(u, v) in edges {
        degree[u] += 1;
        degree[v] += 1;
    }
    edges.iter().filter(|(u, v)| u > v).count()
}

#[kernel(parallel, cuda)]
fn crossed(p: &Vec<(f64, f64)>, q: (f64, f64), near: &mut [usize]) -> f64 {
    for i in 0..near.len() {
        let closer = |j: usize| (p[j].0 - q.0).abs() < (p[i].0 - q.0).abs();
        near[i] = (0..p.len()).filter(|&j| closer(j) && p[j] != p[i]).count();
    }
    p.iter().map(|&(x, y)| x * y).sum()
}

#[test]
fn tuples_lie_as_arrays_do() {
    let v: Vec<(f64, f64)> = (0..700)
        .map(|i| (f64::from(i * 31 % 17) - 8.0, f64::from(i % 9)))
        .collect();
    check!(moved[p = v.clone(), out = vec![0.0; 700]](&mut p, &v, -1.5, &mut out));
    check!(shifted[p = v.clone()](&mut p));
    let c: Vec<(u8, u8, u8)> = (0..900)
        .map(|i| (i as u8, (i * 7) as u8, (i / 3) as u8))
        .collect();
    check!(swapped[out = vec![(0, 0, 0); 800], light = vec![0; 900]](&c, &mut out, &mut light));
    fails!("out of bounds", swapped[out = vec![(0, 0, 0); 9], light = vec![0; 899]](&c, &mut out, &mut light));
    let edges: Vec<(usize, usize)> = (0..3000).map(|i| (i * 31 % 97, i * 17 % 89)).collect();
    check!(degrees[degree = vec![0; 97]](&edges, &mut degree));
    close!(crossed[near = vec![0; 300]](&v, (0.5, 1.0), &mut near));
}

/// Arrays of tuples that the driver makes, and one from outside.
const TABLE: [(u32, u32); 3] = [(1, 2), (3, 4), (5, 6)];

#[kernel(parallel, cuda)]
fn made(x: &[(f64, f64)], n: usize, y: &mut [f64]) {
    let mut w = vec![(0.0, 1.0); n];
    let (copy, rest) = (x.to_vec(), &x[1..]);
    for i in 0..n {
        w[i].0 = i as f64;
        w[i].1 += 2.0;
    }
    for t in 0..3 {
        let steps = [(1.0, t as f64), (2.0, 0.5)];
        for i in 0..y.len() {
            let (a, b) = TABLE[i % 3];
            let own = [(a, 2), (b, t + 3)];
            y[i] += steps[i % 2].0 * w[i % n].1 + copy[i].0 - rest[i].1 * f64::from(own[i % 2].1);
        }
    }
}

#[test]
fn tuples_of_the_driver() {
    let x: Vec<(f64, f64)> = (0..501).map(|i| (f64::from(i), 0.5)).collect();
    check!(made[y = vec![0.0; 500]](&x, 40, &mut y));
}

/// Elements that are taken apart to be written.
#[kernel(parallel, cuda)]
fn taken_apart(p: &mut [(f64, f64)], v: &[(f64, f64)], c: &mut [(u32, u32, u32)], k: f64) -> f64 {
    for (i, ((x, y), (a, b))) in p.iter_mut().zip(v).enumerate() {
        *x += a * k;
        *y -= b * k + *x;
        if i % 3 == 0 {
            std::mem::swap(x, y);
        }
    }
    for (r, _, b) in c {
        *r = r.wrapping_add(*b);
        if *r > 5 {
            *b = 0;
        }
    }
    for i in 0..p.len() {
        let (x, y) = &mut p[i];
        *x = y.max(*x);
        *y *= 0.5;
    }
    let mut most = f64::MIN;
    for row in p.chunks_mut(7) {
        for (x, y) in row.iter_mut() {
            *y -= *x;
            most = most.max(*y);
        }
    }
    most
}

#[test]
fn tuples_are_taken_apart_to_be_written() {
    let p: Vec<(f64, f64)> = (0..500)
        .map(|i| (f64::from(i % 13), f64::from(i % 7)))
        .collect();
    let c: Vec<(u32, u32, u32)> = (0..300).map(|i| (i % 5, i, i % 4)).collect();
    check!(taken_apart[p = p.clone(), c = c.clone()](&mut p, &[(1.0, -2.0); 450], &mut c, 0.25));
}

/// Elements by value, whose names are the iteration's own; rows that are arrays themselves.
#[kernel(parallel, cuda)]
fn by_value(p: &[(f64, f64)], t: &mut [[[f64; 2]; 3]], y: &mut [f64]) {
    for (e, &(mut a, mut b)) in y.iter_mut().zip(p) {
        for _ in 0..3 {
            (a, b) = (b + 0.5, a * 0.25);
        }
        a += b;
        *e = a;
    }
    for [p, q, r] in t.iter_mut() {
        p[0] += q[1] * 0.5;
        r[1] = p[0] - q[0];
    }
    for (e, [p, _, r]) in y.iter_mut().zip(t.iter()) {
        *e += p[0] * r[1];
    }
}

#[test]
fn elements_are_taken_apart_by_value() {
    let p: Vec<(f64, f64)> = (0..500)
        .map(|i| (f64::from(i % 13), f64::from(i % 7)))
        .collect();
    let t: Vec<[[f64; 2]; 3]> = (0..300)
        .map(|i| [[f64::from(i), 1.0], [0.5, f64::from(i % 5)], [2.0, 3.0]])
        .collect();
    check!(by_value[t = t.clone(), y = vec![0.25; 450]](&p, &mut t, &mut y));
}
