import Foundations

/// Numbers in single precision as the bytes of a stored type.
enum StoredNumbers {
    /// How many are converted at a time.
    static let pieceCount = 1 << 20

    /// Rounds to nearest, ties to even, and appends. `tensor` and `path` are named where a number does not fit: F16 reaches
    /// 65504 only.
    static func append(
        _ numbers: [Float], as type: SafetensorsType, to sink: SafetensorsSink, tensor: String
    ) throws {
        switch type {
        case .float32: unsafe try sink.append(numbers.span.bytes)
        case .float64:
            let doubles = numbers.map { Double($0) }
            unsafe try sink.append(doubles.span.bytes)
        case .bfloat16:
            let halves = numbers.map(bfloat16)
            unsafe try sink.append(halves.span.bytes)
        case .float16:
            let halves = numbers.map { Float16($0) }
            if let place = halves.indices.first(where: { halves[$0].isInfinite && numbers[$0].isFinite }) {
                throw CheckpointError.badValue(
                    file: CheckpointNames.tensors, keyPath: tensor,
                    reason: "\(numbers[place]) is beyond F16, which ends at 65504; write F32 or BF16")
            }
            unsafe try sink.append(halves.span.bytes)
        default:
            throw CheckpointError.badValue(
                file: CheckpointNames.tensors, keyPath: tensor, reason: "\(type.rawValue) holds no numbers of models")
        }
    }

    /// The upper half of a single, rounded to nearest, ties to even.
    static func bfloat16(_ number: Float) -> UInt16 {
        let bits = number.bitPattern
        if number.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }
}

extension SafetensorsItem {
    /// A tensor of a file under `name`, in another type where one is given.
    init(_ tensor: SafetensorsTensor, name: String, as type: SafetensorsType?) {
        let type = type ?? tensor.type
        guard type != tensor.type else {
            self.init(tensor)
            self.name = name
            return
        }
        self.init(name: name, type: type, shape: tensor.shape) { sink in
            for start in stride(from: 0, to: tensor.count, by: StoredNumbers.pieceCount) {
                let numbers = try tensor.floats(start..<min(tensor.count, start + StoredNumbers.pieceCount))
                try StoredNumbers.append(numbers, as: type, to: sink, tensor: name)
            }
            tensor.file.mapped.discard(tensor.entry.bytes)
        }
    }
}
