import Layers
import Tensors
import Testing
import ZooKit

/// Section 6 of the specification, 5: what stands later changes nothing before it, bit for bit.
@Suite struct CausalityTests {
    /// The rows in which two runs differ, by hidden states, token logits and patches together.
    private func changed(_ a: SmallRun, _ b: SmallRun) -> [Int] {
        a.hidden.indices.filter { row in
            let outputs: [KeyPath<SmallRun, [[Double]]>] = [\.hidden, \.logits, \.patches]
            return outputs.contains { output in
                guard a[keyPath: output].indices.contains(row) else { return false }
                return a[keyPath: output][row] != b[keyPath: output][row]
            }
        }
    }

    @Test(arguments: KernelChoice.allCases) func aPatchChangesNoEarlierPrediction(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try LanguageModel(Small.config(.erniePixel), seed: 1, workspace: workspace)
        let pictures = [Small.picture(6, 1), Small.picture(4, 2)]
        let before = try SmallRun(model, Small.images(pictures, workspace), workspace)
        for place in 0..<7 {
            var other = pictures
            for byte in 0..<Small.patchBytes { other[0][place * Small.patchBytes + byte] ^= 0x55 }
            let after = try SmallRun(model, Small.images(other, workspace), workspace)
            // The first picture has rows 0 ..< 7; the second one sees nothing of it.
            #expect(changed(before, after) == Array(place..<7))
        }
    }

    @Test(arguments: KernelChoice.allCases) func aTokenChangesNoEarlierPrediction(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let texts = [Small.text(4, 1), Small.text(7, 2)]
        let before = try SmallRun(model, Small.texts(texts, workspace), workspace)
        for place in 0..<7 {
            var other = texts
            other[1][place] = (other[1][place] + 1) % Int32(Small.vocabulary)
            let after = try SmallRun(model, Small.texts(other, workspace), workspace)
            #expect(changed(before, after) == Array(7 + place..<14))
        }
    }

    @Test(arguments: KernelChoice.allCases) func theTextOfAPairNeverChangesItsPicture(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try LanguageModel(Small.config(.erniePixel), seed: 1, workspace: workspace)
        let pictures = [Small.picture(4, 1), Small.picture(2, 2)]
        let texts = [Small.text(3, 3), Small.text(5, 4)]
        let before = try SmallRun(model, Small.pairs(pictures, texts, workspace), workspace)
        // Rows of each sequence: 5 of patches, 5 of tokens.
        let other = texts.map { $0.map { ($0 + 1) % Int32(Small.vocabulary) } }
        let after = try SmallRun(model, Small.pairs(pictures, other, workspace), workspace)
        let seen = [5, 6, 7, 15, 16, 17, 18, 19]
        #expect(changed(before, after).filter { $0 != 8 && $0 != 9 } == seen)
        #expect(before.loss("next_patch") == after.loss("next_patch"))
        #expect(before.loss("next_token") != after.loss("next_token"))
        // The text does see its picture.
        var drawn = pictures
        drawn[0][0] ^= 0x55
        let moved = changed(before, try SmallRun(model, Small.pairs(drawn, texts, workspace), workspace))
        #expect(Set(moved).isSuperset(of: 0..<8) && moved.allSatisfy { $0 < 10 })
    }
}
