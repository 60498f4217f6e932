#include "worker/detect/item_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/url.h"

namespace prelabel {
namespace {

constexpr std::size_t kOpenVideos = 2;
// Of an image that is looked at whole beside its tiles: far more than models take in.
constexpr std::uint64_t kMostWholePixels = std::uint64_t{1} << 24;

const std::string& PathOf(const Assignment& assignment, std::uint32_t position) {
  static const std::string none = "(no path)";
  const std::size_t index = assignment.video ? 0 : position;
  return index < assignment.paths.size() ? assignment.paths[index] : none;
}

bool IsTile(const Assignment& assignment, std::size_t position) {
  return position < assignment.tiles.size() && assignment.tiles[position].image.width > 0;
}

}  // namespace

std::vector<std::string> PicturesOf(const Assignment& assignment) {
  if (assignment.video) return {};
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < assignment.paths.size(); ++i) {
    if (!IsTile(assignment, i)) paths.push_back(assignment.paths[i]);
  }
  return paths;
}

void ItemReader::Begin(const Assignment& assignment) {
  video_failure_.reset();
  if (!assignment.video) return;
  const std::string& path = PathOf(assignment, 0);
  const auto known = std::find_if(videos_.begin(), videos_.end(),
                                  [&](const OpenedVideo& video) { return video.path == path; });
  if (known != videos_.end() && known->failed) {
    videos_.erase(known);
  } else if (known != videos_.end()) {
    videos_.splice(videos_.begin(), videos_, known);
    return;
  }
  auto opened = media_.open_video(path);
  if (!opened) {
    video_failure_ = opened.error();
    return;
  }
  videos_.push_front({path, std::move(opened).value()});
  if (videos_.size() > kOpenVideos) videos_.pop_back();
}

Result<Image> ItemReader::Read(const Assignment& assignment, std::uint32_t position) {
  Result<Image> image = ReadUnnamed(assignment, position);
  if (image && image.value().empty()) image = DataLoss("the picture has no pixels");
  if (image) return image;
  Error error = image.error();
  if (error.context.empty()) error.context = ShownLocation(PathOf(assignment, position));
  return error;
}

Result<Image> ItemReader::ReadUnnamed(const Assignment& assignment, std::uint32_t position) {
  if (IsTile(assignment, position)) {
    return ReadTile(PathOf(assignment, position), assignment.tiles[position]);
  }
  if (!assignment.video) return media_.read_image(PathOf(assignment, position));
  if (video_failure_) return *video_failure_;
  const auto frame = static_cast<std::int64_t>(ItemIndex(assignment.task, position));
  FrameSource& frames = *videos_.front().frames;
  if (frame >= frames.FrameCount()) {
    return DataLoss("the video has no frame " + std::to_string(frame) + ", only " +
                    std::to_string(frames.FrameCount()) + ": was it changed after the scan?");
  }
  Result<Image> image = frames.Read(frame);
  videos_.front().failed = !image && image.error().code == ErrorCode::kUnavailable;
  return image;
}

Result<Image> ItemReader::ReadTile(const std::string& path, const ImageTile& tile) {
  if (tiled_ == nullptr || tiled_path_ != path) {
    tiled_.reset();  // two large pictures need not fit into memory
    PRELABEL_TRY(tiled_, media_.open_regions(path));
    tiled_path_ = path;
  }
  const ImageSize size = tiled_->size();
  if (size != tile.image) {
    tiled_.reset();
    return DataLoss(
        fmt::format("the picture has {} × {} pixels and had {} × {} when the dataset "
                    "was scanned",
                    size.width, size.height, tile.image.width, tile.image.height));
  }
  const bool whole = tile.tile.width == size.width && tile.tile.height == size.height;
  Result<Image> image = whole ? tiled_->ReadReduced(kMostWholePixels) : tiled_->Read(tile.tile);
  if (!image) tiled_.reset();
  return image;
}

}  // namespace prelabel
