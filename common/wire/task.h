// Tasks and their results: what travels between coordinator and workers, and what the store keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/labels/keyframe_chooser.h"
#include "common/labels/linking.h"
#include "common/labels/prediction.h"
#include "common/labels/tiling.h"
#include "common/labels/track.h"
#include "common/labels/view.h"

namespace prelabel {

// What follows kLink looks at items once more: a detect task in another view. Labels do not depend
// on it. The numbers are the wire's and the store's.
enum class TaskKind : std::uint8_t { kDetect, kLink, kFlip, kColor, kScale, kSecondModel };

inline constexpr std::size_t kTaskKinds = 6;

constexpr bool IsSecondLook(TaskKind kind) { return kind > TaskKind::kLink; }
// kPlain for detect and link tasks.
constexpr View ViewOf(TaskKind kind) {
  return IsSecondLook(kind) ? static_cast<View>(static_cast<int>(kind) - 1) : View::kPlain;
}
// kDetect for the plain view.
constexpr TaskKind KindOf(View view) {
  return view == View::kPlain ? TaskKind::kDetect
                              : static_cast<TaskKind>(static_cast<int>(view) + 1);
}
static_assert(ViewOf(TaskKind::kFlip) == View::kFlip);
static_assert(KindOf(View::kSecondModel) == TaskKind::kSecondModel);

// "detect", "link", or the name of the view.
constexpr const char* TaskKindName(TaskKind kind) {
  if (kind == TaskKind::kDetect) return "detect";
  return kind == TaskKind::kLink ? "link" : ViewName(ViewOf(kind));
}

// A row of the plan. A detect task or a second look covers `count` items of its source: first,
// first + stride … A link task covers a whole video.
struct Task {
  TaskId id;
  TaskKind kind = TaskKind::kDetect;
  SourceId source;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t stride = 1;
  friend bool operator==(const Task&, const Task&) = default;
};

// A part of an image to look at.
struct ImageTile {
  ImageSize image;  // none where it is not known: the tile is the whole image
  Tile tile;
  friend bool operator==(const ImageTile&, const ImageTile&) = default;
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
  // Images that are looked at in parts: one an item; otherwise none.
  std::vector<ImageTile> tiles{};
};

// What a worker made of an assignment. Link: tracks. Others: one ItemResult an item, in order.
struct TaskResult {
  TaskId task;
  Attempt attempt;
  std::vector<ItemResult> items;
  std::vector<Track> tracks;
  std::vector<std::int64_t> wanted;  // link: frames to look at next; not part of the payload
  std::uint64_t compute_micros =
      0;  // time inside the model; varies from run to run, never in labels
};

// The items of a task, in order; none of a link task.
std::vector<std::uint64_t> TaskItems(const Task& task);

}  // namespace prelabel
