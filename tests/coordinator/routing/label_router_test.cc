// Expected values: the rules of the header, worked by hand.
#include "coordinator/routing/label_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Written {
  std::vector<LabeledItem> items;
  bool finished = false;
};

class Recorder : public LabelWriter {
 public:
  explicit Recorder(Written& written) : written_(written) {}
  Result<void> Add(const LabeledItem& item) override {
    written_.items.push_back(item);
    return Ok();
  }
  Result<void> Finish() override {
    written_.finished = true;
    return Ok();
  }

 private:
  Written& written_;
};

// Category 0 is automated from 0.5 up, 1 is reviewed, 2 is drawn by hand.
Verdicts ThreeVerdicts() {
  Verdicts verdicts;
  verdicts.classes.resize(3);
  verdicts.classes[0].verdict = Verdict::kAutomate;
  verdicts.classes[0].auto_threshold = 0.5F;
  verdicts.classes[2].verdict = Verdict::kByHand;
  return verdicts;
}

LabeledItem Mixed() {
  LabeledItem item;
  item.item = 7;
  item.width = 20;
  for (const auto& [category, score] :
       {std::pair{0, 0.5F}, std::pair{0, 0.49F}, std::pair{1, 1.0F}, std::pair{2, 1.0F}}) {
    Label label{category, score, {0, 0, 10, 10}};
    label.class_id = static_cast<std::uint16_t>(category);
    item.labels.push_back(label);
  }
  return item;
}

std::vector<std::optional<Route>> RoutesOf(const LabeledItem& item) {
  std::vector<std::optional<Route>> routes;
  for (const Label& label : item.labels) routes.push_back(label.route);
  return routes;
}

TEST(LabelRouter, RoutesByVerdictAndThreshold) {
  const Verdicts verdicts = ThreeVerdicts();
  LabelRouter router(verdicts);
  EXPECT_THAT(RoutesOf(router.Routed(Mixed())),
              ElementsAre(Route::kAuto, Route::kReview, Route::kReview, Route::kManual));
}

TEST(LabelRouter, WhatAPersonDrewHasNoRoute) {
  const Verdicts verdicts = ThreeVerdicts();
  LabelRouter router(verdicts);
  LabeledItem item = Mixed();
  for (Label& label : item.labels) label.class_id = kDrawnClass;
  EXPECT_THAT(RoutesOf(router.Routed(item)), ::testing::Each(std::nullopt));
}

TEST(OnlyRoute, PassesOnLabelsOfTheRouteAndEveryItem) {
  const Verdicts verdicts = ThreeVerdicts();
  LabelRouter router(verdicts);
  Written written;
  const auto writer = OnlyRoute(Route::kReview, std::make_unique<Recorder>(written));
  ASSERT_TRUE(writer->Add(router.Routed(Mixed())));
  LabeledItem only_auto = Mixed();
  only_auto.labels.resize(1);
  ASSERT_TRUE(writer->Add(router.Routed(only_auto)));
  ASSERT_TRUE(writer->Finish());
  ASSERT_EQ(written.items.size(), 2U);
  EXPECT_EQ(written.items[0].item, 7U);
  EXPECT_EQ(written.items[0].width, 20);
  ASSERT_EQ(written.items[0].labels.size(), 2U);
  EXPECT_EQ(written.items[0].labels[0].score, 0.49F);
  EXPECT_EQ(written.items[0].labels[1].category, 1);
  EXPECT_THAT(written.items[1].labels, IsEmpty());
  EXPECT_TRUE(written.finished);
}

TEST(OnlyRoute, VideosThatPeopleDrewGoWithAutoAlone) {
  LabeledItem item = Mixed();
  item.drawn = true;
  for (Label& label : item.labels) label.class_id = kDrawnClass;
  for (const Route route : {Route::kAuto, Route::kReview, Route::kManual}) {
    Written written;
    ASSERT_TRUE(OnlyRoute(route, std::make_unique<Recorder>(written))->Add(item));
    EXPECT_EQ(written.items.size(), route == Route::kAuto ? 1U : 0U);
  }
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What users get: COCO with routes, and a CVAT file with the labels of one.
TEST(OnlyRoute, FiltersWhatFilesHold) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {VideoSource("road", 1, 1)};
  run.Commit(run.AddDetect(0, 0, 1),
             {Seen(0, {{0, 0.9F, {0, 0, 10, 10}}, {2, 0.8F, {50, 0, 60, 10}}})},
             {{1, 0, {{0, {0, 0, 10, 10}, 0.9F}}}, {2, 2, {{0, {50, 0, 60, 10}, 0.8F}}}});
  const ClassMap classes = run.Classes();
  Verdicts verdicts = ThreeVerdicts();
  verdicts.classes[2].verdict = Verdict::kReview;
  LabelRouter router(verdicts);
  const auto coco = OpenCocoWriter(folder / "coco.json", run.dataset, classes, {}).value();
  const auto automatic = OnlyRoute(
      Route::kAuto, OpenCvatWriter(folder / "auto", run.dataset, classes, {}, {}).value());
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
    const LabeledItem& routed = router.Routed(item);
    PRELABEL_TRY(coco->Add(routed));
    return automatic->Add(routed);
  }));
  ASSERT_TRUE(coco->Finish());
  ASSERT_TRUE(automatic->Finish());
  const std::string json = ReadAll(folder / "coco.json");
  EXPECT_NE(json.find(R"("source": "model", "route": "auto", "track_id": 1)"), std::string::npos);
  EXPECT_NE(json.find(R"("source": "model", "route": "review", "track_id": 2)"), std::string::npos);
  const std::string xml = ReadAll(folder / "auto" / "road.xml");
  EXPECT_NE(xml.find("<track id=\"0\" label=\"car\""), std::string::npos);
  EXPECT_EQ(xml.find("<track id=\"1\""), std::string::npos);
}

}  // namespace
}  // namespace prelabel
