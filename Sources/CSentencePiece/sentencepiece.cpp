// Edge to Debian's libsentencepiece.
#include "CSentencePiece.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#if !__has_include(<sentencepiece_processor.h>)
#error "libsentencepiece is missing: apt-get install libsentencepiece-dev, or run tools/install-dependencies.sh"
#endif
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

// The library exports it, though no header of it says so; otherwise it writes of its work to standard error.
namespace sentencepiece {
namespace logging {
void SetMinLogLevel(int level);
}
} // namespace sentencepiece

using sentencepiece::SentencePieceProcessor;
using sentencepiece::SentencePieceTrainer;

struct lp_sentencepiece {
    SentencePieceProcessor processor;
};

namespace {

void tell(const std::string &text, char *message, size_t capacity) {
    if (capacity > 0) std::snprintf(message, capacity, "%s", text.c_str());
}

// A copy for free(); not NULL for no bytes.
void *copy(const void *bytes, size_t count) {
    void *result = std::malloc(count > 0 ? count : 1);
    if (result != nullptr && count > 0) std::memcpy(result, bytes, count);
    return result;
}

// Lines of a C function as sentences.
class Lines : public sentencepiece::SentenceIterator {
  public:
    Lines(lp_sentencepiece_line line, void *context) : line_(line), context_(context) { Next(); }
    bool done() const override { return done_; }
    void Next() override {
        const uint8_t *text = nullptr;
        size_t count = 0;
        done_ = line_(context_, &text, &count) == 0;
        if (done_) value_.clear();
        else value_.assign(reinterpret_cast<const char *>(text), count);
    }
    const std::string &value() const override { return value_; }
    sentencepiece::util::Status status() const override { return sentencepiece::util::Status(); }

  private:
    lp_sentencepiece_line line_;
    void *context_;
    std::string value_;
    bool done_ = false;
};

} // namespace

lp_sentencepiece *lp_sentencepiece_load(const uint8_t *bytes, size_t count, char *message, size_t capacity) {
    try {
        sentencepiece::logging::SetMinLogLevel(4);
        auto model = std::make_unique<lp_sentencepiece>();
        const auto status =
            model->processor.LoadFromSerializedProto({reinterpret_cast<const char *>(bytes), count});
        if (status.ok()) return model.release();
        tell(status.ToString(), message, capacity);
    } catch (const std::exception &error) {
        tell(error.what(), message, capacity);
    }
    return nullptr;
}

void lp_sentencepiece_free(lp_sentencepiece *model) { delete model; }

int32_t lp_sentencepiece_size(const lp_sentencepiece *model) { return model->processor.GetPieceSize(); }

void lp_sentencepiece_special(const lp_sentencepiece *model, int32_t ids[4]) {
    const auto &processor = model->processor;
    ids[0] = processor.bos_id();
    ids[1] = processor.eos_id();
    ids[2] = processor.pad_id();
    ids[3] = processor.unk_id();
}

const char *lp_sentencepiece_piece(const lp_sentencepiece *model, int32_t id, size_t *count, int32_t *kind) {
    const auto &processor = model->processor;
    *kind = processor.IsUnknown(id)   ? lp_piece_unknown
            : processor.IsControl(id) ? lp_piece_control
            : processor.IsUnused(id)  ? lp_piece_unused
            : processor.IsByte(id)    ? lp_piece_byte
                                      : lp_piece_normal;
    const std::string &piece = processor.IdToPiece(id);
    *count = piece.size();
    return piece.data();
}

int32_t lp_sentencepiece_find(const lp_sentencepiece *model, const char *piece, size_t count) {
    return model->processor.PieceToId({piece, count});
}

int32_t *lp_sentencepiece_encode(const lp_sentencepiece *model, const uint8_t *text, size_t count, int64_t *ids) {
    *ids = -1;
    try {
        std::vector<int> result;
        const auto status = model->processor.Encode({reinterpret_cast<const char *>(text), count}, &result);
        if (!status.ok()) return nullptr;
        static_assert(sizeof(int) == sizeof(int32_t), "ids are 32 bits");
        auto *copied = static_cast<int32_t *>(copy(result.data(), result.size() * sizeof(int32_t)));
        if (copied != nullptr) *ids = static_cast<int64_t>(result.size());
        return copied;
    } catch (const std::exception &) {
        return nullptr;
    }
}

uint8_t *lp_sentencepiece_decode(const lp_sentencepiece *model, const int32_t *ids, size_t count, size_t *bytes) {
    try {
        std::string result;
        const auto status = model->processor.Decode(std::vector<int>(ids, ids + count), &result);
        if (!status.ok()) return nullptr;
        *bytes = result.size();
        return static_cast<uint8_t *>(copy(result.data(), result.size()));
    } catch (const std::exception &) {
        return nullptr;
    }
}

uint8_t *lp_sentencepiece_train(const char *flags, lp_sentencepiece_line line, void *context, size_t *count,
                                char *message, size_t capacity) {
    try {
        sentencepiece::logging::SetMinLogLevel(4);
        Lines lines(line, context);
        std::string model;
        const auto status = SentencePieceTrainer::Train(flags, &lines, &model);
        if (status.ok()) {
            *count = model.size();
            return static_cast<uint8_t *>(copy(model.data(), model.size()));
        }
        tell(status.ToString(), message, capacity);
    } catch (const std::exception &error) {
        tell(error.what(), message, capacity);
    }
    return nullptr;
}
