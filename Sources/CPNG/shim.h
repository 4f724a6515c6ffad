// libpng edge. libpng reports errors by longjmp, which must not cross Swift frames: the two functions below run a whole
// encoding or decoding inside C and hand back a code and a message.
#ifndef LETTERPRESS_CPNG_H
#define LETTERPRESS_CPNG_H
#include <png.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A growing block of memory, owned by the caller; released with `lp_png_release`.
typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} lp_png_buffer;

// What a decoded picture holds; `message` is set when a function returns other than 0.
typedef struct {
    uint32_t width;
    uint32_t height;
    int32_t channels;
    char message[128];
} lp_png_info;

// What happened: 0 done, then the codes below.
enum { lp_png_done = 0, lp_png_failed = 1, lp_png_no_memory = 2, lp_png_too_large = 3 };

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
} lp_png_source;

// Freed blocks that wait for the next picture: zlib's state is a quarter of a megabyte, and fresh pages of it cost more
// than compressing a short strip. One encoder owns a pool; one thread uses it at a time.
enum { lp_png_pool_size = 12 };
typedef struct {
    void *blocks[lp_png_pool_size];
} lp_png_pool;

// Before each block stands its size.
enum { lp_png_block_header = 16 };

static inline png_voidp lp_png_pool_take(png_structp png, png_alloc_size_t size) {
    lp_png_pool *pool = (lp_png_pool *)png_get_mem_ptr(png);
    if (size > SIZE_MAX - lp_png_block_header) return NULL;
    for (int i = 0; i < lp_png_pool_size; i++) {
        uint8_t *block = (uint8_t *)pool->blocks[i];
        if (block && *(size_t *)(void *)block == size) {
            pool->blocks[i] = NULL;
            return block + lp_png_block_header;
        }
    }
    uint8_t *block = (uint8_t *)malloc(size + lp_png_block_header);
    if (!block) return NULL;
    *(size_t *)(void *)block = size;
    return block + lp_png_block_header;
}

static inline void lp_png_pool_give(png_structp png, png_voidp bytes) {
    if (!bytes) return;
    lp_png_pool *pool = (lp_png_pool *)png_get_mem_ptr(png);
    uint8_t *block = (uint8_t *)bytes - lp_png_block_header;
    for (int i = 0; i < lp_png_pool_size; i++) {
        if (!pool->blocks[i]) {
            pool->blocks[i] = block;
            return;
        }
    }
    free(pool->blocks[0]);
    memmove(pool->blocks, pool->blocks + 1, sizeof pool->blocks - sizeof pool->blocks[0]);
    pool->blocks[lp_png_pool_size - 1] = block;
}

static inline void lp_png_pool_release(lp_png_pool *pool) {
    for (int i = 0; i < lp_png_pool_size; i++) {
        free(pool->blocks[i]);
        pool->blocks[i] = NULL;
    }
}

static inline void lp_png_release(lp_png_buffer *buffer) {
    free(buffer->bytes);
    buffer->bytes = NULL;
    buffer->count = 0;
    buffer->capacity = 0;
}

static inline int lp_png_reserve(lp_png_buffer *buffer, size_t more) {
    if (more > SIZE_MAX - buffer->count) return 0;
    size_t needed = buffer->count + more;
    if (needed <= buffer->capacity) return 1;
    size_t capacity = buffer->capacity < 4096 ? 4096 : buffer->capacity;
    while (capacity < needed) {
        if (capacity > SIZE_MAX / 2) return 0;
        capacity *= 2;
    }
    uint8_t *bytes = (uint8_t *)realloc(buffer->bytes, capacity);
    if (!bytes) return 0;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 1;
}

static inline void lp_png_on_error(png_structp png, png_const_charp message) {
    lp_png_info *info = (lp_png_info *)png_get_error_ptr(png);
    strncpy(info->message, message ? message : "unknown error", sizeof info->message - 1);
    info->message[sizeof info->message - 1] = 0;
    png_longjmp(png, 1);
}

