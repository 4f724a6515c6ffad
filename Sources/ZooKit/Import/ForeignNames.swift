import Foundations

/// How tensors of other programs' folders are named.
enum ForeignNames {
    /// The heads, by the parts that `LanguageModel` has.
    static let heads = ["lm_head.", "lm_token_head.", "lm_pixel_head.", "score.", "value_head."]

    /// True if a tensor belongs to a head.
    static func isHead(_ name: String) -> Bool { heads.contains { name.hasPrefix($0) } }

    /// What stored names become: tables of rotations and a tied head go, the head of tokens bears the name it has here, and a base
    /// model saved by itself stands below "model.".
    static func rules(of tensors: SafetensorsFolder, _ config: DecoderConfig) -> TensorNameRules {
        var rules = TensorNameRules.dropping(suffixes: ["rotary_emb.inv_freq"])
        if config.modelType == .erniePixel {
            rules = rules.then(.renaming(["lm_head.weight": "lm_token_head.weight"]))
        }
        if config.tiesEmbeddings {
            rules = rules.then(TensorNameRules { ["lm_head.weight", "lm_token_head.weight"].contains($0) ? nil : $0 })
        }
        if tensors["embed_tokens.weight"] != nil, tensors["model.embed_tokens.weight"] == nil {
            rules = rules.then(TensorNameRules { isHead($0) ? $0 : "model.\($0)" })
        }
        return rules
    }

    /// The heads that are stored. A tied head is there wherever no classifier took its place.
    static func heads(
        of tensors: SafetensorsFolder, _ rules: TensorNameRules, _ config: DecoderConfig
    ) -> LanguageModel.Heads {
        var shapes: [String: [Int]] = [:]
        for tensor in tensors.tensors {
            if let name = rules.name(of: tensor.name), isHead(name) { shapes[name] = tensor.shape }
        }
        let isClassifier = shapes["score.weight"] != nil || shapes["value_head.weight"] != nil
        return LanguageModel.Heads(
            token: shapes["lm_head.weight"] != nil || shapes["lm_token_head.weight"] != nil
                || config.tiesEmbeddings && !isClassifier,
            patch: shapes["lm_pixel_head.weight"] != nil, labels: shapes["score.weight"]?.first,
            scalar: shapes["value_head.weight"] != nil)
    }
}
