/// The category of an error, whatever the library: exit codes of the command and statuses of a service follow from it.
public enum ErrorCategory: Sendable, Equatable, CaseIterable {
    /// An option or a setting that makes no sense.
    case usage
    /// Input, shards, models or configuration with bad contents.
    case badData
    /// An input that is not there.
    case missingInput
    /// Fonts that are not installed or not the expected ones.
    case missingFonts
    /// Numbers that are infinite or not numbers.
    case notFinite
    /// An output that cannot be created.
    case cannotCreate
    /// Reading, writing or communication that failed.
    case inputOutput
}

/// An error that states its category.
public protocol CategorisedError: Error {
    /// Its category.
    var category: ErrorCategory { get }
}
