import Foundation
import Testing

@testable import Tensors

@Suite struct CPUMemoryTests {
    @Test(arguments: [0, 1, 100, 4_096, 1 << 20, (5 << 20) + 3]) func memoryIsZeroedAndAligned(byteCount: Int) throws {
        let kernels = try CPUKernels(threads: 1)
        for _ in 0..<3 {
            let buffer = try kernels.allocate(byteCount: byteCount)
            #expect(Int(bitPattern: buffer.address) % 64 == 0 && buffer.byteCount == byteCount)
            let all = Operand(buffer, type: .uint8, stride: byteCount)
            #expect(kernels.values(all, byteCount, UInt8(1)).allSatisfy { $0 == 0 })
            // The next one may stand in the same place.
            [UInt8](repeating: 255, count: byteCount).withUnsafeBytes { kernels.write($0, to: all) }
        }
        #expect(kernels.counters.allocations == 3 && kernels.counters.allocatedBytes == 3 * byteCount)
    }

    private final class Owner {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
        deinit { bytes.deallocate() }
    }

    @Test func hostMemoryIsReadWhereItStandsAndKept() throws {
        let kernels = try CPUKernels(threads: 1)
        weak var watched: Owner?
        do {
            let owner = Owner()
            watched = owner
            owner.bytes.copyBytes(from: [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64])  // 1, 2, 3, 4
            let all = UnsafeRawBufferPointer(owner.bytes)
            #expect(kernels.wrap(all, type: .float64, owner: owner) == nil)
            #expect(kernels.wrap(UnsafeRawBufferPointer(rebasing: all[1...]), type: .float32, owner: owner) == nil)
            let buffer = try #require(
                kernels.wrap(UnsafeRawBufferPointer(rebasing: all[4...]), type: .float32, owner: owner))
            #expect(kernels.singles(Operand(buffer, type: .float32, stride: 3), 3) == [2, 3, 4])
            #expect(buffer.address == owner.bytes.baseAddress.map { $0 + 4 })
        }
        #expect(watched == nil)
    }

    @Test func bufferKeepsItsOwner() throws {
        let kernels = try CPUKernels(threads: 1)
        weak var watched: Owner?
        var buffer: Buffer?
        do {
            let owner = Owner()
            watched = owner
            buffer = kernels.wrap(UnsafeRawBufferPointer(owner.bytes), type: .float32, owner: owner)
        }
        #expect(buffer != nil && watched != nil)
        buffer = nil
        #expect(watched == nil)
    }

    @Test func whatLiesOutsideTheBufferIsRefused() async {
        await #expect(processExitsWith: .failure) {
            let kernels = try CPUKernels(threads: 1)
            let x = Operand(try kernels.allocate(byteCount: 64), type: .float32, stride: 8)
            kernels.fill(x.advanced(by: 1), rows: 2, columns: 8, value: 0)
        }
        await #expect(processExitsWith: .failure) {
            let kernels = try CPUKernels(threads: 1)
            let (x, y) = (try kernels.room(8, columns: 4), try kernels.room(4))
            kernels.gatherRows(
                x, indices: try kernels.raw([2] as [Int32], .int32), to: y, rows: 1, columns: 4, accumulate: false)
        }
    }
}
