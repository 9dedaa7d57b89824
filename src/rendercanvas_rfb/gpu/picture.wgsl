// What is done with a picture before it is read back: compare it with the one before, and convert it.
//
// A picture is what copying the canvas' texture to a buffer gives: one word per pixel, rows padded to `stride` words,
// of which four make a quad. So the shaders see the bytes of the texture, and never undo a transfer function.

struct Size {
    width: u32,   // pixels
    height: u32,
    stride: u32,  // quads from row to row
    is_bgra: u32, // whether the lowest byte is blue, and not red
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> picture: array<u32>;
@group(0) @binding(2) var<storage, read> quads: array<vec4<u32>>; // The same, four words at a time.
@group(0) @binding(3) var<storage, read> quads_before: array<vec4<u32>>;
// Where they differ, from the right and the bottom as well, so that 0 is the neutral value of all four:
// width - left, height - top, right, bottom. All zero where they do not.
@group(0) @binding(4) var<storage, read_write> difference: array<atomic<u32>, 4>;

@group(1) @binding(0) var<storage, read_write> output: array<u32>;

// Pictures are opaque: the fourth byte does not count.
const COLOR_MASK = 0x00ffffffu;

// Pixels, and rows of them, that one workgroup compares: 16 quads by 4 rows, 16 times.
const TILE = 64u;
const TILE_QUADS = 16u;
const TILE_ROWS = 4u;

var<workgroup> tile_difference: array<atomic<u32>, 4>;

@compute @workgroup_size(64)
fn compare(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    if local < 4u {
        atomicStore(&tile_difference[local], 0u);
    }
    workgroupBarrier();
    let quad = tile.x * TILE_QUADS + local % TILE_QUADS;
    let x = quad * 4u;
    let begin = tile.y * TILE + local / TILE_QUADS;
    let end = min(tile.y * TILE + TILE, size.height);
    var first = 0u;
    var last = 0u;
    var changed = vec4<u32>();
    if x < size.width {
        // The padding of the rows does not count.
        let mask = select(vec4(0u), vec4(COLOR_MASK), vec4(x) + vec4(0u, 1u, 2u, 3u) < vec4(size.width));
        for (var y = begin; y < end; y += TILE_ROWS) {
            let at = y * size.stride + quad;
            let bits = (quads[at] ^ quads_before[at]) & mask;
            if any(bits != vec4(0u)) {
                changed |= bits;
                first = select(first, y, last == 0u);
                last = y + 1u;
            }
        }
    }
    if last != 0u {
        let is_changed = changed != vec4(0u);
        let left = select(select(select(3u, 2u, is_changed.z), 1u, is_changed.y), 0u, is_changed.x);
        let right = select(select(select(1u, 2u, is_changed.y), 3u, is_changed.z), 4u, is_changed.w);
        atomicMax(&tile_difference[0], size.width - x - left);
        atomicMax(&tile_difference[1], size.height - first);
        atomicMax(&tile_difference[2], x + right);
        atomicMax(&tile_difference[3], last);
    }
    workgroupBarrier();
    if local < 4u {
        let reach = atomicLoad(&tile_difference[local]);
        if reach != 0u {
            atomicMax(&difference[local], reach);
        }
    }
}

// What follows makes whole words of four samples, in planes without padding. Planes have even sides, so that each of
// width * height samples ends at a word; the last column and row are repeated where the picture's are odd.

fn even(side: u32) -> u32 {
    return side + (side & 1u);
}

fn index_of(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.y * groups.x * 64u + id.x;
}

// Of four pixels; the sums of several where their words are added up.
struct Colors {
    red: vec4<i32>,
    green: vec4<i32>,
    blue: vec4<i32>,
}

fn colors(words: vec4<u32>) -> Colors {
    let low = vec4<i32>(words & vec4(0xffu));
    let green = vec4<i32>((words >> vec4(8u)) & vec4(0xffu));
    let high = vec4<i32>((words >> vec4(16u)) & vec4(0xffu));
    let is_bgra = vec4(size.is_bgra != 0u);
    return Colors(select(low, high, is_bgra), green, select(high, low, is_bgra));
}

// See `Coefficients` in convert/ycbcr.py.
override luma_red: i32;
override luma_green: i32;
override luma_blue: i32;
override luma_offset: i32;
override cb_red: i32;
override cb_green: i32;
override cb_blue: i32;
override cr_red: i32;
override cr_green: i32;
override cr_blue: i32;

fn luma(c: Colors) -> u32 {
    let weighted = luma_red * c.red + luma_green * c.green + luma_blue * c.blue;
    return word_of((weighted + luma_offset * 0x10000 + 0x8000) >> vec4(16u));
}

// Of `1 << shift` pixels whose sum is given. The largest value of full range is 255.5, which is 255.
fn cb(c: Colors, shift: u32) -> u32 {
    return chroma(cb_red * c.red + cb_green * c.green + cb_blue * c.blue, shift);
}

fn cr(c: Colors, shift: u32) -> u32 {
    return chroma(cr_red * c.red + cr_green * c.green + cr_blue * c.blue, shift);
}

fn chroma(weighted: vec4<i32>, shift: u32) -> u32 {
    return word_of(min((weighted + vec4(0x808000 << shift)) >> vec4(16u + shift), vec4(255)));
}

fn word_of(samples: vec4<i32>) -> u32 {
    let bytes = vec4<u32>(samples) << vec4(0u, 8u, 16u, 24u);
    return bytes.x | bytes.y | bytes.z | bytes.w;
}

fn pixel(column: u32, row: u32) -> u32 {
    return picture[min(row, size.height - 1u) * size.stride * 4u + min(column, size.width - 1u)];
}

// Four pixels that follow one another in a plane, perhaps in two rows of it or more.
fn pixels(index: u32) -> vec4<u32> {
    let width = even(size.width);
    if size.width % 4u == 0u {
        let row = index / (width / 4u);
        return quads[min(row, size.height - 1u) * size.stride + index - row * (width / 4u)];
    }
    var row = index * 4u / width;
    var column = index * 4u - row * width;
    var words = vec4<u32>();
    for (var i = 0u; i < 4u; i++) {
        words[i] = pixel(column, row);
        column++;
        if column == width {
            column = 0u;
            row++;
        }
    }
    return words;
}

// Four pixels: a word of Y', one of Cb and one of Cr.
@compute @workgroup_size(64)
fn to_i444(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let words = even(size.width) * even(size.height) / 4u;
    let index = index_of(id, groups);
    if index < words {
        let c = colors(pixels(index));
        output[index] = luma(c);
        output[words + index] = cb(c, 0u);
        output[2u * words + index] = cr(c, 0u);
    }
}

// A chroma sample is the mean of a square of four pixels.

fn square_sum(sample: u32) -> vec3<i32> {
    let columns = even(size.width) / 2u;
    let row = sample / columns;
    let x = (sample - row * columns) * 2u;
    let y = row * 2u;
    let c = colors(vec4(pixel(x, y), pixel(x + 1u, y), pixel(x, y + 1u), pixel(x + 1u, y + 1u)));
    let ones = vec4(1);
    return vec3(dot(c.red, ones), dot(c.green, ones), dot(c.blue, ones));
}

// Any size: a word of Y' or less, and a word of chroma, in which Cb may end.
fn write_420(index: u32, is_interleaved: bool) {
    let samples = even(size.width) * even(size.height) / 4u;
    if index < samples {
        output[index] = luma(colors(pixels(index)));
    }
    if index * 4u < samples * 2u {
        var word = 0u;
        for (var i = 0u; i < 4u && index * 4u + i < samples * 2u; i++) {
            let at = index * 4u + i;
            let is_cr = select(at >= samples, at % 2u == 1u, is_interleaved);
            let sum = square_sum(select(select(at, at - samples, at >= samples), at / 2u, is_interleaved));
            let c = Colors(vec4(sum.x), vec4(sum.y), vec4(sum.z));
            word |= (select(cb(c, 2u), cr(c, 2u), is_cr) & 0xffu) << (8u * i);
        }
        output[samples + index] = word;
    }
}

fn sum_of_pairs(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
    return vec4(a.x + a.y, a.z + a.w, b.x + b.y, b.z + b.w);
}

// A width that eight divides, and an even height: eight columns of two rows, four words of Y' and two of chroma.
fn write_420_block(index: u32, is_interleaved: bool) {
    let columns = size.width / 8u;
    let row = index / columns;
    if row * 2u >= size.height {
        return;
    }
    let column = index - row * columns;
    let above = row * 2u * size.stride + column * 2u;
    let below = above + size.stride;
    let a = colors(quads[above]);
    let b = colors(quads[above + 1u]);
    let c = colors(quads[below]);
    let d = colors(quads[below + 1u]);
    let plane_row = row * 4u * columns + column * 2u;
    output[plane_row] = luma(a);
    output[plane_row + 1u] = luma(b);
    output[plane_row + 2u * columns] = luma(c);
    output[plane_row + 2u * columns + 1u] = luma(d);
    let sum = Colors(
        sum_of_pairs(a.red + c.red, b.red + d.red),
        sum_of_pairs(a.green + c.green, b.green + d.green),
        sum_of_pairs(a.blue + c.blue, b.blue + d.blue),
    );
    let blue = cb(sum, 2u);
    let red = cr(sum, 2u);
    let after_luma = size.width * size.height / 4u;
    if is_interleaved {
        let at = after_luma + index * 2u;
        output[at] = (blue & 0xffu) | ((red & 0xffu) << 8u) | ((blue & 0xff00u) << 8u) | ((red & 0xff00u) << 16u);
        output[at + 1u] = ((blue >> 16u) & 0xffu) | ((red >> 8u) & 0xff00u) | ((blue >> 8u) & 0xff0000u) | (red & 0xff000000u);
    } else {
        output[after_luma + index] = blue;
        output[after_luma + after_luma / 4u + index] = red;
    }
}

@compute @workgroup_size(64)
fn to_i420(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    write_420(index_of(id, groups), false);
}

@compute @workgroup_size(64)
fn to_nv12(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    write_420(index_of(id, groups), true);
}

@compute @workgroup_size(64)
fn to_i420_in_blocks(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    write_420_block(index_of(id, groups), false);
}

@compute @workgroup_size(64)
fn to_nv12_in_blocks(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    write_420_block(index_of(id, groups), true);
}

// The picture itself, without the padding of its rows.
@compute @workgroup_size(64)
fn pack(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = index_of(id, groups);
    if index < size.width * size.height {
        let row = index / size.width;
        output[index] = picture[row * size.stride * 4u + index - row * size.width];
    }
}
