/// Where keys and values of one attention stand in a cache. A layer that a depth schedule visits again has a slot for each visit.
public struct CacheSlot: Hashable, Sendable, Comparable {
    /// The block's place in the model.
    public var layer: Int
    /// Which visit of the block it is, from 0 on.
    public var step: Int

    /// The slot of a visit.
    public init(layer: Int, step: Int = 0) {
        self.layer = layer
        self.step = step
    }

    /// By layer, then by visit.
    public static func < (a: CacheSlot, b: CacheSlot) -> Bool { (a.layer, a.step) < (b.layer, b.step) }
}

/// What a pass with a cache is part of: policies treat prompts and what is generated after them differently.
public enum CachePhase: Sendable, Equatable {
    /// A part of a prompt; `isLast` where nothing of the prompt follows.
    case prompt(isLast: Bool)
    /// What comes after the prompt.
    case decode

    /// Whether policies choose rows after this pass: not between parts of a prompt.
    public var isWhole: Bool { self != .prompt(isLast: false) }
}
