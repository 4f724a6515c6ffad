/// Patches of pictures as a linear predictor sees them, gathered up to a limit.
///
/// A picture's last patch, the black one, is neither target nor counted. What stands before a picture's first patch is white.
struct PatchRows {
    /// Bytes of a patch.
    let size: Int
    /// All patches, [count * size].
    private(set) var pixels: [UInt8] = []
    /// For each target its patch among all, and how many of the same picture stand before it.
    private(set) var targets: [(patch: Int, before: Int)] = []
    /// True if no pixel has unequal channels.
    private(set) var isGray = true
    private let channels: Int

    init(size: Int, channels: Int) {
        self.size = size
        self.channels = channels
    }

    /// Adds the patches of a picture, at most so many that there are `limit` targets.
    mutating func add(_ picture: [UInt8], limit: Int = .max) {
        let count = min(picture.count / size - 2, limit - targets.count) + 1
        guard count > 1 else { return }
        let first = pixels.count / size
        pixels += picture[..<(count * size)]
        targets += (1..<count).map { (first + $0, $0) }
        if channels == 3, isGray {
            for place in stride(from: 0, to: count * size, by: 3)
            where picture[place] != picture[place + 1] || picture[place] != picture[place + 2] {
                isGray = false
                return
            }
        }
    }

    /// True if pixels have red, green and blue.
    var hasColours: Bool { channels == 3 }

    /// The same with every third number, those of one channel.
    var ofOneChannel: PatchRows {
        var rows = PatchRows(size: size / 3, channels: 1)
        rows.pixels = stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
        rows.targets = targets
        return rows
    }

    /// How dark the patch `lag` before each target is, 0 (white) to 1 (black): [targets, size].
    func features(_ range: Range<Int>, lag: Int) -> [Float] {
        var features = [Float](repeating: 0, count: range.count * size)
        for (row, target) in targets[range].enumerated() where target.before >= lag {
            let from = (target.patch - lag) * size
            for k in 0..<size { features[row * size + k] = Self.darkness[Int(pixels[from + k])] }
        }
        return features
    }

    private static let darkness = (0..<256).map { Float(255 - $0) / 255 }

    /// What a model is asked to predict: [targets, size] (section 3.4 of the specification). `repeats` tells how many channels a
    /// pixel stands for, which the unbiased variance asks for.
    func numbers(_ range: Range<Int>, isNormalised: Bool, repeats: Int) -> [Float] {
        var numbers = [Float](repeating: 0, count: range.count * size)
        for (row, target) in targets[range].enumerated() {
            let from = target.patch * size
            var (mean, scale) = (0.0, 1.0)
            if isNormalised {
                var (sum, squares) = (0, 0)
                for k in from..<from + size {
                    sum += Int(pixels[k])
                    squares += Int(pixels[k]) * Int(pixels[k])
                }
                mean = Double(sum) / Double(size)
                // Sums of bytes are exact, so a flat patch is exactly flat.
                let spread = Double(squares * size - sum * sum) / Double(size) * Double(repeats) / (255 * 255)
                scale = 1 / (spread / Double(size * repeats - 1) + 1e-6).squareRoot()
            }
            for k in 0..<size { numbers[row * size + k] = Float((Double(pixels[from + k]) - mean) / 255 * scale) }
        }
        return numbers
    }
}
