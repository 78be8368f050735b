fn stencil(a: ArrayView2<'_, f32>, mut b: ArrayViewMut2<'_, f32>) {
    let (m, n) = a.dim();
    for i in 1..m - 1 {
        for j in 1..n - 1 {
            b[[i, j]] = 0.2 * (a[[i, j]] + a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]]);
        }
    }
}
