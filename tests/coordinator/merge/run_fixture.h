// Builds small runs by hand: a store with tasks and the results that a worker would have sent.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/wire/codec.h"
#include "coordinator/merge/merge.h"
#include "tests/support/in_memory_store.h"

namespace prelabel {

// A model of car, truck and dog, with COCO's ids of these (3, 8, 18).
inline ModelCard VehicleCard() {
  ModelCard card;
  card.name = "vehicles";
  card.classes = {"car", "truck", "dog"};
  card.category_ids = {3, 8, 18};
  return card;
}

constexpr std::uint16_t kCar = 0;  // its class ids
constexpr std::uint16_t kTruck = 1;
constexpr std::uint16_t kDog = 2;

inline ItemResult Seen(std::uint64_t item, std::vector<Prediction> predictions, int width = 640,
                       int height = 480) {
  ItemResult result;
  result.item = item;
  result.width = width;
  result.height = height;
  result.predictions = std::move(predictions);
  return result;
}

inline ItemResult Unreadable(std::uint64_t item, std::string error) {
  ItemResult result;
  result.item = item;
  result.error = std::move(error);
  return result;
}

inline SourceItems ImageSource(std::string name, std::vector<std::string> files) {
  SourceItems source;
  source.kind = SourceKind::kImages;
  source.name = std::move(name);
  source.files = std::move(files);
  return source;
}

// 320 × 240 at 10 frames a second.
inline SourceItems VideoSource(std::string name, int frames, int keyframe_every) {
  SourceItems source;
  source.kind = SourceKind::kVideo;
  source.name = std::move(name);
  source.files = {source.name + ".avi"};
  source.keyframe_every = keyframe_every;
  source.index.width = 320;
  source.index.height = 240;
  source.index.time_base_den = 10;
  for (int i = 0; i < frames; ++i) {
    VideoFrameEntry entry;
    entry.pts = i;
    entry.decode_index = i;
    source.index.frames.push_back(entry);
  }
  return source;
}

// The same with what a person drew.
inline SourceItems DrawnSource(std::string name, int frames, std::vector<ShapeTrack> tracks) {
  SourceItems source = VideoSource(std::move(name), frames, 1);
  KeyframeFile file;
  file.tracks = std::move(tracks);
  source.drawn = std::make_shared<const KeyframeFile>(std::move(file));
  source.drawn_in = "/data/drawn.xml";
  return source;
}

inline ShapeKeyframe DrawnBox(std::int64_t frame, Box box) {
  ShapeKeyframe keyframe;
  keyframe.frame = frame;
  keyframe.shape.box = box;
  return keyframe;
}

struct TestRun {
  Dataset dataset;
  JobSpec job;
  ModelCard card = VehicleCard();
  InMemoryStore store;

  TaskId AddTask(TaskKind kind, std::uint32_t source, std::uint64_t first, std::uint32_t count,
                 std::uint32_t stride = 1) {
    const TaskId id(store.LoadTasks().value().size());
    EXPECT_TRUE(store.AppendTasks({{id, kind, SourceId(source), first, count, stride}}));
    return id;
  }
  TaskId AddDetect(std::uint32_t source, std::uint64_t first, std::uint32_t count,
                   std::uint32_t stride = 1) {
    return AddTask(TaskKind::kDetect, source, first, count, stride);
  }

  void Commit(TaskId task, std::vector<ItemResult> items, std::vector<Track> tracks = {}) {
    TaskResult result;
    result.items = std::move(items);
    result.tracks = std::move(tracks);
    EncodedResult encoded;
    encoded.task = task;
    encoded.attempt = Attempt(1);
    encoded.payload = EncodeTaskPayload(result);
    EXPECT_TRUE(store.Commit({encoded}, {}));
  }
  void Quarantine(TaskId task, std::string reason) {
    EXPECT_TRUE(store.Commit({}, {{task, 3, std::move(reason)}}));
  }

  ClassMap Classes() const { return BuildClassMap(job.labels, card, DrawnLabels(dataset)).value(); }

  // Returns the damaged tasks.
  Result<std::vector<TaskId>> Visit(const std::function<Result<void>(const LabeledItem&)>& visit) {
    const ClassMap classes = Classes();
    return MergeLabels(dataset, job, classes, store, visit);
  }
  std::vector<TaskId> Damaged() {
    return Visit([](const LabeledItem&) -> Result<void> { return Ok(); }).value();
  }
  // Every item; their `raw` is not valid any more.
  std::vector<LabeledItem> Merge() {
    std::vector<LabeledItem> all;
    const auto result = Visit([&](const LabeledItem& item) -> Result<void> {
      all.push_back(item);
      return Ok();
    });
    EXPECT_TRUE(result) << (result ? "" : result.error().ToString());
    return all;
  }
};

}  // namespace prelabel
