fn total(x: &[i32], mask: &[bool]) -> i64 {
    let mut s = 0i64;
    for i in 0..x.len() {
        if mask[i] {
            s += x[i] as i64 * x[i] as i64;
        }
    }
    s
}
