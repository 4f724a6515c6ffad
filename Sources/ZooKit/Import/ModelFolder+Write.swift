public import Foundations
import Layers
public import Tensors

extension ModelFolder {
    /// Writes a model as a folder that `transformers` loads unless it has structures: `config.json`, `model.safetensors`, and
    /// `files` as they are (a tokenizer's, for instance). The folder appears whole or not at all.
    ///
    /// Numbers are rounded to `type`; without one they keep the type they have. Throws: `CheckpointError`, also for a number that
    /// F16 does not hold.
    public static func write(
        _ model: LanguageModel, kind: ModelKind? = nil, files: [String: [UInt8]] = [:], to path: String,
        type: SafetensorsType? = nil, workspace: Workspace
    ) throws {
        let items = try model.storedItems(as: type, in: workspace)
        let config = try ModelFiles.config(of: model, kind: kind, type: Self.widest(items))
        try Checkpoint(model: .init(config: config, tensors: items, files: files)).write(to: path)
    }

    /// The widest type of the tensors.
    static func widest(_ items: [SafetensorsItem]) -> SafetensorsType? {
        items.map(\.type).max { $0.byteCount < $1.byteCount }
    }

    /// The files of a checkpoint of `kind`: the model with its structures and heads, moments, and `files` beside it. Numbers are read
    /// when the files are written. Throws `ConfigError` and `TensorError`.
    public static func checkpoint(
        _ model: LanguageModel, kind: ModelKind, optimizer: [SafetensorsItem]? = nil, files: [String: [UInt8]] = [:],
        workspace: Workspace
    ) throws -> Checkpoint.Model {
        Checkpoint.Model(
            config: try ModelFiles.config(of: model, kind: kind, type: .float32),
            tensors: try model.storedItems(in: workspace), optimizer: optimizer, files: files)
    }
}

extension LanguageModel {
    /// The heads that it has.
    public var heads: Heads {
        Heads(
            token: tokenHead != nil, patch: patchHead != nil, labels: score?.outputs, scalar: scalar != nil)
    }
}

extension SafetensorsItem {
    /// The values of a parameter under its path, in the type that it keeps them in or rounded to another.
    init(_ parameter: Parameter, as type: SafetensorsType?, in workspace: Workspace) {
        guard let type, type.rawValue != parameter.type.rawValue else {
            self.init(parameter, in: workspace)
            return
        }
        self.init(name: parameter.path, type: type, shape: parameter.shape) { sink in
            for start in stride(from: 0, to: parameter.count, by: StoredNumbers.pieceCount) {
                let piece = start..<min(parameter.count, start + StoredNumbers.pieceCount)
                let numbers = parameter.hostFloats(piece, in: workspace)
                try StoredNumbers.append(numbers, as: type, to: sink, tensor: parameter.path)
            }
        }
    }
}

extension Parameter {
    /// Some of its numbers on the host, in single precision.
    fileprivate func hostFloats(_ range: Range<Int>, in workspace: Workspace) -> [Float] {
        let source = tensor.operand.advanced(by: range.lowerBound)
        func read<Number>(_ zero: Number) -> [Number] {
            var numbers = [Number](repeating: zero, count: range.count)
            unsafe numbers.withUnsafeMutableBytes { unsafe workspace.kernels.read(source, into: $0) }
            return numbers
        }
        switch type {
        case .float64: return read(0.0).map { Float($0) }
        case .bfloat16: return read(UInt16(0)).map { Float(bitPattern: UInt32($0) << 16) }
        default: return read(Float(0))
        }
    }
}
