import Distribution
import Foundation
import Tensors
import ZooKit

/// A program for tests of several ranks: `RankProbe operations|kill|fail|still|stop [bytes of a piece]`. Rank 1 is the one that
/// does what the next three say; `stop` ends all with 75. `RankProbe toy FOLDER STEPS [resume]` trains a toy.
@main
struct RankProbe {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let pieceBytes = arguments.dropFirst().first.flatMap { Int($0) } ?? 1 << 24
        do {
            let patience = arguments.first == "toy" ? 60 : 2
            let communicator = try MPIProcesses.joined(patience: patience, pieceBytes: pieceBytes)
            switch arguments.first {
            case "operations": try Operations(communicator).check()
            case "kill":
                try communicator.barrier()
                if communicator.rank == 1 { kill(getpid(), SIGKILL) }
                try communicator.barrier()
            case "fail":
                try communicator.barrier()
                if communicator.rank == 1 { throw Failure(text: "rank 1 has had enough", code: 65) }
                try communicator.barrier()
            case "still":
                if communicator.rank == 1 { sleep(10) }
                try communicator.barrier()
            case "stop":
                try (communicator as? MPIProcesses)?.leave()
                exit(75)
            case "toy":
                // toy FOLDER STEPS [resume]
                let words = Array(arguments.dropFirst())
                guard words.count > 1, let steps = Int(words[1]) else { throw Failure(text: "toy where?", code: 64) }
                let code = try runToy(words[0], steps: steps, resumes: words.contains("resume"), communicator)
                try (communicator as? MPIProcesses)?.leave()
                exit(code)
            default: throw Failure(text: "what?", code: 64)
            }
            print("rank \(communicator.rank) of \(communicator.size) is done")
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit((error as? Failure)?.code ?? 74)
        }
    }
}

/// What the probe found wrong, or was asked to do.
struct Failure: Error, CustomStringConvertible {
    var text: String
    var code: Int32 = 1
    var description: String { text }
}
