import Foundation
import Foundations
public import Typesetting

/// What a verification found.
public struct VerifyReport: Sendable, Equatable {
    /// Shards looked at.
    public var shards = 0
    /// Sequences read.
    public var sequences = 0
    /// Documents rendered again and compared pixel by pixel.
    public var rendered = 0
    /// What is wrong; empty for a sound folder.
    public var errors: [ShardError] = []
    /// What may make sound shards look otherwise: libraries of other versions.
    public var warnings: [String] = []

    /// A report of nothing.
    public init() {}
}

/// Checks a finished folder against its manifest, and renders a sample of its documents again.
public struct ShardVerifier {
    /// The folder.
    public var folder: String
    /// Every how many documents one is rendered again; 0 renders none.
    public var every: Int
    /// The fonts of the manifest; `nil` looks for them among the installed ones.
    public var fonts: FontSet?

    /// A verification of `folder`.
    public init(folder: String, every: Int = 100, fonts: FontSet? = nil) {
        self.folder = folder
        self.every = every
        self.fonts = fonts
    }

    /// Checks everything; `onShard` is called after each shard.
    ///
    /// Sizes, SHA-256, numbers of sequences, patches and documents, the end patches and the records of every sequence,
    /// the counts as far as they follow from the sequences, and the pixels of the sample. Throws when the manifest cannot be read or the sample cannot be rendered:
    /// ``ShardError``, `TypesettingError`, ``LayoutError``.
    public func run(_ onShard: (ShardEntry) -> Void = { _ in }) throws -> VerifyReport {
        let manifest = try Manifest.load(folder: folder)
        var report = VerifyReport()
        if every > 0, let warning = Self.warning(of: manifest.settings.versions) { report.warnings.append(warning) }
        let sample = try every > 0 ? makeSample(manifest) : nil
        for name in try OutputFolder(path: folder).names() {
            let isKnown = name == Manifest.fileName || manifest.shards.contains { $0.file == name }
            if OutputFolder.isOurs(name), !isKnown {
                report.errors.append(
                    .mismatch(path: folder, what: "file \(name)", expected: "nothing of it", got: "there"))
            }
        }
        var totals = (sequences: 0, patches: 0, documents: 0)
        var stored: StoredCounts? = StoredCounts(settings: manifest.settings)
        for shard in manifest.shards {
            if shard.firstSequence != totals.sequences {
                report.errors.append(
                    mismatch(shard, "first sequence", shard.firstSequence, totals.sequences))
            }
            do { try check(shard, sample, &stored, &report) } catch let error as ShardError {
                report.errors.append(error)
                stored = nil
            }
            report.shards += 1
            totals.sequences += shard.sequences
            totals.patches += shard.patches
            totals.documents += shard.documents
            onShard(shard)
        }
        report.sequences = totals.sequences
        report.rendered = sample?.rendered ?? 0
        for (what, expected, got) in [
            ("sequences", manifest.counts.sequences, totals.sequences),
            ("patches", manifest.counts.patches, totals.patches),
            ("documents", manifest.counts.documents, totals.documents),
        ] where expected != got {
            report.errors.append(
                .mismatch(
                    path: folder + "/" + Manifest.fileName, what: "the sum of \(what) of the shards",
                    expected: "\(expected)", got: "\(got)"))
        }
        report.errors +=
            stored?.errors(
                of: manifest.counts, sample: sample?.counts ?? RenderCounts(), path: folder + "/" + Manifest.fileName)
            ?? []
        return report
    }

    /// One sentence about libraries that are others than those of the render.
    private static func warning(of versions: [String: String]) -> String? {
        let current = JobSettings.currentVersions
        let different = Set(current.keys).union(versions.keys).sorted().filter { current[$0] != versions[$0] }
        guard !different.isEmpty else { return nil }
        let list = different.map { "\($0) \(versions[$0] ?? "of no known version") (now \(current[$0] ?? "absent"))" }
        return "rendered with \(list.joined(separator: ", ")): pixels that differ may come from that; use those "
            + "versions, or check the files alone with --every 0"
    }

