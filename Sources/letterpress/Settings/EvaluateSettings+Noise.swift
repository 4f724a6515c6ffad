import Evaluation
import Foundations

extension EvaluateSettings {
    /// Which of the settings of noise makes no sense, and why; nil where all do.
    var noiseFlaw: (key: String, reason: String)? {
        let known = NoiseKind.allCases.map(\.rawValue)
        for (place, name) in noise.enumerated() {
            guard known.contains(name) || name == "all" else {
                let near = NearNames.of(name, among: known)
                let hint = near.isEmpty ? "there are" : "near: \(near.joined(separator: ", ")); there are"
                return ("noise", "there is no noise '\(name)', \(hint): \(known.joined(separator: ", ")), all")
            }
            if noise[..<place].contains(name) { return ("noise", "\(name) is named twice") }
        }
        for (place, rate) in noiseRates.enumerated() {
            guard (0...1).contains(rate) else { return ("noise_rates", "\(rate) is no share of 0 to 1") }
            if noiseRates[..<place].contains(rate) { return ("noise_rates", "\(rate) is named twice") }
        }
        if noiseRates.isEmpty { return ("noise_rates", "there is no rate; give shares of 0 to 1") }
        if noiseSeed < 0 { return ("noise_seed", "\(noiseSeed) is less than 0") }
        return nil
    }

    /// A variant for each kind of noise and rate.
    var noiseVariants: [TaskVariant] {
        let kinds = NoiseKind.allCases.filter { noise.contains("all") || noise.contains($0.rawValue) }
        return kinds.flatMap { kind in
            noiseRates.sorted().map { .noise(Noise(kind, rate: $0, seed: UInt64(max(0, noiseSeed)))) }
        }
    }
}
