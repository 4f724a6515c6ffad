import Foundations
import Patches
import Typesetting

/// The version of the program, and of the libraries that its pixels and files depend on.
enum ProgramVersion {
    /// Follows semantic versioning; CHANGELOG.md says what it brought.
    static let number = "0.1.0"

    /// `letterpress --version`: the number, then each library with its version.
    static var text: String {
        let libraries = JobSettings.currentVersions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "letterpress \(number) (\(libraries.joined(separator: ", ")))"
    }
}
