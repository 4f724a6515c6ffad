import ArgumentParser
import Foundation
import Foundations
import Patches
import Typesetting

/// `letterpress inspect`: one stored sequence.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one stored sequence: its record, and its patches as a picture.",
        discussion: """
            SHARD is a .tar, .gz or .lps file, or a folder with a manifest.json; in a folder the index counts through
            all shards.

            EXAMPLES
              letterpress inspect shards --index 12 -o example.png
              letterpress inspect shards/part-00000.tar --index 0 --json
            """)

    @Argument(help: ArgumentHelp("A shard or a folder of shards.", valueName: "shard"), completion: .file()) var shard:
        String
    @Option(name: [.short, .long], help: ArgumentHelp("Number of the sequence, from 0.", valueName: "k")) var index = 0
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("PNG of the patch grid; - is standard output (none).", valueName: "file"),
        completion: .file())
    var out: String?
    @Flag(help: "Write the stored strip itself, without a grid.") var plain = false
    @Option(help: ArgumentHelp("Times to enlarge (5).", valueName: "n")) var scale = 5
    @Option(help: ArgumentHelp("Patches in a row (12).", valueName: "n")) var columns = 12
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if index < 0 { throw ValidationError("--index takes 0 or more") }
        if !(1...16).contains(scale) { throw ValidationError("--scale takes 1 to 16") }
        if columns < 1 { throw ValidationError("--columns takes 1 or more") }
    }

    func run() throws {
        let (path, local) = try locate()
        let example = try ShardReader.example(local, of: path)
        if let out { try Console.output(try picture(of: example), to: out) }
        guard out != "-" else { return }
        if report.json { return try Console.result(example.record) }
        try Console.result(
            "\(path), sequence \(local): key \(example.key), \(counted(example.patchCount, "patch")) of "
                + "\(example.patchSize) x \(example.patchSize) x \(example.channels)")
        try Console.result(String(decoding: example.record.encoded(pretty: true).dropLast(), as: UTF8.self))
    }

    /// The shard that holds the sequence, and the sequence's number in it.
    private func locate() throws -> (path: String, index: Int) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: shard, isDirectory: &isFolder) else {
            throw CommandFailure(.missingInput, "there is no shard or folder \(shard)")
        }
        guard isFolder.boolValue else { return (shard, index) }
        let manifest = try Manifest.load(folder: shard)
        guard let entry = manifest.shards.last(where: { $0.firstSequence <= index }),
            index < entry.firstSequence + entry.sequences
        else { throw ShardError.noSuchSequence(path: shard, index: index, count: manifest.counts.sequences) }
        return (shard + "/" + entry.file, index - entry.firstSequence)
    }

    private func picture(of example: StoredExample) throws -> [UInt8] {
        let encoder = PNGEncoder(settings: PNGSettings(level: 9))
        guard !plain else { return try encoder.encode(example.strip) }
        let options = RenderOptions()
        let typesetter = try Typesetter(
            fonts: fonts.open(MergedSettings([SettingLayer(flags: [fonts])])), options: options)
        let grid = PatchGrid(typesetter: typesetter, patchSize: options.patchSize, scale: scale, columns: columns)
        return try encoder.encode(grid.picture(of: example))
    }
}
