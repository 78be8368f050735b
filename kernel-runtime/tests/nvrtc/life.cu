// Two dimensions of bytes that wrap around at the edges.
extern "C" __global__ void life(int rows, int columns, const unsigned char *now, unsigned char *next) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= columns || y >= rows) return;
    int alive = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            alive += now[(y + dy + rows) % rows * columns + (x + dx + columns) % columns];
    bool own = now[y * columns + x];
    next[y * columns + x] = alive == 3 || (own && alive == 4);
}
