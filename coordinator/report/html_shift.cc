#include "coordinator/report/html_shift.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "coordinator/report/html_overlay.h"
#include "coordinator/report/html_page.h"
#include "coordinator/report/shift_words.h"

namespace prelabel {
namespace {

std::string DriftBadge(const ShiftTest& test) {
  if (test.drift) return "<b class=\"badge drift\">drift</b>";
  if (test.significant) return "<b class=\"badge none\">small</b>";
  return "<b class=\"badge none\">none</b>";
}

std::string EffectText(double effect) { return fmt::format("{:.3g}", effect); }

std::string QText(double q) { return q < 0.001 ? "&lt; 0.001" : fmt::format("{:.3f}", q); }

// Effect on a bar that is full at twice the threshold.
std::string EffectBar(const ShiftTest& test) {
  const double part =
      test.threshold <= 0 ? 0 : std::clamp(test.effect / (2 * test.threshold), 0.0, 1.0);
  return fmt::format("<span class=\"effect{}\"><i style=\"width:{:.1f}%\"></i></span>",
                     test.drift ? " over" : "", 100 * part);
}

void AddFeature(Page& page, const Assessment& assessment, std::size_t i) {
  const auto feature = static_cast<ImageFeature>(i);
  const ShiftTest* test = assessment.shift && i < assessment.shift->features.size()
                              ? &assessment.shift->features[i]
                              : nullptr;
  page.Add(
      "<div class=\"card feature\"><h4>{}{}</h4><p class=\"soft small\">{}</p>{}",
      FeatureName(feature), test == nullptr ? "" : DriftBadge(*test), FeatureMeaning(feature),
      FeatureOverlaySvg(feature, assessment.features[i],
                        assessment.reference ? &assessment.reference->features[i] : nullptr, test));
  if (test != nullptr) {
    page.Add(
        "<p class=\"means\"><span class=\"soft\">reference</span> {} → <b>{}</b></p>{}<p "
        "class=\"soft small\">effect {}, large from {:.3g}; q {}</p>",
        FeatureText(feature, test->reference_mean), FeatureText(feature, test->run_mean),
        EffectBar(*test), EffectText(test->effect), test->threshold, QText(test->q));
  }
  page.Add("</div>\n");
}

void AddTestRow(Page& page, const ShiftTest& test) {
  const bool means = test.reference_mean != 0 || test.run_mean != 0;
  page.Add(
      "<tr><td class=\"wrap\">{}<span class=\"from\">{}</span></td><td>{}</td><td "
      "data-name=\"reference\">{}</td><td data-name=\"this run\">{}</td><td "
      "data-name=\"effect\">{}{}</td><td data-name=\"large from\">{:.3g}</td><td "
      "data-name=\"q\">{}</td></tr>\n",
      EscapeHtml(test.name), EscapeHtml(test.statistic), DriftBadge(test),
      means ? fmt::format("{:.3g}", test.reference_mean) : "–",
      means ? fmt::format("{:.3g}", test.run_mean) : "–", EffectText(test.effect), EffectBar(test),
      test.threshold, QText(test.q));
}

void AddTests(Page& page, const std::vector<const ShiftTest*>& tests) {
  page.Add(
      "<div class=\"card scroll\"><table class=\"tests "
      "stack\"><thead><tr><th>what</th><th>drift</th>"
      "<th>reference</th><th>this run</th><th>effect</th><th>large from</th><th>q</th></tr></thead>"
      "\n<tbody>\n");
  for (const ShiftTest* test : tests) AddTestRow(page, *test);
  page.Add("</tbody></table></div>\n");
}

void AddEmbedding(Page& page, const DomainShift& shift) {
  if (shift.embedding) {
    const EmbeddingShift& embedding = *shift.embedding;
    page.Add("<h3>As the model sees them</h3>\n");
    if (!shift.run_scatter.empty()) {
      page.Add(
          "<div class=\"card plotcard\"><div class=\"legend\"><span><i class=\"key refdot\"></i>"
          "reference</span><span><i class=\"key rundot\"></i>this run</span><span>a dot a picture; "
          "dots far from all gray ones are unlike anything in the reference (first two principal "
          "components of the reference&#39;s embeddings)</span></div>{}</div>\n",
          ScatterSvg(shift.reference_scatter, shift.run_scatter));
    }
    AddTests(page, {&embedding.mmd, &embedding.reconstruction});
    page.Add(
        "<p class=\"soft small\">Fréchet distance to the reference {:.3g}; between halves of the "
        "reference itself {:.3g} ({} a side, {} dimensions).</p>\n",
        embedding.frechet, embedding.frechet_reference,
        CountOf(embedding.frechet_images, "picture"), embedding.frechet_dimensions);
  }
}

void AddUnknownRow(Page& page, const char* things, const UnknownShare& unknown) {
  if (unknown.count == 0) return;
  page.Add("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", things,
           FormatCount(unknown.count), ShareText(unknown.share), ShareText(unknown.excess),
           IntervalText({unknown.low, unknown.high}));
}

void AddUnknown(Page& page, const DomainShift& shift) {
  if (shift.unknown_images.count == 0 && shift.unknown_boxes.count == 0) return;
  page.Add(
      "<h3>Unknown things</h3>\n<p class=\"soft\">How many lie further out than 95 % of the "
      "reference&#39;s. 5 % would be nothing new; the excess is what is.</p>\n<div class=\"card "
      "scroll\"><table><thead><tr><th>what</th><th>judged</th><th>beyond</th><th>excess</th>"
      "<th>95 % interval</th></tr></thead>\n<tbody>\n");
  AddUnknownRow(page, "pictures", shift.unknown_images);
  AddUnknownRow(page, "boxes", shift.unknown_boxes);
  page.Add("</tbody></table></div>\n");
}

void AddClasses(Page& page, const Report& report, const DomainShift& shift) {
  if (shift.classes.empty()) return;
  std::vector<const ShiftTest*> drifted;
  std::vector<const ShiftTest*> others;
  std::vector<std::string> untested;
  for (const ClassShift& entry : shift.classes) {
    for (const ShiftTest& test : entry.tests) (test.drift ? drifted : others).push_back(&test);
    if (!entry.tested && entry.class_id < report.model_classes.size()) {
      untested.push_back(EscapeHtml(report.model_classes[entry.class_id]));
    }
  }
  page.Add("<h3>Predictions by class</h3>\n");
  if (!drifted.empty()) {
    AddTests(page, drifted);
  } else {
    page.Add("<p class=\"soft\">No class drifted by itself.</p>\n");
  }
  if (!others.empty()) {
    page.Add("<details><summary>{} without drift</summary>\n",
             CountOf(others.size(), "comparison"));
    AddTests(page, others);
    page.Add("</details>\n");
  }
  if (!untested.empty()) {
    page.Add(
        "<details><summary>{} with too few pictures on one side to compare</summary><p>{}"
        "</p></details>\n",
        CountOf(untested.size(), "class", "classes"), fmt::join(untested, ", "));
  }
}

}  // namespace

std::string ShiftSection(const Report& report, const Assessment& assessment) {
  Page page;
  if (!assessment.shift) {
    page.Add(
        "<h2 id=\"shift\">What these pictures are like</h2>\n<p class=\"soft\">Without a reference "
        "there is nothing to compare with; these are this run&#39;s own pictures.</p>\n<div "
        "class=\"features\">\n");
    for (std::size_t i = 0; i < kImageFeatures; ++i) AddFeature(page, assessment, i);
    page.Add("</div>\n");
    return page.Take();
  }
  const DomainShift& shift = *assessment.shift;
  page.Add(
      "<h2 id=\"shift\">Are these data like the reference?</h2>\n<div class=\"card shiftwords "
      "{}\"><p class=\"headline\">{}</p><ul class=\"reasons\">",
      shift.drift ? "drifted" : "same",
      shift.drift ? "No: these data have drifted from the reference."
                  : "Yes, as far as can be seen.");
  for (const std::string& sentence : ShiftSentences(report, shift)) {
    page.Add("<li>{}</li>", EscapeHtml(sentence));
  }
  page.Add(
      "</ul><p class=\"soft small\">{} of this run against {} of “{}”. Drift is what is both "
      "beyond "
      "chance (q at most 0.05, corrected for all comparisons) and large (the effect is over its "
      "threshold): with many pictures every difference is beyond chance.</p></div>\n",
      CountOf(shift.run_images, "picture"), FormatCount(shift.reference_images),
      assessment.reference ? EscapeHtml(assessment.reference->job) : "the reference");
  page.Add(
      "<div class=\"legend\"><span><i class=\"key lab\"></i>this run</span><span><i class=\"key "
      "refline\"></i>reference</span><span>dashed: means, reference → this run</span></div>\n<div "
      "class=\"features\">\n");
  for (std::size_t i = 0; i < kImageFeatures; ++i) AddFeature(page, assessment, i);
  page.Add("</div>\n");
  AddEmbedding(page, shift);
  if (!shift.predictions.empty()) {
    page.Add("<h3>Predictions, all classes</h3>\n");
    std::vector<const ShiftTest*> tests;
    for (const ShiftTest& test : shift.predictions) tests.push_back(&test);
    AddTests(page, tests);
  }
  AddClasses(page, report, shift);
  AddUnknown(page, shift);
  return page.Take();
}

std::string SliceSection(const Assessment& assessment) {
  if (!assessment.shift || assessment.shift->slices.empty()) return {};
  Page page;
  page.Add(
      "<h2 id=\"slices\">Parts of the data</h2>\n<p class=\"soft\">Each part by itself against the "
      "reference.</p>\n<div class=\"card scroll\"><table><thead><tr><th>part</th><th>pictures</th>"
      "<th>drift</th><th>as a whole</th><th class=\"left\">features that drifted, and their "
      "effect</th></tr></thead>\n<tbody>\n");
  for (const SliceShift& slice : assessment.shift->slices) {
    page.Add(
        "<tr><td class=\"wrap\">{}</td><td>{}</td><td>{}</td><td>", EscapeHtml(slice.name),
        FormatCount(slice.images),
        slice.drift ? "<b class=\"badge drift\">drift</b>" : "<b class=\"badge none\">none</b>");
    if (slice.embedding) {
      page.Add("{}{}", EffectText(slice.embedding->effect), EffectBar(*slice.embedding));
    } else {
      page.Add("<span class=\"soft\">–</span>");
    }
    page.Add("</td><td class=\"left wrap\">");
    for (const ShiftTest& test : slice.features) {
      page.Add(
          "<span class=\"chip\">{} <b>{}</b> <span class=\"soft\">{:.3g} → {:.3g}</span></span>",
          EscapeHtml(test.name), EffectText(test.effect), test.reference_mean, test.run_mean);
    }
    page.Add("</td></tr>\n");
  }
  page.Add("</tbody></table></div>\n");
  return page.Take();
}

}  // namespace prelabel
