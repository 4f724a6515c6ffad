/// The kernels every operator is written against: the seam at which an accelerator joins.
///
/// Letters: R rows, C columns, M N K sides of a product, G groups, B sequences, T places, H heads, V vocabulary. `[R,C]` is a
/// matrix in the operand's own rows and `stride`; `[R]` lies close together whatever the stride. "number" means the element
/// types of the set's precisions (float32, bfloat16, float64); indices are int32. Statistics (reciprocals, sums, dots, losses,
/// log-probabilities), factors of rows and columns, and weights of norms and sums have the stream type; the other numbers of a
/// kernel have one type, stream or compute, unless its line says that it converts. Norms take x and dx of the stream type, y
/// and dy of the compute or the stream type. Kernels with `accumulate` add to what stands in the result when it is true and
/// overwrite it otherwise. A result never overlaps an operand unless its line says so. Each kernel gives the same bits
/// whenever shapes, strides and types are the same, whatever the number of threads. Nothing here reads a value back to the
/// host but `read`. Rows or columns may be 0.
public protocol KernelSet: AnyObject {
    /// The set's name with the versions of its libraries, for checkpoints and reports.
    var name: String { get }
    /// What the set can compute in.
    var precisions: [Precision] { get }
    /// Counts of what ran, for tests and reports.
    var counters: KernelCounters { get set }

    // Memory
    /// New memory, zeroed, aligned to 64 bytes. Throws: `TensorError.outOfMemory`.
    func allocate(byteCount: Int) throws(TensorError) -> Buffer
    /// The set's view of host memory that is only read and that `owner` keeps; nil where it cannot read numbers of `type` there.
    func wrap(_ bytes: UnsafeRawBufferPointer, type: ElementType, owner: AnyObject) -> Buffer?
    /// Host bytes to `target` (close together from its offset on).
    func write(_ bytes: UnsafeRawBufferPointer, to target: Operand)
    /// `count` numbers at `source` to host bytes; waits for all work before.
    func read(_ source: Operand, into bytes: UnsafeMutableRawBufferPointer)

    // 1-6 Filling and moving
    /// [R,C] = value.
    func fill(_ x: Operand, rows: Int, columns: Int, value: Double)
    /// y[R,C] (+)= scale * x[R,C]; converts between number types; int32 and uint8 only to their own type with scale 1.
    func copy(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool)
    /// y[C,R] = x[R,C] transposed; converts.
    func transpose(_ x: Operand, to y: Operand, rows: Int, columns: Int)
    /// x[i] = low + (high - low) * key.uniform(at: i), i over [R,C] row-major.
    func fillUniform(_ x: Operand, rows: Int, columns: Int, low: Double, high: Double, key: RandomKey)
    /// x[i] = deviation * sqrt(-2 ln(1 - u)) cos(2 pi v) with u, v = key.uniform(at: 2i), (at: 2i+1), computed in double.
    func fillNormal(_ x: Operand, rows: Int, columns: Int, deviation: Double, key: RandomKey)
    /// y[R,C] (+)= x / (1 - rate) where key.bits(at: (firstRow + r) * C + c) >> 40 >= rate * 2^24 (rounded to nearest), 0
    /// elsewhere: the rows of a batch that is cut into parts draw as if they were whole.
    func dropout(
        _ x: Operand, to y: Operand, rows: Int, columns: Int, rate: Double, key: RandomKey, firstRow: Int,
        accumulate: Bool)

    // 7-10 Products
    /// c[M,N] (+)= scale * a[M,K] b[K,N] (+ bias[N]); a and b of one type, c of it or of the stream type, bias of the stream type.
    /// Sums are not rounded before the bias and what stands in c are added. K may be 0; `scale` leaves the bias alone. Here and
    /// below, rows are at least as far apart as they are long.
    func product(_ a: Matrix, _ b: Matrix, bias: Operand?, into c: Operand, scale: Double, accumulate: Bool)
    /// `count` products, operands `aStep`, `bStep`, `cStep` numbers apart.
    func productBatch(
        count: Int, _ a: Matrix, aStep: Int, _ b: Matrix, bStep: Int, into c: Operand, cStep: Int, scale: Double,
        accumulate: Bool)
    /// Rows offsets[g] ..< offsets[g+1] of c[R,N] (+)= those rows of a[R,K] times op(b_g), b_g `bStep` numbers apart. offsets:
    /// [G+1]; rows outside all groups stay as they are when accumulating and become 0 otherwise. `a` is not transposed.
    func productGroups(
        _ a: Matrix, _ b: Matrix, bStep: Int, offsets: Operand, groups: Int, into c: Operand, accumulate: Bool)
    /// c_g[M,N] (+)= a[rows of g, M]' b[rows of g, N], c_g `cStep` numbers apart; empty groups give 0. Rows outside
    /// all groups count nowhere.
    func productGroupWeights(
        _ a: Operand, columns m: Int, _ b: Operand, columns n: Int, rows: Int, offsets: Operand, groups: Int,
        into c: Operand, cStep: Int, accumulate: Bool)

