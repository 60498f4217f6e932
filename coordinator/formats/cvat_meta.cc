#include "coordinator/formats/cvat_meta.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/label_problem.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxLabels = 4096;
constexpr std::size_t kMaxAttributes = 256;                 // of a label
constexpr std::int64_t kMaxNumber = std::int64_t{1} << 31;  // of frames; products of two fit

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<std::int64_t> Number(std::string_view name, std::string_view text, std::int64_t least,
                            std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return InvalidArgument(fmt::format("<{}> must be a whole number from {} to {}, not {}", name,
                                       least, most, QuotedExcerpt(text)));
  }
  return value;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    if (!line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string_view CvatMetaBuilder::Parent() const {
  return path_.size() < 2 ? std::string_view() : std::string_view(path_[path_.size() - 2]);
}

Result<void> CvatMetaBuilder::Begin(std::string_view name) {
  path_.emplace_back(name);
  if (name == "label" && Parent() == "labels") {
    if (labels_.size() == kMaxLabels) {
      return InvalidArgument(fmt::format("the file declares more than {} labels", kMaxLabels));
    }
    labels_.emplace_back();
  } else if (name == "attribute" && Parent() == "attributes" && !labels_.empty()) {
    if (labels_.back().label.attributes.size() == kMaxAttributes) {
      return InvalidArgument(
          fmt::format("a label declares more than {} attributes", kMaxAttributes));
    }
    labels_.back().label.attributes.emplace_back();
  } else if (name == "task" && ++tasks_ > 1) {
    return InvalidArgument(
        "the file is of a project with several tasks; export the task of the video by itself");
  }
  return Ok();
}

Result<void> CvatMetaBuilder::End(std::string_view raw) {
  const std::string_view text = Trimmed(raw);
  const std::string name = std::move(path_.back());
  path_.pop_back();
  const std::string_view parent = path_.empty() ? std::string_view() : path_.back();
  if (parent == "label" && !labels_.empty()) {
    ReadLabel& read = labels_.back();
    if (name == "name") read.label.name = text;
    if (name == "type") read.label.type = text;
    if (name == "parent") read.parent = text;
  } else if (parent == "attribute" && !labels_.empty() &&
             !labels_.back().label.attributes.empty()) {
    DeclaredAttribute& attribute = labels_.back().label.attributes.back();
    if (name == "name") attribute.name = text;
    if (name == "mutable") attribute.is_mutable = text == "True" || text == "true";
    if (name == "input_type") attribute.input_type = text;
    if (name == "default_value") attribute.default_value = text;
    if (name == "values") attribute.values = Lines(text);
  } else if (parent == "task" || parent == "job") {
    if (name == "size") {
      PRELABEL_TRY(meta_.frames, Number(name, text, 0, kMaxNumber));
    } else if (name == "start_frame") {
      PRELABEL_TRY(meta_.first_frame, Number(name, text, 0, kMaxNumber));
    } else if (name == "frame_filter" && text.starts_with("step=")) {
      PRELABEL_TRY(meta_.frame_step, Number(name, Trimmed(text.substr(5)), 1, kMaxNumber));
    } else if (name == "source") {
      meta_.source = text;
    }
  } else if (parent == "original_size" && (name == "width" || name == "height")) {
    PRELABEL_TRY(const std::int64_t side, Number(name, text, 1, 1 << 20));
    (name == "width" ? meta_.width : meta_.height) = static_cast<int>(side);
  } else if (path_.empty() && name == "source") {
    meta_.source = text;
  }
  return Ok();
}

KeyframeMeta CvatMetaBuilder::Take() {
  std::map<std::string, std::size_t> skeletons;
  for (ReadLabel& read : labels_) {
    if (!read.parent.empty()) continue;
    skeletons.emplace(read.label.name, meta_.labels.size());
    meta_.labels.push_back(std::move(read.label));
  }
  for (const ReadLabel& read : labels_) {
    if (read.parent.empty()) continue;
    const auto at = skeletons.find(read.parent);
    if (at != skeletons.end()) meta_.labels[at->second].joints.push_back(read.label.name);
  }
  return std::move(meta_);
}

}  // namespace prelabel
