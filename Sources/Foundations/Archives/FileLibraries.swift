internal import CArchive
internal import CZlib
import Glibc

/// Versions of what decides the bytes of files, and how text is taken apart, as the loaded libraries report themselves.
public enum FileLibraries {
    /// Library name to version.
    public static var versions: [String: String] {
        [
            "libarchive": libarchive, "swift_unicode": unicode, "zlib": unsafe String(cString: zlibVersion()),
            "zstd": zstd,
        ]
    }

    private static var libarchive: String {
        let number = archive_version_number()
        return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }

    /// libarchive loads libzstd; what libarchive itself reports is the version that it was built with.
    private static var zstd: String {
        typealias Function = @convention(c) () -> UnsafePointer<CChar>?
        if let symbol = unsafe dlsym(nil, "ZSTD_versionString") {
            let function = unsafe unsafeBitCast(symbol, to: Function.self)
            if let text = unsafe function() { return unsafe String(cString: text) }
        }
        return unsafe archive_libzstd_version().map { unsafe String(cString: $0) } ?? "unknown"
    }

    /// The standard library does not name the version of its tables; the ages of characters tell it. The characters
    /// came with Unicode 14, 15, 15.1, 16 and 17.
    private static var unicode: String {
        let probes: [UInt32] = [0x1DF00, 0x1E4D0, 0x2EBF0, 0x10D40, 0x16EA0]
        let ages = probes.compactMap { Unicode.Scalar($0)?.properties.age }
        let newest = ages.max { ($0.major, $0.minor) < ($1.major, $1.minor) }
        return newest.map { "\($0.major).\($0.minor)" } ?? "unknown"
    }
}
