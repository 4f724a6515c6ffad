import Foundations
public import ZooKit

extension EvaluationSettings {
    /// Checks ranges and names. Throws `badSetting` with the key.
    public func validate() throws(PretrainingError) {
        try SettingCheck<CodingKeys>.counts([
            (.limit, limit, 1...1 << 40), (.batch, batch, 1...1 << 20), (.bootstrap, bootstrap, 2...1 << 20),
            (.window, window, 2...1 << 20), (.stride, stride, 1...1 << 20), (.embedLayer, embedLayer, 0...1 << 20),
        ])
        try SettingCheck<CodingKeys>.words([(.precision, precision, ["fp32", "bf16"])])
        guard Set(seeds).count == seeds.count, seeds.allSatisfy({ $0 >= 0 }) else {
            throw .badSetting(key: "seeds", reason: "seeds are numbers of 0 or more, each once")
        }
        guard !submission || limit == nil else {
            throw .badSetting(
                key: "limit", reason: "files to be handed in need all examples; leave it out, or --submission")
        }
        try checkNoise()
    }

    private func checkNoise() throws(PretrainingError) {
        let known = NoiseKind.allCases.map(\.rawValue)
        for (place, name) in noise.enumerated() {
            guard known.contains(name) || name == "all" else {
                let near = NearNames.of(name, among: known)
                let hint = near.isEmpty ? "there are" : "near: \(near.joined(separator: ", ")); there are"
                throw .badSetting(
                    key: "noise", reason: "there is no noise '\(name)', \(hint): \(known.joined(separator: ", ")), all")
            }
            if noise[..<place].contains(name) { throw .badSetting(key: "noise", reason: "\(name) is named twice") }
        }
        for (place, rate) in noiseRates.enumerated() {
            guard (0...1).contains(rate) else {
                throw .badSetting(key: "noise_rates", reason: "\(rate) is no share of 0 to 1")
            }
            if noiseRates[..<place].contains(rate) {
                throw .badSetting(key: "noise_rates", reason: "\(rate) is named twice")
            }
        }
        if noiseRates.isEmpty {
            throw .badSetting(key: "noise_rates", reason: "there is no rate; give shares of 0 to 1")
        }
        if noiseSeed < 0 { throw .badSetting(key: "noise_seed", reason: "\(noiseSeed) is less than 0") }
    }

    /// A variant for each kind of noise and rate.
    var noiseVariants: [TaskVariant] {
        let kinds = NoiseKind.allCases.filter { noise.contains("all") || noise.contains($0.rawValue) }
        return kinds.flatMap { kind in
            noiseRates.sorted().map { .noise(Noise(kind, rate: $0, seed: UInt64(max(0, noiseSeed)))) }
        }
    }
}
