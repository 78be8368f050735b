// Tiles of 16 by 16, padded by a column, so that both sides are read and written in rows.
extern "C" __global__ void transpose(int rows, int columns, const float *a, float *b) {
    __shared__ float tile[16][17];
    int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 16 + threadIdx.y;
    if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = a[y * columns + x];
    __syncthreads();
    x = blockIdx.y * 16 + threadIdx.x;
    y = blockIdx.x * 16 + threadIdx.y;
    if (x < rows && y < columns) b[y * rows + x] = tile[threadIdx.x][threadIdx.y];
}
