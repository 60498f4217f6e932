// Arbitrary bytes as a file of answers to an audit: reading never throws or crashes; an error has a
// reason; what was taken is an answer to something that was asked, and comes back from
// answers.json.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "coordinator/audit/audit_files.h"
#include "coordinator/audit/evaluate_audit.h"
#include "coordinator/audit/read_answers.h"
#include "tests/coordinator/audit/audit_fixture.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const prelabel::AuditSample sample = prelabel::SmallSample();
  prelabel::AnswerCollector collector(sample);
  std::istringstream in(bytes);
  const auto read = prelabel::ReadAuditAnswers(in, collector);
  if (!read) {
    FUZZ_CHECK(read.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!read.error().message.empty());
  }
  FUZZ_CHECK(collector.labels() <= sample.LabelCount());
  FUZZ_CHECK(collector.images() <= sample.whole.size());
  prelabel::AuditAnswers answers = prelabel::NoAnswers(sample);
  FUZZ_CHECK(collector.AddTo(&answers) == 0);
  const auto back =
      prelabel::ParseAuditAnswers(prelabel::FormatAuditAnswers(answers, sample), sample);
  FUZZ_CHECK(back.has_value() && back.value() == answers);
  const prelabel::AuditResult result = prelabel::EvaluateAudit(sample, answers, {});
  FUZZ_CHECK(result.boxes_answered == collector.labels());
  FUZZ_CHECK(result.all.found <= result.all.objects);
  for (const prelabel::ClassAudit& audit : result.classes) {
    for (const prelabel::Interval& interval : {audit.precision_interval, audit.recall_interval}) {
      FUZZ_CHECK(0 <= interval.low && interval.low <= interval.high && interval.high <= 1);
    }
  }

  // The run directory's own record.
  const auto own = prelabel::ParseAuditSample(bytes);
  if (own) {
    const std::string text = prelabel::FormatAuditSample(own.value());
    const auto again = prelabel::ParseAuditSample(text);
    FUZZ_CHECK(again.has_value() && prelabel::FormatAuditSample(again.value()) == text);
  } else {
    FUZZ_CHECK(!own.error().message.empty());
  }
  const auto answered = prelabel::ParseAuditAnswers(bytes, sample);
  FUZZ_CHECK(answered.has_value() || !answered.error().message.empty());
  return 0;
}
