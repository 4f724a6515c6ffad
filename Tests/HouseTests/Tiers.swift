/// The tiers of `docs/tiers.md`. A target imports only from a lower tier.
enum Tiers {
    /// Tier of each target; C code and system libraries stand below everything.
    static let table: [String: Int] = [
        "CFreeType": -1, "CHarfBuzz": -1, "CFriBidi": -1, "CPNG": -1, "CArchive": -1, "CZlib": -1, "CCrypto": -1,
        "COpenBLAS": -1, "COneDNN": -1, "CMalloc": -1, "CFiles": -1, "CProcess": -1, "CKernels": -1,
        "CSentencePiece": -1, "CMPI": -1,
        "Foundations": 0,
        "Typesetting": 1, "Corpora": 1, "Tensors": 1, "Reports": 1,
        "Patches": 2, "Layers": 2,
        "ZooKit": 3,
        "Evaluation": 4, "Zoo": 4, "RenderService": 4, "Distribution": 4,
        "letterpress": 5, "letterpress-bench": 5,
    ]

    /// Plain targets that only tests use.
    static let forTests: Set<String> = ["TestSupport", "ReferenceKernels", "TrainingSupport", "RankProbe"]

    /// What is wrong with the dependencies of `targets`, one line a flaw.
    static func flaws(of targets: [PackageDump.Target]) -> [String] {
        let types = Dictionary(targets.map { ($0.name, $0.type) }) { first, _ in first }
        return targets.flatMap { target in
            target.dependencies.filter { !$0.isProduct }.compactMap { dependency in
                flaw(from: target, to: dependency.name, type: types[dependency.name])
            }
                + (target.type != "test" && !forTests.contains(target.name) && table[target.name] == nil
                    ? ["\(target.name) has no tier"] : [])
        }
    }

    private static func flaw(from target: PackageDump.Target, to name: String, type: String?) -> String? {
        let arrow = "\(target.name) -> \(name)"
        guard let type else { return "\(arrow): there is no such target" }
        if type == "test" { return "\(arrow): nothing depends on tests" }
        if target.type == "test" { return nil }
        if forTests.contains(name) { return "\(arrow): only tests use \(name)" }
        // They stand above everything.
        guard let upper = forTests.contains(target.name) ? 6 : table[target.name], let lower = table[name] else {
            return "\(arrow): without a tier"
        }
        if lower == upper { return "\(arrow): sideways in tier \(upper)" }
        return lower > upper ? "\(arrow): upward from tier \(upper) to \(lower)" : nil
    }
}
