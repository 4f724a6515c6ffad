import Foundations

/// The rows of a Parquet file as JSON lines, from Python's pyarrow in a process of its own.
///
/// Rows come in batches: memory does not depend on the file.
/// The same file, columns and version of pyarrow give the same bytes, so a place in them can be resumed by reading up to it.
final class ParquetRows: RecordReader {
    private let path: String
    private let process: PipedProcess
    private let lines: LineReader
    private var isDone = false

    /// Starts reading `columns`, as far as the file has them, with the interpreter `python`. Throws `cannotOpen` where there is none.
    init(path: String, columns: [String], python: String, position: ReadPosition, limit: Int) throws(FileError) {
        self.path = path
        do throws(FileError) {
            process = try PipedProcess([python, "-c", Self.program, path] + columns, name: path)
        } catch {
            throw .cannotOpen(
                path: path, reason: "Parquet is read by Python's pyarrow, and \(python) cannot be started: \(error)")
        }
        lines = try LineReader(reader: process.output, position: position, isJSON: true, limit: limit)
    }

    /// Bytes taken from the process so far.
    var sourceOffset: Int { process.output.sourceOffset }

    func next() throws(FileError) -> RecordPiece? {
        if let piece = try lines.next() { return piece }
        guard !isDone else { return nil }
        isDone = true
        let end = process.wait()
        guard end.status != 0 else { return nil }
        let problem = Problem(
            kind: .unreadableInput, path: path, byteOffset: 0,
            detail:
                "Parquet cannot be read: \(end.message.isEmpty ? "the reader ended with status \(end.status)" : end.message)"
        )
        return RecordPiece(content: .problem(problem), byteOffset: 0, nextByteOffset: 0, isLast: true)
    }

    /// Arguments are the file and the wanted columns; what is said on standard error becomes the message.
    private static let program = """
        import sys
        # Modules are Python's own, whatever lies in the working folder.
        sys.path[:] = [place for place in sys.path if place not in ("", ".")]
        import json, math
        path, wanted = sys.argv[1], sys.argv[2:]
        try:
            import pyarrow.parquet
        except ImportError:
            sys.exit(f"{sys.executable} has no pyarrow; pip install pyarrow, or name an interpreter that has it in LETTERPRESS_PYTHON")
        def finite(value):
            if isinstance(value, float):
                return value if math.isfinite(value) else None
            if isinstance(value, dict):
                return {str(key): finite(item) for key, item in value.items()}
            return [finite(item) for item in value] if isinstance(value, list) else value
        try:
            file = pyarrow.parquet.ParquetFile(path)
            columns = [name for name in file.schema_arrow.names if name in wanted]
            if not columns:
                names = ", ".join(file.schema_arrow.names[:8])
                sys.exit(f"no column {wanted[0]}; there is {names}; name one with --text-field")
            out = open(1, "w", encoding="utf-8", newline="\\n")
            for batch in file.iter_batches(batch_size=1024, columns=columns):
                for row in batch.to_pylist():
                    out.write(json.dumps(finite(row), ensure_ascii=False, allow_nan=False, default=str) + "\\n")
            out.flush()
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(1)
        except Exception as error:
            sys.exit(f"{type(error).__name__}: {error}")
        """
}
