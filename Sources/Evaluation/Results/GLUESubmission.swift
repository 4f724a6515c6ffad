/// Files that the GLUE benchmark's server takes: one a test set, with an index and a prediction in each line.
public enum GLUESubmission {
    /// How predictions are written.
    private enum Form {
        /// The class by its number.
        case numbers
        /// The class by its name.
        case names
        /// A number, between the least and the greatest that labels have.
        case value
    }

    private static let files: [String: (name: String, form: Form)] = [
        "glue-cola test": ("CoLA", .numbers), "glue-sst2 test": ("SST-2", .numbers),
        "glue-mrpc test": ("MRPC", .numbers), "glue-stsb test": ("STS-B", .value), "glue-qqp test": ("QQP", .numbers),
        "glue-mnli test_matched": ("MNLI-m", .names), "glue-mnli test_mismatched": ("MNLI-mm", .names),
        "glue-qnli test": ("QNLI", .names), "glue-rte test": ("RTE", .names), "glue-wnli test": ("WNLI", .numbers),
        "glue-ax test": ("AX", .names),
    ]

    /// All files that the server takes, sorted, with the task that gives each.
    public static var fileNames: [(file: String, task: String)] {
        files.map { ("\($0.value.name).tsv", String($0.key.prefix { $0 != " " })) }.sorted { $0.0 < $1.0 }
    }

    /// The splits of a task that are handed in, sorted; none of a task that is not of GLUE.
    public static func splits(of task: TaskDefinition) -> [String] {
        task.splits.filter { files["\(task.name) \($0)"] != nil }
    }

    /// The name of the file of a split.
    public static func fileName(_ task: TaskDefinition, split: String) -> String? {
        files["\(task.name) \(split)"].map { "\($0.name).tsv" }
    }

    /// The file of a split. Ids are the index where they are different numbers, as in the official files; else lines are
    /// counted. Nil for a
    /// split that is not handed in. O(lines).
    public static func file(_ task: TaskDefinition, split: String, _ lines: [PredictionLine]) -> [UInt8]? {
        guard let form = files["\(task.name) \(split)"]?.form else { return nil }
        let ids = lines.compactMap { Int($0.example.id) }
        let hasIndex = ids.count == lines.count && Set(ids).count == ids.count
        var text = "index\tprediction\n"
        for (place, line) in lines.enumerated() {
            text += "\(hasIndex ? ids[place] : place)\t\(prediction(line.answer, task, form))\n"
        }
        return Array(text.utf8)
    }

    private static func prediction(_ answer: GivenAnswer, _ task: TaskDefinition, _ form: Form) -> String {
        switch (form, answer) {
        case (.value, .number(let number)):
            // STS-B's labels are from 0 to 5.
            return "\(min(max(number, task.range?[0] ?? 0), task.range?[1] ?? 5))"
        case (.names, .classes):
            let index = answer.index ?? 0
            return task.labels.indices.contains(index) ? task.labels[index] : "\(index)"
        default: return "\(answer.index ?? 0)"
        }
    }
}
