/// Settings whose absent keys have the values of `init()`. ``StrictJSON`` puts these in before the type decodes itself, so that the
/// decoding which the compiler writes will do; a null stands for the default, too. Other decoders want every key.
public protocol DefaultFilled: Codable {
    /// The defaults.
    init()
}

extension ValueDecoder {
    /// The same with the defaults of a type where keys are absent. O(keys).
    func filled(by type: any DefaultFilled.Type) throws -> ValueDecoder {
        guard case .object(let fields) = value, case .object(let defaults) = try StrictJSON.encodedValue(type.init())
        else { return self }
        let whole = defaults.merging(fields) { standard, own in own == .null ? standard : own }
        return ValueDecoder(value: .object(whole), codingPath: codingPath, log: log)
    }
}
