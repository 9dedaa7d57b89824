/* Runs the kernels of picture.cu on a CPU, one thread of the grid after the other. */

struct dimensions {
    int x, y;
};

static struct dimensions gridDim, blockDim, blockIdx, threadIdx;

#define __device__
#include KERNELS

#define FOR_EACH_THREAD(columns, rows, block_columns, block_rows)                          \
    gridDim.x = columns, gridDim.y = rows, blockDim.x = block_columns, blockDim.y = block_rows; \
    for (blockIdx.y = 0; blockIdx.y < gridDim.y; blockIdx.y++)                             \
        for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)                         \
            for (threadIdx.y = 0; threadIdx.y < blockDim.y; threadIdx.y++)                 \
                for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)

#define LAUNCH int grid_columns, int grid_rows, int block_columns, int block_rows

void run_to_i444(LAUNCH, const byte *source, COLORS, SIZES, byte *target) {
    FOR_EACH_THREAD(grid_columns, grid_rows, block_columns, block_rows)
    to_i444(source, channels, red_at, green_at, blue_at, width, height, columns, rows, target);
}

void run_to_420(
    LAUNCH, const byte *source, COLORS, SIZES, int chroma_step, long long cr_offset, byte *target
) {
    FOR_EACH_THREAD(grid_columns, grid_rows, block_columns, block_rows)
    to_420(source, channels, red_at, green_at, blue_at, width, height, columns, rows, chroma_step, cr_offset, target);
}

void run_compare(LAUNCH, const byte *picture, const byte *before, long long bytes, int *is_different) {
    FOR_EACH_THREAD(grid_columns, grid_rows, block_columns, block_rows)
    compare(picture, before, bytes, is_different);
}
