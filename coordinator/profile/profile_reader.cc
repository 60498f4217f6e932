#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "common/base/hash.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/profile/profile.h"
#include "coordinator/profile/profile_text.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20;
constexpr std::size_t kMaxClasses = 10000;  // 10 KB each where there is ground truth
constexpr std::size_t kMaxDimensions = 64;
constexpr double kMaxFeature = 1e30;  // what is kept as float stays finite

// Reads values out of a parsed document; the first one that does not fit is remembered, and nothing
// after it matters.
class Reader {
 public:
  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  void Fail(std::string_view where, std::string_view what) {
    if (problem_.empty()) problem_ = fmt::format("\"{}\" {}", where, what);
  }

  const json::value* Find(const json::object& object, std::string_view key, bool needed = true) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr && needed) Fail(key, "is missing");
    return value;
  }
  const json::object& Object(const json::value* value, std::string_view where) {
    if (value != nullptr && value->is_object()) return value->get_object();
    if (value != nullptr) Fail(where, "is no object");
    return no_object_;
  }
  const json::array& Array(const json::value* value, std::string_view where,
                           std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    if (value == nullptr) return no_array_;
    if (!value->is_array()) {
      Fail(where, "is no list");
      return no_array_;
    }
    if (value->get_array().size() > limit) {
      Fail(where, fmt::format("has more than {} entries", limit));
      return no_array_;
    }
    return value->get_array();
  }
  std::string Text(const json::value* value, std::string_view where) {
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    if (value != nullptr) Fail(where, "is no text");
    return {};
  }
  double Number(const json::value* value, std::string_view where, double low, double high) {
    if (value == nullptr) return 0;
    boost::system::error_code error;
    const double number = value->to_number<double>(error);
    if (error || !(number >= low && number <= high)) {
      Fail(where, fmt::format("is no number from {} to {}", low, high));
      return 0;
    }
    return number;
  }
  std::uint64_t Count(const json::value* value, std::string_view where,
                      std::uint64_t limit = std::uint64_t{1} << 53) {
    if (value == nullptr) return 0;
    boost::system::error_code error;
    const auto number = value->to_number<std::uint64_t>(error);
    if (error || number > limit) {
      Fail(where, fmt::format("is no integer from 0 to {}", limit));
      return 0;
    }
    return number;
  }
  template <class Counts>
  void Histogram(const json::value* value, std::string_view where, Counts& counts) {
    const json::array& list = Array(value, where);
    if (list.size() != counts.size()) {
      Fail(where, fmt::format("does not have {} entries", counts.size()));
      return;
    }
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = Count(&list[i], where);
  }
  // Numbers from -`bound` to `bound`, at most `limit` of them.
  std::vector<double> Numbers(const json::value* value, std::string_view where, std::size_t limit,
                              double bound = 1e300) {
    std::vector<double> numbers;
    for (const json::value& entry : Array(value, where, limit)) {
      numbers.push_back(Number(&entry, where, -bound, bound));
    }
    return numbers;
  }
  std::vector<Float16> Halves(const json::value* value, std::string_view where,
                              std::size_t dimensions) {
    const std::string text = Text(value, where);
    std::vector<Float16> halves;
    if (text.empty()) return halves;
    if (text.size() != 4 * dimensions) {
      Fail(where, fmt::format("does not have {} values of four hexadecimal digits", dimensions));
      return halves;
    }
    for (std::size_t i = 0; i < text.size(); i += 4) {
      const auto half = Hex<Float16>(std::string_view(text).substr(i, 4));
      if (!half || !std::isfinite(HalfToFloat(*half))) {
        Fail(where, "is not made of finite hexadecimal numbers");
        return {};
      }
      halves.push_back(*half);
    }
    return halves;
  }
  std::uint64_t Key(const json::value* value, std::string_view where) {
    const auto key = Hex<std::uint64_t>(Text(value, where));
    if (!key) Fail(where, "is no hexadecimal number");
    return key.value_or(0);
  }

 private:
  template <class T>
  static std::optional<T> Hex(std::string_view digits) {
    T number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return {};
    return number;
  }

  std::string problem_;
  json::object no_object_;
  json::array no_array_;
};

Moments ReadMoments(Reader& read, const json::object& parent, std::string_view name) {
  const json::object& object = read.Object(read.Find(parent, name), name);
  Moments moments;
  moments.count = read.Count(read.Find(object, "count"), name);
  moments.sum = read.Numbers(read.Find(object, "sum"), name, kMaxDimensions);
  moments.outer =
      read.Numbers(read.Find(object, "outer"), name, kMaxDimensions * (kMaxDimensions + 1) / 2);
  if (moments.outer.size() != moments.sum.size() * (moments.sum.size() + 1) / 2) {
    read.Fail(name, "has sums that do not fit each other");
  }
  return moments;
}

