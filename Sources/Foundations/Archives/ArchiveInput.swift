internal import CArchive
import Glibc

/// One libarchive reader over a block source. Owns the handle.
@safe
final class ArchiveInput {
    enum Format { case raw, tar }

    private let handle: OpaquePointer
    private let source: any ByteBlocks
    private let feed: Feed

    /// What the C callback is given: libarchive cannot hold an existential.
    private final class Feed {
        let source: any ByteBlocks
        init(source: any ByteBlocks) { self.source = source }
    }

    /// Opens the stream; the filter is fixed by the caller's look at the first bytes. Gzip comes inflated already.
    init(source: any ByteBlocks, format: Format, compression: Compression) throws(FileError) {
        let created = unsafe archive_read_new()
        guard let created = unsafe created else {
            throw .cannotOpen(path: source.name, reason: "libarchive: no memory")
        }
        unsafe handle = created
        self.source = source
        feed = Feed(source: source)
        try check(unsafe archive_read_support_format_empty(handle))
        switch format {
        case .raw: try check(unsafe archive_read_support_format_raw(handle))
        case .tar: try check(unsafe archive_read_support_format_tar(handle))
        }
        switch compression {
        case .none, .gzip: try check(unsafe archive_read_support_filter_none(handle))
        case .zstd: try check(unsafe archive_read_support_filter_zstd(handle))
        case .xz: try check(unsafe archive_read_support_filter_xz(handle))
        }
        let client = unsafe Unmanaged.passUnretained(feed).toOpaque()
        try check(
            unsafe archive_read_open(
                handle, client, nil,
                { _, client, result in
                    guard let client = unsafe client else { return -1 }
                    let feed = unsafe Unmanaged<Feed>.fromOpaque(client).takeUnretainedValue()
                    guard let block = try? unsafe feed.source.next() else { return -1 }
                    unsafe result?.pointee = block.baseAddress
                    return block.count
                }, nil))
        // libarchive takes a stream that is too short for its header as plain bytes.
        let filter = unsafe archive_filter_code(handle, 0)
        let expected =
            switch compression {
            case .none, .gzip: ARCHIVE_FILTER_NONE
            case .zstd: ARCHIVE_FILTER_ZSTD
            case .xz: ARCHIVE_FILTER_XZ
            }
        guard filter == expected else {
            throw .damaged(
                path: source.name, byteOffset: 0, entry: nil, reason: "the \(compression.rawValue) header is torn")
        }
    }

    deinit { unsafe archive_read_free(handle) }

    /// Goes to the next entry; `nil` at the end. The name is the raw bytes of the header, repaired to UTF-8.
    func nextEntry(offset: Int, after entry: String?) throws(FileError) -> (name: String, isFile: Bool)? {
        var pointer: OpaquePointer?
        let status = unsafe archive_read_next_header(handle, &pointer)
        if status == ARCHIVE_EOF { return nil }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let pointer = unsafe pointer else {
            throw failure(offset: offset, entry: entry)
        }
        let isFile = unsafe archive_entry_filetype(pointer) == 0o100000
        if let name = unsafe archive_entry_pathname(pointer) { return (unsafe String(cString: name), isFile) }
        if let name = unsafe archive_entry_pathname_utf8(pointer) { return (unsafe String(cString: name), isFile) }
        throw .damaged(path: source.name, byteOffset: offset, entry: entry, reason: "an entry without a name")
    }

    /// Appends the next piece of the entry to `buffer` and returns its size; 0 at the end of the entry.
    func readData(appendingTo buffer: inout [UInt8], offset: Int, entry: String?) throws(FileError) -> Int {
        while true {
            var pointer: UnsafeRawPointer?
            var count = 0
            var position: la_int64_t = 0
            let status = unsafe archive_read_data_block(handle, &pointer, &count, &position)
            if status == ARCHIVE_EOF { return 0 }
            guard status == ARCHIVE_OK else { throw failure(offset: offset, entry: entry) }
            guard count > 0 else { continue }
            unsafe buffer.append(contentsOf: UnsafeRawBufferPointer(start: pointer, count: count))
            return count
        }
    }

    private func failure(offset: Int, entry: String?) -> FileError {
        if let failure = source.failure { return failure }
        return .damaged(path: source.name, byteOffset: offset, entry: entry, reason: message)
    }

    private var message: String {
        guard let text = unsafe archive_error_string(handle) else { return "libarchive gave no reason" }
        return unsafe String(cString: text)
    }

    private func check(_ status: CInt) throws(FileError) {
        guard status == ARCHIVE_OK else { throw failure(offset: 0, entry: nil) }
    }
}
