import Foundations

/// A case that PyTorch computed (`Tests/Peers/torch_models.py`): a model's configuration and parameters, a batch, and what
/// came of it in double precision.
struct ModelFixture {
    /// The case's name in `models.json`.
    let name: String
    /// Sizes, losses and distances of precisions.
    let facts: FixturePage.Case
    /// The model's configuration with Hugging Face's keys, with the case's changes.
    let config: [String: JSONValue]
    /// By Hugging Face name, the head of tokens `lm_token_head` also in `llama`; float32 values.
    let parameters: [String: FixtureTensor]
    /// `pixels`, `ids`, `segments`, `positions`, `labels`, `patch_weights`: those that the case has.
    var inputs: [String: FixtureTensor]
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
        let file = try SafetensorsFile(path: FixturePage.path("\(name).safetensors"))
        var tensors: [String: FixtureTensor] = [:]
        for tensor in file.tensors {
            let isFloating = tensor.type == .float64 || tensor.type == .float32
            let values = try isFloating ? tensor.doubles() : tensor.integers().map { Double($0) }
            tensors[tensor.name] = FixtureTensor(shape: tensor.shape, type: tensor.type.rawValue, values: values)
        }
        return tensors
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
