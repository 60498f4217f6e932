// Tasks and their results: what travels between coordinator and workers, and what the store keeps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/labels/keyframe_chooser.h"
#include "common/labels/linking.h"
#include "common/labels/prediction.h"
#include "common/labels/track.h"

namespace prelabel {

enum class TaskKind : std::uint8_t { kDetect, kLink };

// A row of the plan. A detect task covers `count` items of its source: first, first + stride …
// A link task covers a whole video.
struct Task {
  TaskId id;
  TaskKind kind = TaskKind::kDetect;
  SourceId source;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t stride = 1;
  friend bool operator==(const Task&, const Task&) = default;
};

// A task with what a worker needs to run it.
struct Assignment {
  Task task;
  Attempt attempt;
  std::vector<std::string> paths;           // images: one a item; video: the one file
  bool video = false;                       // items are frames of paths[0], not files
  std::vector<FrameDetections> detections;  // link: all detections of the video, by frame
  LinkOptions link;                         // link only
  // Link only, of a video that is looked at in rounds: what further frames are chosen by, and those
  // that were looked at in vain. No budget: none are chosen.
  ChooserOptions chooser{};
  std::vector<std::int64_t> unreadable{};
};

// What a worker made of an assignment. Detect: one ItemResult an item, in order. Link: tracks.
struct TaskResult {
  TaskId task;
  Attempt attempt;
  std::vector<ItemResult> items;
  std::vector<Track> tracks;
  std::vector<std::int64_t> wanted;  // link: frames to look at next; not part of the payload
  std::uint64_t compute_micros =
      0;  // time inside the model; varies from run to run, never in labels
};

// The items of a detect task, in order.
std::vector<std::uint64_t> TaskItems(const Task& task);

}  // namespace prelabel
