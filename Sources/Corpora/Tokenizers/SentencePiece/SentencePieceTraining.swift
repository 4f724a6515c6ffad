import CSentencePiece
import Foundations
import Glibc

/// Makes SentencePiece models from text.
public struct SentencePieceTraining: Sendable, Equatable {
    /// How pieces are found.
    public enum Kind: String, Sendable, CaseIterable {
        /// Pairs that merge, as Llama has it.
        case bpe
        /// A language model of single pieces.
        case unigram
    }

    /// How many pieces there will be, the special ones and 256 bytes among them.
    public var vocabularySize: Int
    /// How pieces are found (`bpe`).
    public var kind: Kind = .bpe
    /// Share of the characters of the text that become pieces; the others are spelled in bytes (0.99995).
    public var coverage = 0.99995
    /// Trains on so many lines, drawn at random, where there are more (all).
    public var lineLimit: Int?
    /// Seed of that draw.
    public var seed: UInt64 = 0

    /// Settings for so many pieces.
    public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

    /// Trains on lines and returns the bytes of a `tokenizer.model` in the manner of Llama: no normalisation, digits alone,
    /// bytes for what has no piece, `<unk>`, `<s>` and `</s>` as 0, 1 and 2.
    ///
    /// `next` gives lines without line breaks until it gives `nil`; those that are no UTF-8 are passed over. The same lines and
    /// settings give the same bytes. Throws `cannotTrain` with the library's reason, and what `next` throws.
    public func model(_ next: @escaping () throws -> [UInt8]?) throws -> [UInt8] {
        guard (1...1 << 24).contains(vocabularySize), coverage > 0.9, coverage <= 1, lineLimit ?? 1 > 0 else {
            throw TokenizerError.cannotTrain(
                reason:
                    "a vocabulary of 1 to 16777216, a coverage above 0.9 and at most 1, and 1 line or more are expected"
            )
        }
        let flags = [
            "model_type=\(kind.rawValue)", "vocab_size=\(vocabularySize)", "character_coverage=\(coverage)",
            "byte_fallback=true", "normalization_rule_name=identity", "remove_extra_whitespaces=false",
            "split_digits=true", "allow_whitespace_only_pieces=true", "max_sentence_length=1073741823",
        ]
        let text = flags.map { "--\($0)" }.joined(separator: " ")
        guard let lineLimit else { return try TrainingLines(next).train(text) }
        var drawn = try sample(lineLimit, next).makeIterator()
        return try TrainingLines { drawn.next() }.train(text)
    }

    /// So many lines, each with the same chance, in their order. Holds no more than those.
    private func sample(_ limit: Int, _ next: () throws -> [UInt8]?) throws -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        var kept: [(number: Int, line: [UInt8])] = []
        var number = 0
        while let line = try next() {
            if kept.count < limit {
                kept.append((number, line))
            } else {
                let place = Int.random(in: 0...number, using: &generator)
                if place < limit { kept[place] = (number, line) }
            }
            number += 1
        }
        return kept.sorted { $0.number < $1.number }.map(\.line)
    }
}

/// Hands lines to the library.
@safe
private final class TrainingLines {
    private let next: () throws -> [UInt8]?
    /// The line that the library copies before it asks for the next.
    private var line = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4096)
    private var failure: (any Error)?

    init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

    deinit { unsafe line.deallocate() }

    func train(_ flags: String) throws -> [UInt8] {
        var message = [CChar](repeating: 0, count: 512)
        let capacity = message.count
        var count = 0
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let bytes = unsafe message.withUnsafeMutableBufferPointer { message in
            unsafe lp_sentencepiece_train(
                flags,
                { context, text, count in
                    guard let context = unsafe context, let text = unsafe text, let count = unsafe count else {
                        return 0
                    }
                    let lines = unsafe Unmanaged<TrainingLines>.fromOpaque(context).takeUnretainedValue()
                    return unsafe lines.give(text, count)
                }, context, &count, message.baseAddress, capacity)
        }
        defer { unsafe free(bytes) }
        if let failure { throw failure }
        guard let bytes = unsafe bytes else {
            throw TokenizerError.cannotTrain(reason: SentencePieceLibrary.text(message))
        }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Sets the next line; 0 behind the last.
    private func give(
        _ text: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ count: UnsafeMutablePointer<Int>
    ) -> Int32 {
        do {
            while let found = try next() {
                guard !found.isEmpty, UTF8Text.firstInvalid(in: found) == nil else { continue }
                if unsafe found.count > line.count {
                    unsafe line.deallocate()
                    unsafe line = .allocate(capacity: 2 * found.count)
                }
                _ = unsafe line.update(fromContentsOf: found)
                unsafe text.pointee = unsafe UnsafePointer(line.baseAddress)
                unsafe count.pointee = found.count
                return 1
            }
        } catch { failure = error }
        return 0
    }
}