    private func mismatch(_ shard: ShardEntry, _ what: String, _ expected: Int, _ got: Int) -> ShardError {
        .mismatch(path: folder + "/" + shard.file, what: what, expected: "\(expected)", got: "\(got)")
    }

    private func check(
        _ shard: ShardEntry, _ sample: RenderSample?, _ stored: inout StoredCounts?, _ report: inout VerifyReport
    ) throws {
        let path = folder + "/" + shard.file
        let digest: SHA256Digest
        do { digest = try SHA256Digest.ofFile(at: path) } catch { throw ShardError.file(error) }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        if size != shard.bytes { report.errors.append(mismatch(shard, "size in bytes", shard.bytes, size)) }
        guard digest.hex == shard.sha256 else {
            throw ShardError.mismatch(path: path, what: "SHA-256", expected: shard.sha256, got: digest.hex)
        }
        let reader: ShardReader
        do { reader = try ShardReader(path: path) } catch let error as FileError { throw ShardError.file(error) }
        var (sequences, patches, documents) = (0, 0, 0)
        var last: Int?
        do {
            while let example = try reader.next() {
                if let error = error(of: example, path: path) { report.errors.append(error) }
                if let document = example.integer("document"), document != last {
                    documents += 1
                    last = document
                }
                stored?.add(example)
                sequences += 1
                patches += example.patchCount
                if let error = try sample?.take(example, path: path) { report.errors.append(error) }
            }
        } catch let error as FileError {
            throw ShardError.file(error)
        }
        if let error = try sample?.finishDocument(path: path) { report.errors.append(error) }
        // Lines of PixelGPT files do not say where a document ends.
        if reader.format == .pixelgpt { documents = shard.documents }
        for (what, expected, got) in [
            ("sequences", shard.sequences, sequences), ("patches", shard.patches, patches),
            ("documents", shard.documents, documents),
        ] where expected != got { report.errors.append(mismatch(shard, what, expected, got)) }
    }

    /// Whether a sequence contradicts its own record.
    private func error(of example: StoredExample, path: String) -> ShardError? {
        let stored = example.integer("num_patches") ?? -1
        guard stored == example.patchCount - 1 else {
            return .mismatch(
                path: path + ", sequence \(example.key)", what: "num_patches", expected: "\(example.patchCount - 1)",
                got: "\(stored)")
        }
        guard example.patches.suffix(example.patches.count / example.patchCount).allSatisfy({ $0 == 0 }) else {
            return .mismatch(
                path: path + ", sequence \(example.key)", what: "the end patch", expected: "black", got: "not black")
        }
        return nil
    }

    private func makeSample(_ manifest: Manifest) throws -> RenderSample? {
        let settings = manifest.settings
        guard settings.shards.storeText else { return nil }
        let stack = FontStackManifest(
            name: settings.fontStack, description: "fonts of a manifest",
            fonts: settings.fonts.map { font in
                FontStackEntry(
                    family: font.family, file: font.file, faceIndex: font.faceIndex, package: "of this font",
                    sha256: font.sha256, scripts: [], role: font.isEmoji ? .emoji : .text)
            })
        let fonts = try fonts ?? FontSet(stack: stack)
        let hashes = settings.fonts.map(\.sha256)
        guard fonts.fonts.map(\.sha256) == hashes else {
            func list(_ hashes: [String]) -> String { hashes.map { String($0.prefix(8)) }.joined(separator: " ") }
            throw ShardError.mismatch(
                path: folder, what: "the list of font hashes", expected: list(hashes),
                got: list(fonts.fonts.map(\.sha256)))
        }
        let typesetter = try Typesetter(fonts: fonts, options: settings.render)
        return RenderSample(
            every: every, format: settings.shards.format, settings: settings,
            renderer: try PatchRenderer(typesetter: typesetter, options: settings.layout))
    }
}
