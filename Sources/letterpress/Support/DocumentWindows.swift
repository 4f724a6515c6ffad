import Corpora
import Foundation

/// Documents in windows that are answered together, in the order of the inputs. Memory: some windows.
///
/// Windows of files are full but for the last, so that the same files give the same windows. What comes through a pipe is handed out
/// when the pipe pauses, so that answers do not wait for its end.
final class DocumentWindows {
    /// A window of so many bytes of text is full.
    private static let byteLimit = 8 << 20

    private let reader: DocumentReader
    private let arrivals: Arrivals?
    private let size: Int

    /// What was met so far.
    var report: ReadReport { arrivals?.report ?? reader.report }

    /// Opens inputs for windows of at most `size` documents. Throws `CorporaError`.
    init(_ inputs: [InputSpec], _ options: ReadOptions, size: Int) throws {
        reader = try DocumentReader(inputs: inputs, options: options)
        self.size = size
        arrivals = inputs.allSatisfy(Self.isFile) ? nil : Arrivals(limit: 2 * size)
        if let arrivals {
            // The thread alone uses the reader from here on.
            nonisolated(unsafe) let reader = reader
            let thread = Thread {
                do {
                    while let document = try reader.next() { arrivals.add(document, reader.report) }
                    arrivals.end(nil, reader.report)
                } catch { arrivals.end(error, reader.report) }
            }
            thread.name = "letterpress reader"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    /// The next window; empty at the end. Throws what the reader throws, after the documents before it.
    func next() throws -> [Document] {
        if let arrivals { return try arrivals.take(size, byteLimit: Self.byteLimit) }
        var window: [Document] = []
        var bytes = 0
        while window.count < size, bytes < Self.byteLimit, let document = try nextOfFile(after: window) {
            window.append(document)
            bytes += document.byteCount
        }
        return window
    }

    private var failure: (any Error)?

    /// An error waits until the documents before it are answered.
    private func nextOfFile(after window: [Document]) throws -> Document? {
        if let failure { throw failure }
        do { return try reader.next() } catch {
            guard !window.isEmpty else { throw error }
            failure = error
            return nil
        }
    }

    /// True for files and folders, which wait for nobody.
    private static func isFile(_ input: InputSpec) -> Bool {
        guard case .path(let path) = input else { return false }
        let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        return type.map { [.typeRegular, .typeDirectory, .typeSymbolicLink].contains($0) } ?? true
    }
}

extension Document {
    /// Bytes of all texts.
    fileprivate var byteCount: Int { segments.reduce(0) { $0 + $1.count } }
}

/// Documents that one thread reads and another takes.
private final class Arrivals: @unchecked Sendable {  // every variable is guarded by `condition`
    /// A pipe that gives nothing for so long, in seconds, pauses.
    private static let pause = 0.1

    private let condition = NSCondition()
    private let limit: Int
    private var documents: [Document] = []
    private var isAtEnd = false
    private var failure: (any Error)?
    private var lastReport = ReadReport()

    init(limit: Int) { self.limit = limit }

    var report: ReadReport { condition.withLock { lastReport } }

    /// Adds a document as soon as there is room.
    func add(_ document: Document, _ report: ReadReport) {
        condition.withLock {
            while documents.count >= limit { condition.wait() }
            documents.append(document)
            lastReport = report
            condition.broadcast()
        }
    }

    func end(_ error: (any Error)?, _ report: ReadReport) {
        condition.withLock {
            (isAtEnd, failure, lastReport) = (true, error, report)
            condition.broadcast()
        }
    }

    /// At most `size` documents, once so many are there, or no more come for a while; empty at the end.
    func take(_ size: Int, byteLimit: Int) throws -> [Document] {
        try condition.withLock {
            while documents.isEmpty, !isAtEnd { condition.wait() }
            var seen = documents.count
            while documents.count < size, !isAtEnd {
                let isSignalled = condition.wait(until: Date(timeIntervalSinceNow: Self.pause))
                if !isSignalled, documents.count == seen { break }
                seen = documents.count
            }
            guard !documents.isEmpty else {
                if let failure { throw failure }
                return []
            }
            var (count, bytes) = (0, 0)
            while count < min(size, documents.count), bytes < byteLimit {
                bytes += documents[count].byteCount
                count += 1
            }
            let taken = Array(documents.prefix(count))
            documents.removeFirst(count)
            condition.broadcast()
            return taken
        }
    }
}
