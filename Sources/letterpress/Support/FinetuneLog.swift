import Evaluation
import Foundations

/// `metrics.jsonl` of a fine-tuning: its steps and evaluations, a JSON object a line. A run that goes on keeps what is known of
/// the steps before.
struct FinetuneLog {
    private let file: AppendedFile

    /// Opens the file behind the records of the first `step` steps; later ones and a last line that is cut off go.
    init(_ path: String, after step: Int) throws {
        if Folder.hasItem(path) {
            let bytes = try MappedFile(path: path).withBytes { Array($0) }
            var kept: [UInt8] = []
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard case .integer(let number)? = (try? JSONValue.parse(Array(line)))?["step"], number <= step else {
                    continue
                }
                kept += line + [UInt8(ascii: "\n")]
            }
            if kept != bytes { try AtomicFile.write(kept, to: path) }
        }
        file = try AppendedFile(path)
    }

    /// Adds a step or an evaluation; other events are none of the log.
    func add(_ event: FinetuneEvent) throws {
        let record: JSONValue
        switch event {
        case .stepped(let step): record = try step.json
        case .evaluated(let evaluation): record = try StrictJSON.encodedValue(evaluation)
        default: return
        }
        try file.append(record.encoded() + [UInt8(ascii: "\n")])
    }
}

extension FinetuneStep {
    /// As JSON; a loss that is no number is null.
    var json: JSONValue {
        get throws {
            var record = self
            if !loss.isFinite { record.loss = 0 }
            if record.gradientNorm?.isFinite == false { record.gradientNorm = nil }
            guard case .object(var fields) = try StrictJSON.encodedValue(record) else { return .null }
            if !loss.isFinite { fields["loss"] = .null }
            return .object(fields)
        }
    }
}
