// libarchive edge: tar, gzip, zstd and xz, in and out.
#ifndef LETTERPRESS_CARCHIVE_H
#define LETTERPRESS_CARCHIVE_H
#include <archive.h>
#include <archive_entry.h>
#endif
