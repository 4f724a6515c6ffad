import Corpora
public import Foundations
import Patches

extension PretrainingData {
    /// What the data are, as far as that is told without reading them through: how many files, their bytes, and a hash over
    /// names, sizes and both ends of each; of shards, over their manifests. O(files).
    ///
    /// Throws `CorporaError` for inputs that are not there, `ShardError` for folders that hold no finished render.
    public func identity() throws -> JSONValue {
        switch self {
        case .corpus(let inputs, let options):
            let paths = try RecordSource(inputs: inputs, options: options).paths
            return try .object([
                "corpus": StrictJSON.encodedValue(InputIdentity(paths: paths)),
                "read": StrictJSON.encodedValue(options),
            ])
        case .shards(let folders):
            let manifests = try folders.map { folder in
                _ = try Manifest.load(folder: folder)
                return folder + "/" + Manifest.fileName
            }
            return try .object(["shards": StrictJSON.encodedValue(InputIdentity(paths: manifests))])
        }
    }
}
