fn nbody(x: &[f32], y: &[f32], z: &[f32], m: &[f32], ax: &mut [f32]) {
    for i in 0..ax.len() {
        let mut s = 0.0;
        for j in 0..x.len() {
            let dx = x[j] - x[i];
            let dy = y[j] - y[i];
            let dz = z[j] - z[i];
            let d = dx * dx + dy * dy + dz * dz + 0.01;
            s += m[j] * dx / (d * d.sqrt());
        }
        ax[i] = s;
    }
}
