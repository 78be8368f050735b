extern "C" __global__ void mandelbrot(size_t m, const double *__restrict__ cx, const double *__restrict__ cy, unsigned limit, unsigned *__restrict__ out) {
    size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < m; i += step) {
        double x = 0.0, y = 0.0;
        unsigned n = 0;
        while (n < limit && x * x + y * y <= 4.0) {
            double t = x * x - y * y + cx[i];
            y = 2.0 * x * y + cy[i];
            x = t;
            n += 1;
        }
        out[i] = n;
    }
}
