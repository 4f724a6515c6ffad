import Foundations
public import Tensors

/// A node of a model: parameters of its own, and parts below it. Names are Hugging Face's, so that the dotted path of a
/// parameter is its name in a checkpoint.
public protocol Part: AnyObject {
    /// Parameters of this part alone, in the order of their names' customs.
    var ownParameters: [Parameter] { get }
    /// Parts directly below, in order.
    var children: [Child] { get }
}

extension Part {
    /// None, unless a part says otherwise.
    public var ownParameters: [Parameter] { [] }
    /// None, unless a part says otherwise.
    public var children: [Child] { [] }
}

/// A part below another, by name, and how to put another in its place.
public struct Child {
    /// The name, without dots for a direct part ("q_proj"), with one for members of a list ("layers.3").
    public let name: String
    /// The part.
    public let part: any Part
    /// Whether parts below bear no trace of this one's name in their paths, as checkpoints name them.
    public let isTransparent: Bool
    /// Puts another part in its place; false if it is not of the kind that fits. nil where nothing else fits.
    public let replace: ((any Part) -> Bool)?

    /// A part that stays.
    public init(_ name: String, _ part: any Part) {
        self.name = name
        self.part = part
        isTransparent = false
        replace = nil
    }

    /// A linear map that any projection may replace.
    public init<Owner: AnyObject>(
        _ name: String, of owner: Owner, _ place: ReferenceWritableKeyPath<Owner, any Projection>
    ) {
        self.init(name, owner[keyPath: place]) { part in
            guard let projection = part as? any Projection else { return false }
            owner[keyPath: place] = projection
            return true
        }
    }

    /// A sublayer that any sublayer may replace, for instance one that wraps it. Paths below do not name it.
    public init<Owner: AnyObject>(
        _ name: String, of owner: Owner, _ place: ReferenceWritableKeyPath<Owner, any Sublayer>
    ) {
        self.init(name, owner[keyPath: place], isTransparent: true) { part in
            guard let sublayer = part as? any Sublayer else { return false }
            owner[keyPath: place] = sublayer
            return true
        }
    }

    /// A part with its own way of replacing it.
    public init(
        _ name: String, _ part: any Part, isTransparent: Bool = false, replace: @escaping (any Part) -> Bool
    ) {
        self.name = name
        self.part = part
        self.isTransparent = isTransparent
        self.replace = replace
    }
}

extension Part {
    /// Every parameter at and below this part, depth first; one that stands in two places comes once. O(parts).
    public var parameters: [Parameter] {
        var seen: Set<ObjectIdentifier> = []
        var list: [Parameter] = []
        func visit(_ part: any Part) {
            for parameter in part.ownParameters where seen.insert(ObjectIdentifier(parameter)).inserted {
                list.append(parameter)
            }
            for child in part.children { visit(child.part) }
        }
        visit(self)
        return list
    }

    /// Every part at and below this one with its dotted path; this one's is empty.
    public var descendants: [(path: String, part: any Part)] {
        [("", self)] + places.map { ($0.path, $0.child.part) }
    }

    /// The part at a dotted path below this one; nil if there is none.
    public func part(at path: String) -> (any Part)? { places.first { $0.path == path }?.child.part }

    /// Puts what `make` gives for the part at `path` in its place. Throws: `PartError` where there is no such part or the new one
    /// does not fit.
    public func replace(at path: String, with make: (any Part) throws -> any Part) throws {
        let places = places
        guard let child = places.first(where: { $0.path == path })?.child else {
            throw PartError.noPart(path: path, near: NearNames.of(path, among: places.map(\.path)))
        }
        guard let replace = child.replace else { throw PartError.fixed(path: path) }
        let new = try make(child.part)
        if !replace(new) { throw PartError.unfit(path: path, got: "\(type(of: new))") }
    }

    private var places: [(path: String, child: Child)] {
        var places: [(path: String, child: Child)] = []
        func visit(_ part: any Part, _ prefix: String) {
            for child in part.children {
                let path = prefix.isEmpty ? child.name : "\(prefix).\(child.name)"
                places.append((path, child))
                visit(child.part, child.isTransparent ? prefix : path)
            }
        }
        visit(self, "")
        return places
    }
}