void ReadClass(Reader& read, const json::value& value, std::size_t dimensions,
               DomainTotals& totals) {
  const json::object& object = read.Object(&value, "classes");
  const std::uint64_t id = read.Count(read.Find(object, "id"), "id");
  if (id >= totals.classes.size()) {
    read.Fail("id", "is none of class_names");
    return;
  }
  ClassDomain& domain = totals.classes[id];
  domain.seen = read.Count(read.Find(object, "seen"), "seen");
  domain.images = read.Count(read.Find(object, "images"), "images");
  read.Histogram(read.Find(object, "scores"), "scores", domain.scores);
  read.Histogram(read.Find(object, "areas"), "areas", domain.areas);
  read.Histogram(read.Find(object, "aspects"), "aspects", domain.aspects);
  domain.embeddings = read.Count(read.Find(object, "embeddings"), "embeddings");
  domain.embedding_sum =
      read.Numbers(read.Find(object, "embedding_sum"), "embedding_sum", kMaxDimensions);
  if (!domain.embedding_sum.empty() && domain.embedding_sum.size() != dimensions) {
    read.Fail("embedding_sum", "does not fit box_embedding");
  }
}

void ReadReliability(Reader& read, const json::object& object, DomainTotals& totals) {
  totals.reliability = Reliability(totals.classes.size());
  totals.reliability.objects.resize(totals.classes.size());
  read.Histogram(read.Find(object, "objects"), "objects", totals.reliability.objects);
  for (const json::value& entry : read.Array(read.Find(object, "cells"), "cells")) {
    const json::array& cell = read.Array(&entry, "cells");
    if (cell.size() != 5) {
      read.Fail("cells", "has an entry without five numbers");
      return;
    }
    const std::uint64_t group = read.Count(&cell[0], "cells", kJackknifeGroups - 1);
    const std::uint64_t id = read.Count(&cell[1], "cells");
    const std::uint64_t bin = read.Count(&cell[2], "cells", kReliabilityBins - 1);
    if (id >= totals.classes.size()) read.Fail("cells", "has a class that is not in class_names");
    if (!read.ok()) return;
    ReliabilityCell& into = totals.reliability.at(group, id, bin);
    into.boxes = static_cast<std::uint32_t>(read.Count(&cell[3], "cells", 0xFFFFFFFF));
    into.right = static_cast<std::uint32_t>(read.Count(&cell[4], "cells", into.boxes));
  }
}

SampledImage ReadImage(Reader& read, const json::value& value, const DomainTotals& totals) {
  const json::object& object = read.Object(&value, "sample");
  SampledImage image;
  image.key = read.Key(read.Find(object, "key"), "key");
  const std::vector<double> features =
      read.Numbers(read.Find(object, "features"), "features", kImageFeatures, kMaxFeature);
  if (features.size() != kImageFeatures) {
    read.Fail("features", fmt::format("does not have {} entries", kImageFeatures));
    return image;
  }
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    image.features[f] = static_cast<float>(features[f]);
  }
  image.embedding =
      read.Halves(read.Find(object, "embedding"), "embedding", totals.embedding.dimensions());
  for (const json::value& entry : read.Array(read.Find(object, "boxes"), "boxes", kSampledBoxes)) {
    const json::array& box = read.Array(&entry, "boxes");
    if (box.size() != 4) {
      read.Fail("boxes", "has an entry without four numbers");
      return image;
    }
    const std::uint64_t id = read.Count(&box[0], "boxes");
    if (id >= totals.classes.size()) read.Fail("boxes", "has a class that is not in class_names");
    image.boxes.push_back({static_cast<std::uint16_t>(id),
                           static_cast<float>(read.Number(&box[1], "boxes", 0, 1)),
                           static_cast<float>(read.Number(&box[2], "boxes", 0, 1)),
                           static_cast<float>(read.Number(&box[3], "boxes", 0, 1e9))});
  }
  return image;
}

