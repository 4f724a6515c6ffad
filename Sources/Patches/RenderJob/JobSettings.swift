public import Corpora
import Foundations
public import Typesetting

/// Everything that the bytes of an output depend on beside the input's text.
///
/// Two renders with equal settings and input give equal shards. Number of workers and time are not among them.
public struct JobSettings: Codable, Sendable, Equatable {
    /// Names of the inputs, without folders.
    public var inputs: [String]
    /// Which files these are; set when the render begins.
    public var inputData: InputIdentity?
    /// How documents are read.
    public var read: ReadOptions
    /// How text becomes pixels.
    public var render: RenderOptions
    /// How pixels become sequences.
    public var layout: LayoutOptions
    /// How sequences become shards.
    public var shards: ShardOptions
    /// Name of the font stack, or `custom`.
    public var fontStack: String
    /// The fonts in stack order.
    public var fonts: [FontDescription]
    /// Versions of the libraries that pixels and files depend on.
    public var versions: [String: String]

    /// Settings with the versions of this process's libraries.
    public init(
        inputs: [String], read: ReadOptions, render: RenderOptions, layout: LayoutOptions, shards: ShardOptions,
        fonts: FontSet
    ) {
        self.inputs = inputs
        self.read = read
        self.render = render
        self.layout = layout
        self.shards = shards
        fontStack = fonts.name
        self.fonts = fonts.fonts
        versions = Self.currentVersions
    }

    /// Versions of the libraries in this process that pixels and files depend on, as they report themselves.
    public static var currentVersions: [String: String] {
        LibraryVersions.all.merging(FileLibraries.versions) { current, _ in current }
            .merging(["libpng": PNG.version]) { current, _ in current }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case inputs, read, render, layout, shards, fonts, versions
        case inputData = "input_data"
        case fontStack = "font_stack"
    }

    /// What the input calls its texts.
    var textNames: ShardRecord.TextNames {
        var names = ShardRecord.TextNames()
        names.text = read.textField
        names.textB = read.textBField ?? names.textB
        names.words = read.wordsField ?? names.words
        return names
    }

    /// Checks all options. Throws the error of the part that refuses.
    public func validate() throws {
        try read.validate()
        try render.validate()
        try layout.validate()
        try shards.validate()
    }

    /// The first key, in sorted order, whose value differs from `other`'s, with both values; `nil` when none does.
    ///
    /// The inputs are compared by what they hold, not by the names under which they were given.
    func firstDifference(to other: JobSettings) throws(ConfigError) -> (key: String, own: String, other: String)? {
        var (first, second) = (self, other)
        if inputData != nil, other.inputData != nil { (first.inputs, second.inputs) = ([], []) }
        return Self.difference(
            try StrictJSON.encodedValue(first), try StrictJSON.encodedValue(second), path: "")
    }

    private static func difference(
        _ first: JSONValue?, _ second: JSONValue?, path: String
    ) -> (key: String, own: String, other: String)? {
        guard first != second else { return nil }
        switch (first, second) {
        case (.object(let left)?, .object(let right)?):
            for key in Set(left.keys).union(right.keys).sorted() {
                let inner = path.isEmpty ? key : path + "." + key
                if let found = difference(left[key], right[key], path: inner) { return found }
            }
            return nil
        case (.array(let left)?, .array(let right)?) where left.count == right.count:
            for (index, pair) in zip(left, right).enumerated() {
                if let found = difference(pair.0, pair.1, path: "\(path)[\(index)]") { return found }
            }
            return nil
        default:
            func text(_ value: JSONValue?) -> String {
                value.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? "absent"
            }
            return (path, text(first), text(second))
        }
    }
}
