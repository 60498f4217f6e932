#include "coordinator/audit/audit_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "coordinator/audit/audit_files.h"
#include "tests/coordinator/audit/audit_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 200 images: every one has a car, every tenth a dog, every second a second car.
AuditSample Sample(const AuditPlan& plan, float first_score = 0.9F) {
  const ClassMap classes = CarsAndDogs();
  AuditSampler sampler(classes, InterpolationMethod::kLinear, plan);
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::vector<Label> labels{ModelLabel(0, i == 0 ? first_score : 0.9F)};
    if (i % 2 == 0) labels.push_back(ModelLabel(0, 0.405F));
    if (i % 10 == 0) labels.push_back(ModelLabel(1, 0.6F));
    sampler.Add(Look(i, labels), "images/" + std::to_string(i) + ".jpg");
  }
  return sampler.Finish("job");
}

TEST(AuditSampler, KnowsHowManyThereWereAndDrawsAsManyAsItSays) {
  const AuditSample sample = Sample({120, 20, 1});
  ASSERT_THAT(sample.categories, SizeIs(2));
  EXPECT_EQ(sample.categories[0].labels, 300U);
  EXPECT_EQ(sample.categories[1].labels, 20U);
  EXPECT_EQ(sample.categories[0].scores[90] + sample.categories[0].scores[89], 200U);
  EXPECT_EQ(sample.categories[0].scores[40], 100U);
  EXPECT_EQ(sample.items, 200U);
  EXPECT_EQ(sample.LabelCount(), 120U);
  // Square roots of 300 and 20 are 17.3 and 4.5: a fifth, and all that there are.
  EXPECT_EQ(sample.categories[1].drawn, 20U);
  std::uint64_t cars = 0;
  std::set<std::string> files;
  for (const AuditPicture& picture : sample.checked) {
    EXPECT_TRUE(files.insert(picture.file).second);
    EXPECT_THAT(picture.labels, ::testing::Not(IsEmpty()));
    for (const AuditBox& label : picture.labels) cars += label.category == 0 ? 1 : 0;
  }
  EXPECT_EQ(cars, sample.categories[0].drawn);
  EXPECT_THAT(sample.whole, SizeIs(20));
  // What is written can be read.
  EXPECT_TRUE(ParseAuditSample(FormatAuditSample(sample)));
}

TEST(AuditSampler, TheSeedDecides) {
  const auto text = [](const AuditPlan& plan) { return FormatAuditSample(Sample(plan)); };
  EXPECT_EQ(text({30, 5, 1}), text({30, 5, 1}));
  EXPECT_NE(text({30, 5, 1}), text({30, 5, 2}));
  EXPECT_NE(Sample({30, 5, 1}).id, Sample({30, 5, 2}).id);
}

TEST(AuditSampler, OtherLabelsHaveAnotherHash) {
  EXPECT_EQ(Sample({1, 1, 1}).labels_hash, Sample({9, 9, 9}).labels_hash);
  EXPECT_NE(Sample({1, 1, 1}).labels_hash, Sample({1, 1, 1}, 0.91F).labels_hash);
}

// Labels between keyframes are known by their tracks, however they are filled in and ordered; by
// which method the job fills them in is part of what they are.
TEST(LabelDigest, LabelsBetweenKeyframes) {
  const ClassMap classes = CarsAndDogs();
  const auto hash = [&](std::vector<Label> labels,
                        InterpolationMethod method = InterpolationMethod::kFlow) {
    for (Label& label : labels) label.source = LabelSource::kInterpolated;
    LabelDigest digest(classes, method);
    digest.Add(Look(3, labels), "v/frame_000003.jpg");
    return digest.Finish();
  };
  Label first = ModelLabel(0, 0.9F);
  first.track_id = 1;
  Label second = ModelLabel(0, 0.8F);
  second.track_id = 2;
  const std::string usual = hash({first, second});
  first.score = 0.75F;
  first.box.x2 += 1;
  EXPECT_EQ(hash({second, first}), usual);
  EXPECT_NE(hash({first, second}, InterpolationMethod::kLinear), usual);
  EXPECT_NE(hash({first}), usual);
  second.category = 1;
  EXPECT_NE(hash({first, second}), usual);
}