static inline void lp_png_on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static inline void lp_png_on_write(png_structp png, png_bytep bytes, size_t count) {
    lp_png_buffer *buffer = (lp_png_buffer *)png_get_io_ptr(png);
    if (!lp_png_reserve(buffer, count)) png_error(png, "out of memory");
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

static inline void lp_png_on_flush(png_structp png) { (void)png; }

static inline void lp_png_on_read(png_structp png, png_bytep bytes, size_t count) {
    lp_png_source *source = (lp_png_source *)png_get_io_ptr(png);
    if (count > source->count - source->position) png_error(png, "the data end inside the picture");
    memcpy(bytes, source->bytes + source->position, count);
    source->position += count;
}

// Appends a picture of 8 bits a channel (1 gray, 3 red-green-blue) to `out`. With `patch` above 0 the pixels are
// patch-major, [width / patch, patch, patch, channels] and `height` equals `patch`; with 0 they are rows.
// `row` is scratch of width * channels bytes. No time stamp and no text chunk is written.
static inline __attribute__((noinline)) int lp_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint32_t patch, int level, int filters,
    uint8_t *row, lp_png_buffer *out, lp_png_pool *pool, lp_png_info *info) {
    info->message[0] = 0;
    size_t start = out->count;
    png_structp png = png_create_write_struct_2(
        PNG_LIBPNG_VER_STRING, info, lp_png_on_error, lp_png_on_warning, pool, lp_png_pool_take, lp_png_pool_give);
    if (!png) return lp_png_no_memory;
    png_infop header = png_create_info_struct(png);
    if (!header) {
        png_destroy_write_struct(&png, NULL);
        return lp_png_no_memory;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &header);
        out->count = start;
        return lp_png_failed;
    }
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_write_fn(png, out, lp_png_on_write, lp_png_on_flush);
    png_set_IHDR(
        png, header, width, height, 8, channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, filters);
    png_set_compression_level(png, level);
    png_set_compression_strategy(png, 0);
    png_set_compression_buffer_size(png, 1 << 15);
    png_write_info(png, header);
    size_t run = (size_t)patch * (size_t)channels;
    for (uint32_t y = 0; y < height; y++) {
        if (patch == 0) {
            png_write_row(png, pixels + (size_t)y * width * (size_t)channels);
            continue;
        }
        const uint8_t *from = pixels + y * run;
        uint8_t *to = row;
        for (uint32_t column = 0; column < width / patch; column++) {
            memcpy(to, from, run);
            to += run;
            from += run * patch;
        }
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &header);
    return lp_png_done;
}

// Decodes a picture to rows of 8 bits a channel, 1 gray or 3 red-green-blue; transparency is laid over white.
// A picture of more than `limit` bytes of pixels is refused before memory is taken for it.
static inline __attribute__((noinline)) int lp_png_decode(
    const uint8_t *bytes, size_t count, size_t limit, lp_png_buffer *out, lp_png_info *info) {
    info->message[0] = 0;
    lp_png_source source = {bytes, count, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, info, lp_png_on_error, lp_png_on_warning);
    if (!png) return lp_png_no_memory;
    png_infop header = png_create_info_struct(png);
    if (!header) {
        png_destroy_read_struct(&png, NULL, NULL);
        return lp_png_no_memory;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &header, NULL);
        return lp_png_failed;
    }
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_cache_max(png, 64);
    png_set_chunk_malloc_max(png, 4 << 20);
    png_set_read_fn(png, &source, lp_png_on_read);
    png_read_info(png, header);
    info->width = png_get_image_width(png, header);
    info->height = png_get_image_height(png, header);
    int colour = png_get_color_type(png, header) & PNG_COLOR_MASK_COLOR;
    info->channels = colour ? 3 : 1;
    size_t area = (size_t)info->width * (size_t)info->height;
    if (area > limit / (size_t)info->channels) {
        png_destroy_read_struct(&png, &header, NULL);
        return lp_png_too_large;
    }
    png_set_expand(png);
    png_set_scale_16(png);
    if ((png_get_color_type(png, header) & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, header, PNG_INFO_tRNS)) {
        png_color_16 white = {0, 255, 255, 255, 255};
        png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, header);
    size_t stride = (size_t)info->width * (size_t)info->channels;
    if (png_get_rowbytes(png, header) != stride) png_error(png, "the rows have an unexpected length");
    out->count = 0;
    if (!lp_png_reserve(out, stride * info->height)) png_error(png, "out of memory");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < info->height; y++) png_read_row(png, out->bytes + y * stride, NULL);
    out->count = stride * info->height;
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &header, NULL);
    return lp_png_done;
}
#endif
