import ArgumentParser
import Foundation
import Foundations
import Patches
import Typesetting

/// `letterpress sheet`: the beginnings of many stored sequences on one picture.
struct Sheet: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the beginnings of many stored sequences on one picture.",
        discussion: """
            EXAMPLES
              letterpress sheet shards -o sheet.png
              letterpress sheet shards --by lang --rows 60 --scale 2 -o languages.png
            """)

    @Argument(help: ArgumentHelp("A shard or a folder of shards.", valueName: "shard"), completion: .file()) var shard:
        String
    @Option(
        name: [.short, .long], help: ArgumentHelp("PNG file (standard output).", valueName: "file"), completion: .file()
    )
    var out: String?
    @Option(help: ArgumentHelp("Show the first sequence of each value of this kept field (none).", valueName: "field"))
    var by: String?
    @Option(help: ArgumentHelp("Sequences at most (40).", valueName: "n")) var rows = 40
    @Option(help: ArgumentHelp("Patches of a sequence at most (60).", valueName: "n")) var columns = 60
    @Option(help: ArgumentHelp("Times to enlarge (1).", valueName: "n")) var scale = 1
    @OptionGroup(title: "Fonts") var fonts: FontFlags

    func validate() throws {
        if !(1...1000).contains(rows) { throw ValidationError("--rows takes 1 to 1000") }
        if !(1...1024).contains(columns) { throw ValidationError("--columns takes 1 to 1024") }
        if !(1...16).contains(scale) { throw ValidationError("--scale takes 1 to 16") }
    }

    func run() throws {
        var options = RenderOptions()
        options.wordCache = false
        let typesetter = try Typesetter(
            fonts: fonts.open(MergedSettings([SettingLayer(flags: [fonts])])), options: options)
        let labels = PatchGrid(typesetter: typesetter, patchSize: options.patchSize)
        let found = try examples()
        let width = try found.map { try labels.label($0.label).width + 8 }.max() ?? 8
        guard !found.isEmpty else {
            throw CommandFailure(.badData, "\(shard) has no sequence\(by.map { " with a field '\($0)'" } ?? "")")
        }
        let rows = try found.map { label, example in
            Self.row(try labels.label(label), width: min(width, 160), example.strip, columns: columns)
        }
        let sheet = Picture.stacked(rows, gap: 4).enlarged(by: scale)
        try Console.output(try PNGEncoder(settings: PNGSettings(level: 9)).encode(sheet), to: out)
    }

    /// What the sheet shows, in the order of the shards.
    private func examples() throws -> [(label: String, example: StoredExample)] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: shard, isDirectory: &isFolder) else {
            throw CommandFailure(.missingInput, "there is no shard or folder \(shard)")
        }
        let paths =
            isFolder.boolValue ? try Manifest.load(folder: shard).shards.map { shard + "/" + $0.file } : [shard]
        var seen: Set<String> = []
        var found: [(String, StoredExample)] = []
        for path in paths {
            let reader = try ShardReader(path: path)
            while found.count < rows, let example = try reader.next() {
                guard let by else {
                    found.append((String(found.count), example))
                    continue
                }
                // PixelGPT's records hold kept fields at their top.
                guard let value = example.record["fields"]?[by] ?? example.record[by] else { continue }
                let label =
                    if case .string(let text) = value { text } else {
                        String(decoding: value.encoded(), as: UTF8.self)
                    }
                if seen.insert(label).inserted { found.append((label, example)) }
            }
        }
        return found
    }

    /// A label and the first patches of a strip beside it.
    private static func row(_ label: Picture, width: Int, _ strip: Picture, columns: Int) -> Picture {
        let shown = min(strip.width, columns * strip.height)
        var out = Picture(width: width + shown, height: max(strip.height, label.height), channels: 3)
        for (picture, x, count) in [(label, 0, min(label.width, width)), (strip.rgb, width, shown)] {
            for y in 0..<picture.height {
                let from = y * picture.width * 3
                let to = (y * out.width + x) * 3
                out.pixels.replaceSubrange(to..<to + count * 3, with: picture.pixels[from..<from + count * 3])
            }
        }
        return out
    }
}
