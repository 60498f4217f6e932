#include "coordinator/audit/evaluate_audit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "coordinator/audit/audited_share.h"
#include "coordinator/profile/score_bin.h"
#include "coordinator/profile/truth_matching.h"
#include "coordinator/stats/guaranteed_risk.h"

namespace prelabel {
namespace {

using Bins = std::array<std::uint64_t, kFineBins>;

// A category's labels from every hundredth up.
struct FromUp {
  Bins labels{};
  Bins checked{};
  Bins wrong{};
};

// The thresholds that are tried, as hundredths, ascending: the highest ones that leave 15/15, 14/15
// … 1/15 of the labels. Depends on scores alone.
std::vector<std::size_t> Thresholds(const Bins& from_up) {
  std::vector<std::size_t> thresholds;
  const std::uint64_t all = from_up[0];
  for (std::size_t part = kGuaranteeThresholds; part > 0; --part) {
    std::size_t bin = kFineBins - 1;
    while (bin > 0 && from_up[bin] * kGuaranteeThresholds < all * part) --bin;
    if (thresholds.empty() || thresholds.back() < bin) thresholds.push_back(bin);
  }
  return thresholds;
}

std::vector<SelectionStep> Steps(const FromUp& from_up, const std::vector<std::size_t>& thresholds,
                                 bool none_wrong) {
  std::vector<SelectionStep> steps;
  for (const std::size_t bin : thresholds) {
    steps.push_back(
        {from_up.labels[bin], from_up.checked[bin], none_wrong ? 0 : from_up.wrong[bin]});
  }
  return steps;
}

class Evaluation {
 public:
  Evaluation(const AuditSample& sample, const AuditAnswers& answers, const AuditOptions& options)
      : sample_(sample),
        answers_(answers),
        options_(options),
        strata_(sample.categories.size()),
        from_up_(sample.categories.size()) {
    out_.seed = sample.seed;
    out_.classes.resize(sample.categories.size());
  }

  AuditResult Take() {
    ReadLabels();
    Precision();
    Recall();
    Guarantees();
    return std::move(out_);
  }

 private:
  double Expected(int category, std::size_t bin) const {
    const float score = (static_cast<float>(bin) + 0.5F) / kFineBins;
    const double expected = options_.expected ? options_.expected(category, score) : score;
    return std::isfinite(expected) ? std::clamp(expected, 0.0, 1.0) : 0;
  }

  void ReadLabels() {
    for (std::size_t c = 0; c < strata_.size(); ++c) {
      const AuditCategory& category = sample_.categories[c];
      strata_[c].population = category.labels;
      from_up_[c].labels = category.scores;
      double sum = 0;
      for (std::size_t bin = 0; bin < kFineBins; ++bin) {
        if (category.scores[bin] == 0) continue;
        sum += static_cast<double>(category.scores[bin]) * Expected(static_cast<int>(c), bin);
      }
      strata_[c].expected_mean =
          category.labels > 0 ? sum / static_cast<double>(category.labels) : 0;
    }
    std::size_t number = 0;
    for (const AuditPicture& picture : sample_.checked) {
      for (const AuditBox& label : picture.labels) {
        ++out_.boxes_drawn;
        const LabelAnswer answer = answers_.labels[number++];
        if (answer == LabelAnswer::kNone) continue;
        ++out_.boxes_answered;
        const auto c = static_cast<std::size_t>(label.category);
        const std::size_t bin = BinOfScore(label.score, kFineBins);
        const bool right = answer == LabelAnswer::kRight;
        strata_[c].right.push_back(right ? 1 : 0);
        strata_[c].expected.push_back(Expected(label.category, bin));
        ++from_up_[c].checked[bin];
        from_up_[c].wrong[bin] += right ? 0 : 1;
        ++out_.classes[c].checked;
        out_.classes[c].right += right ? 1 : 0;
      }
    }
    for (FromUp& counts : from_up_) {
      for (Bins* bins : {&counts.labels, &counts.checked, &counts.wrong}) {
        std::partial_sum(bins->rbegin(), bins->rend(), bins->rbegin());
      }
    }
  }

  void Precision() {
    for (std::size_t c = 0; c < strata_.size(); ++c) {
      ClassAudit& audit = out_.classes[c];
      audit.labels = strata_[c].population;
      const AuditedShare share = ShareOfStratum(strata_[c], options_.confidence);
      audit.precision = share.share;
      audit.precision_interval = share.interval;
      out_.all.labels += audit.labels;
      out_.all.checked += audit.checked;
      out_.all.right += audit.right;
    }
    const AuditedShare share = ShareOfStrata(strata_, options_.confidence);
    out_.all.precision = share.share;
    out_.all.precision_interval = share.interval;
  }

