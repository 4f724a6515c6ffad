import Foundation
import Foundations

/// Which files a split is read from.
struct FilePlaces {
    /// The files of one language, or of a split without languages.
    struct Part {
        var language: String?
        /// Paths in the order of reading.
        var paths: [String]
        /// The file with the labels, where it is one of its own.
        var labelsPath: String?
        /// The format of each path.
        var formats: [TaskLayout.Format]
    }

    let layout: TaskLayout
    let files: TaskFiles
    let columns: [String: String]
    let parts: [Part]

    /// Finds the first layout whose files are all there. Throws `noSplit`, `noLanguage`, `missingFiles`, and
    /// `record` for a folder that may not be searched.
    init(task: TaskDefinition, split: String, place: TaskPlace, language: String?) throws(TaskError) {
        let layouts = task.layouts.filter { $0.splits[split] != nil }
        guard !layouts.isEmpty else { throw .noSplit(task: task.name, split: split, known: task.splits) }
        let folder = place.folder
        var expected: [String] = []
        var incomplete: String?
        for layout in layouts {
            guard let files = layout.splits[split] else { continue }
            let known = files.languages ?? task.languages
            let isByLanguage = layout.isByLanguage(files)
            if let language, !isByLanguage || !known.contains(language) {
                throw .noLanguage(task: task.name, language: language, known: isByLanguage ? known : [])
            }
            let languages: [String?] = isByLanguage ? (language.map { [$0] } ?? known) : [nil]
            var parts: [Part] = []
            var missing: [String] = []
            for language in languages {
                let part = Self.part(layout, files, place, language: language, missing: &missing)
                if let part { parts.append(part) }
            }
            if missing.isEmpty {
                self.layout = layout
                self.files = files
                columns = layout.columns(of: files)
                self.parts = parts
                return
            }
            let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
            let wanted = "\(missing.prefix(3).joined(separator: " and "))\(more) (\(layout.name))"
            expected.append(wanted)
            let count = (files.files.count + (files.labelsFile == nil ? 0 : 1)) * languages.count
            if missing.count < count, incomplete == nil { incomplete = wanted }
            try Self.checkReadable(layout, files, folder: folder, languages: languages)
        }
        throw .missingFiles(
            task: task.name, split: split, folder: folder, expected: incomplete.map { [$0] } ?? expected,
            obtain: task.obtaining,
            flaw: !Folder.isFolder(folder) ? .noFolder : incomplete == nil ? nil : .incomplete)
    }

    /// The columns with `text_a` and `text_b`; nil for files without names of columns.
    var textColumns: [String: String]? {
        let isNamed: Bool =
            switch layout.format {
            case .rawTSV: files.header ?? layout.header
            case .lines, .blocks: false
            default: true
            }
        return isNamed ? columns.filter { ["text_a", "text_b"].contains($0.key) } : nil
    }

    /// Throws `record` for a folder that is there and may not be searched, whose files look as if they were not there.
    private static func checkReadable(
        _ layout: TaskLayout, _ files: TaskFiles, folder: String, languages: [String?]
    ) throws(TaskError) {
        for place in ["."] + layout.folders(of: files) {
            for language in languages {
                let name = language.map { place.replacing("{language}", with: $0) } ?? place
                let path = name == "." ? folder : "\(folder)/\(name)"
                if Folder.isFolder(path), !FileManager.default.isExecutableFile(atPath: path) {
                    throw .record(
                        path: path, line: nil, column: nil,
                        reason: "the folder may not be searched; check its permissions")
                }
            }
        }
    }

    private static func part(
        _ layout: TaskLayout, _ files: TaskFiles, _ root: TaskPlace, language: String?, missing: inout [String]
    ) -> Part? {
        let folder = root.folder
        let folders = layout.folders(of: files)
        func named(_ name: String) -> String { language.map { name.replacing("{language}", with: $0) } ?? name }
        func find(_ name: String, _ format: TaskLayout.Format) -> (String, TaskLayout.Format)? {
            if let path = root.files[name] {
                return Folder.hasItem(path) ? (path, TaskLayout.Format(ofName: path, in: format)) : nil
            }
            for place in folders {
                let base = place == "." ? "\(folder)/\(named(name))" : "\(folder)/\(named(place))/\(named(name))"
                for (ending, format) in candidates(format) {
                    for compression in ["", ".gz", ".zst", ".xz"] {
                        let path = base + ending + compression
                        if FileManager.default.fileExists(atPath: path) { return (path, format) }
                    }
                }
            }
            return nil
        }
        func shown(_ name: String) -> String {
            if let path = root.files[name] { return path }
            let first = folders.first.map { $0 == "." ? "" : "\(named($0))/" } ?? ""
            return first + named(name) + (layout.format == .export ? ".jsonl, .json, .csv or .tsv" : "")
        }
        var part = Part(language: language, paths: [], formats: [])
        let before = missing.count
        for name in files.files {
            if let (path, format) = find(name, layout.format) {
                part.paths.append(path)
                part.formats.append(format)
            } else {
                missing.append(shown(name))
            }
        }
        if let name = files.labelsFile {
            part.labelsPath = find(name, .lines)?.0
            if part.labelsPath == nil { missing.append(shown(name)) }
        }
        return missing.count == before ? part : nil
    }

    private static func candidates(_ format: TaskLayout.Format) -> [(String, TaskLayout.Format)] {
        guard format == .export else { return [("", format)] }
        return [(".jsonl", .jsonl), (".json", .json), (".csv", .csv), (".tsv", .tsv)]
    }
}

extension TaskDefinition {
    /// How to get the files, in one or two sentences.
    public var obtaining: String {
        recipe.map { "Run corpora/fetch \($0), or name the folder above its output with --data. " + source.obtain }
            ?? source.obtain
    }
}
