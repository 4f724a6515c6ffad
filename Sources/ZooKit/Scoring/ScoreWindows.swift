import Foundations
public import Tensors

/// How a sequence that is longer than a model reads at once is cut into windows that overlap.
///
/// Windows of `window` places begin every `stride` places, the last one ends with the sequence. A place is predicted once: in the
/// first window that holds it, from what stands before it there. So all but the first window's have at least window - stride
/// places before them. A place that begins a window without being in an earlier one (the first of all; with stride = window each
/// window's) is not predicted. These are the windows of the perplexity page of `transformers`.
public struct ScoreWindows: Sendable, Equatable {
    /// Places of a window at most.
    public let window: Int
    /// Places from a window's beginning to the next one's.
    public let stride: Int

    /// One window.
    public struct Window: Sendable, Equatable {
        /// What is read.
        public let places: Range<Int>
        /// What is predicted.
        public let targets: Range<Int>
    }

    /// Windows of at least two places, moved on by at least one and at most a whole window. Throws: `value`.
    public init(window: Int, stride: Int) throws(TensorError) {
        guard window >= 2, (1...window).contains(stride) else {
            throw .value(
                operation: "score",
                what:
                    "windows of \(window) moved on by \(stride); a window has 2 places or more, a stride 1 to a window")
        }
        self.window = window
        self.stride = stride
    }

    /// Windows over `count` places. O(count / stride).
    public func over(_ count: Int) -> [Window] {
        var windows: [Window] = []
        var done = 0
        for begin in Swift.stride(from: 0, to: count, by: stride) where done < count {
            let end = begin + min(window, count - begin)
            windows.append(Window(places: begin..<end, targets: min(max(done, begin + 1), end)..<end))
            done = end
        }
        return windows
    }

    /// Throws: `value` where a window is longer than the model's positions.
    func check(_ model: LanguageModel) throws(TensorError) {
        let positions = model.base.config.positions
        guard window <= positions else {
            throw .value(
                operation: "score",
                what: "a window of \(window) places; the model has \(counted(positions, "position"))")
        }
    }
}
