import ArgumentParser
import Foundation
import Foundations

/// Why a command ends early: a category, which decides the exit code, and a message.
struct CommandFailure: CategorisedError, CustomStringConvertible {
    let category: ErrorCategory
    /// The message.
    let description: String

    init(_ category: ErrorCategory, _ message: String) {
        (self.category, description) = (category, message)
    }

    /// An error of whatever origin as a failure; nil for an error of the argument parser.
    init?(_ error: any Error) {
        switch error {
        // A value that a flag or the environment gives is wrong usage, what a file holds is bad contents.
        case let error as ConfigError where error.isOfCommandLine: self.init(.usage, "\(error)")
        case let error as any CategorisedError: self.init(error.category, "\(error)")
        case is DecodingError: self.init(.badData, "\(error)")
        default:
            // The argument parser knows its own errors and calls any other a plain failure.
            guard !(error is ExitCode), Letterpress.exitCode(for: error) == .failure else { return nil }
            let path = (error as? CocoaError)?.filePath.map { "\($0): " } ?? ""
            self.init(.inputOutput, path + (error is CocoaError ? error.localizedDescription : "\(error)"))
        }
    }
}

extension ConfigError {
    /// True if the value comes from the command line or the environment.
    fileprivate var isOfCommandLine: Bool {
        switch self {
        case .unknownKey(let source, _, _), .missingKey(let source, _, _), .wrongType(let source, _, _, _),
            .invalidValue(let source, _, _):
            ["flag", "environment", "grid", "--set"].contains(source) || source.hasPrefix("method ")
        case .notJSON, .notEncodable, .several: false
        }
    }
}

extension ErrorCategory {
    /// The exit code of a command that such an error ends; `letterpress --help` lists them.
    var exitCode: Int32 {
        switch self {
        case .usage: 64
        case .badData: 65
        case .missingInput: 66
        case .missingFonts: 69
        case .notFinite: 70
        case .cannotCreate: 73
        case .inputOutput: 74
        }
    }
}

extension ExitCode {
    /// The code of a command that has said what is wrong.
    init(_ category: ErrorCategory) { self.init(category.exitCode) }

    /// A signal stopped a training or an evaluation, which can be resumed.
    static let stopped = ExitCode(75)
}
