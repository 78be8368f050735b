// Quotients, roots and roundings, in IEEE's own results.
extern "C" __global__ void exact(int n, const double *x, const double *y, double *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double *o = out + 8 * i;
    o[0] = x[i] / y[i];
    o[1] = sqrt(fabs(x[i]));
    o[2] = 1.0 / x[i];
    o[3] = fmod(x[i], y[i]);
    o[4] = floor(x[i]) + trunc(y[i]);
    o[5] = rint(x[i]);
    o[6] = fma(x[i], y[i], 0.5);
    o[7] = (double)((float)x[i] / (float)y[i]) + sqrtf((float)fabs(y[i]));
}

// Whole numbers from doubles and back.
extern "C" __global__ void whole(int n, const double *x, long long *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long k = (long long)x[i];
    out[2 * i] = k / (i + 3) * 1000 + k % (i + 3);
    out[2 * i + 1] = (long long)(double)(k * 3) + (int)(float)k;
}
