// What is done with a picture on a CUDA device: compare it with the one before, and convert it.
//
// The coefficients are macros, see `Coefficients` in ycbcr.py. What is in here is C as well as CUDA C++, so that tests
// run the same lines on a CPU.

typedef unsigned char byte;

#ifdef __cplusplus
#define EXPORT extern "C" __global__
#else
#define EXPORT
#endif

// Which of the bytes of a pixel are red, green and blue.
#define COLORS const int channels, const int red_at, const int green_at, const int blue_at

// Sides of the picture, and of the planes.
#define SIZES const int width, const int height, const int columns, const int rows

static __device__ int clamp_to_byte(const int value) {
    return value < 255 ? value : 255;
}

static __device__ byte luma(const int red, const int green, const int blue) {
    return (byte)((LUMA_RED * red + LUMA_GREEN * green + LUMA_BLUE * blue + LUMA_OFFSET * 0x10000 + 0x8000) >> 16);
}

// Of `1 << shift` pixels whose sums are given. The largest value of full range is 255.5, which is 255.
static __device__ byte cb(const int red, const int green, const int blue, const int shift) {
    const int weighted = CB_RED * red + CB_GREEN * green + CB_BLUE * blue;
    return (byte)clamp_to_byte((weighted + (0x808000 << shift)) >> (16 + shift));
}

static __device__ byte cr(const int red, const int green, const int blue, const int shift) {
    const int weighted = CR_RED * red + CR_GREEN * green + CR_BLUE * blue;
    return (byte)clamp_to_byte((weighted + (0x808000 << shift)) >> (16 + shift));
}

static __device__ int smaller(const int a, const int b) {
    return a < b ? a : b;
}

// Planes may be larger than the picture: its last column and row are repeated in the rest.
static __device__ const byte *pixel_at(
    const byte *source, const int channels, const int width, const int height, const int column, const int row
) {
    const long long index = (long long)smaller(row, height - 1) * width + smaller(column, width - 1);
    return source + index * channels;
}

// One pixel for each thread, in rows of the grid's y.
EXPORT void to_i444(const byte *source, COLORS, SIZES, byte *target) {
    const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (column >= columns || row >= rows) {
        return;
    }
    const byte *pixel = pixel_at(source, channels, width, height, column, row);
    const int red = pixel[red_at], green = pixel[green_at], blue = pixel[blue_at];
    const long long plane = (long long)columns * rows, at = (long long)row * columns + column;
    target[at] = luma(red, green, blue);
    target[plane + at] = cb(red, green, blue, 0);
    target[2 * plane + at] = cr(red, green, blue, 0);
}

// A square of two by two pixels for each thread; the planes have even sides. A chroma sample is the mean of its four pixels, and lies at
// `after luma + square * chroma_step`, with that of Cr `cr_offset` bytes after that of Cb.
EXPORT void to_420(
    const byte *source, COLORS, SIZES, const int chroma_step, const long long cr_offset, byte *target
) {
    const int column = 2 * (blockIdx.x * blockDim.x + threadIdx.x), row = 2 * (blockIdx.y * blockDim.y + threadIdx.y);
    int red = 0, green = 0, blue = 0;
    if (column >= columns || row >= rows) {
        return;
    }
    for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 2; x++) {
            const byte *pixel = pixel_at(source, channels, width, height, column + x, row + y);
            red += pixel[red_at];
            green += pixel[green_at];
            blue += pixel[blue_at];
            target[(long long)(row + y) * columns + column + x] = luma(pixel[red_at], pixel[green_at], pixel[blue_at]);
        }
    }
    const long long square = (long long)(row / 2) * (columns / 2) + column / 2;
    byte *chroma = target + (long long)columns * rows + square * chroma_step;
    chroma[0] = cb(red, green, blue, 2);
    chroma[cr_offset] = cr(red, green, blue, 2);
}

// Whether two pictures are different: `*is_different` is set to 1 where they are, and left as it is where not. Both
// begin at a multiple of 8 bytes, of which each thread looks at as many as it has turns.
EXPORT void compare(const byte *picture, const byte *before, const long long bytes, int *is_different) {
    const long long words = bytes / 8, threads = (long long)gridDim.x * blockDim.x;
    const unsigned long long *left = (const unsigned long long *)picture, *right = (const unsigned long long *)before;
    const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    for (long long at = thread; at < words; at += threads) {
        if (left[at] != right[at]) {
            *is_different = 1;
            return;
        }
    }
    if (thread == 0) {
        for (long long at = words * 8; at < bytes; at++) {
            if (picture[at] != before[at]) {
                *is_different = 1;
            }
        }
    }
}
