// zlib edge: reading gzip with its checksums, which libarchive 3.6 does not check.
#ifndef LETTERPRESS_CZLIB_H
#define LETTERPRESS_CZLIB_H
#include <zlib.h>

// inflateInit2 is a macro. 16 + 15: gzip members with any window.
static inline int letterpress_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 16 + 15); }
#endif
