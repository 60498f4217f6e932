#include "coordinator/audit/answer_collector.h"

#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/label_problem.h"

namespace prelabel {
namespace {

Error Wrong(const std::string& place, std::string message) {
  return InvalidArgument(std::move(message), place);
}

}  // namespace

std::string AuditLabelId(const AuditSample& sample, std::size_t number) {
  return fmt::format("{}-{}", sample.id, number);
}

std::string AuditImageId(const AuditSample& sample, std::size_t number) {
  return fmt::format("{}-image-{}", sample.id, number);
}

AuditAnswers NoAnswers(const AuditSample& sample) {
  AuditAnswers answers;
  answers.sample = sample.id;
  answers.labels.resize(sample.LabelCount(), LabelAnswer::kNone);
  answers.images.resize(sample.whole.size());
  return answers;
}

AnswerCollector::AnswerCollector(const AuditSample& sample)
    : sample_(sample),
      answers_(NoAnswers(sample)),
      label_places_(answers_.labels.size()),
      image_places_(answers_.images.size()) {
  for (std::size_t c = 0; c < sample.categories.size(); ++c) {
    categories_.emplace(sample.categories[c].name, static_cast<int>(c));
  }
}

Result<std::size_t> AnswerCollector::Number(std::string_view id, std::string_view kind,
                                            std::size_t most, const std::string& place) const {
  const std::size_t dash = id.find('-');
  const std::string_view of = id.substr(0, dash);
  if (dash == std::string_view::npos || of.empty()) {
    return Wrong(place, fmt::format("audit_id {} is none of this audit; leave it as it was written",
                                    QuotedExcerpt(id)));
  }
  if (of != sample_.id) {
    return Wrong(
        place,
        fmt::format("audit_id {} is of another sample than {}: the labels were drawn anew, or "
                    "the file is another run's",
                    QuotedExcerpt(id), sample_.id));
  }
  std::string_view rest = id.substr(dash + 1);
  std::size_t number = 0;
  const bool of_kind = rest.substr(0, kind.size()) == kind;
  if (of_kind) rest.remove_prefix(kind.size());
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (!of_kind || error != std::errc{} || end != rest.data() + rest.size() || number < 1 ||
      number > most) {
    return Wrong(place,
                 fmt::format("audit_id {} is not that of one of the {} {} of the sample",
                             QuotedExcerpt(id), most, kind.empty() ? "labels" : "whole images"));
  }
  return number - 1;
}

Result<void> AnswerCollector::AddLabel(std::string_view id, LabelAnswer answer,
                                       const std::string& place) {
  PRELABEL_TRY(const std::size_t at, Number(id, "", answers_.labels.size(), place));
  if (answer == LabelAnswer::kNone) return Ok();
  LabelAnswer& known = answers_.labels[at];
  if (known != LabelAnswer::kNone && known != answer) {
    return Wrong(place,
                 fmt::format("label {} is {} here and {} in {}; keep one of the answers", id,
                             answer == LabelAnswer::kRight ? "right" : "wrong",
                             known == LabelAnswer::kRight ? "right" : "wrong", label_places_[at]));
  }
  if (known == LabelAnswer::kNone) {
    ++labels_;
    label_places_[at] = file_.empty() ? place : file_ + ": " + place;
  }
  known = answer;
  return Ok();
}

Result<void> AnswerCollector::AddImage(std::string_view id, const std::vector<NamedObject>& objects,
                                       const std::string& place) {
  PRELABEL_TRY(const std::size_t at, Number(id, "image-", answers_.images.size(), place));
  return AddImageAt(at, objects, place);
}

Result<void> AnswerCollector::AddImageAt(std::size_t position,
                                         const std::vector<NamedObject>& objects,
                                         const std::string& place) {
  ImageAnswer answer;
  answer.given = true;
  std::uint64_t foreign = 0;
  for (const NamedObject& object : objects) {
    const auto found = categories_.find(object.category);
    if (found == categories_.end()) {
      ++foreign;
      continue;
    }
    answer.objects.push_back({found->second, object.box, object.crowd});
  }
  ImageAnswer& known = answers_.images[position];
  if (known.given) {
    if (known == answer) return Ok();
    return Wrong(place,
                 fmt::format("image {} has other objects here than in {}; keep one of the two",
                             QuotedExcerpt(sample_.whole[position].name), image_places_[position]));
  }
  foreign_objects_ += foreign;
  ++images_;
  image_places_[position] = file_.empty() ? place : file_ + ": " + place;
  known = std::move(answer);
  return Ok();
}

std::uint64_t AnswerCollector::AddTo(AuditAnswers* earlier) const {
  std::uint64_t changed = 0;
  for (std::size_t i = 0; i < answers_.labels.size(); ++i) {
    LabelAnswer& before = earlier->labels[i];
    if (answers_.labels[i] == LabelAnswer::kNone || answers_.labels[i] == before) continue;
    changed += before != LabelAnswer::kNone ? 1 : 0;
    before = answers_.labels[i];
  }
  for (std::size_t i = 0; i < answers_.images.size(); ++i) {
    ImageAnswer& before = earlier->images[i];
    if (!answers_.images[i].given || answers_.images[i] == before) continue;
    changed += before.given ? 1 : 0;
    before = answers_.images[i];
  }
  return changed;
}

}  // namespace prelabel
