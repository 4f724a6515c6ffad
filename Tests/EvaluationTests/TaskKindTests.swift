import Evaluation
import Testing

@Suite struct TaskKindTests {
    @Test func everyKindHasMetricsThatAreThere() {
        #expect(Set(TaskKind.all.map(\.name)).count == TaskKind.all.count)
        for kind in TaskKind.all {
            #expect(!kind.metrics.isEmpty)
            for metric in kind.metrics { #expect(Metric.named(metric) != nil, "\(kind): \(metric)") }
        }
    }
}
