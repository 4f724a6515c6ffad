import Foundations
import Tensors

/// Endless packed sequences of one kind: windows of examples, each packed and shuffled by itself, and the data anew when they
/// end.
final class SequenceStream {
    /// Opens the data of a pass at a place; nil is the beginning.
    typealias Open = (_ epoch: Int, _ cursor: JSONValue?) throws -> any ExampleReading

    /// Where a stream stands. The window it stands in is made again from its beginning.
    struct Cursor: Codable, Equatable {
        /// Passes over the data before this one.
        var epoch = 0
        /// Windows of this pass before the one it stands in.
        var window = 0
        /// Where that window's examples begin.
        var start: JSONValue = .null
        /// Sequences of the window that were taken.
        var taken = 0
    }

    private let open: Open
    private let packer: ExamplePacker
    private let windowRows: Int
    private let key: RandomKey
    private let what: String
    private var reader: any ExampleReading
    private var sequences: [PackedSequence] = []
    private var hasWindow = false
    /// Where it stands.
    private(set) var cursor: Cursor

    /// A stream of windows of `windowRows` rows or a little more. `what` names the data in errors. Throws `badSetting` for a cursor
    /// that no stream has, and what `open` throws.
    init(
        packer: ExamplePacker, windowRows: Int, key: RandomKey, what: String, from cursor: Cursor = Cursor(),
        open: @escaping Open
    ) throws {
        for (name, count) in [("epoch", cursor.epoch), ("window", cursor.window), ("taken", cursor.taken)] {
            try PretrainingError.checkCount(count, name, of: "data cursor")
        }
        self.open = open
        self.packer = packer
        self.windowRows = windowRows
        self.key = key
        self.what = what
        self.cursor = cursor
        reader = try open(cursor.epoch, cursor.start == .null ? nil : cursor.start)
    }

    /// The next sequence. Throws `empty` where the data hold no example at all, and what reading throws.
    func next() throws -> PackedSequence {
        while !hasWindow || cursor.taken >= sequences.count {
            if hasWindow {
                cursor.window += 1
                cursor.start = try reader.cursor
                cursor.taken = 0
            }
            try fill()
        }
        cursor.taken += 1
        return sequences[cursor.taken - 1]
    }

    private func fill() throws {
        hasWindow = true
        var examples: [TrainingExample] = []
        var rows = 0
        while rows < windowRows, let example = try reader.next() {
            examples.append(example)
            rows += example.rows
        }
        if examples.isEmpty {
            if cursor.window == 0 && cursor.start == .null { throw PretrainingError.noExamples(what: what) }
            cursor = Cursor(epoch: cursor.epoch + 1)
            reader = try open(cursor.epoch, nil)
            hasWindow = false
            sequences = []
            return
        }
        sequences = packer.sequences(of: examples, key: key.with(cursor.epoch).with(cursor.window))
    }
}
