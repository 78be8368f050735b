// Functions that the compiler writes out: polynomials, bits of the exponent, reduction by a table
// in constant memory for large arguments.
extern "C" __global__ void elementary(int n, const double *x, double *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double *o = out + 3 * i;
    o[0] = exp(x[i] * 0.001);
    o[1] = sin(x[i]);
    o[2] = cos(x[i] * 1e9);
}

extern "C" __global__ void single(int n, const float *x, float *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float *o = out + 3 * i;
    o[0] = sinf(x[i]);
    o[1] = cosf(x[i] * 1e6f);
    o[2] = logf(fabsf(x[i]));
}
