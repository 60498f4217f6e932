#include "coordinator/audit/audit_files.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "coordinator/audit/json_record.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/profile/score_bin.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMany = std::uint64_t{1} << 53;
constexpr std::size_t kMaxCategories = 60000;
constexpr std::string_view kSampleFormat = "prelabel audit sample 1";
constexpr std::string_view kAnswersFormat = "prelabel audit answers 1";

std::string BoxText(const Box& box) {
  return fmt::format("[{}, {}, {}, {}]", box.x1, box.y1, box.x2, box.y2);
}

std::string PicturesText(const std::vector<AuditPicture>& pictures) {
  std::string text = "[";
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const AuditPicture& picture = pictures[i];
    text += fmt::format(
        "{}\n  {{\"name\": {}, \"file\": {}, \"width\": {}, \"height\": {}, \"labels\": [",
        i == 0 ? "" : ",", JsonString(picture.name), JsonString(picture.file), picture.width,
        picture.height);
    for (std::size_t k = 0; k < picture.labels.size(); ++k) {
      const AuditBox& label = picture.labels[k];
      text += fmt::format("{}\n    {{\"category\": {}, \"score\": {}, \"box\": {}}}",
                          k == 0 ? "" : ",", label.category, label.score, BoxText(label.box));
    }
    text += "]}";
  }
  return text + "]";
}

std::vector<AuditPicture> ReadPictures(JsonRecord& record, const json::value& root,
                                       std::string_view key, std::size_t categories) {
  std::vector<AuditPicture> pictures;
  std::set<std::string> files;
  for (const json::value& value : record.List(root, key)) {
    AuditPicture picture;
    picture.name = record.Text(value, "name");
    picture.file = record.Text(value, "file");
    picture.width = static_cast<int>(record.Count(value, "width", 1 << 28));
    picture.height = static_cast<int>(record.Count(value, "height", 1 << 28));
    for (const json::value& label : record.List(value, "labels")) {
      AuditBox box;
      box.category = static_cast<int>(record.Count(label, "category", kMaxCategories));
      box.score = static_cast<float>(record.Number(label, "score", 0, 1));
      box.box = record.Corners(label, "box");
      if (static_cast<std::size_t>(box.category) >= categories) {
        record.Fail("category", "is none of the sample");
      }
      if (!record.ok()) return {};
      picture.labels.push_back(box);
    }
    if (!files.insert(picture.file).second) record.Fail("file", "stands twice in the sample");
    if (!record.ok()) return {};
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<AuditCategory> ReadCategories(JsonRecord& record, const json::value& root) {
  std::vector<AuditCategory> categories;
  const json::array& list = record.List(root, "categories");
  if (list.size() > kMaxCategories) record.Fail("categories", "are too many");
  for (const json::value& value : list) {
    AuditCategory category;
    category.name = record.Text(value, "name");
    category.labels = record.Count(value, "labels", kMany);
    category.drawn = record.Count(value, "drawn", category.labels);
    std::uint64_t sum = 0;
    // [hundredth, labels] each.
    for (const json::value& bin : record.List(value, "scores")) {
      const json::array* pair = bin.if_array();
      if (pair == nullptr || pair->size() != 2) {
        record.Fail("scores", "must be pairs [hundredth, labels]");
        return {};
      }
      const json::value named{{"hundredth", (*pair)[0]}, {"labels", (*pair)[1]}};
      const std::size_t at = record.Count(named, "hundredth", kFineBins - 1);
      category.scores[at] = record.Count(named, "labels", category.labels);
      sum += category.scores[at];
    }
    if (sum != category.labels) record.Fail("scores", "do not add up to \"labels\"");
    if (!record.ok()) return {};
    categories.push_back(std::move(category));
  }
  return categories;
}

Result<json::value> Parse(const std::string& text, std::string_view format) {
  json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code error;
  json::value root = json::parse(text, error, {}, options);
  if (error) return InvalidArgument("is not JSON: " + error.message());
  JsonRecord record;
  if (record.Text(root, "format") != format) {
    return InvalidArgument(fmt::format("is not of the format \"{}\"", format));
  }
  return root;
}

// What the counts of a category say must be what the pictures have.
bool DrawnFits(const AuditSample& sample) {
  std::vector<std::uint64_t> drawn(sample.categories.size(), 0);
  std::vector<std::array<std::uint64_t, kFineBins>> scores(drawn.size());
  for (const AuditPicture& picture : sample.checked) {
    for (const AuditBox& label : picture.labels) {
      const auto c = static_cast<std::size_t>(label.category);
      const std::size_t bin = BinOfScore(label.score, kFineBins);
      ++drawn[c];
      if (++scores[c][bin] > sample.categories[c].scores[bin]) return false;
    }
  }
  for (std::size_t c = 0; c < drawn.size(); ++c) {
    if (drawn[c] != sample.categories[c].drawn) return false;
  }
  return sample.whole.size() <= sample.items;
}

}  // namespace

std::string FormatAuditSample(const AuditSample& sample) {
  std::string text = fmt::format(
      "{{\"format\": {},\n \"id\": {},\n \"job\": {},\n \"seed\": {},\n \"labels_hash\": {},\n "
      "\"items\": {},\n \"categories\": [",
      JsonString(kSampleFormat), JsonString(sample.id), JsonString(sample.job), sample.seed,
      JsonString(sample.labels_hash), sample.items);
  for (std::size_t c = 0; c < sample.categories.size(); ++c) {
    const AuditCategory& category = sample.categories[c];
    text += fmt::format(
        "{}\n  {{\"name\": {}, \"labels\": {}, \"drawn\": {}, \"inclusion_probability\": {:.6f}, "
        "\"scores\": [",
        c == 0 ? "" : ",", JsonString(category.name), category.labels, category.drawn,
        category.labels == 0
            ? 0.0
            : static_cast<double>(category.drawn) / static_cast<double>(category.labels));
    bool first = true;
    for (std::size_t bin = 0; bin < kFineBins; ++bin) {
      if (category.scores[bin] == 0) continue;
      text += fmt::format("{}[{}, {}]", std::exchange(first, false) ? "" : ", ", bin,
                          category.scores[bin]);
    }
    text += "]}";
  }
  text += "],\n \"checked\": " + PicturesText(sample.checked);
  text += ",\n \"whole\": " + PicturesText(sample.whole) + "}\n";
  return text;
}

Result<AuditSample> ParseAuditSample(const std::string& text) {
  PRELABEL_TRY(const json::value root, Parse(text, kSampleFormat));
  JsonRecord record;
  AuditSample sample;
  sample.id = record.Text(root, "id");
  sample.job = record.Text(root, "job");
  sample.seed = record.Count(root, "seed", std::numeric_limits<std::uint64_t>::max());
  sample.labels_hash = record.Text(root, "labels_hash");
  sample.items = record.Count(root, "items", kMany);
  sample.categories = ReadCategories(record, root);
  if (record.ok()) {
    sample.checked = ReadPictures(record, root, "checked", sample.categories.size());
    sample.whole = ReadPictures(record, root, "whole", sample.categories.size());
  }
  if (!record.ok()) return InvalidArgument(record.problem());
  if (sample.id.empty()) return InvalidArgument("\"id\" is empty");
  if (!DrawnFits(sample)) return InvalidArgument("the labels drawn are not those that are counted");
  return sample;
}

std::string FormatAuditAnswers(const AuditAnswers& answers, const AuditSample& sample) {
  std::string text = fmt::format("{{\"format\": {},\n \"sample\": {},\n \"labels\": [",
                                 JsonString(kAnswersFormat), JsonString(answers.sample));
  constexpr std::string_view kNames[] = {"null", "\"right\"", "\"wrong\""};
  for (std::size_t i = 0; i < answers.labels.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ",
                        kNames[static_cast<std::size_t>(answers.labels[i])]);
  }
  text += "],\n \"images\": [";
  for (std::size_t i = 0; i < answers.images.size(); ++i) {
    const ImageAnswer& image = answers.images[i];
    text += i == 0 ? "\n  " : ",\n  ";
    if (!image.given) {
      text += "null";
      continue;
    }
    text += "[";
    for (std::size_t k = 0; k < image.objects.size(); ++k) {
      const AuditObject& object = image.objects[k];
      text +=
          fmt::format("{}\n    {{\"category\": {}, \"box\": {}{}}}", k == 0 ? "" : ",",
                      JsonString(sample.categories[static_cast<std::size_t>(object.category)].name),
                      BoxText(object.box), object.crowd ? ", \"crowd\": 1" : "");
    }
    text += "]";
  }
  return text + "]}\n";
}