  void Recall() {
    std::vector<std::vector<AuditedImage>> images(strata_.size());
    std::vector<AuditedImage> all;
    out_.images_drawn = sample_.whole.size();
    for (std::size_t i = 0; i < sample_.whole.size(); ++i) {
      const ImageAnswer& answer = answers_.images[i];
      if (!answer.given) continue;
      ++out_.images_answered;
      std::vector<Prediction> labels;
      for (const AuditBox& label : sample_.whole[i].labels) {
        labels.push_back({static_cast<std::uint16_t>(label.category), label.score, label.box});
      }
      std::vector<TruthObject> objects;
      std::vector<AuditedImage> counts(strata_.size());
      for (const AuditObject& object : answer.objects) {
        objects.push_back({static_cast<std::uint16_t>(object.category), object.box, object.crowd});
        if (!object.crowd) ++counts[static_cast<std::size_t>(object.category)].objects;
      }
      const std::vector<Truth> truth = MatchTruth(labels, objects);
      for (std::size_t k = 0; k < labels.size(); ++k) {
        if (truth[k] == Truth::kRight) ++counts[labels[k].class_id].found;
      }
      AuditedImage of_all;
      for (std::size_t c = 0; c < counts.size(); ++c) {
        images[c].push_back(counts[c]);
        of_all.objects += counts[c].objects;
        of_all.found += counts[c].found;
      }
      all.push_back(of_all);
    }
    for (std::size_t c = 0; c < images.size(); ++c) SetRecall(images[c], &out_.classes[c]);
    SetRecall(all, &out_.all);
  }

  void SetRecall(const std::vector<AuditedImage>& images, ClassAudit* audit) const {
    for (const AuditedImage& image : images) {
      audit->objects += image.objects;
      audit->found += image.found;
    }
    const AuditedShare share = ShareOfObjects(images, sample_.items, options_.confidence);
    audit->recall = share.share;
    audit->recall_interval = share.interval;
  }

  // Whether the category would pass without a wrong label, if so many share the confidence.
  bool CouldPass(std::size_t c, std::size_t classes) const {
    return SelectWithGuaranteedRisk(Steps(from_up_[c], Thresholds(from_up_[c].labels), true),
                                    1 - options_.target_precision,
                                    (1 - options_.confidence) / static_cast<double>(classes))
        .has_value();
  }

  void Guarantees() {
    // The more classes share the confidence, the fewer could pass: as many as still could.
    std::vector<std::size_t> tested;
    for (std::size_t c = 0; c < strata_.size(); ++c) {
      if (out_.classes[c].checked > 0) tested.push_back(c);
    }
    std::stable_sort(tested.begin(), tested.end(), [&](std::size_t a, std::size_t b) {
      return out_.classes[a].checked > out_.classes[b].checked;
    });
    std::size_t classes = tested.size();
    for (; classes > 0; --classes) {
      std::vector<std::size_t> could;
      for (const std::size_t c : tested) {
        if (CouldPass(c, classes)) could.push_back(c);
      }
      if (could.size() < classes) continue;
      could.resize(classes);
      tested = std::move(could);
      break;
    }
    tested.resize(classes);
    out_.classes_tested = classes;
    for (const std::size_t c : tested) {
      const std::vector<std::size_t> thresholds = Thresholds(from_up_[c].labels);
      const auto lowest = SelectWithGuaranteedRisk(
          Steps(from_up_[c], thresholds, false), 1 - options_.target_precision,
          (1 - options_.confidence) / static_cast<double>(classes));
      if (!lowest) continue;
      ClassAudit& audit = out_.classes[c];
      const std::size_t bin = thresholds[*lowest];
      audit.guaranteed_threshold = static_cast<float>(bin) / kFineBins;
      audit.guaranteed_labels = from_up_[c].labels[bin];
      out_.all.guaranteed_labels += audit.guaranteed_labels;
    }
  }

  const AuditSample& sample_;
  const AuditAnswers& answers_;
  const AuditOptions& options_;
  std::vector<AuditedStratum> strata_;  // by category
  std::vector<FromUp> from_up_;         // by category
  AuditResult out_;
};

}  // namespace

AuditResult EvaluateAudit(const AuditSample& sample, const AuditAnswers& answers,
                          const AuditOptions& options) {
  return Evaluation(sample, answers, options).Take();
}

}  // namespace prelabel
