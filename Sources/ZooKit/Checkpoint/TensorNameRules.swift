/// How names of tensors in a file become names of a model's parameters.
public struct TensorNameRules: Sendable {
    private let rename: @Sendable (String) -> String?

    /// Rules from a function; a tensor for which it gives `nil` is left out.
    public init(_ rename: @escaping @Sendable (String) -> String?) { self.rename = rename }

    /// Names stay as they are.
    public static let unchanged = TensorNameRules { $0 }

    /// Whole names become others, as in `["lm_head.weight": "lm_token_head.weight"]`.
    public static func renaming(_ names: [String: String]) -> TensorNameRules {
        TensorNameRules { names[$0] ?? $0 }
    }

    /// Tensors whose names end so are left out, as `rotary_emb.inv_freq`, which is computed and not stored.
    public static func dropping(suffixes: [String]) -> TensorNameRules {
        TensorNameRules { name in
            suffixes.contains { name == $0 || name.hasSuffix(".\($0)") } ? nil : name
        }
    }

    /// These rules, and then `others` on what they give.
    public func then(_ others: TensorNameRules) -> TensorNameRules {
        TensorNameRules { [rename] name in rename(name).flatMap(others.rename) }
    }

    /// The model's name of a stored tensor; `nil` where it is left out.
    public func name(of stored: String) -> String? { rename(stored) }
}
