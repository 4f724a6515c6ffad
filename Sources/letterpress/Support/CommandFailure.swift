import ArgumentParser
import Corpora
import Distribution
import Evaluation
import Foundation
import Foundations
import Layers
import Patches
import Tensors
import Typesetting
import ZooKit

/// Why a command ends early: a message and an exit code.
struct CommandFailure: Error {
    let code: ExitCode
    let message: String

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The exit code of an error of the libraries; `nil` for an error of the argument parser.
    init?(library error: any Error) {
        let code: ExitCode
        switch error {
        case let error as CorporaError: code = Self.code(of: error)
        case let error as TaskError: code = Self.code(of: error)
        case let error as ScorerError:
            if case .missing = error { code = .noInput } else { code = .usage }
        case let error as TypesettingError: code = Self.code(of: error)
        case let error as ShardError: code = Self.code(of: error)
        case let error as TokenizerError: code = Self.code(of: error)
        case let error as FileError: code = Self.code(of: error)
        case GGUFError.file(let error), SafetensorsError.file(let error), CheckpointError.file(let error),
            CheckpointError.safetensors(.file(let error)):
            code = Self.code(of: error)
        case CheckpointError.inTheWay: code = .cannotCreate
        case is GGUFError, is SafetensorsError, is CheckpointError: code = .badData
        case let error as LayoutError:
            if case .invalidOption = error { code = .usage } else { code = .badData }
        case is PictureError, is TensorError, is PartError: code = .badData
        case let error as CheckpointError: code = Self.code(of: error)
        case let error as GenerationError:
            if case .option = error { code = .usage } else { code = .badData }
        case CatalogueError.version: code = .badData
        case is CatalogueError: code = .usage
        case is DrawingError: code = .fontsUnavailable
        case let error as PretrainingError: code = Self.code(of: error)
        case RecordingError.file(let error): code = Self.code(of: error)
        case is RecordingError: code = .badData
        case is CommunicationError: code = .inputOutput
        case let error as TrainingError:
            switch error {
            case .nonFinite, .skipsInARow: code = .notFinite
            case .emptyPlan: code = .usage
            case .disagreement, .elsewhere, .weight: code = .inputOutput
            }
        case is ConfigError, is JSONError, is DecodingError: code = .badData
        default:
            // The argument parser knows its own errors and calls any other a plain failure.
            guard !(error is ExitCode), Letterpress.exitCode(for: error) == .failure else { return nil }
            let path = (error as? CocoaError)?.filePath.map { "\($0): " } ?? ""
            self.init(.inputOutput, path + (error is CocoaError ? error.localizedDescription : "\(error)"))
            return
        }
        self.init(code, "\(error)")
    }

    private static func code(of error: CorporaError) -> ExitCode {
        switch error {
        case .structure(let problem): problem.kind == .unreadableInput ? .noInput : .badData
        case .encoding: .badData
        case .invalidOption, .cannotResume: .usage
        case .noInput: .noInput
        }
    }

    private static func code(of error: TaskError) -> ExitCode {
        switch error {
        case .unknownTask, .noSplit, .noLanguage: .usage
        case .missingFiles: .noInput
        case .record, .empty: .badData
        case .data(let error): code(of: error)
        }
    }

    private static func code(of error: TypesettingError) -> ExitCode {
        switch error {
        case .invalidOption: .usage
        case .missingFont, .otherFont, .unreadableFont, .emptyStack, .undrawableFont: .fontsUnavailable
        case .invalidUTF8, .missingGlyph: .badData
        default: .inputOutput
        }
    }

    private static func code(of error: ShardError) -> ExitCode {
        switch error {
        case .file(let error): code(of: error)
        case .outputNotEmpty, .folderInUse, .foreignFile, .inputInOutput: .cannotCreate
        case .nothingToResume, .otherSettings, .invalidOption, .noSuchSequence, .unknownFormat: .usage
        case .malformed, .unfinished, .unsupportedVersion, .picture, .mismatch, .document: .badData
        }
    }

    private static func code(of error: TokenizerError) -> ExitCode {
        switch error {
        case .file(let error): code(of: error)
        case .noTokenizer: .noInput
        case .notJSON, .unknownKind, .invalid, .cannotTrain: .badData
        }
    }

    private static func code(of error: CheckpointError) -> ExitCode {
        switch error {
        case .file(let error): code(of: error)
        case .badName: .usage
        case .inTheWay, .leftover: .cannotCreate
        case .config, .safetensors, .badValue, .incomplete, .noSuchPart, .tensors: .badData
        }
    }

    private static func code(of error: PretrainingError) -> ExitCode {
        switch error {
        case .noExamples, .damaged: .badData
        case .badSetting: .usage
        case .otherRun, .folderInUse, .cannotCreate: .cannotCreate
        }
    }

    private static func code(of error: FileError) -> ExitCode {
        switch error {
        case .cannotOpen: .noInput
        case .damaged, .tooLarge: .badData
        case .cannotRead, .cannotWrite, .unsupported: .inputOutput
        }
    }
}

extension ExitCode {
    /// An option makes no sense.
    static let usage = ExitCode(64)
    /// Input, shards or configuration hold something that cannot be used.
    static let badData = ExitCode(65)
    /// An input is not there.
    static let noInput = ExitCode(66)
    /// Fonts are missing or others than expected.
    static let fontsUnavailable = ExitCode(69)
    /// A training came to numbers that are not finite.
    static let notFinite = ExitCode(70)
    /// A signal stopped a training or an evaluation, which can be resumed.
    static let stopped = ExitCode(75)
    /// The output cannot be created.
    static let cannotCreate = ExitCode(73)
    /// Reading or writing failed.
    static let inputOutput = ExitCode(74)
}
