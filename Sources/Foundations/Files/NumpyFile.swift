import Glibc

/// A file of NumPy (`.npy`, version 1.0): rows of 32-bit floats, little-endian, in C order. It appears when it is finished.
public final class NumpyFile {
    private let path: String
    private let columns: Int
    private var rows = 0
    private var file: FileDescriptor?
    private var partial: String { path + ".partial" }
    /// The header has this length, whatever the shape, so that it can be written last.
    private static let headerLength = 128

    /// Begins a file of rows of `columns` numbers. Throws `cannotWrite`.
    public init(_ path: String, columns: Int) throws(FileError) {
        (self.path, self.columns) = (path, columns)
        file = try FileDescriptor(path: path + ".partial", flags: O_WRONLY | O_CREAT | O_TRUNC)
        try write([UInt8](repeating: 0, count: Self.headerLength))
    }

    /// Adds a row. Throws `cannotWrite`. Traps where it has another number of columns, and behind ``finish()``.
    public func append(_ row: [Float]) throws(FileError) {
        precondition(row.count == columns, "\(row.count) numbers for \(columns) columns")
        try write(
            row.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
            })
        rows += 1
    }

    /// Writes the header and puts the file in its place. Throws `cannotWrite`.
    public func finish() throws(FileError) {
        if let number = file?.number, lseek(number, 0, SEEK_SET) != 0 {
            throw .cannotWrite(path: path, reason: FileError.reason(errno))
        }
        try write(Self.header(rows: rows, columns: columns))
        file = nil
        try AtomicFile.commit(partial: partial, to: path)
    }

    /// The first bytes of a file of this shape.
    static func header(rows: Int, columns: Int) -> [UInt8] {
        let shape = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }".utf8)
        let room = headerLength - 10
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: room - 1 - shape.count)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(room), 0] + shape + blanks + [UInt8(ascii: "\n")]
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        guard file != nil else { preconditionFailure("\(path) is finished") }
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe file?.write(raw, path: path) }
    }

    deinit {
        guard file != nil else { return }
        file = nil
        _ = unsafe unlink(path + ".partial")
    }
}
