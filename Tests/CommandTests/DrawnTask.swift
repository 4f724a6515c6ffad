import TestSupport
import ZooKit

/// A small model and a task of its own: which of two words begins a sentence.
struct DrawnTask {
    let model: ModelFolderFixture
    /// The task's file; its data are in `data` beside it.
    let path: String

    /// `presets` is the task's JSON object of presets.
    init(presets: String = "{}") throws {
        model = try ModelFolderFixture(.erniePixel)
        let folder = model.folder
        for (name, count) in [("train", 24), ("v", 12)] {
            let lines = (0..<count).map { index in
                let text = index % 2 == 0 ? "ink and more \(index)" : "paper number \(index)"
                return #"{"text": "\#(text)", "label": \#(index % 2)}"# + "\n"
            }
            try folder.write(lines.joined(), to: "data/\(name).jsonl")
        }
        path = try folder.write(
            #"""
            {"name": "drawn", "version": 1, "kind": "classification", "summary": "Drawn sentences.",
             "labels": ["ink", "paper"],
             "layouts": [{"name": "lines", "format": "jsonl", "columns": {"text_a": "text", "label": "label"},
                          "splits": {"train": {"files": ["train.jsonl"]}, "validation": {"files": ["v.jsonl"]}}}],
             "use": {"train": "train", "select": "validation", "report": ["validation"]},
             "metrics": ["accuracy"], "direction": "higher", "presets": \#(presets),
             "source": {"title": "t", "citation": "c", "link": "https://example.org", "licence": "none", "obtain": "o"}}
            """#, to: "drawn.json")
    }
}
