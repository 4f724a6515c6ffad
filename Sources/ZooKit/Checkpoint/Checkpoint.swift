public import Foundations

/// What a checkpoint folder is written from. Tensors are sources of bytes: nothing is copied before its turn.
public struct Checkpoint {
    /// The model that a loader finds at the top.
    public var model: Model
    /// Further models by name, each a loadable folder of its own: a teacher, a reward model, a snapshot.
    public var components: [String: Model]
    /// The states of methods, by name.
    public var states: [String: State]
    /// Step, schedule, generators, data cursor and whatever else a trainer resumes from: an object.
    public var trainerState: JSONValue?
    /// Versions of the libraries that computed it, by name.
    public var versions: [String: String]

    /// A checkpoint of one model.
    public init(
        model: Model, components: [String: Model] = [:], states: [String: State] = [:],
        trainerState: JSONValue? = nil, versions: [String: String] = [:]
    ) {
        self.model = model
        self.components = components
        self.states = states
        self.trainerState = trainerState
        self.versions = versions
    }

    /// The files of one model.
    public struct Model {
        /// `config.json`: an object.
        public var config: JSONValue?
        /// `model.safetensors`: parameters and buffers by their Hugging Face names.
        public var tensors: [SafetensorsItem]
        /// Free text of `model.safetensors`; loaders of PyTorch want `format`.
        public var metadata: [String: String]
        /// `optimizer.safetensors`.
        public var optimizer: [SafetensorsItem]?
        /// Other files of the model by name, a tokenizer's for instance.
        public var files: [String: [UInt8]]

        /// A model's files.
        public init(
            config: JSONValue?, tensors: [SafetensorsItem], metadata: [String: String] = ["format": "pt"],
            optimizer: [SafetensorsItem]? = nil, files: [String: [UInt8]] = [:]
        ) {
            self.config = config
            self.tensors = tensors
            self.metadata = metadata
            self.optimizer = optimizer
            self.files = files
        }
    }

    /// The state of a method: `state/NAME.safetensors` and `state/NAME.json`.
    public struct State {
        /// Its tensors.
        public var tensors: [SafetensorsItem]
        /// Everything else.
        public var values: JSONValue

        /// A method's state.
        public init(tensors: [SafetensorsItem] = [], values: JSONValue = .object([:])) {
            self.tensors = tensors
            self.values = values
        }
    }
}

/// Names within a checkpoint folder.
enum CheckpointNames {
    static let manifest = "checkpoint.json"
    static let config = "config.json"
    static let tensors = SafetensorsFolder.fileName
    static let optimizer = "optimizer.safetensors"
    static let trainerState = "trainer_state.json"
    static let components = "components"
    static let states = "state"

    /// Names that other files of a model may not have.
    static let taken: Set<String> = [
        manifest, config, tensors, SafetensorsFolder.indexName, optimizer, trainerState, components, states,
    ]

    /// True if a name is one of letters, digits, `.`, `_` and `-` that begins with none of the latter and is short.
    static func isPlain(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= 100, isWord(first) else { return false }
        return bytes.allSatisfy {
            isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
            && !name.hasSuffix(".partial")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
