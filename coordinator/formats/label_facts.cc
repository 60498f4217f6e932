#include "coordinator/formats/label_facts.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/fixed_text.h"
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
  out += "\"score\": ";
  AppendFourDecimals(label.score, out);
  out += ", \"source\": \"";
  out += SourceName(label.source);
  out += '"';
  if (label.route) {
    out += ", \"route\": \"";
    out += RouteName(*label.route);
    out += '"';
  }
  if (label.known_by > 0) {
    out += ", \"found_by\": ";
    AppendInteger(label.found_by, out);
    out += ", \"known_by\": ";
    AppendInteger(label.known_by, out);
  }
  if (video) {
    out += ", \"track_id\": ";
    AppendInteger(label.track_id, out);
  }
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
