import Foundations
import Layers
import Tensors

extension LanguageModel {
    /// All parameters as folders hold them, in `type` or the type that they have: the projection of patches stands in the form of the
    /// published models. Numbers but those of the projection are read when they are written. Throws `TensorError`.
    func storedItems(
        as type: SafetensorsType? = nil, in workspace: Workspace
    ) throws(TensorError) -> [SafetensorsItem] {
        var own: [String: [Double]] = [:]
        if let patches = base.patches, patches.form != .unit {
            let published = try patches.published()
            own = [patches.weight.path: published.weight, patches.bias.path: published.bias]
        }
        return parameters.map { parameter in
            guard let numbers = own[parameter.path] else {
                return SafetensorsItem(parameter, as: type, in: workspace)
            }
            let kept = type ?? SafetensorsType(rawValue: parameter.type.rawValue) ?? .float32
            return SafetensorsItem(name: parameter.path, shape: parameter.shape, numbers: numbers, as: kept)
        }
    }

    /// Parameters whose numbers a folder gives back but for the rounding of their last bits.
    var roundedParameters: [Parameter] {
        guard let patches = base.patches, patches.form != .unit else { return [] }
        return [patches.bias]
    }
}

extension SafetensorsItem {
    /// Numbers from the host, rounded to `type`.
    init(name: String, shape: [Int], numbers: [Double], as type: SafetensorsType) {
        self.init(name: name, type: type, shape: shape) { sink in
            if type == .float64 {
                unsafe try sink.append(numbers.span.bytes)
            } else {
                try StoredNumbers.append(numbers.map { Float($0) }, as: type, to: sink, tensor: name)
            }
        }
    }
}
