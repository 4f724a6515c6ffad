// SentencePiece behind C: models from memory, ids of texts, texts of ids, training from lines. No exception leaves it.
#ifndef LETTERPRESS_CSENTENCEPIECE_H
#define LETTERPRESS_CSENTENCEPIECE_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lp_sentencepiece lp_sentencepiece;

/// What a piece is.
enum {
    lp_piece_normal = 0,
    lp_piece_unknown = 1,
    lp_piece_control = 2,
    lp_piece_unused = 3,
    lp_piece_byte = 4,
};

/// A model from the bytes of its file; NULL with a message of at most `capacity` bytes, zero included, where it is none.
lp_sentencepiece *lp_sentencepiece_load(const uint8_t *bytes, size_t count, char *message, size_t capacity);

void lp_sentencepiece_free(lp_sentencepiece *model);

/// How many pieces there are.
int32_t lp_sentencepiece_size(const lp_sentencepiece *model);

/// Ids that begin and end a text, pad and stand for the unknown, in this order; -1 where there is none.
void lp_sentencepiece_special(const lp_sentencepiece *model, int32_t ids[4]);

/// The text of a piece, valid while the model lives, and what it is. `id` is in range.
const char *lp_sentencepiece_piece(const lp_sentencepiece *model, int32_t id, size_t *count, int32_t *kind);

/// The id of a piece; that of the unknown where there is no such piece.
int32_t lp_sentencepiece_find(const lp_sentencepiece *model, const char *piece, size_t count);

/// Ids of a text in memory for `free`; NULL and a count of -1 where there is no memory.
int32_t *lp_sentencepiece_encode(const lp_sentencepiece *model, const uint8_t *text, size_t count, int64_t *ids);

/// Text of ids, all in range, in memory for `free`; NULL where there is no memory.
uint8_t *lp_sentencepiece_decode(const lp_sentencepiece *model, const int32_t *ids, size_t count, size_t *bytes);

/// The next line to train on; 0 behind the last. The text is valid until the next call.
typedef int32_t (*lp_sentencepiece_line)(void *context, const uint8_t **text, size_t *count);

/// Trains a model, as the flags of `spm_train` say, on lines; its file in memory for `free`, or NULL with a message.
uint8_t *lp_sentencepiece_train(const char *flags, lp_sentencepiece_line line, void *context, size_t *count,
                                char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
