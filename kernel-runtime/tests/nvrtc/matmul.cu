// A product of matrices by tiles, whose size is the launch's dynamic shared memory.
extern "C" __global__ void matmul(int n, const float *a, const float *b, float *c) {
    extern __shared__ float tiles[];
    int size = blockDim.x, x = threadIdx.x, y = threadIdx.y;
    float *left = tiles, *right = tiles + size * size;
    int row = blockIdx.y * size + y, column = blockIdx.x * size + x;
    float sum = 0.0f;
    for (int start = 0; start < n; start += size) {
        left[y * size + x] = row < n && start + x < n ? a[row * n + start + x] : 0.0f;
        right[y * size + x] = start + y < n && column < n ? b[(start + y) * n + column] : 0.0f;
        __syncthreads();
        for (int k = 0; k < size; k++) sum += left[y * size + k] * right[k * size + x];
        __syncthreads();
    }
    if (row < n && column < n) c[row * n + column] = sum;
}
