import Foundation

/// Unicode's canonical composition, NFC.
enum CanonicalComposition {
    /// The composed text; `nil` when it is composed already. O(n).
    static func composed(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        // Below U+0300 (bytes CC 80) everything is composed.
        guard unsafe text.contains(where: { $0 >= 0xCC }) else { return nil }
        let string = unsafe String(decoding: text, as: UTF8.self)
        let result = Array(string.precomposedStringWithCanonicalMapping.utf8)
        return unsafe result.elementsEqual(text) ? nil : result
    }
}
