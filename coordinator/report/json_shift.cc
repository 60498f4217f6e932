#include <cstddef>

#include "coordinator/report/json_assessment.h"

namespace prelabel {
namespace {

// Fields of the object that is open.
void PutTest(JsonBuilder& json, const ShiftTest& test) {
  json.String("name", test.name);
  json.String("statistic", test.statistic);
  json.Number("effect", test.effect);
  json.Number("threshold", test.threshold);
  json.Number("p", test.p);
  json.Number("q", test.q);
  json.Bool("significant", test.significant);
  json.Bool("drift", test.drift);
  json.Number("reference_mean", test.reference_mean);
  json.Number("run_mean", test.run_mean);
}

void PutNamed(JsonBuilder& json, std::string_view key, const ShiftTest& test) {
  json.Open('{', key);
  PutTest(json, test);
  json.Close('}');
}

void PutTests(JsonBuilder& json, std::string_view key, const std::vector<ShiftTest>& tests) {
  json.Open('[', key);
  for (const ShiftTest& test : tests) PutNamed(json, {}, test);
  json.Close(']');
}

void PutUnknown(JsonBuilder& json, std::string_view key, const UnknownShare& unknown) {
  json.Put(key, fmt::format(R"({{"count": {}, "share": {}, "excess": {}, "interval": [{}, {}]}})",
                            unknown.count, JsonNumber(unknown.share), JsonNumber(unknown.excess),
                            JsonNumber(unknown.low), JsonNumber(unknown.high)));
}

void PutEmbedding(JsonBuilder& json, const EmbeddingShift& embedding) {
  json.Open('{', "embedding");
  PutNamed(json, "mmd", embedding.mmd);
  json.Number("frechet", embedding.frechet);
  json.Number("frechet_reference", embedding.frechet_reference);
  json.Put("frechet_images", embedding.frechet_images);
  json.Put("frechet_dimensions", embedding.frechet_dimensions);
  PutNamed(json, "reconstruction", embedding.reconstruction);
  json.Close('}');
}

void PutScatter(JsonBuilder& json, std::string_view key, const std::vector<ScatterPoint>& points) {
  json.List(key, points, [](const ScatterPoint& point) {
    return "[" + JsonNumber(point.x) + ", " + JsonNumber(point.y) + "]";
  });
}

}  // namespace

void PutShift(JsonBuilder& json, const Report& report, const DomainShift& shift) {
  json.Open('{', "shift");
  json.Bool("drift", shift.drift);
  json.Put("reference_images", shift.reference_images);
  json.Put("run_images", shift.run_images);
  json.Put("seed", shift.seed);
  json.Put("permutations", shift.permutations);
  if (shift.embedding) PutEmbedding(json, *shift.embedding);
  PutTests(json, "features", shift.features);
  PutTests(json, "predictions", shift.predictions);

  json.Open('[', "classes");
  for (const ClassShift& entry : shift.classes) {
    json.Open('{');
    json.Put("class_id", entry.class_id);
    if (entry.class_id < report.model_classes.size()) {
      json.String("name", report.model_classes[entry.class_id]);
    }
    json.Put("seen_reference", entry.seen_reference);
    json.Put("seen_run", entry.seen_run);
    json.Bool("tested", entry.tested);
    json.Bool("drift", entry.drift);
    PutTests(json, "tests", entry.tests);
    if (entry.class_id < shift.unknown_by_class.size()) {
      PutUnknown(json, "unknown", shift.unknown_by_class[entry.class_id]);
    }
    json.Close('}');
  }
  json.Close(']');

  json.Open('[', "slices");
  for (const SliceShift& slice : shift.slices) {
    json.Open('{');
    json.String("name", slice.name);
    json.Put("images", slice.images);
    json.Bool("drift", slice.drift);
    if (slice.embedding) PutNamed(json, "embedding", *slice.embedding);
    PutTests(json, "features", slice.features);
    json.Close('}');
  }
  json.Close(']');

  PutUnknown(json, "unknown_images", shift.unknown_images);
  PutUnknown(json, "unknown_boxes", shift.unknown_boxes);
  json.Open('[', "odd_images");
  for (const OddImage& odd : shift.odd_images) {
    json.Open('{');
    json.Put("source", odd.source.value);
    json.Put("item", odd.item);
    json.Number("score", odd.score);
    json.String("reason", odd.reason);
    json.Close('}');
  }
  json.Close(']');
  PutScatter(json, "reference_scatter", shift.reference_scatter);
  PutScatter(json, "run_scatter", shift.run_scatter);
  json.Close('}');
}

}  // namespace prelabel
