public import Foundations
import Layers
public import Tensors

extension ModelFolder {
    /// Copies a folder or a GGUF file to a new folder, tensor by tensor, under the names and the configuration that are written
    /// here, with its structures, and every file that says how the model reads. Gives the warnings of what was passed over.
    ///
    /// Without `type` a folder's tensors keep theirs and a GGUF file's become F32. Throws: what reading and writing throw.
    public static func convert(
        _ source: String, _ catalogue: MethodCatalogue = .none, to path: String, type: SafetensorsType? = nil,
        withTokenizer: Bool = true, workspace: Workspace
    ) throws -> [String] {
        guard Folder.isFolder(source) else {
            let model = try GGUFModel(path: source, workspace: workspace)
            let files = withTokenizer ? try model.tokenizerFiles() : [:]
            let items = model.items(type ?? .float32)
            let config = try ModelFiles.config(
                model.config, heads: .init(token: true), kind: nil, type: widest(items))
            try Checkpoint(model: .init(config: config, tensors: items, files: files)).write(to: path)
            return model.warnings
        }
        let folder = try open(source, catalogue)
        let model = try folder.emptyModel(workspace)
        var items: [SafetensorsItem] = []
        let targets = model.parameters.sorted { $0.path < $1.path }.map { parameter in
            let name = parameter.path
            return TensorTarget(name: name, shape: parameter.shape, types: TensorTarget(parameter).types) { tensor in
                items.append(SafetensorsItem(tensor, name: name, as: type))
                return true
            }
        }
        try TensorLoader(rules: folder.rules).load(folder.tensors, into: targets)
        var (files, warnings) = try ModelFiles.beside(folder, withTokenizer: withTokenizer)
        if !folder.structures.isEmpty {
            let names = folder.structures.map(\.name).joined(separator: ", ")
            warnings.append("\(path) has the structure \(names), which transformers does not read")
        }
        let config = try ModelFiles.config(of: model, kind: folder.kind, type: widest(items))
        try Checkpoint(model: .init(config: config, tensors: items, files: files)).write(to: path)
        return folder.warnings + warnings
    }
}
