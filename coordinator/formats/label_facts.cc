#include "coordinator/formats/label_facts.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/json_text.h"

namespace prelabel {
namespace {

const char* SourceName(LabelSource source) {
  switch (source) {
    case LabelSource::kHuman:
      return "human";
    case LabelSource::kInterpolated:
      return "interpolated";
    case LabelSource::kModel:
      break;
  }
  return "model";
}

}  // namespace

void AppendLabelFacts(const Label& label, bool video, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "\"score\": {:.4f}, \"source\": \"{}\"", label.score,
                 SourceName(label.source));
  if (label.route) fmt::format_to(to, ", \"route\": \"{}\"", RouteName(*label.route));
  if (video) fmt::format_to(to, ", \"track_id\": {}", label.track_id);
}

void AppendOccluded(const Label& label, std::string& out) {
  fmt::format_to(std::back_inserter(out), ", \"occluded\": {}",
                 label.drawn != nullptr && label.drawn->occluded);
}

void AppendAttributes(const Label& label, std::string& out) {
  if (label.drawn == nullptr || label.drawn->attributes.empty()) return;
  const char* separator = ", \"attributes\": {";
  for (const auto& [name, value] : label.drawn->attributes) {
    fmt::format_to(std::back_inserter(out), "{}{}: {}", std::exchange(separator, ", "),
                   JsonString(name), JsonString(value));
  }
  out += "}";
}

}  // namespace prelabel
