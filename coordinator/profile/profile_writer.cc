#include <iterator>
#include <string>

#include <fmt/format.h>

#include "common/base/hash.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/profile/profile.h"
#include "coordinator/profile/profile_text.h"

namespace prelabel {
namespace {

template <class Range>
void PutNumbers(std::string& out, const Range& values) {
  out += '[';
  const char* separator = "";
  for (const auto value : values) {
    fmt::format_to(std::back_inserter(out), "{}{}", separator, value);
    separator = ",";
  }
  out += ']';
}

void PutHalves(std::string& out, const std::vector<Float16>& values) {
  out += '"';
  for (const Float16 value : values) {
    fmt::format_to(std::back_inserter(out), "{:04x}", static_cast<unsigned>(value));
  }
  out += '"';
}

void PutMoments(std::string& out, std::string_view name, const Moments& moments) {
  fmt::format_to(std::back_inserter(out), "\"{}\": {{\"count\": {}, \"sum\": ", name,
                 moments.count);
  PutNumbers(out, moments.sum);
  out += ", \"outer\": ";
  PutNumbers(out, moments.outer);
  out += "},\n";
}

void PutClass(std::string& out, std::size_t id, const ClassDomain& domain) {
  fmt::format_to(std::back_inserter(out), "{{\"id\": {}, \"seen\": {}, \"images\": {}", id,
                 domain.seen, domain.images);
  out += ", \"scores\": ";
  PutNumbers(out, domain.scores);
  out += ", \"areas\": ";
  PutNumbers(out, domain.areas);
  out += ", \"aspects\": ";
  PutNumbers(out, domain.aspects);
  fmt::format_to(std::back_inserter(out),
                 ", \"embeddings\": {}, \"embedding_sum\": ", domain.embeddings);
  PutNumbers(out, domain.embedding_sum);
  out += '}';
}

void PutReliability(std::string& out, const Reliability& reliability) {
  out += "\"reliability\": {\"objects\": ";
  PutNumbers(out, reliability.objects);
  out += ", \"cells\": [";
  const char* separator = "\n";
  for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
    for (std::size_t c = 0; c < reliability.classes(); ++c) {
      for (std::size_t b = 0; b < kReliabilityBins; ++b) {
        const ReliabilityCell& cell = reliability.at(g, c, b);
        if (cell.boxes == 0) continue;
        fmt::format_to(std::back_inserter(out), "{}[{},{},{},{},{}]", separator, g, c, b,
                       cell.boxes, cell.right);
        separator = ",\n";
      }
    }
  }
  out += "]},\n";
}

void PutImage(std::string& out, const SampledImage& image) {
  fmt::format_to(std::back_inserter(out), "{{\"key\": \"{:016x}\", \"features\": ", image.key);
  PutNumbers(out, image.features);
  out += ", \"embedding\": ";
  PutHalves(out, image.embedding);
  out += ", \"boxes\": [";
  const char* separator = "";
  for (const SampledBox& box : image.boxes) {
    fmt::format_to(std::back_inserter(out), "{}[{},{},{},{}]", separator, box.class_id, box.score,
                   box.area, box.aspect);
    separator = ",";
  }
  out += "]}";
}

void PutBox(std::string& out, const SampledBoxEmbedding& box) {
  fmt::format_to(std::back_inserter(out),
                 "{{\"key\": \"{:016x}\", \"image\": \"{:016x}\", \"class\": {}, \"score\": {}, "
                 "\"embedding\": ",
                 box.key, box.image, box.class_id, box.score);
  PutHalves(out, box.embedding);
  out += '}';
}

// One entry a line.
template <class Range, class Put>
void PutList(std::string& out, std::string_view name, const Range& entries, Put put) {
  fmt::format_to(std::back_inserter(out), "\"{}\": [", name);
  const char* separator = "\n";
  for (const auto& entry : entries) {
    out += separator;
    put(out, entry);
    separator = ",\n";
  }
  out += ']';
}

std::string FormatBody(const Profile& profile) {
  const DomainTotals& totals = profile.totals;
  std::string out;
  fmt::format_to(std::back_inserter(out),
                 "\"job\": {},\n\"created\": {},\n\"model\": {},\n\"weights\": {},\n"
                 "\"raw_threshold\": {},\n\"nms\": {},\n\"class_names\": [",
                 JsonString(profile.job), JsonString(profile.created), JsonString(profile.model),
                 JsonString(profile.weights), profile.raw_threshold, profile.nms);
  for (std::size_t c = 0; c < profile.classes.size(); ++c) {
    out += (c == 0 ? "" : ", ") + JsonString(profile.classes[c]);
  }
  fmt::format_to(std::back_inserter(out), "],\n\"images\": {},\n\"seen\": {},\n\"features\": {{",
                 totals.images, totals.seen);
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    fmt::format_to(std::back_inserter(out), "{}{}: ", f == 0 ? "\n" : ",\n",
                   JsonString(FeatureName(static_cast<ImageFeature>(f))));
    PutNumbers(out, totals.features[f]);
  }
  out += "},\n";
  PutMoments(out, "embedding", totals.embedding);
  PutMoments(out, "box_embedding", totals.box_embedding);
  std::vector<std::size_t> used;
  for (std::size_t c = 0; c < totals.classes.size(); ++c) {
    if (!(totals.classes[c] == ClassDomain{})) used.push_back(c);
  }
  PutList(out, "classes", used,
          [&](std::string& to, std::size_t c) { PutClass(to, c, totals.classes[c]); });
  out += ",\n";
  if (!totals.reliability.empty()) PutReliability(out, totals.reliability);
  PutList(out, "sample", totals.sample, PutImage);
  out += ",\n";
  PutList(out, "box_sample", totals.box_sample, PutBox);
  out += "\n}\n";
  return out;
}

}  // namespace

std::string FormatProfile(const Profile& profile) {
  const std::string body = FormatBody(profile);
  return ProfileHead(ToHex(HashBytes(body))) + body;
}

}  // namespace prelabel
