// Arbitrary bytes as the label files that `prelabel validate` checks line by line or record by
// record (YOLO, Pascal VOC, Label Studio, Datumaro, JSON lines, CVAT for images): checks never
// throw or crash, and what they find wrong has a reason.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "coordinator/formats/cvat_images_check.h"
#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/voc_check.h"
#include "coordinator/formats/yolo_check.h"
#include "coordinator/formats/yolo_reader.h"
#include "tests/fuzz/check.h"

namespace {

constexpr std::size_t kKept = 16;

// `check` gets the bytes from their start. It ends with an error only where the stream fails, which
// a text in memory does not, or with InvalidArgument and its reason.
template <class Check>
void Run(const std::string& bytes, const Check& check) {
  std::istringstream in(bytes);
  prelabel::ProblemList problems(kKept);
  const auto checked = check(in, problems);
  if (!checked.has_value()) {
    FUZZ_CHECK(checked.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!checked.error().message.empty());
  }
  for (const prelabel::LabelProblem& problem : problems.kept()) {
    FUZZ_CHECK(!problem.message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Run(bytes, [](auto& in, auto& problems) {
    return prelabel::CheckYoloLabels(in, std::nullopt, problems);
  });
  Run(bytes, [](auto& in, auto& problems) { return prelabel::CheckYoloLabels(in, 2, problems); });
  Run(bytes, prelabel::CheckVocLabelMap);
  Run(bytes, [](auto& in, auto& problems) { return prelabel::CheckVoc(in, nullptr, problems); });
  const std::set<std::string> labels{"person"};
  Run(bytes, [&](auto& in, auto& problems) { return prelabel::CheckVoc(in, &labels, problems); });
  Run(bytes, prelabel::CheckLabelStudio);
  Run(bytes, prelabel::CheckDatumaro);
  Run(bytes, prelabel::CheckJsonl);
  Run(bytes, prelabel::CheckCvatImages);

  prelabel::ProblemList problems(kKept);
  const prelabel::YoloData data_yaml = prelabel::ReadYoloData(bytes, problems);
  FUZZ_CHECK(problems.errors() > 0 || !data_yaml.names.empty());
  return 0;
}
