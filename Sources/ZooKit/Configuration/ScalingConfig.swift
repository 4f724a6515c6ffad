import Layers

/// `rope_scaling` as configurations spell it.
struct ScalingConfig: Codable {
    let scaling: RotaryScaling?

    enum CodingKeys: String, CodingKey {
        case type = "rope_type"
        case oldType = "type"
        case factor
        case low = "low_freq_factor"
        case high = "high_freq_factor"
        case positions = "original_max_position_embeddings"
    }

    init(_ scaling: RotaryScaling) { self.scaling = scaling }

    init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func bad(_ key: CodingKeys, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: values, debugDescription: reason)
        }
        func positive(_ key: CodingKeys) throws -> Double {
            let number = try values.decode(Double.self, forKey: key)
            guard number > 0, number.isFinite else { throw bad(key, "\(number) is not above 0") }
            return number
        }
        let newName = try values.decodeIfPresent(String.self, forKey: .type)
        let oldName = try values.decodeIfPresent(String.self, forKey: .oldType)
        guard let name = newName ?? oldName else { throw bad(.type, "missing") }
        switch name {
        case "default": scaling = nil
        case "linear": scaling = .linear(factor: try positive(.factor))
        case "llama3":
            let (low, high) = (try positive(.low), try positive(.high))
            guard low < high else { throw bad(.low, "\(low) is not below the high_freq_factor \(high)") }
            let positions = try values.decode(Int.self, forKey: .positions)
            guard (1...SizeLimit.side).contains(positions) else {
                throw bad(.positions, "\(positions) is not in 1...\(SizeLimit.side)")
            }
            scaling = .llama3(factor: try positive(.factor), low: low, high: high, positions: positions)
        case let other:
            throw bad(
                newName == nil ? .oldType : .type,
                "rotary positions scaled by '\(other)' are not built in; linear and llama3 are")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch scaling {
        case nil: try values.encode("default", forKey: .type)
        case .linear(let factor):
            try values.encode("linear", forKey: .type)
            try values.encode(factor, forKey: .factor)
        case .llama3(let factor, let low, let high, let positions):
            try values.encode("llama3", forKey: .type)
            try values.encode(factor, forKey: .factor)
            try values.encode(low, forKey: .low)
            try values.encode(high, forKey: .high)
            try values.encode(positions, forKey: .positions)
        }
    }
}