SampledBoxEmbedding ReadBox(Reader& read, const json::value& value, const DomainTotals& totals) {
  const json::object& object = read.Object(&value, "box_sample");
  SampledBoxEmbedding box;
  box.key = read.Key(read.Find(object, "key"), "key");
  box.image = read.Key(read.Find(object, "image"), "image");
  const std::uint64_t id = read.Count(read.Find(object, "class"), "class");
  if (id >= totals.classes.size()) read.Fail("class", "is none of class_names");
  box.class_id = static_cast<std::uint16_t>(id);
  box.score = static_cast<float>(read.Number(read.Find(object, "score"), "score", 0, 1));
  box.embedding =
      read.Halves(read.Find(object, "embedding"), "embedding", totals.box_embedding.dimensions());
  return box;
}

void ReadTotals(Reader& read, const json::object& root, std::size_t classes, DomainTotals& totals) {
  totals.classes.resize(classes);
  totals.images = read.Count(read.Find(root, "images"), "images");
  totals.seen = read.Count(read.Find(root, "seen"), "seen");
  const json::object& features = read.Object(read.Find(root, "features"), "features");
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    const std::string_view name = FeatureName(static_cast<ImageFeature>(f));
    read.Histogram(read.Find(features, name), name, totals.features[f]);
  }
  totals.embedding = ReadMoments(read, root, "embedding");
  totals.box_embedding = ReadMoments(read, root, "box_embedding");
  for (const json::value& entry : read.Array(read.Find(root, "classes"), "classes", classes)) {
    ReadClass(read, entry, totals.box_embedding.dimensions(), totals);
  }
  if (const json::value* reliability = read.Find(root, "reliability", false)) {
    ReadReliability(read, read.Object(reliability, "reliability"), totals);
  }
  for (const json::value& entry : read.Array(read.Find(root, "sample"), "sample", kImageSample)) {
    totals.sample.push_back(ReadImage(read, entry, totals));
    if (!read.ok()) return;
  }
  for (const json::value& entry :
       read.Array(read.Find(root, "box_sample"), "box_sample", kBoxSample)) {
    totals.box_sample.push_back(ReadBox(read, entry, totals));
    if (!read.ok()) return;
  }
}

}  // namespace

Result<Profile> ParseProfile(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  const json::value document = json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !document.is_object()) {
    return InvalidArgument("is no profile: it is not JSON; make one with 'prelabel profile RUN'");
  }
  const json::object& root = document.get_object();
  const json::value* format = root.if_contains("format");
  if (format == nullptr || !format->is_string() ||
      std::string_view(format->get_string()) != kProfileFormat) {
    return InvalidArgument(
        "is no profile: \"format\" is not \"prelabel profile\"; make one with 'prelabel profile "
        "RUN'");
  }
  Reader read;
  const std::uint64_t version = read.Count(read.Find(root, "version"), "version");
  if (read.ok() && version != kProfileVersion) {
    return InvalidArgument(fmt::format(
        "has version {} of the format, and this prelabel reads {}; make it again with 'prelabel "
        "profile RUN'",
        version, kProfileVersion));
  }
  Profile profile;
  profile.id = read.Text(read.Find(root, "id"), "id");
  const std::string head = ProfileHead(profile.id);
  if (read.ok() &&
      (!text.starts_with(head) || ToHex(HashBytes(text.substr(head.size()))) != profile.id)) {
    return InvalidArgument(
        "is damaged, or was edited: its contents do not match its \"id\"; make it again with "
        "'prelabel profile RUN'");
  }
  profile.job = read.Text(read.Find(root, "job"), "job");
  profile.created = read.Text(read.Find(root, "created"), "created");
  profile.model = read.Text(read.Find(root, "model"), "model");
  profile.weights = read.Text(read.Find(root, "weights"), "weights");
  profile.raw_threshold =
      static_cast<float>(read.Number(read.Find(root, "raw_threshold"), "raw_threshold", 0, 1));
  profile.nms = static_cast<float>(read.Number(read.Find(root, "nms"), "nms", 0, 1));
  for (const json::value& name :
       read.Array(read.Find(root, "class_names"), "class_names", kMaxClasses)) {
    profile.classes.push_back(read.Text(&name, "class_names"));
  }
  if (read.ok()) ReadTotals(read, root, profile.classes.size(), profile.totals);
  if (!read.ok()) return InvalidArgument("is no valid profile: " + read.problem());
  return profile;
}

Result<Profile> ReadProfile(const std::filesystem::path& path) {
  PRELABEL_TRY(const std::string text, ReadWholeFile(path, kMaxBytes));
  Result<Profile> profile = ParseProfile(text);
  if (profile.has_error()) return InvalidArgument(profile.error().message, path.string());
  return profile;
}

}  // namespace prelabel
