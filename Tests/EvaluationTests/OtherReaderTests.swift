import Evaluation
import TestSupport
import Testing

/// The other tasks' files, in their form, written for these tests.
@Suite struct OtherReaderTests {
    static let xnli = [
        "XNLI-1.0/xnli.dev.tsv":
            "language\tgold_label\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1\tsentence2\t"
            + "pairID\nde\tneutral\t\t\tEs regnet.\tEs ist kalt.\t2\nfr\tentailment\t\t\tIl pleut.\t« Il fait \"humide.\t1\n",
        "XNLI-MT-1.0/multinli/multinli.train.fr.tsv": "premise\thypo\tlabel\nIl pleut .\tC' est sec .\tcontradictory\n",
        "XNLI-MT-1.0/multinli/multinli.train.en.tsv": "premise\thypo\tlabel\nIt rains .\tIt is wet .\tentailment\n",
    ]

    @Test func languagesAreTakenOutOfOneFileOrOfTheirOwn() throws {
        let data = try DataFolder(Self.xnli)
        let german = try data.load("xnli-translate-train", "validation", language: "de").examples
        #expect(
            german == [
                TaskExample(id: "de/2", textA: "Es regnet.", textB: "Es ist kalt.", label: .index(1), language: "de")
            ])
        #expect(try data.load("xnli-translate-train", "train", language: "fr").examples[0].label == .index(2))
        let all = try data.load("xnli-translate-train", "validation").examples
        #expect(all.map(\.id) == ["fr/1", "de/2"])
        #expect(try data.load("xnli-english", "train").examples.map(\.language) == ["en"])
        #expect(try data.failure("xnli-english", "train", language: "fr").contains("no language 'fr'; there are: en"))
        let missing = try data.failure("xnli-translate-train", "train")
        #expect(
            missing.contains("XNLI-MT-1.0/multinli/multinli.train.es.tsv") && missing.contains("and 10 more (official)")
        )
    }

    @Test func emojiTextsComeFromCommaTables() throws {
        let data = try DataFolder([
            "HatemojiBuild/test.csv":
                "entry_id,text,type,target,label_gold\n1,\"I 🖤 \"\"you\"\",\ntoo\",none,none,0\n2,bad 😡,x,y,1\n"
        ])
        let examples = try data.load("hatemoji-build", "test").examples
        #expect(examples.map(\.textA) == ["I 🖤 \"you\",\ntoo", "bad 😡"])
        #expect(examples.map(\.label) == [.index(0), .index(1)])
    }

    /// A task, its files, a split of it, the first example's choices as "context|continuation" and the right one.
    static let choices: [(String, [String: String], String, [String], Int?)] = [
        (
            "piqa",
            [
                "piqa/dev.jsonl": #"{"goal": "Dry ink.", "sol1": "Wait.", "sol2": "Wet it."}"#,
                "piqa/dev-labels.lst": "0\n",
            ],
            "validation", ["Question: Dry ink.\nAnswer:| Wait.", "Question: Dry ink.\nAnswer:| Wet it."], 0
        ),
        (
            "piqa", ["piqa/validation.jsonl": #"{"goal": "Dry ink.", "sol1": "a", "sol2": "b", "label": 1}"#],
            "validation",
            ["Question: Dry ink.\nAnswer:| a", "Question: Dry ink.\nAnswer:| b"], 1
        ),
        (
            "hellaswag",
            [
                "hellaswag/hellaswag_val.jsonl":
                    #"{"ind": 24, "activity_label": "Roof", "ctx_a": "A man [header] sits [title] Up", "ctx_b": "HE is", "ctx": "", "endings": ["up [step] there.", "off."], "label": 0}"#
            ], "validation", ["Roof: A man sits. Up He is| up there.", "Roof: A man sits. Up He is| off."], 0
        ),
        (
            "hellaswag",
            [
                "hellaswag/hellaswag_val.jsonl":
                    #"{"ind": 3, "activity_label": "Food", "ctx_a": "[header] How to make tea [title] Boil water. [step] Do it", "ctx_b": "[title] then", "ctx": "", "endings": ["a.", "b."], "label": 0}"#
            ], "validation",
            [
                "Food: How to make tea. Boil water. Do it. then| a.",
                "Food: How to make tea. Boil water. Do it. then| b.",
            ], 0
        ),
        (
            "hellaswag",
            [
                "hellaswag/validation.jsonl":
                    #"{"ind": 24, "activity_label": "Roof", "ctx_a": "A man sits.", "ctx_b": "", "endings": ["Up.", "Off."], "label": "1"}"#
            ], "validation", ["Roof: A man sits.| Up.", "Roof: A man sits.| Off."], 1
        ),
        (
            "winogrande",
            [
                "winogrande_1.1/dev.jsonl":
                    #"{"qID": "x", "sentence": "The ink missed the page because _ was dry.", "option1": "ink", "option2": "page", "answer": "2"}"#
            ], "validation",
            [
                "The ink missed the page because ink| was dry.", "The ink missed the page because page| was dry.",
            ], 1
        ),
        (
            "arc-challenge",
            [
                "ARC-V1-Feb2018-2/ARC-Challenge/ARC-Challenge-Test.jsonl":
                    #"{"id": "q1", "question": {"stem": "Why?", "choices": [{"text": "so", "label": "1"}, {"text": "no", "label": "2"}, {"text": "go", "label": "3"}]}, "answerKey": "3"}"#
            ], "test", ["Question: Why?\nAnswer:| so", "Question: Why?\nAnswer:| no", "Question: Why?\nAnswer:| go"], 2
        ),
        (
            "arc-easy",
            [
                "ai2_arc/ARC-Easy/test.jsonl":
                    #"{"id": "q1", "question": "Why?", "choices": {"text": ["so", "no"], "label": ["A", "B"]}, "answerKey": "B"}"#
            ], "test", ["Question: Why?\nAnswer:| so", "Question: Why?\nAnswer:| no"], 1
        ),
        (
            "boolq",
            [
                "boolq/dev.jsonl":
                    #"{"question": "is ink wet", "title": "Ink", "answer": true, "passage": "Ink is wet."}"#
            ],
            "validation",
            ["Ink is wet.\nQuestion: is ink wet?\nAnswer:| no", "Ink is wet.\nQuestion: is ink wet?\nAnswer:| yes"], 1
        ),
        (
            "sciq",
            [
                "SciQ/test.json":
                    #"[{"question": "What?", "distractor1": "a", "distractor2": "b", "distractor3": "c", "correct_answer": "d", "support": " S. "}]"#
            ], "test",
            [
                "S.\nQuestion: What?\nAnswer:| a", "S.\nQuestion: What?\nAnswer:| b", "S.\nQuestion: What?\nAnswer:| c",
                "S.\nQuestion: What?\nAnswer:| d",
            ], 3
        ),
        (
            "logiqa-text",
            [
                "LogiQA/Test.txt":
                    "\nb\nIf wet, then ink.\nWhat follows?\nA.ink\nB. wet\nC.dry\nD.none\n\na\nP\nQ\nA.1\nB.2\nC.3\nD.4\n"
            ],
            "test",
            ["ink", "wet", "dry", "none"].map {
                "Passage: If wet, then ink.\nQuestion: What follows?\nChoices:\nA. ink\nB. wet\nC. dry\nD. none\nAnswer:| \($0)"
            },
            1
        ),
        (
            "logiqa",
            ["logiqa/test.jsonl": #"{"context": "P", "query": "Q", "options": ["x", "B.y"], "correct_option": 1}"#],
            "test",
            ["x", "y"].map { "Passage: P\nQuestion: Q\nChoices:\nA. x\nB. y\nAnswer:| \($0)" }, 1
        ),
        (
            "lambada", ["lambada/lambada_test_plain_text.txt": "the press prints a page\n"], "test",
            ["the press prints a| page"], 0
        ),
        (
            "lambada", ["lambada_openai/lambada_test.jsonl": #"{"text": "The press\nprints a page"}"#], "test",
            ["The press\nprints a| page"], 0
        ),
        (
            "siqa",
            [
                "siqa/dev.jsonl":
                    #"{"context": "Ada won.", "question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c"}"#,
                "siqa/dev-labels.lst": "3\n",
            ], "validation", ["a", "b", "c"].map { "Q: Ada won. Why?\nA:| \($0)" }, 2
        ),
        (
            "openbookqa",
            [
                "openbookqa/main/test.jsonl":
                    #"{"id": "7", "question_stem": "Ink is", "choices": {"text": ["wet", "dry"], "label": ["A", "B"]}, "answerKey": "A"}"#
            ], "test", ["Ink is| wet", "Ink is| dry"], 0
        ),
        (
            "copa",
            [
                "COPA/val.jsonl":
                    #"{"premise": "It rained.", "choice1": "The page got wet.", "choice2": "I read.", "question": "effect", "label": 0, "idx": 0}"#
            ], "validation", ["It rained therefore| the page got wet.", "It rained therefore| i read."], 0
        ),
        (
            "copa",
            [
                "COPA/test.jsonl":
                    #"{"premise": "It rained.", "choice1": "A.", "choice2": "B.", "question": "cause", "idx": 0}"#
            ], "test", ["It rained because| a.", "It rained because| b."], nil
        ),
    ]

    @Test(arguments: choices.indices)
    func promptsAreFilled(index: Int) throws {
        let (task, files, split, expected, right) = Self.choices[index]
        let examples = try DataFolder(files).load(task, split).examples
        let first = try #require(examples.first)
        #expect(first.choices.map { "\($0.context)|\($0.continuation)" } == expected)
        #expect(first.label == right.map { .index($0) }, "\(task)")
        #expect(examples.count == (task == "logiqa-text" ? 2 : 1))
    }

    @Test func theSampleTasksAreReadFromTheRepository() throws {
        let folder = Repository.root + "/corpora/sample"
        let topics = try builtIn().task("sample-topic")
        let counts = try ["train", "validation", "test"].map { split in
            let examples = try TaskData.load(topics, split: split, folder: folder).examples
            #expect(Set(examples.compactMap { $0.label?.index }) == [0, 1, 2, 3])
            #expect(Set(examples.map(\.textA)).count == examples.count)
            return examples.count
        }
        #expect(counts.reduce(0, +) == 640 && counts[0] > 400)
        let questions = try TaskData.load(builtIn().task("sample-questions"), split: "test", folder: folder).examples
        #expect(
            questions.count == 60 && questions.allSatisfy { !$0.answers.isEmpty && $0.textA.hasSuffix("\nAnswer:") })
        let texts = try TaskData.load(builtIn().task("sample-perplexity"), split: "test", folder: folder, limit: 9)
            .examples
        #expect(texts.count == 9 && texts.allSatisfy { $0.language != nil && $0.label == nil })
    }

    @Test func theOwnTasksReadWhatTheirRecipesWrite() throws {
        let data = try DataFolder([
            "movie-sentences/polarity/train.tsv":
                "id\tpolarity\ttext\n3\tnegative\tEffective but too tepid\n4\tpositive\t\"A \"\"b\"\"\"\n",
            "movie-sentences/rating/test.tsv": "id\trating\ttext\n3\t-0.6\tEffective but too tepid\n",
            "package-sections/ja/test.jsonl": #"{"id": "f0", "section": "text", "source": "s", "text": "文章"}"# + "\n",
        ])
        let sentences = try data.load("movie-sentence-polarity", "train").examples
        #expect(sentences.map(\.label) == [.index(0), .index(1)] && sentences[1].textA == "A \"b\"")
        #expect(try data.load("movie-sentence-rating", "test").examples[0].label == .value(-0.6))
        let section = try data.load("package-section", "test", language: "ja").examples[0]
        #expect(section.language == "ja" && section.label == .index(17))
        #expect(try data.failure("package-section", "train").contains("Run corpora/fetch package-sections"))
    }
}
