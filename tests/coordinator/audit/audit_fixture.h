// Runs' items and samples, by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coordinator/audit/audit_sample.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

inline ClassMap CarsAndDogs() {
  ClassMap classes;
  classes.categories = {{3, "car"}, {18, "dog"}};
  classes.category_of_class = {0, 1};
  classes.threshold_of_class = {0, 0};
  return classes;
}

inline Label ModelLabel(int category, float score, Box box = {10, 20, 30, 60}) {
  Label label;
  label.category = category;
  label.score = score;
  label.box = box;
  label.class_id = static_cast<std::uint16_t>(category);
  return label;
}

inline LabeledItem Look(std::uint64_t item, std::vector<Label> labels) {
  LabeledItem look;
  look.item = item;
  look.looked_at = true;
  look.width = 100;
  look.height = 80;
  look.labels = std::move(labels);
  return look;
}

// Two checked pictures with a car and a dog, and a car; two whole ones, of which the first has two
// cars.
inline AuditSample SmallSample() {
  AuditSample sample;
  sample.id = "5f0c1a2b";
  sample.job = "street";
  sample.seed = 7;
  sample.labels_hash = "00ff";
  sample.items = 40;
  sample.categories = {{"car", 30, 2, {}}, {"dog", 1, 1, {}}};
  sample.categories[0].scores[90] = 10;
  sample.categories[0].scores[50] = 20;
  sample.categories[1].scores[70] = 1;
  AuditPicture first{{}, 0, "a/one.jpg", "0001_one.jpg", 100, 80, {}};
  first.labels = {{0, 0.905F, {10, 20, 30, 60}}, {1, 0.705F, {40, 20, 90, 79.5F}}};
  AuditPicture second{{}, 0, "two.jpg", "0002_two.jpg", 200, 100, {}};
  second.labels = {{0, 0.505F, {0, 0, 200, 100}}};
  sample.checked = {first, second};
  AuditPicture street{{}, 0, "a/three.jpg", "0001_three.jpg", 100, 80, {}};
  street.labels = {{0, 0.9F, {10, 10, 20, 20}}, {0, 0.5F, {50, 50, 70, 70}}};
  AuditPicture empty{{}, 0, "v/frame_000004.jpg", "0002_frame_000004.jpg", 320, 240, {}};
  sample.whole = {street, empty};
  return sample;
}

}  // namespace prelabel
