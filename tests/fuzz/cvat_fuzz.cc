// Arbitrary bytes as a CVAT file: reading and checking never throw or crash; an error has a reason;
// what is told of the XML does not depend on how it is cut into pieces; text that is written comes
// back; a lenient reader sees what a strict one sees; tracks are what shape.h says.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

#include "coordinator/formats/cvat_check.h"
#include "coordinator/formats/cvat_reader.h"
#include "coordinator/formats/xml_stream.h"
#include "coordinator/formats/xml_text.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/check_keyframes.h"

namespace {

using prelabel::ErrorCode;
using prelabel::Ok;
using prelabel::Result;

struct Transcript : prelabel::XmlEvents {
  Result<void> OnBegin(const prelabel::XmlElement& element) override {
    text += "<" + std::string(element.name) + prelabel::XmlPlace(element.line, element.column);
    for (const auto& [name, value] : element.attributes) {
      FUZZ_CHECK(element.Find(name) != nullptr && *element.Find(name) == value);
      text += " " + std::string(name) + "=" + std::string(value);
    }
    return Ok();
  }
  Result<void> OnEnd(std::string_view content) override {
    text += ">" + std::string(content);
    last = content;
    return Ok();
  }
  std::string text;
  std::string last;
};

std::string Told(const std::string& bytes, std::size_t chunk) {
  std::istringstream in(bytes);
  Transcript transcript;
  const Result<void> read = prelabel::ReadXml(in, transcript, {}, chunk);
  if (read) return transcript.text;
  FUZZ_CHECK(read.error().code == ErrorCode::kInvalidArgument);
  FUZZ_CHECK(!read.error().message.empty() && !read.error().context.empty());
  return "error";
}

void CheckText(const std::string& bytes) {
  const std::string escaped = prelabel::XmlText(bytes);
  std::istringstream in("<a b=\"" + escaped + "\">" + escaped + "</a>");
  Transcript transcript;
  prelabel::XmlLimits limits;
  FUZZ_CHECK(prelabel::ReadXml(in, transcript, limits).has_value());
  // Once what XML cannot hold is replaced, escaping changes nothing that a reader sees.
  FUZZ_CHECK(prelabel::XmlText(transcript.last) == escaped);
  FUZZ_CHECK(transcript.text.ends_with(" b=" + transcript.last + ">" + transcript.last));
}

struct Lenient : prelabel::CvatVisitor {
  Result<void> OnMeta(const prelabel::KeyframeMeta&) override { return Ok(); }
  Result<void> OnTrack(prelabel::CvatTrack track) override {
    FUZZ_CHECK(!track.place.empty());
    prelabel::CheckTrack(track.track);
    keyframes += track.track.keyframes.size();
    return Ok();
  }
  Result<void> OnProblem(const prelabel::LabelProblem& problem) override {
    FUZZ_CHECK(!problem.message.empty() && !problem.place.empty());
    ++problems;
    return Ok();
  }
  std::size_t keyframes = 0;
  int problems = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = Told(bytes, 1U << 16);
  FUZZ_CHECK(Told(bytes, 1) == whole);
  FUZZ_CHECK(Told(bytes, 2 + size % 13) == whole);
  CheckText(bytes);

  std::istringstream in(bytes);
  Lenient lenient;
  const Result<void> read = prelabel::ReadCvat(in, lenient);
  in.clear();
  in.seekg(0);
  const auto strict = prelabel::ReadCvatKeyframes(in);
  prelabel::CheckKeyframes(strict);
  FUZZ_CHECK(strict.has_value() == (read.has_value() && lenient.problems == 0));
  if (strict) {
    std::size_t keyframes = 0;
    for (const auto& track : strict.value().tracks) keyframes += track.keyframes.size();
    FUZZ_CHECK(keyframes == lenient.keyframes);
  }

  in.clear();
  in.seekg(0);
  prelabel::ProblemList problems(16);
  FUZZ_CHECK(prelabel::CheckCvat(in, problems).has_value());
  // What cannot be read is never called valid.
  FUZZ_CHECK(strict.has_value() || problems.errors() > 0);
  return 0;
}
