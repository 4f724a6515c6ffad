/// How a product is cut into tiles of its rows and columns; the sum over K stays whole. Tiles depend on the product alone, so
/// that neither the bits of a result nor the primitives of oneDNN depend on the number of threads.
struct ProductTiles {
    private let rows: Int
    private let columns: Int
    private let height: Int
    private let width: Int
    private let across: Int
    /// How many tiles there are; none where a side is 0.
    let count: Int

    /// Sides from which on a tile is as fast as the whole product, about: oneDNN packs its factors anew for each tile, which
    /// costs by the tile's circumference.
    private static let tall = 1024
    private static let wide = 1408
    /// Columns are halved before rows as long as they are as many and halves keep this width.
    private static let comfortable = 512
    /// Halves below this cost more than a tenth.
    private static let least = 128
    /// Multiplications of a tile that takes as long as handing out some dozens.
    private static let leastWork = 1 << 18
    /// Tiles that keep all threads busy to the end, and those that they need to be busy at all.
    private static let enough = (many: 8, few: 4)

    /// Tiles of c[m,n] = a[m,k] b[k,n], one of `products` alike that run together. `packsSlowly`: the factors are float32 and b
    /// is transposed, which oneDNN packs slowest.
    init(m: Int, n: Int, k: Int, among products: Int = 1, packsSlowly: Bool = false) {
        rows = m
        columns = n
        var (down, beside) = (Self.pieces(m, Self.tall), Self.pieces(n, Self.wide))
        func wants(_ enough: Int) -> Bool {
            down * beside * products < enough && m / down * (n / beside) * k >= 2 * Self.leastWork
        }
        while wants(packsSlowly ? Self.enough.few : Self.enough.many) {
            if n / beside >= max(2 * Self.comfortable, m / down) {
                beside *= 2
            } else if m / down >= 2 * Self.least {
                down *= 2
            } else {
                break
            }
        }
        while wants(Self.enough.few), n / beside >= 2 * Self.least { beside *= 2 }
        height = Self.length(m, pieces: down, multiple: 8)
        width = Self.length(n, pieces: beside, multiple: 16)
        across = n == 0 ? 0 : (n + width - 1) / width
        count = m == 0 ? 0 : (m + height - 1) / height * across
    }

    /// The smallest power of two that cuts `side` into pieces of `most` or less.
    private static func pieces(_ side: Int, _ most: Int) -> Int {
        var count = 1
        while (side + count - 1) / count > most { count *= 2 }
        return count
    }

    private static func length(_ side: Int, pieces: Int, multiple: Int) -> Int {
        let even = (side + pieces - 1) / pieces
        return pieces == 1 ? max(1, side) : (even + multiple - 1) / multiple * multiple
    }

    /// Tile `index`, row by row.
    subscript(index: Int) -> Tile {
        let (row, column) = (index / across * height, index % across * width)
        return Tile(row: row, column: column, rows: min(height, rows - row), columns: min(width, columns - column))
    }

    /// A part of the result.
    struct Tile {
        let row: Int
        let column: Int
        let rows: Int
        let columns: Int
    }
}
