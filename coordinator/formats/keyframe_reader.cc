#include "coordinator/formats/keyframe_reader.h"

#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/coco_keyframes.h"
#include "coordinator/formats/cvat_reader.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/mot_keyframes.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

enum class Format : std::uint8_t { kCvat, kCoco, kMot };

Result<Format> FormatOf(const fs::path& path, std::istream& in) {
  char first = 0;
  in >> std::skipws >> first;
  const bool archive = first == 'P' && in.peek() == 'K';
  in.clear();
  in.seekg(0);
  const std::string extension = path.extension().string();
  if (archive || extension == ".zip") {
    return InvalidArgument("is an archive; unpack it, and give the annotations.xml in it");
  }
  if (extension == ".xml") return Format::kCvat;
  if (extension == ".json") return Format::kCoco;
  if (extension == ".txt" || extension == ".csv") return Format::kMot;
  constexpr char kByteOrderMark = '\xEF';
  if (first == '<' || first == kByteOrderMark) return Format::kCvat;
  if (first == '{' || first == '[') return Format::kCoco;
  if (first >= '0' && first <= '9') return Format::kMot;
  return InvalidArgument(
      "is neither CVAT for video (.xml), nor COCO (.json), nor MOTChallenge (gt.txt); export one "
      "of these");
}

// CVAT's file against the video.
class CvatOfVideo : public CvatVisitor {
 public:
  explicit CvatOfVideo(const VideoFacts& video) : video_(video) {}

  Result<void> OnMeta(const KeyframeMeta& meta) override {
    file.meta = meta;
    if (meta.width > 0 && meta.height > 0 && video_.width > 0 && video_.height > 0 &&
        (meta.width != video_.width || meta.height != video_.height)) {
      return InvalidArgument(
          fmt::format("original_size is {} × {}, but the video {} × {}; coordinates must be those "
                      "of the video",
                      meta.width, meta.height, video_.width, video_.height),
          "meta");
    }
    if (meta.frames && *meta.frames > 0) {
      const std::int64_t last = meta.first_frame + (*meta.frames - 1) * meta.frame_step;
      if (last >= video_.frames) {
        file.warnings.push_back(fmt::format(
            "the task has frames up to {}, but the video has {} in all; is it the same video?",
            last, video_.frames));
      }
    }
    return Ok();
  }

  Result<void> OnTrack(CvatTrack track) override {
    if (track.track.keyframes.empty()) return Ok();
    const std::int64_t last = track.track.keyframes.back().frame;
    if (last >= video_.frames) {
      return InvalidArgument(
          fmt::format("the track has a keyframe at frame {}, but the video {} has the frames 0 to "
                      "{}; is the file of another video?",
                      last, QuotedExcerpt(video_.name), video_.frames - 1),
          std::move(track.place));
    }
    file.tracks.push_back(std::move(track.track));
    return Ok();
  }

  KeyframeFile file;

 private:
  const VideoFacts& video_;
};

Result<KeyframeFile> ReadMotFile(const fs::path& path, std::istream& in, const VideoFacts& video) {
  std::vector<std::string> labels;
  const fs::path beside = path.parent_path() / "labels.txt";
  std::error_code error;
  if (fs::is_regular_file(beside, error)) {
    PRELABEL_TRY(std::ifstream file, OpenRegularFile(beside));
    Result<std::vector<std::string>> read = ReadMotLabels(file);
    if (!read) {
      return Error{read.error().code, read.error().message, "labels.txt beside it"};
    }
    labels = std::move(read).value();
  }
  return ReadMotKeyframes(in, labels, video);
}

Result<KeyframeFile> Read(const fs::path& path, const VideoFacts& video) {
  PRELABEL_TRY(std::ifstream in, OpenRegularFile(path));
  PRELABEL_TRY(const Format format, FormatOf(path, in));
  if (format == Format::kCoco) return ReadCocoKeyframes(in, video);
  if (format == Format::kMot) return ReadMotFile(path, in, video);
  CvatOfVideo cvat(video);
  PRELABEL_TRY(ReadCvat(in, cvat));
  return std::move(cvat.file);
}

}  // namespace

Result<KeyframeFile> ReadKeyframes(const std::filesystem::path& path, const VideoFacts& video) {
  Result<KeyframeFile> file = Read(path, video);
  if (file && file.value().tracks.empty()) {
    return InvalidArgument("has no track with a keyframe; is it the right file?", path.string());
  }
  if (file) return file;
  const Error& error = file.error();
  std::string place = path.string();
  if (!error.context.empty()) place += ": " + error.context;
  return Error{error.code, error.message, std::move(place)};
}

}  // namespace prelabel
