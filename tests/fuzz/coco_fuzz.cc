// Arbitrary bytes as a COCO file: reading and checking never throw or crash; an error has a reason;
// what is told does not depend on how the text is cut into pieces; a lenient reader sees what a
// strict one sees; every mask that is accepted comes back from its encoding.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "coordinator/formats/coco_check.h"
#include "coordinator/formats/coco_keyframes.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/json_stream.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/check_keyframes.h"

namespace {

using prelabel::ErrorCode;
using prelabel::JsonScalar;
using prelabel::LabelProblem;
using prelabel::Ok;
using prelabel::Result;

class Transcript : public prelabel::JsonEvents {
 public:
  Result<void> OnBeginObject() override { return Add("{"); }
  Result<void> OnBeginArray() override { return Add("["); }
  Result<void> OnEnd() override { return Add("."); }
  Result<void> OnKey(std::string_view key) override { return Add(std::string(key) + ":"); }
  Result<void> OnScalar(const JsonScalar& value) override {
    text += static_cast<char>('0' + value.index());
    if (const auto* number = std::get_if<double>(&value)) {
      text.append(reinterpret_cast<const char*>(number), sizeof(*number));
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      text.append(reinterpret_cast<const char*>(integer), sizeof(*integer));
    } else if (const auto* string = std::get_if<std::string_view>(&value)) {
      text += *string;
    }
    return Ok();
  }
  std::string text;

 private:
  Result<void> Add(std::string_view event) {
    text += event;
    return Ok();
  }
};

std::string Told(const std::string& bytes, std::size_t chunk) {
  std::istringstream in(bytes);
  Transcript transcript;
  const Result<void> read = prelabel::ReadJson(in, transcript, chunk);
  if (!read) {
    FUZZ_CHECK(read.error().code == ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!read.error().message.empty());
    return read.error().ToString();  // how much was told before it may depend on the pieces
  }
  return transcript.text;
}

struct Reader : prelabel::CocoVisitor {
  explicit Reader(bool strictly) : strict(strictly) {}
  Result<void> OnImage(const prelabel::CocoImage&) override {
    ++records;
    return Ok();
  }
  Result<void> OnCategory(const prelabel::CocoCategory&) override {
    ++records;
    return Ok();
  }
  Result<void> OnAnnotation(const prelabel::CocoAnnotation& annotation) override {
    ++records;
    if (!annotation.segmentation.value) return Ok();
    const auto rle = prelabel::SegmentationRle(*annotation.segmentation.value);
    if (rle.has_value()) {
      const auto again = prelabel::ParseRle(rle.value().height, rle.value().width,
                                            prelabel::CompressCounts(rle.value()));
      FUZZ_CHECK(again.has_value() && again.value() == rle.value());
    }
    return Ok();
  }
  Result<void> OnProblem(const LabelProblem& problem) override {
    FUZZ_CHECK(!problem.message.empty());
    ++problems;
    if (strict) return CocoVisitor::OnProblem(problem);
    return Ok();
  }
  bool strict;
  int records = 0;
  int problems = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = Told(bytes, 1U << 16);
  FUZZ_CHECK(Told(bytes, 1) == whole);
  FUZZ_CHECK(Told(bytes, 2 + size % 13) == whole);

  std::istringstream in(bytes);
  Reader lenient(false);
  const auto outline = prelabel::ReadCoco(in, {}, lenient);
  if (!outline) FUZZ_CHECK(!outline.error().message.empty());
  in.clear();
  in.seekg(0);
  Reader strict(true);
  const auto strictly = prelabel::ReadCoco(in, {}, strict);
  FUZZ_CHECK(strictly.has_value() == (outline.has_value() && lenient.problems == 0));
  if (strictly) FUZZ_CHECK(strict.records == lenient.records);

  prelabel::ProblemList problems(16);
  const auto counts = prelabel::CheckCoco(in, problems);
  FUZZ_CHECK(counts.has_value());
  // What cannot be read is never called valid.
  FUZZ_CHECK(strictly.has_value() || problems.errors() > 0);

  const auto keyframes = prelabel::ReadCocoKeyframes(in, {"v", 100, 0, 0});
  prelabel::CheckKeyframes(keyframes);
  FUZZ_CHECK(strictly.has_value() || !keyframes.has_value());
  return 0;
}
