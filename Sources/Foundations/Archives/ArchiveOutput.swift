internal import CArchive
import Glibc

/// Where a libarchive writer puts its bytes: an open file, or memory.
final class BlockSink {
    let name: String
    private let file: FileDescriptor
    private let isMemory: Bool
    private(set) var bytes: [UInt8] = []
    private(set) var failure: FileError?

    init(path: String) throws(FileError) {
        file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        name = path
        isMemory = false
    }

    init(memory name: String) {
        self.name = name
        file = FileDescriptor(borrowing: -1)
        isMemory = true
    }

    func write(_ block: UnsafeRawBufferPointer) -> Bool {
        guard !isMemory else {
            unsafe bytes.append(contentsOf: block)
            return true
        }
        do throws(FileError) {
            try unsafe file.write(block, path: name)
            return true
        } catch {
            failure = error
            return false
        }
    }
}

/// One libarchive writer. Owns the handle; the bytes depend on the input alone.
@safe
final class ArchiveOutput {
    enum Format { case raw, tar }

    private let handle: OpaquePointer
    private let sink: BlockSink
    private var isOpen = false

    init(sink: BlockSink, format: Format, compression: Compression, level: Int?) throws(FileError) {
        let created = unsafe archive_write_new()
        guard let created = unsafe created else {
            throw .cannotWrite(path: sink.name, reason: "libarchive: no memory")
        }
        unsafe handle = created
        self.sink = sink
        switch format {
        case .raw: try check(unsafe archive_write_set_format_raw(handle))
        // Restricted: an extended header stands only where the plain one cannot say the name or the size.
        case .tar: try check(unsafe archive_write_set_format_pax_restricted(handle))
        }
        switch compression {
        case .none: try check(unsafe archive_write_add_filter_none(handle))
        case .gzip:
            try check(unsafe archive_write_add_filter_gzip(handle))
            try check(unsafe archive_write_set_filter_option(handle, "gzip", "timestamp", nil))
        case .zstd: try check(unsafe archive_write_add_filter_zstd(handle))
        case .xz: try check(unsafe archive_write_add_filter_xz(handle))
        }
        if let level, compression != .none {
            try check(
                unsafe archive_write_set_filter_option(
                    handle, compression.rawValue, "compression-level", String(level)))
        }
        try check(unsafe archive_write_set_bytes_per_block(handle, 1 << 16))
        try check(unsafe archive_write_set_bytes_in_last_block(handle, 1))
        let client = unsafe Unmanaged.passUnretained(sink).toOpaque()
        try check(
            unsafe archive_write_open(
                handle, client, nil,
                { _, client, bytes, count in
                    guard let client = unsafe client else { return -1 }
                    let sink = unsafe Unmanaged<BlockSink>.fromOpaque(client).takeUnretainedValue()
                    return unsafe sink.write(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
                }, nil))
        isOpen = true
    }

    deinit {
        if isOpen { unsafe archive_write_fail(handle) }
        unsafe archive_write_free(handle)
    }

    /// Begins an entry: a regular file of mode 0644, owner 0, time 0.
    func begin(name: String, size: Int) throws(FileError) {
        let created = unsafe archive_entry_new()
        guard let entry = unsafe created else {
            throw .cannotWrite(path: sink.name, reason: "libarchive: no memory")
        }
        defer { unsafe archive_entry_free(entry) }
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_size(entry, la_int64_t(size))
        unsafe archive_entry_set_filetype(entry, 0o100000)
        unsafe archive_entry_set_perm(entry, 0o644)
        unsafe archive_entry_set_mtime(entry, 0, 0)
        unsafe archive_entry_set_uid(entry, 0)
        unsafe archive_entry_set_gid(entry, 0)
        try check(unsafe archive_write_header(handle, entry))
    }

    /// Adds bytes to the entry.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe archive_write_data(handle, rest.baseAddress, rest.count)
            guard count > 0 else { throw failure }
            done += count
        }
    }

    /// Writes the end of the archive and of the stream.
    func close() throws(FileError) {
        guard isOpen else { return }
        isOpen = false
        try check(unsafe archive_write_close(handle))
    }

    private var failure: FileError {
        if let failure = sink.failure { return failure }
        let text = unsafe archive_error_string(handle)
        guard let text = unsafe text else {
            return .cannotWrite(path: sink.name, reason: "libarchive gave no reason")
        }
        return .cannotWrite(path: sink.name, reason: unsafe String(cString: text))
    }

    private func check(_ status: CInt) throws(FileError) {
        guard status == ARCHIVE_OK else { throw failure }
    }
}
