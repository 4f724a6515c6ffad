import Foundation

/// Where the sources and the built products are.
public enum Repository {
    /// The folder that holds `Package.swift`.
    public static var root: String {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }

    /// True in the full check, where nothing is left out because a program is missing: `LONG_TESTS` or `CI` is set.
    public static var isFullCheck: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["LONG_TESTS"] != nil || environment["CI"] != nil
    }

    /// The path of a built executable, beside the running test bundle.
    public static func product(_ name: String) throws -> String {
        let running = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let candidates = [
            running.deletingLastPathComponent(),
            URL(fileURLWithPath: "\(root)/.build/debug"),
            URL(fileURLWithPath: "\(root)/.build/release"),
        ].map { $0.appendingPathComponent(name).path }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw MissingProduct(name: name, searched: candidates)
        }
        return found
    }

    /// An executable that was not built.
    public struct MissingProduct: Error {
        /// Its name.
        public let name: String
        /// Where it was looked for.
        public let searched: [String]
    }
}
