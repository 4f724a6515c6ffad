import Foundation
import ReferenceKernels
import Tensors
import TestSupport
import Testing

@Suite struct ParityTests {
    @Test(arguments: Set(ParityCase.all.map(\.name)).sorted())
    func kernelsAgreeWithTheReference(kernel: String) throws {
        let sets: [any KernelSet] = [try CPUKernels(threads: 1), try CPUKernels(threads: 3)]
        for parity in ParityCase.all where parity.name == kernel {
            for precision in [Precision.fp32, .bf16] {
                let flaws = try parity.flaws(precision, sets)
                #expect(flaws.isEmpty, "\(flaws.count) flaws: \(flaws.prefix(4).joined(separator: "; "))")
            }
        }
    }

    @Test func everyKernelOfTheListHasACase() throws {
        let list = try String(
            contentsOfFile: Repository.root + "/Sources/Tensors/Kernels/KernelSet.swift", encoding: .utf8)
        let names = list.matches(of: /\n    func ([A-Za-z]+)\(/).map { String($0.1) }
        #expect(names.count > 45 && Set(names).count == names.count)
        #expect(Set(ParityCase.all.map(\.name)) == Set(names))
    }

    @Test func aKernelThatIsWrongIsFound() throws {
        let run = ParityRun(.fp32, round: 4, seed: RandomKey(seed: 1), sets: [ReferenceKernels(), ReferenceKernels()])
        let x = run.input(3, 5, .float32)
        let (y, z) = (run.result(3, 5, .float32), run.changed(3, 5, .float32))
        var calls = 0
        run.call { set, at in
            calls += 1
            // The second set under test is a little off, both are in the third row of z, and all write into x.
            set.copy(at(x), to: at(y), rows: 3, columns: 5, scale: calls == 3 ? 1.001 : 1, accumulate: false)
            set.fill(at(z).advanced(rows: 2), rows: 1, columns: 5, value: calls == 1 ? 0 : 1)
            set.fill(at(x), rows: 1, columns: 1, value: 0)
        }
        let flaws = run.flaws(.single, .half)
        #expect(flaws.count { $0.contains("wrote to number 0, outside") } == 3)
        #expect(flaws.contains { $0.contains("array 1") && $0.contains("sets 1 and 2 differ in bits") })
        #expect(flaws.contains { $0.contains("array 2") && $0.contains("5 places differ by more") })
    }
}
