// Arbitrary bytes as MOTChallenge files: reading and checking never throw or crash, an error has a
// reason, and the lines that are accepted are read as the same when they are written again.
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/formats/mot_check.h"
#include "coordinator/formats/mot_keyframes.h"
#include "coordinator/formats/mot_reader.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/check_keyframes.h"

namespace {

using prelabel::MotEntry;
using prelabel::Ok;
using prelabel::Result;

// Every line in the shortest digits that stand for the same number.
struct Rewriter : prelabel::MotVisitor {
  Result<void> OnEntry(const MotEntry& entry) override {
    text += fmt::format("{},{},{},{},{},{},{}", entry.frame, entry.id, entry.left, entry.top,
                        entry.width, entry.height, entry.confidence);
    if (entry.class_id) text += fmt::format(",{}", *entry.class_id);
    if (entry.visibility) text += fmt::format(",{}", *entry.visibility);
    text += '\n';
    return Ok();
  }
  Result<void> OnProblem(const prelabel::LabelProblem& problem) override {
    FUZZ_CHECK(!problem.place.empty() && !problem.message.empty());
    ++problems;
    return Ok();
  }
  std::string text;
  int problems = 0;
};

template <class Value>
void CheckError(const Result<Value>& result) {
  if (result.has_value()) return;
  FUZZ_CHECK(result.error().code == prelabel::ErrorCode::kInvalidArgument);
  FUZZ_CHECK(!result.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::istringstream in(bytes);
  const auto restart = [&in] {
    in.clear();
    in.seekg(0);
  };
  Rewriter first;
  CheckError(prelabel::ReadMot(in, first));
  std::istringstream rewritten(first.text);
  Rewriter second;
  FUZZ_CHECK(prelabel::ReadMot(rewritten, second).has_value());
  FUZZ_CHECK(second.problems == 0);
  FUZZ_CHECK(second.text == first.text);

  restart();
  CheckError(prelabel::ReadSeqInfo(in));
  prelabel::ProblemList problems(16);
  prelabel::MotContext context;
  restart();
  const auto frames = prelabel::CheckSeqInfo(in, problems);
  FUZZ_CHECK(frames.has_value());
  context.frames = frames.value();
  restart();
  FUZZ_CHECK(prelabel::CheckMotLabels(in, problems).has_value());
  restart();
  FUZZ_CHECK(prelabel::CheckMot(in, context, problems).has_value());
  FUZZ_CHECK(first.problems == 0 || problems.errors() > 0);

  restart();
  const auto labels = prelabel::ReadMotLabels(in);
  CheckError(labels);
  const prelabel::VideoFacts video{"v", 100, 640, 480};
  for (const auto& names :
       {std::vector<std::string>(), labels ? labels.value() : std::vector<std::string>{"a"}}) {
    restart();
    const auto keyframes = prelabel::ReadMotKeyframes(in, names, video);
    prelabel::CheckKeyframes(keyframes);
    FUZZ_CHECK(first.problems == 0 || !keyframes.has_value());
  }
  return 0;
}
