import Foundations

/// Names by which other programs of the field call what we call otherwise.
enum OtherNames {
    /// Our names, the first that is known where the user stands, by the other's in lower case with hyphens.
    private static let table: [String: [String]] = [
        "batch-size": ["batch"], "per-device-train-batch-size": ["micro-batch", "batch"],
        "train-batch-size": ["batch"], "per-device-eval-batch-size": ["batch"],
        "lr": ["learning-rate"], "epochs": ["epochs", "steps"], "num-train-epochs": ["epochs", "steps"],
        "num-epochs": ["epochs", "steps"],
        "max-steps": ["steps"], "num-steps": ["steps"], "iterations": ["steps"], "max-iters": ["steps"],
        "max-length": ["length", "max-patches", "max-new-tokens"], "max-seq-length": ["length", "max-patches"],
        "seq-len": ["length"], "block-size": ["length"], "context-length": ["length"],
        "max-tokens": ["max-new-tokens"], "num-return-sequences": ["samples"], "num-samples": ["samples"],
        "output": ["out"], "output-dir": ["out"], "output-path": ["out"], "out-dir": ["out"], "save-dir": ["out"],
        "model-name-or-path": ["model"], "model-path": ["model"], "checkpoint": ["model"], "pretrained": ["model"],
        "dataset": ["data"], "train-file": ["train", "data"], "train-data": ["data"], "input": ["data"],
        "validation-file": ["dev"], "task-name": ["task", "tasks"], "tasks": ["task"], "task": ["tasks"],
        "warmup": ["warm-up"], "warmup-steps": ["warm-up"], "lr-scheduler-type": ["schedule"],
        "scheduler": ["schedule"], "wd": ["weight-decay"], "grad-clip": ["clip"], "max-grad-norm": ["clip"],
        "gradient-accumulation-steps": ["micro-batch"], "dtype": ["precision"], "bf16": ["precision"],
        "fp16": ["precision"], "eval-steps": ["eval-every"], "eval-interval": ["eval-every"],
        "save-steps": ["save-every"], "save-interval": ["save-every"], "save-total-limit": ["keep"],
        "resume-from-checkpoint": ["resume"], "num-workers": ["workers"], "num-threads": ["threads"],
        "jobs": ["workers", "threads"], "patience": ["patience"], "text-column": ["text-field"],
        "label-column": ["label-field"], "adam-beta1": ["beta1"], "adam-beta2": ["beta2"], "adam-epsilon": ["epsilon"],
        "gradient-checkpointing": ["recompute"], "instance": ["text"], "font-family": ["font"],
        "dry-run": ["print-config"], "verbose": ["json"], "silent": ["quiet"],
    ]

    /// Names among `known` near `name`: our name for it first, then those spelled alike.
    static func near(_ name: String, among known: some Sequence<String>) -> [String] {
        let known = Array(known)
        func plain(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }
        let same = (table[plain(name)] ?? []).lazy.compactMap { ours in known.first { plain($0) == ours } }.prefix(1)
        return same + NearNames.of(name, among: known).filter { !same.contains($0) }
    }
}