Result<AuditAnswers> ParseAuditAnswers(const std::string& text, const AuditSample& sample) {
  PRELABEL_TRY(const json::value root, Parse(text, kAnswersFormat));
  JsonRecord record;
  AuditAnswers answers;
  answers.sample = record.Text(root, "sample");
  const json::array& labels = record.List(root, "labels");
  const json::array& images = record.List(root, "images");
  if (!record.ok()) return InvalidArgument(record.problem());
  if (answers.sample != sample.id || labels.size() != sample.LabelCount() ||
      images.size() != sample.whole.size()) {
    return InvalidArgument("the answers are to another sample than " + sample.id);
  }
  for (const json::value& label : labels) {
    if (label.is_null()) {
      answers.labels.push_back(LabelAnswer::kNone);
    } else if (label == json::value("right")) {
      answers.labels.push_back(LabelAnswer::kRight);
    } else if (label == json::value("wrong")) {
      answers.labels.push_back(LabelAnswer::kWrong);
    } else {
      return InvalidArgument("\"labels\" must be null, \"right\" or \"wrong\" each");
    }
  }
  for (const json::value& image : images) {
    ImageAnswer answer;
    answer.given = !image.is_null();
    if (answer.given && !image.is_array()) {
      return InvalidArgument("\"images\" must be null or a list of objects each");
    }
    for (const json::value& value : answer.given ? image.get_array() : json::array()) {
      AuditObject object;
      const std::string name = record.Text(value, "category");
      object.box = record.Corners(value, "box");
      object.crowd = value.is_object() && value.get_object().contains("crowd");
      const std::size_t count = sample.categories.size();
      std::size_t c = 0;
      while (c < count && sample.categories[c].name != name) ++c;
      if (c == count) record.Fail("category", "is none of the sample");
      if (!record.ok()) return InvalidArgument(record.problem());
      object.category = static_cast<int>(c);
      answer.objects.push_back(object);
    }
    answers.images.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace prelabel
