#include "coordinator/cli/own_label_reader.h"

#include <cstddef>
#include <utility>

#include "coordinator/routing/vocabulary.h"

namespace prelabel {

OwnLabelReader::OwnLabelReader(const JobContext& context)
    : context_(context),
      stats_(context.classes, context.card.classes),
      truth_(DatasetTruth::OpenReadable(context.dataset, stats_.names(), unreadable_sources_)) {
  for (const auto& [source, error] : unreadable_sources_) AddProblem(error);
}

void OwnLabelReader::Add(const LabeledItem& item) {
  if (item.raw == nullptr || !item.error.empty()) return;
  if (unreadable_sources_.contains(item.source.value)) {
    ++unreadable_;
    return;
  }
  if (truth_.NamesOf(item.source) == nullptr) return;
  const auto objects = truth_.Find(item.source, item.item, item.width, item.height);
  if (!objects) {
    ++unreadable_;
    AddProblem(objects.error());
  } else if (objects.value() == nullptr) {
    ++without_;
  } else {
    stats_.Add(item, *objects.value());
  }
}

std::optional<OwnLabels> OwnLabelReader::Finish() const {
  OwnLabels own = stats_.Finish([this](SourceId source) -> const std::set<std::string>& {
    return *truth_.NamesOf(source);  // of sources that stats_ has images of
  });
  if (own.images == 0 && problem_count_ == 0) return std::nullopt;
  own.without = without_;
  own.unreadable = unreadable_;
  own.problems = problems_;
  own.problem_count = problem_count_;
  std::vector<std::string> names;
  for (const auto& [name, objects] : truth_.unknown()) names.push_back(name);
  // One each: no name among them is written.
  for (VocabularyGap& gap : FindGaps(names, context_.classes, {})) {
    const std::uint64_t objects = truth_.unknown().at(gap.wanted);
    own.unwritten.push_back({std::move(gap.wanted), objects, std::move(gap.nearest)});
  }
  return own;
}

void OwnLabelReader::AddProblem(const Error& error) {
  ++problem_count_;
  if (problems_.size() < kOwnLabelProblems) problems_.push_back(error.ToString());
}

}  // namespace prelabel
