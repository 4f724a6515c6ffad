/// A change that a task's examples go through before they are scored: none, or noise. Each has results of its own.
public struct TaskVariant: Sendable {
    /// The name in results and in names of files.
    public let name: String
    /// An example as it is scored; its id and what is right stay.
    public let change: @Sendable (TaskExample) -> TaskExample

    /// A variant from its parts; the name is of letters, digits, points and hyphens.
    public init(name: String, _ change: @escaping @Sendable (TaskExample) -> TaskExample) {
        self.name = name
        self.change = change
    }

    /// The examples as they are.
    public static let plain = TaskVariant(name: "plain") { $0 }
}
