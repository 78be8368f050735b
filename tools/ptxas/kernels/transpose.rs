fn transpose(a: ArrayView2<'_, f32>, mut b: ArrayViewMut2<'_, f32>) {
    for i in 0..b.nrows() {
        for j in 0..b.ncols() {
            b[[i, j]] = a[[j, i]];
        }
    }
}
