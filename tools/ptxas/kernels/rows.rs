fn rows(a: ArrayView2<'_, f32>, y: &mut [f32]) {
    for i in 0..y.len() {
        let mut s = 0.0;
        for j in 0..a.ncols() {
            s += a[[i, j]];
        }
        y[i] = s;
    }
}
