/// The events of an evaluation, in order.
public enum EvaluationEvent {
    /// Seeds were named for a model of which no head is trained, and why none is.
    case idleSeeds(model: String, reason: String)
    /// Before the first answer: the files of predictions that there will be.
    case began(splits: Int)
    /// Splits that are not answered.
    case passed(splits: Int)
    /// A head is trained first.
    case finetuning(FinetuneEvent)
    /// Before the answers to a split, of which some may be in the file already.
    case started(SplitResult.Place, total: Int, done: Int)
    /// After some answers: how many are in the file, and how long the last took.
    case answered(done: Int, seconds: Double, examples: Int)
    /// After the last answer to a split.
    case finished(SplitResult, TaskDefinition)
    /// A line for a person.
    case note(String)
    /// The same about something odd.
    case warning(String)
}