// A car is drawn with the probability 15 / 300: over 2,000 seeds 100 times each, with a standard
// deviation of 9.7; the largest of 300 such is under 5 of these off.
TEST(AuditSampler, EveryLabelAndImageIsAsLikely) {
  std::map<std::string, int> labels;
  std::map<std::string, int> images;
  const ClassMap classes = CarsAndDogs();
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    AuditSampler sampler(classes, InterpolationMethod::kLinear, {15, 10, seed});
    for (std::uint64_t i = 0; i < 150; ++i) {
      const auto left = static_cast<float>(i);
      sampler.Add(Look(i, {ModelLabel(0, 0.9F, {left, 0, left + 1, 1}),
                           ModelLabel(0, 0.4F, {left, 1, left + 1, 2})}),
                  std::to_string(i) + ".jpg");
    }
    const AuditSample sample = sampler.Finish("job");
    for (const AuditPicture& picture : sample.checked) {
      for (const AuditBox& label : picture.labels) {
        ++labels[picture.name + (label.box.y1 == 0 ? " first" : " second")];
      }
    }
    for (const AuditPicture& picture : sample.whole) ++images[picture.name];
  }
  EXPECT_THAT(labels, SizeIs(300));
  EXPECT_THAT(images, SizeIs(150));
  for (const auto& [name, count] : labels) EXPECT_NEAR(count, 100, 49) << name;
  for (const auto& [name, count] : images) EXPECT_NEAR(count, 133.3, 57) << name;
}

// Interpolated frames have labels to check, but whether anything was missed there is no question to
// the model; what a person drew, and what could not be read, is none at all.
TEST(AuditSampler, AsksOnlyWhatAModelSaid) {
  const ClassMap classes = CarsAndDogs();
  AuditSampler sampler(classes, InterpolationMethod::kLinear, {10, 10, 3});
  LabeledItem between = Look(1, {ModelLabel(0, 0.5F)});
  between.looked_at = false;
  Label drawn = ModelLabel(1, 1);
  drawn.class_id = kDrawnClass;
  LabeledItem by_hand = Look(2, {drawn});
  by_hand.looked_at = false;
  by_hand.drawn = true;
  LabeledItem broken = Look(3, {});
  broken.error = "truncated";
  sampler.Add(Look(0, {}), "v/frame_000000.jpg");
  sampler.Add(between, "v/frame_000001.jpg");
  sampler.Add(by_hand, "w/frame_000000.jpg");
  sampler.Add(broken, "broken.jpg");
  const AuditSample sample = sampler.Finish("job");
  ASSERT_THAT(sample.checked, SizeIs(1));
  EXPECT_EQ(sample.checked[0].name, "v/frame_000001.jpg");
  ASSERT_THAT(sample.whole, SizeIs(1));
  EXPECT_EQ(sample.whole[0].name, "v/frame_000000.jpg");
  EXPECT_EQ(sample.items, 1U);
  EXPECT_EQ(sample.categories[1].labels, 0U);
}

TEST(AuditSampler, PictureFilesHavePlainNames) {
  const ClassMap classes = CarsAndDogs();
  AuditSampler sampler(classes, InterpolationMethod::kLinear, {0, 10, 3});
  sampler.Add(Look(0, {ModelLabel(0, 0.5F)}), "a b/Straße & \"x\".JPG");
  sampler.Add(Look(1, {}), "scan.tiff");
  sampler.Add(Look(2, {}), "odd/.png");
  const AuditSample sample = sampler.Finish("job");
  EXPECT_THAT(sample.checked, IsEmpty());
  std::vector<std::string> files;
  for (const AuditPicture& picture : sample.whole) files.push_back(picture.file);
  EXPECT_THAT(files, ElementsAre("0001_Stra__e____x_.jpg", "0002_scan.jpg", "0003_.png"));
}

}  // namespace
}  // namespace prelabel
