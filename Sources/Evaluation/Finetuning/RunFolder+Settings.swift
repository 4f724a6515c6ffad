import Foundation
import Foundations
import ZooKit

extension RunFolder {
    /// True if a run has begun in the folder: it has settings, or a checkpoint of a version that wrote none. Throws `FileError`.
    func isBegun() throws(FileError) -> Bool {
        if Folder.hasItem(file(Self.settings)) { true } else { try !steps().isEmpty }
    }

    /// Runs `body` with `settings` written to the folder for a resume. If `body` refuses its input, the earlier settings
    /// are restored. Throws `FileError` and the errors of `body`.
    func withSettings<Result>(_ settings: JSONValue, _ body: () throws -> Result) throws -> Result {
        let path = file(Self.settings)
        let before = FileManager.default.contents(atPath: path)
        try AtomicFile.write(settings.encoded(pretty: true), to: path)
        do { return try body() } catch let error as any CategorisedError {
            let isRefusal = [.usage, .badData, .missingInput, .missingFonts, .cannotCreate].contains(error.category)
            if isRefusal, let before { try AtomicFile.write([UInt8](before), to: path) }
            throw error
        }
    }
}
