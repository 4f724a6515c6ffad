import Corpora

extension LayoutOptions: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case layout, strategy, overflow, stride, offsets, channels, packing, normalisation
        case maxPatches = "max_patches"
        case textAMaxPatches = "text_a_max_patches"
        case padLeft = "pad_left"
        case padRight = "pad_right"
        case compatBugs = "compat_bugs"
        case flipRTL = "flip_rtl"
        case rightToLeft = "right_to_left"
        case isolatedChars = "isolated_chars"
    }

    /// The keys of the JSON form.
    public static var knownKeys: Set<String> { Set(CodingKeys.allCases.map(\.rawValue)) }

    /// Decodes the JSON form; a key that is absent keeps its default.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            value = try container.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.layout, &layout)
        try read(.strategy, &strategy)
        try read(.maxPatches, &maxPatches)
        try read(.overflow, &overflow)
        stride = try container.decodeIfPresent(Int.self, forKey: .stride)
        textAMaxPatches = try container.decodeIfPresent(Int.self, forKey: .textAMaxPatches)
        try read(.padLeft, &padLeft)
        try read(.padRight, &padRight)
        try read(.offsets, &offsets)
        try read(.compatBugs, &compatBugs)
        try read(.flipRTL, &flipRTL)
        try read(.rightToLeft, &rightToLeft)
        try read(.isolatedChars, &isolatedChars)
        try read(.channels, &channels)
        try read(.packing, &packing)
        try read(.normalisation, &normalisation)
    }

    /// Encodes the JSON form; an option that is not set is left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(layout, forKey: .layout)
        try container.encode(strategy, forKey: .strategy)
        try container.encode(maxPatches, forKey: .maxPatches)
        try container.encode(overflow, forKey: .overflow)
        try container.encodeIfPresent(stride, forKey: .stride)
        try container.encodeIfPresent(textAMaxPatches, forKey: .textAMaxPatches)
        try container.encode(padLeft, forKey: .padLeft)
        try container.encode(padRight, forKey: .padRight)
        try container.encode(offsets, forKey: .offsets)
        try container.encode(compatBugs, forKey: .compatBugs)
        try container.encode(flipRTL, forKey: .flipRTL)
        try container.encode(rightToLeft, forKey: .rightToLeft)
        try container.encode(isolatedChars, forKey: .isolatedChars)
        try container.encode(channels, forKey: .channels)
        try container.encode(packing, forKey: .packing)
        try container.encode(normalisation, forKey: .normalisation)
    }
}
