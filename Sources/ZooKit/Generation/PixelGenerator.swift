import Foundation
public import Layers
public import Tensors

/// Continues pictures of text patch by patch on a live model, without gradients. Rows of a batch do not depend on each other.
///
/// Heads of raw pixels and of `bernoulli` stop at a patch that is black all over; predictions of normalised pixels have no
/// brightness, so the count decides.
public final class PixelGenerator {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// Which rows of the cache stay.
    public var policy: any CachePolicy {
        get { model.options.cachePolicy ?? FullCachePolicy() }
        set { model.options.cachePolicy = newValue }
    }
    /// How many rows are computed at once.
    public var batch = 8

    /// A generator on `model`.
    public init(_ model: LanguageModel, in workspace: Workspace) {
        self.model = model
        self.workspace = workspace
    }

    private var config: DecoderConfig { model.base.config }
    private var patchBytes: Int { config.patchSize * config.patchSize * config.channels }

    /// A picture on its way.
    private struct Row {
        let place: Int
        let request: PixelRequest
        var result: PixelGeneration
        var last: [UInt8] = []
        var count = 0
    }

    /// The continuations of `requests`, in their order. `onPatch` sees each patch when it is drawn. Throws: `GenerationError` before
    /// anything is computed; `TensorError`; what `onPatch` throws.
    public func generate(
        _ requests: [PixelRequest], onPatch: (_ id: Int, _ pixels: [UInt8]) throws -> Void = { _, _ in }
    ) throws -> [PixelGeneration] {
        for request in requests { try check(request) }
        var done = requests.map { PixelGeneration(id: $0.id) }
        var start = 0
        while start < requests.count {
            let end = min(requests.count, start + max(1, batch))
            let places = (start..<end).filter { requests[$0].options.maxPatches > 0 }
            for row in try run(places.map { Row(place: $0, request: requests[$0], result: done[$0]) }, onPatch) {
                done[row.place] = row.result
            }
            start = end
        }
        return done
    }

    private func check(_ request: PixelRequest) throws(GenerationError) {
        guard model.patchHead != nil, model.base.patches != nil else { throw .noHead("patch") }
        try request.options.check(config.patchHead)
        let count = request.pixels.count / patchBytes
        guard count > 0, request.pixels.count % patchBytes == 0 else { throw .emptyPrompt(id: request.id) }
        guard count <= config.positions else {
            throw .longPrompt(id: request.id, tokens: count, positions: config.positions)
        }
    }

    /// One batch until all its pictures have ended.
    private func run(_ begun: [Row], _ onPatch: (Int, [UInt8]) throws -> Void) throws -> [Row] {
        var rows: [Row] = []
        var ended: [Row] = []
        var caches: [KeyValueCache] = []
        for var row in begun {
            let cache = try model.cache(
                sequences: 1, capacity: row.request.pixels.count / patchBytes,
                reserve: patchesLeft(row.request), policy: policy,
                identities: [row.request.id], in: workspace)
            let prediction = try predictions([row.request.pixels], cache, .prompt(isLast: true))[0]
            if try draw(prediction, &row, onPatch) {
                rows.append(row)
                caches.append(cache)
            } else {
                ended.append(row)
            }
        }
        guard !rows.isEmpty else { return ended }
        let cache = try KeyValueCache.joining(caches)
        caches = []
        while !rows.isEmpty {
            let all = try predictions(rows.map(\.last), cache, .decode)
            var left: [Int] = []
            for index in rows.indices {
                if try draw(all[index], &rows[index], onPatch) { left.append(index) } else { ended.append(rows[index]) }
            }
            rows = left.map { rows[$0] }
            cache.reserve = rows.map { patchesLeft($0.request) - $0.count + 1 }.max() ?? 0
            try cache.select(left)
        }
        return ended
    }

    /// Patches that may come behind a picture.
    private func patchesLeft(_ request: PixelRequest) -> Int {
        min(request.options.maxPatches, config.positions - request.pixels.count / patchBytes + 1)
    }

    /// What the head predicts behind the last patch of each row, a patch's numbers each.
    private func predictions(
        _ pixels: [[UInt8]], _ cache: KeyValueCache, _ phase: CachePhase
    ) throws(TensorError) -> [[Double]] {
        let counts = pixels.map { $0.count / patchBytes }
        let input = try ModelInput.images(
            pixels, seen: counts, patchBytes: patchBytes,
            positions: zip(counts, cache.seen).map { count, seen in (0..<count).map { Int32(seen + $0) } },
            workspace: workspace)
        let (hidden, context) = try model.extend(cache, with: input, phase: phase)
        guard let head = model.patchHead else { throw .value(operation: "pixels", what: "the model has no patch head") }
        let places = counts.enumerated().map { Int32($0 * input.rows.length + $1 - 1) }
        let rows = try context.tape.gatherRows(hidden, indices: workspace.indices(places))
        let values = try workspace.values(model.streamOutput(of: head, rows, context))
        guard values.allSatisfy(\.isFinite) else {
            throw .nonFinite(tensor: "predicted pixels", step: cache.seen.max() ?? 0, count: values.count)
        }
        return pixels.indices.map { Array(values[$0 * patchBytes..<($0 + 1) * patchBytes]) }
    }

    /// Adds the patch that a prediction becomes; true if the picture continues.
    private func draw(
        _ prediction: [Double], _ row: inout Row, _ onPatch: (Int, [UInt8]) throws -> Void
    ) throws -> Bool {
        let patch = drawn(prediction, row.request, index: row.count)
        row.result.pixels += patch
        row.last = patch
        row.count += 1
        try onPatch(row.request.id, patch)
        let isBlack = config.patchHead != .regressionNorm && patch.allSatisfy { $0 < 128 }
        if isBlack {
            row.result.reason = .end
        } else if row.count >= row.request.options.maxPatches {
            row.result.reason = .length
        } else if row.request.pixels.count / patchBytes + row.count > config.positions {
            row.result.reason = .positions
        } else {
            return true
        }
        return false
    }

    private func drawn(_ prediction: [Double], _ request: PixelRequest, index: Int) -> [UInt8] {
        let key = RandomKey(seed: request.options.seed).with("pixels").with(request.id).with(index)
        return PatchDrawing(head: config.patchHead, channels: config.channels, options: request.options)
            .pixels(of: prediction, key: key)
    }
}
