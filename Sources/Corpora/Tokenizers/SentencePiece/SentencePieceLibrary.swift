import CSentencePiece
import Glibc

/// A model that the library `libsentencepiece` opened. Its methods may be called from several threads at once.
@safe
final class SentencePieceLibrary: @unchecked Sendable {  // the library's model is not changed once it is open
    /// What a piece is.
    enum Kind: Int32 {
        case normal, unknown, control, unused, byte
    }

    private let model: OpaquePointer

    /// Opens a model that ``SentencePieceModelFile`` has looked through. Throws `invalid` with the library's reason.
    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        var message = [CChar](repeating: 0, count: 512)
        let capacity = message.count
        let opened = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe message.withUnsafeMutableBufferPointer {
                unsafe lp_sentencepiece_load(bytes.baseAddress, bytes.count, $0.baseAddress, capacity)
            }
        }
        guard let opened = unsafe opened else {
            throw .invalid(path: path, key: "model", expected: "a SentencePiece model", got: Self.text(message))
        }
        unsafe model = unsafe opened
    }

    deinit { unsafe lp_sentencepiece_free(model) }

    static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var count: Int { Int(unsafe lp_sentencepiece_size(model)) }

    /// Ids that begin and end a text, pad and stand for the unknown; -1 where there is none.
    var special: [Int32] {
        var ids = [Int32](repeating: -1, count: 4)
        unsafe ids.withUnsafeMutableBufferPointer { unsafe lp_sentencepiece_special(model, $0.baseAddress) }
        return ids
    }

    /// The text of a piece that there is, and what it is.
    func piece(_ id: Int32) -> (text: [UInt8], kind: Kind) {
        var count = 0
        var kind: Int32 = 0
        guard let text = unsafe lp_sentencepiece_piece(model, id, &count, &kind) else { return ([], .unknown) }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: count)
        return (unsafe Array(bytes), Kind(rawValue: kind) ?? .normal)
    }

    /// The id of a piece, or of the unknown.
    func find(_ piece: [UInt8]) -> Int32 {
        unsafe piece.withUnsafeBytes { raw in
            unsafe lp_sentencepiece_find(model, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        }
    }

    /// The ids of a text; `nil` where memory is short.
    func encode(_ text: UnsafeBufferPointer<UInt8>) -> [Int32]? {
        var count: Int64 = 0
        guard let ids = unsafe lp_sentencepiece_encode(model, text.baseAddress, text.count, &count) else { return nil }
        defer { unsafe free(ids) }
        return unsafe Array(UnsafeBufferPointer(start: ids, count: Int(count)))
    }

    /// The text of ids that there are; `nil` where memory is short.
    func decode(_ ids: ArraySlice<Int32>) -> [UInt8]? {
        var count = 0
        let text = unsafe ids.withUnsafeBufferPointer {
            unsafe lp_sentencepiece_decode(model, $0.baseAddress, $0.count, &count)
        }
        guard let text = unsafe text else { return nil }
        defer { unsafe free(text) }
        return unsafe Array(UnsafeBufferPointer(start: text, count: count))
    }
}
