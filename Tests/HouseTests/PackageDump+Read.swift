import Foundation
import TestSupport

extension PackageDump {
    /// The manifest of this package. The scratch folder is one of its own: the running `swift test` holds the lock of
    /// the usual one.
    static let ofThisPackage = Result { () throws -> PackageDump in
        let folder = try TemporaryFolder()
        let dump = try Execution.run(
            "/usr/bin/env",
            [
                "swift", "package", "--package-path", Repository.root, "--scratch-path", folder.path, "dump-package",
            ])
        guard dump.status == 0 else { throw Failure(text: dump.errorText) }
        return try JSONDecoder().decode(PackageDump.self, from: Data(dump.output))
    }

    struct Failure: Error { let text: String }
}
