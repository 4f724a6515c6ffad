import Foundation

/// Multi-head attention as the formulas have it, on the host, every head with keys and values of its own: what head maps are
/// compared with. Matrices are row-major; B = 1.
struct PlainAttention {
    let heads: Int
    let width: Int
    let theta: Double

    /// x w', x [T,D], w [N,D].
    static func product(_ x: [Double], _ w: [Double], inner: Int) -> [Double] {
        let (rows, columns) = (x.count / inner, w.count / inner)
        return (0..<rows * columns).map { place in
            let (row, column) = (place / columns, place % columns)
            return (0..<inner).reduce(0) { $0 + x[row * inner + $1] * w[column * inner + $1] }
        }
    }

    /// Half-split rotation of every head of x [T, heads*width] by the row's number.
    private func rotated(_ x: [Double]) -> [Double] {
        var y = x
        let half = width / 2
        for row in 0..<x.count / (heads * width) {
            for head in 0..<heads {
                for j in 0..<half {
                    let angle = Double(row) * pow(theta, -2 * Double(j) / Double(width))
                    let at = (row * heads + head) * width + j
                    y[at] = x[at] * cos(angle) - x[at + half] * sin(angle)
                    y[at + half] = x[at + half] * cos(angle) + x[at] * sin(angle)
                }
            }
        }
        return y
    }

    /// softmax(q k' / sqrt d) v with the causal mask; q, k, v [T, heads*width] before rotation.
    func callAsFunction(q: [Double], k: [Double], v: [Double]) -> [Double] {
        let (q, k, columns) = (rotated(q), rotated(k), heads * width)
        let rows = q.count / columns
        var result = [Double](repeating: 0, count: q.count)
        for row in 0..<rows {
            for head in 0..<heads {
                let weights = (0...row).map { key in
                    let dot = (0..<width).reduce(0.0) {
                        $0 + q[row * columns + head * width + $1] * k[key * columns + head * width + $1]
                    }
                    return exp(dot / Double(width).squareRoot())
                }
                let sum = weights.reduce(0, +)
                for j in 0..<width {
                    result[row * columns + head * width + j] =
                        (0...row).reduce(0.0) { $0 + weights[$1] * v[$1 * columns + head * width + j] } / sum
                }
            }
        }
        return result
    }
}
