import Foundation
import Synchronization

/// What a finished program left behind.
public struct Execution: Sendable {
    /// Its exit status, or minus the number of the signal that ended it.
    public let status: Int
    /// Its standard output.
    public let output: [UInt8]
    /// Its standard error.
    public let errors: [UInt8]

    /// What a program left behind that was run in another way.
    public init(status: Int, output: [UInt8], errors: [UInt8]) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// Standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// Runs a program to its end. Its pipes are read while it runs, so that large outputs cannot block it.
    ///
    /// `program` is a path. `environment` is added to this process's own. A program that is still running after
    /// `limit` seconds is killed.
    public static func run(
        _ program: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
        folder: String? = nil, limit: Double = 120
    ) throws -> Execution {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let (inputPipe, outputPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        signal(SIGPIPE, SIG_IGN)
        try process.run()
        let output = Mutex<[UInt8]>([])
        let errors = Mutex<[UInt8]>([])
        let killer = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: killer)
        // One thread a pipe; the writer ignores a reader that went away.
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            try? inputPipe.fileHandleForWriting.write(contentsOf: input)
            try? inputPipe.fileHandleForWriting.close()
            finished.signal()
        }
        Thread.detachNewThread {
            let bytes = Array(outputPipe.fileHandleForReading.readDataToEndOfFile())
            output.withLock { $0 = bytes }
            finished.signal()
        }
        Thread.detachNewThread {
            let bytes = Array(errorPipe.fileHandleForReading.readDataToEndOfFile())
            errors.withLock { $0 = bytes }
            finished.signal()
        }
        for _ in 0..<3 { finished.wait() }
        process.waitUntilExit()
        killer.cancel()
        let signalled = process.terminationReason == .uncaughtSignal
        return Execution(
            status: signalled ? -Int(process.terminationStatus) : Int(process.terminationStatus),
            output: output.withLock { $0 }, errors: errors.withLock { $0 })
    }

    /// Runs a product of this package.
    public static func run(
        product: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
        folder: String? = nil, limit: Double = 120
    ) throws -> Execution {
        try run(
            try Repository.product(product), arguments, input: input, environment: environment, folder: folder,
            limit: limit)
    }
}
