/// A number before its noun: "1 shard", "2 shards", "0 entries", "3 classes".
///
/// - Parameters:
///   - count: how many.
///   - noun: the noun in the singular, alone or behind other words: "held-out patch".
public func counted(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(plural(noun, count))" }

/// A noun in the form that stands behind a number: "shard" behind 1, "shards" behind any other.
public func plural(_ noun: String, _ count: some BinaryInteger) -> String {
    guard count != 1 else { return noun }
    if ["s", "x", "ch", "sh"].contains(where: noun.hasSuffix) { return noun + "es" }
    let isVowelBefore = noun.dropLast().last.map { "aeiou".contains($0) } ?? true
    return noun.hasSuffix("y") && !isVowelBefore ? noun.dropLast() + "ies" : noun + "s"
}