    // 11-17 Rows by index
    /// y[i,C] = table[indices[i], C], i < R; a negative index gives a row of 0 (int32: of -1, no row); converts between number
    /// types, and takes an int32 table to an int32 result without accumulating.
    func gatherRows(_ table: Operand, indices: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// table[indices[i], C] += x[i, C] in ascending i for each row of the table; a negative index is skipped; converts.
    func scatterAddRows(_ x: Operand, indices: Operand, into table: Operand, tableRows: Int, rows: Int, columns: Int)
    /// y[r,k] = x[r, indices[r,k]], k < count; a negative index gives 0.
    func gatherElements(_ x: Operand, indices: Operand, to y: Operand, rows: Int, count: Int)
    /// x[r, indices[r,k]] += y[r,k] in ascending k.
    func scatterAddElements(_ y: Operand, indices: Operand, into x: Operand, rows: Int, count: Int)
    /// The `count` largest of each row of x[R,C]: indices[R,count] and values (or nil), largest first; of equals the smaller
    /// index first; NaN stands below everything, -infinity too.
    func topK(_ x: Operand, rows: Int, columns: Int, count: Int, indices: Operand, values: Operand?)
    /// y[R,count] = each row of int32 x ascending, negative ones (none) as -1 at the end; places of a sequence become rows of a
    /// batch by `rowStep`, of which r times as much is added to those that are not negative. y may be x.
    func sortIndices(_ x: Operand, to y: Operand, rows: Int, count: Int, rowStep: Int)
    /// Stable counting sort of groups[R] (0 ..< G, negative: none): order[i] the row at place i, offsets[G+1]. Places past
    /// offsets[G] hold -1.
    func groupRows(_ groups: Operand, rows: Int, groups count: Int, order: Operand, offsets: Operand)

    // 18-29 Elementwise and sums
    /// y[R,C] (+)= f(x).
    func unary(_ kind: Unary, _ x: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// dx[R,C] (+)= dy f'(x); relu and absolute have slope 0 at 0.
    func unaryBackward(
        _ kind: Unary, _ x: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// c[R,C] (+)= a b.
    func multiply(_ a: Operand, _ b: Operand, to c: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// y[R,C] (+)= s[r] x.
    func scaleRows(_ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// s[R] (+)= sum over columns of x y (y nil: of x).
    func rowDots(_ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// y[R,C] (+)= s[c] x.
    func scaleColumns(_ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// s[C] (+)= sum over rows of x y (y nil: of x), over a fixed number of chunks of rows.
    func columnDots(_ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// y[R,C] += b[c].
    func addToRows(_ b: Operand, to y: Operand, rows: Int, columns: Int)
    /// y[R,C] (+)= value[0]: one number of the stream type to every place, times w[r] where given, times scale; converts.
    func spread(
        _ value: Operand, weights w: Operand?, scale: Double, to y: Operand, rows: Int, columns: Int, accumulate: Bool)
    /// sum[0] (+)= scale * sum of w[i] x[i] (w nil: of x), over a fixed number of chunks. x, w: [R].
    func weightedSum(_ x: Operand, weights w: Operand?, scale: Double, to sum: Operand, rows: Int, accumulate: Bool)
    /// sum[0] (+)= sum of squares of x[R,C], over a fixed number of chunks.
    func sumOfSquares(_ x: Operand, rows: Int, columns: Int, to sum: Operand, accumulate: Bool)
    /// count[0] (int32) (+)= how many of x[R,C] are infinite or not a number.
    func countNonFinite(_ x: Operand, rows: Int, columns: Int, to count: Operand, accumulate: Bool)

    // 30-37 Parts of a decoder
    /// y = x / sqrt(mean(x^2) + epsilon) * weight; reciprocals[R] = 1 / sqrt(...). weight: [C] of the stream type.
    func rmsNorm(
        _ x: Operand, weight: Operand, to y: Operand, reciprocals: Operand, rows: Int, columns: Int, epsilon: Double)
    /// dx (+)= ...; dWeight (nil: not wanted) [C] (+)= sum over rows of dy x reciprocal, over fixed chunks.
    func rmsNormBackward(
        _ x: Operand, weight: Operand, reciprocals: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, accumulateWeight: Bool, rows: Int, columns: Int)
    /// y = (x - mean) * reciprocal * weight + bias, biased variance; statistics[R,2] = mean, reciprocal.
    func layerNorm(
        _ x: Operand, weight: Operand, bias: Operand, to y: Operand, statistics: Operand, rows: Int, columns: Int,
        epsilon: Double)
    /// As `rmsNormBackward`; the two parameter gradients are given together or not at all.
    func layerNormBackward(
        _ x: Operand, weight: Operand, statistics: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, biasGradient: Operand?, accumulateWeights: Bool, rows: Int, columns: Int)
    /// Half-split rotation of `heads` heads of `width` columns a row: with p = positions[r], j < width/2, c = cosines[p,j],
    /// s = sines[p,j] (tables [P,width/2], stream type): y[j] = x[j] c - x[j+w/2] s; y[j+w/2] = x[j+w/2] c + x[j] s;
    /// `inverse` takes -s; a row of negative position is not turned: y = x. y may be x. Positions from P on are the
    /// caller's fault.
    func rotary(
        _ x: Operand, positions: Operand, cosines: Operand, sines: Operand, inverse: Bool, to y: Operand, rows: Int,
        heads: Int, width: Int, accumulate: Bool)
    /// y[R,C] = silu(gate) * up.
    func swiglu(gate: Operand, up: Operand, to y: Operand, rows: Int, columns: Int)
    /// dGate and dUp (nil: not wanted) (+)= ...
    func swigluBackward(
        gate: Operand, up: Operand, gradient dy: Operand, dGate: Operand?, accumulateGate: Bool, dUp: Operand?,
        accumulateUp: Bool, rows: Int, columns: Int)

    // 38-40 Attention; see AttentionShape and AttentionMask. q, k, v, o and the gradient have one type; dq, dk, dv that or the
    // stream type. Keys and values from a sequence's largest limit on are not read; those before are finite even where no query
    // sees them, since a weight of 0 times NaN is NaN.
    /// o[B*Tq, H*dv] = softmax(scale * q k' + mask) v in blocks; logSums[B,H,Tq] = log of the sum of exponentials (-infinity and
    /// a row of 0 where a query sees no key).
    func attention(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, to o: Operand,
        logSums: Operand)
    /// dq, dk, dv (nil: not wanted), each added to or overwritten by its flag.
    func attentionBackward(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, o: Operand, logSums: Operand,
        gradient: Operand, results: AttentionGradients)
    /// sums[B,H,Tk] = sum over queries `queries` (within 0 ..< Tq) of the attention weight they give each key; reads logSums.
    func attentionColumnSums(
        _ shape: AttentionShape, q: Operand, k: Operand, mask: AttentionMask, logSums: Operand, queries: Range<Int>,
        to sums: Operand)

    // 41-49 Distributions and losses
    /// y[R,C] = softmax of each row of scale * x; a row of -infinity gives 0.
    func softmax(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double)
    /// dx[R,C] (+)= scale * y (dy - sum(y dy)).
    func softmaxBackward(
        _ y: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool)
    /// With z = logits / temperature: logSums[R] = log sum exp z, logp[R] = z[target] - logSum; a negative target gives
    /// logp 0 and a logSum like any other.
    func logProbabilities(
        _ logits: Operand, targets: Operand, temperature: Double, rows: Int, vocabulary: Int, to logp: Operand,
        logSums: Operand)
    /// d[R,V] = gradient[r] (1[target] - exp(z - logSum)) / temperature; 0 where the target is negative. d may be logits,
    /// or of the compute type.
    func logProbabilitiesBackward(
        _ logits: Operand, targets: Operand, logSums: Operand, gradient: Operand, temperature: Double, rows: Int,
        vocabulary: Int, to d: Operand)
    /// entropy[R] of softmax(logits / temperature) and ranks[R] (int32): how many logits are larger than the target's; 0
    /// where the target is negative.
    func distributionStatistics(
        _ logits: Operand, targets: Operand, logSums: Operand, temperature: Double, rows: Int, vocabulary: Int,
        entropy: Operand, ranks: Operand)
    /// x[R,C] = pixels / 255, or with an origin [C] scale pixels / 255 - origin; pixels: uint8 [R,C]. `planar` reorders
    /// each row from (place, channel) to (channel, place), which is the order of the origin.
    func unpackPixels(
        _ pixels: Operand, to x: Operand, scale: Double, origin: Operand?, rows: Int, columns: Int, channels: Int,
        planar: Bool)
    /// errors[R] = mean over C of e, with t = targets[indices[r]] / 255, uint8 [.,C]; a negative index gives 0. See `PatchLoss`.
    func patchErrors(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, to errors: Operand, rows: Int,
        columns: Int)
    /// dPrediction[R,C] (+)= gradient[r] * d errors[r] / d prediction.
    func patchErrorsBackward(
        _ kind: PatchLoss, _ prediction: Operand, targets: Operand, indices: Operand, gradient: Operand,
        to dPrediction: Operand, rows: Int, columns: Int, accumulate: Bool)

    // 50-51 Optimisation
    /// factor[0] = min(1, limit / (sqrt(sum[0]) + 1e-6)), stream type (PyTorch's clip_grad_norm_).
    func clipFactor(_ sum: Operand, limit: Double, to factor: Operand)
    /// One AdamW step on `count` numbers; see `AdamWStep`. `copy` (nil: none) receives the weights in its type.
    func adamW(
        _ step: AdamWStep, weights: Operand, gradient: Operand, first: Operand, second: Operand, factor: Operand?,
        copy: Operand?, count: Int)
}
