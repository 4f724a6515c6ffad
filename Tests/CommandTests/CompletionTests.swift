import Foundation
import TestSupport
import Testing

/// Completions as shells use them, from the files that `make install` writes.
@Suite struct CompletionTests {
    @Test func bashCompletesNamesAndKeepsFiles() throws {
        let folder = try TemporaryFolder()
        let product = URL(fileURLWithPath: try Repository.product("letterpress")).deletingLastPathComponent().path
        let script = """
            set -eu
            tools/completions.sh '\(product)/letterpress' '\(folder.path)' >/dev/null
            PATH='\(product)':$PATH
            set +eu
            source '\(folder.path)/bash-completion/completions/letterpress'
            complete -p letterpress
            try() {
                COMP_WORDS=(letterpress "$@"); COMP_CWORD=$#; COMP_LINE="letterpress $*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                _letterpress letterpress "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                echo "$*: ${COMPREPLY[*]}"
            }
            try pretr; try pretrain --preset pixelgpt/t; try pretrain --strategy big; try finetune --task sample-t
            try pretrain --model pixelgpt/o; try pretrain --method hal; try preview --fonts mon; try method h
            try evaluate --tasks sample-q; try pretrain --data corpora/sam; try generate text --preset nuc
            """
        let run = try Execution.run(
            "/bin/bash", ["-c", script], environment: ["LETTERPRESS_ROOT": Repository.root], folder: Repository.root)
        #expect(run.status == 0, "\(run.errorText)")
        let lines = run.text.split(separator: "\n").map(String.init)
        #expect(lines.first?.contains("-o default") == true, "\(run.text)")
        for line in [
            "pretr: pretrain", "pretrain --preset pixelgpt/t: pixelgpt/tiny", "pretrain --strategy big: bigrams",
            "finetune --task sample-t: sample-topic", "pretrain --model pixelgpt/o: pixelgpt/official",
            "pretrain --method hal: half", "preview --fonts mon: mono", "method h: hft",
            "evaluate --tasks sample-q: sample-questions", "pretrain --data corpora/sam: corpora/sample",
            "generate text --preset nuc: nucleus",
        ] { #expect(lines.contains(line), "\(line) is not in \(run.text)") }
        for name in ["zsh/site-functions/_letterpress", "fish/vendor_completions.d/letterpress.fish"] {
            #expect(try folder.read(name).count > 1000)
        }
    }
}
