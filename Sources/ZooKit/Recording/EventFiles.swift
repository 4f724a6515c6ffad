import Foundation
public import Foundations

/// Event files as TensorBoard reads them, in a folder of their own; each continuation of a run adds a file.
public final class EventFiles {
    /// The folder below that of a run or an evaluation.
    public static let folderName = "tensorboard"

    /// The file that is written.
    let path: String
    private let file: AppendedFile

    /// Begins a file in `folder`, which is made where it is not there. Behind step `resumesAfter` readers forget what older
    /// files say of later steps; nil removes older files. Throws `FileError`.
    public init(_ folder: String, resumesAfter step: Int?) throws(FileError) {
        try Folder.create(folder)
        let old = try Folder.contents(of: folder).files.filter { $0.hasPrefix(Self.prefix) }
        if step == nil { for name in old { try Folder.removeItem("\(folder)/\(name)") } }
        // Readers take files in the order of their names.
        let last = step == nil ? nil : old.compactMap(Self.number).max()
        let number = max(Int(Date().timeIntervalSince1970), (last ?? 0).addingSaturating(1))
        path = "\(folder)/\(Self.prefix)\(Self.digits(number)).letterpress"
        file = try AppendedFile(path)
        let time = Date().timeIntervalSince1970
        try file.append(EventMessage.version(time: time).record)
        if let step { try file.append(EventMessage.start(step: step.addingSaturating(1), time: time).record) }
    }

    private static let prefix = "events.out.tfevents."

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 10 - text.count)) + text
    }

    private static func number(_ name: String) -> Int? {
        Int(name.dropFirst(prefix.count).prefix { $0 != "." })
    }

    /// Adds points of curves at a step. Throws `FileError`.
    public func add(scalars: [(tag: String, value: Double)], step: Int) throws(FileError) {
        try add(scalars.map { (tag: $0.tag, value: EventMessage.Value.scalar($0.value)) }, step: step)
    }

    /// Adds values of a step. Throws `FileError`.
    func add(_ values: [(tag: String, value: EventMessage.Value)], step: Int) throws(FileError) {
        guard !values.isEmpty else { return }
        let event = EventMessage.summary(values, step: step, time: Date().timeIntervalSince1970)
        try file.append(event.record)
    }
}
