import Foundation
import Foundations
import TestSupport

/// A case that PyTorch computed (`Tests/Peers/torch_models.py`): a model's configuration and parameters, a batch, and what
/// came of it in double precision.
struct ModelFixture {
    /// The case's name in `models.json`.
    let name: String
    /// Sizes, losses and distances of precisions.
    let facts: FixturePage.Case
    /// The model's configuration with Hugging Face's keys, with the case's changes.
    let config: [String: JSONValue]
    /// By Hugging Face name; float32 values.
    let parameters: [String: FixtureTensor]
    /// `pixels`, `ids`, `segments`, `positions`, `labels`, `patch_weights`: those that the case has.
    let inputs: [String: FixtureTensor]
    /// `layers.N`, `hidden`, `logits`, `patches`; rows of padding are 0.
    let outputs: [String: FixtureTensor]
    /// Of the sum of all losses, by parameter; a parameter that is missing was not reached.
    let gradients: [String: FixtureTensor]

    /// Reads the case `name`.
    init(_ name: String) throws {
        let page = try FixturePage.shared.get()
        let facts = try FixtureError.unwrap(page.cases[name], "no case \(name)")
        let model = try FixtureError.unwrap(page.models[facts.model], "no model \(facts.model)")
        self.name = name
        self.facts = facts
        config = model.merging(facts.configChanges) { $1 }
        parameters = try Self.parameters(of: facts.model)
        let own = try FixtureTensor.read(name)
        inputs = Self.part("input.", of: own)
        let other = try facts.outputsOf.map { try FixtureTensor.read($0) }
        outputs = Self.part("output.", of: other ?? own)
        let another = try facts.gradientsOf.map { try FixtureTensor.read($0) }
        gradients = Self.part("gradient.", of: another ?? own)
    }

    /// The parameters of the model `name`.
    static func parameters(of name: String) throws -> [String: FixtureTensor] { try FixtureTensor.read(name) }

    /// An integer of the configuration.
    func integer(_ key: String) throws -> Int {
        guard case .integer(let value) = config[key] else { throw FixtureError("\(key) is no integer") }
        return value
    }

    private static func part(_ prefix: String, of tensors: [String: FixtureTensor]) -> [String: FixtureTensor] {
        var part: [String: FixtureTensor] = [:]
        for (name, tensor) in tensors where name.hasPrefix(prefix) {
            part[String(name.dropFirst(prefix.count))] = tensor
        }
        return part
    }
}

/// Numbers of a fixture, row-major.
struct FixtureTensor {
    /// Sizes, outermost first.
    let shape: [Int]
    /// How they are stored: F64, F32, I32 or U8.
    let type: String
    /// All numbers.
    let values: [Double]

    /// The tensors of `Fixtures/NAME.safetensors`.
    static func read(_ name: String) throws -> [String: FixtureTensor] {
        let bytes = try FixturePage.bytes("\(name).safetensors")
        guard bytes.count >= 8 else { throw FixtureError("\(name): no header") }
        let length = Int(UInt64(littleEndian: number(bytes, 0)))
        guard length <= bytes.count - 8 else { throw FixtureError("\(name): a header of \(length) bytes") }
        guard case .object(let header) = try JSONValue.parse(Array(bytes[8..<8 + length])) else {
            throw FixtureError("\(name): the header is no object")
        }
        return try header.mapValues { try tensor($0, Array(bytes[(8 + length)...])) }
    }

    private static func tensor(_ field: JSONValue, _ data: [UInt8]) throws -> FixtureTensor {
        guard case .string(let type) = field["dtype"], case .array(let sizes) = field["shape"],
            case .array(let range) = field["data_offsets"]
        else { throw FixtureError("\(field) describes no tensor") }
        let shape = try sizes.map(integer)
        let offsets = try range.map(integer)
        let count = shape.reduce(1, *)
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count else {
            throw FixtureError("numbers at \(offsets)")
        }
        let bytes = Array(data[offsets[0]..<offsets[1]])
        let values: [Double]
        switch type {
        case "F64": values = stride(from: 0, to: bytes.count, by: 8).map { number(bytes, $0) }
        case "F32": values = stride(from: 0, to: bytes.count, by: 4).map { Double(number(bytes, $0) as Float) }
        case "I32": values = stride(from: 0, to: bytes.count, by: 4).map { Double(number(bytes, $0) as Int32) }
        case "U8": values = bytes.map { Double($0) }
        default: throw FixtureError("type \(type)")
        }
        guard values.count == count else { throw FixtureError("\(values.count) numbers for \(shape)") }
        return FixtureTensor(shape: shape, type: type, values: values)
    }

    private static func integer(_ value: JSONValue) throws -> Int {
        guard case .integer(let number) = value else { throw FixtureError("\(value) is no integer") }
        return number
    }

    private static func number<Number>(_ bytes: [UInt8], _ offset: Int) -> Number {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }
}

/// What is wrong with a fixture.
struct FixtureError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static func unwrap<Value>(_ value: Value?, _ problem: String) throws -> Value {
        guard let value else { throw FixtureError(problem) }
        return value
    }
}
