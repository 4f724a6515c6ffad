import Testing

/// A set of kernels for another device joins behind `KernelSet`: nothing above may know which one runs, or look behind an
/// address.
@Suite struct KernelSeamTests {
    private static let inside = ["CPUKernels", "CKernels", "COneDNN", "ThreadPool", ".address"]

    /// Names in `source` that only a kernel set may use; comments do not count.
    private static func flaws(in source: String) -> [String] {
        let lines = source.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        return inside.filter { name in lines.contains { $0.contains(name) } }
    }

    @Test func namesOfTheInsideAreFound() {
        #expect(Self.flaws(in: "/// As `CPUKernels`.\nlet x = 1") == [])
        #expect(Self.flaws(in: "    let set = CPUKernels(threads: 1)\nx.buffer.address") == ["CPUKernels", ".address"])
    }

    @Test func operatorsLayersAndModelsKnowTheListAlone() throws {
        let folders = [
            "Sources/Tensors/Core", "Sources/Tensors/Operators", "Sources/Layers", "Sources/ZooKit", "Sources/Zoo",
        ]
        var count = 0
        for path in try folders.flatMap({ try Tree.files(in: $0, endingWith: ".swift") }) {
            count += 1
            #expect(Self.flaws(in: try Tree.text(path)) == [], "\(path)")
        }
        #expect(count > 30)
    }
}
