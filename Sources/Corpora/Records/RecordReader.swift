import Foundations

/// Cuts one file into records.
protocol RecordReader: AnyObject {
    /// The next record or problem; `nil` at the end of the file.
    func next() throws(FileError) -> RecordPiece?
}

/// What a reader found, and the place in the file after it.
struct RecordPiece {
    var content: RawRecord.Content
    var line: Int?
    var entry: String?
    var byteOffset: Int
    var nextByteOffset: Int
    var nextLine = 0
    var nextEntry = 0
    /// Nothing can follow in this file.
    var isLast = false
}
