#include "coordinator/scan/scanner.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/url.h"
#include "common/labels/keyframe_chooser.h"
#include "common/media/archive_member.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/scan/file_pattern.h"
#include "coordinator/scan/frame_notes.h"
#include "coordinator/scan/labeled_dataset.h"
#include "coordinator/scan/manifest_file.h"
#include "coordinator/scan/tar_index.h"
#include "coordinator/scan/utf8.h"
#include "coordinator/scan/zip_index.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

// The longest folder that contains both.
fs::path CommonFolder(const fs::path& a, const fs::path& b) {
  fs::path common;
  auto part_a = a.begin();
  auto part_b = b.begin();
  for (; part_a != a.end() && part_b != b.end() && *part_a == *part_b; ++part_a, ++part_b) {
    common /= *part_a;
  }
  return common;
}

// A name that is safe as a folder's, too.
std::string UsableName(const fs::path& name, const char* otherwise) {
  const std::string text = name.string();
  return text.empty() || text == "." || text == ".." || text == "/" ? otherwise : text;
}

std::string NothingMatches(const std::string& pattern) {
  std::error_code error;
  if (fs::is_directory(pattern, error)) {
    return pattern +
           ": no pictures in this folder or below it (.jpg .jpeg .png .bmp .webp .tif .tiff; "
           "hidden "
           "files do not count)";
  }
  if (pattern.find_first_of("*?") != std::string::npos) {
    return pattern + ": no file matches; check the folder, the extension and its case";
  }
  return pattern + ": no such file or folder";
}

// Bytes in the middle of these are not to be had without those before. Nothing for other names.
const char* PackedKind(std::string_view name) {
  std::string end(name.substr(name.size() - std::min<std::size_t>(name.size(), 8)));
  std::transform(end.begin(), end.end(), end.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const char* kind : {".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz", ".tar.lz4", ".tgz",
                           ".tbz2", ".txz", ".tzst", ".7z", ".rar"}) {
    if (end.ends_with(kind)) return kind;
  }
  return nullptr;
}

bool IsArchiveName(std::string_view name) {
  return IsTarName(name) || IsZipName(name) || PackedKind(name) != nullptr;
}

Result<ArchiveIndex> IndexArchive(const fs::path& path) {
  const std::string name = path.filename().string();
  if (const char* kind = PackedKind(name)) {
    return DataLoss(
        std::string("pictures in ") + kind +
            " archives cannot be read one by one; unpack it, or pack it anew as .tar or "
            ".zip",
        path.string());
  }
  return IsZipName(name) ? IndexZip(path) : IndexTar(path);
}

// Puts the members of archives in their place, as "shard.tar/member.jpg". Locations are filled
// in where there is an archive, in the order of the names.
void OpenArchives(SourceItems& source) {
  if (std::none_of(source.files.begin(), source.files.end(), IsArchiveName)) return;
  std::map<std::string, std::string> places;  // by name
  std::set<std::string> opened;
  SkippedFiles skipped;  // of all archives: shards have as many sidecars as pictures
  for (const std::string& file : source.files) {
    const fs::path path = source.root / file;
    if (!IsArchiveName(file)) {
      places.emplace(file, path.string());
      continue;
    }
    if (!opened.insert(file).second) continue;  // matched by two patterns
    const Result<ArchiveIndex> index = IndexArchive(path);
    if (!index) {
      source.warnings.push_back(index.error().ToString());
      continue;
    }
    for (const IndexedMember& member : index.value().members) {
      places.emplace(file + "/" + member.name,
                     MemberLocation({path, member.offset, member.size, member.packed}));
    }
    source.warnings.insert(source.warnings.end(), index.value().warnings.begin(),
                           index.value().warnings.end());
    for (const auto& [kind, count] : index.value().skipped) skipped[kind] += count;
    if (index.value().members.empty()) {
      source.warnings.push_back(path.string() + ": the archive has no pictures");
    }
  }
  const std::string beside = DescribeSkipped(skipped, "members");
  if (!beside.empty()) source.warnings.push_back(source.root.string() + ": " + beside);
  source.files.clear();
  for (auto& [name, place] : places) {
    source.files.push_back(name);
    source.locations.push_back(std::move(place));
  }
}

SourceItems ScanImages(const DataSource& data) {
  SourceItems source;
  source.kind = SourceKind::kImages;
  std::vector<MatchedFiles> matches;
  std::vector<std::string> misses;
  for (const std::string& pattern : data.patterns) {
    MatchedFiles match = MatchPattern(pattern);
    source.root = matches.empty() ? match.root : CommonFolder(source.root, match.root);
    std::move(match.warnings.begin(), match.warnings.end(), std::back_inserter(source.warnings));
    const std::string skipped = DescribeSkipped(match.skipped, "files");
    if (!skipped.empty()) source.warnings.push_back(pattern + ": " + skipped);
    if (match.files.empty()) misses.push_back(NothingMatches(pattern));
    matches.push_back(std::move(match));
  }
  for (MatchedFiles& match : matches) {
    std::string prefix = match.root.lexically_relative(source.root).generic_string();
    prefix = prefix == "." ? std::string() : prefix + "/";
    for (std::string& file : match.files) source.files.push_back(file.insert(0, prefix));
  }
  OpenArchives(source);
  std::sort(source.files.begin(), source.files.end());
  source.files.erase(std::unique(source.files.begin(), source.files.end()), source.files.end());
  // Folders are read in no particular order.
  std::sort(source.warnings.begin(), source.warnings.end());
  std::string& unmatched = source.error;
  if (source.files.empty() && misses.empty()) {
    for (const std::string& warning : std::exchange(source.warnings, {})) {
      unmatched += (unmatched.empty() ? "" : "; ") + warning;
    }
  }
  for (std::string& miss : misses) {
    if (!source.files.empty()) {
      source.warnings.push_back(std::move(miss));
    } else {
      unmatched += (unmatched.empty() ? "" : "; ") + miss;
    }
  }
  source.name = UsableName(source.root.filename(), "images");
  return source;
}

void Fill(ListedItems items, SourceItems& source) {
  source.files = std::move(items.names);
  source.locations = std::move(items.locations);
  source.notes = std::move(items.notes);
  source.item_notes = std::move(items.item_notes);
  source.warnings = std::move(items.warnings);
}

// Without the last '/', which would be an empty name.
fs::path FolderOf(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

// A manifest is somebody's work: a mistake in it is an error, and none of it is passed over.
Result<SourceItems> ScanManifest(const fs::path& path) {
  SourceItems source;
  source.kind = SourceKind::kImages;
  source.root = path.parent_path();
  source.name = UsableName(path.stem(), "images");
  Result<std::ifstream> in = OpenRegularFile(path);
  if (in.has_error()) {
    source.error = path.string() + ": " + in.error().message;
    return source;
  }
  PRELABEL_TRY(ListedItems items, ParseManifest(in.value(), path));
  if (items.names.empty()) source.error = path.string() + ": the manifest lists nothing";
  for (std::string& warning : items.warnings) warning = path.string() + ": " + warning;
  Fill(std::move(items), source);
  return source;
}

// So is what a dataset says of itself.
Result<SourceItems> ScanLabeled(const LabeledDataset& labeled) {
  SourceItems source;
  source.kind = SourceKind::kImages;
  fs::path place = FolderOf(labeled.place);
  std::error_code error;
  const bool is_folder = fs::is_directory(place, error);
  fs::path named_after = place;
  DatasetImages images;
  if (labeled.layout == DatasetLayout::kCoco) {
    Result<std::ifstream> in = OpenRegularFile(place);
    if (!in) {
      source.error = place.string() + ": " + in.error().message;
    } else {
      PRELABEL_TRY(images, ListCoco(in.value(), place, FolderOf(labeled.images)));
      named_after = images.root;
    }
  } else if (labeled.layout == DatasetLayout::kYolo) {
    if (is_folder) place /= "data.yaml";
    named_after = place.parent_path();
    if (!fs::exists(place, error)) {
      source.error = place.string() + ": no such file; 'yolo' takes a data.yaml, or its folder";
    } else {
      PRELABEL_TRY(images, ListYolo(place));
    }
  } else if (!fs::is_directory(place / "JPEGImages", error)) {
    source.error = place.string() + ": this is no folder that has a folder JPEGImages in it";
  } else {
    PRELABEL_TRY(images, ListVoc(place));
  }
  source.name = UsableName(named_after.filename(), "images");
  source.root = std::move(images.root);
  if (images.has_labels) source.labeled = LabeledDataset{labeled.layout, place, source.root};
  if (!source.error.empty()) return source;
  Fill(std::move(images.items), source);
  if (!source.files.empty()) return source;
  source.error = place.string() + ": the dataset lists no pictures";
  for (const std::string& warning : std::exchange(source.warnings, {})) {
    source.error += "; " + warning;
  }
  return source;
}

SourceItems ScanVideo(const DataSource& data, const VideoIndexer& index_video) {
  SourceItems source;
  source.kind = SourceKind::kVideo;
  source.adaptive = data.adaptive;
  source.keyframe_every = data.adaptive ? CoarseStride(data.adaptive->budget) : data.keyframe_every;
  const fs::path path =
      data.patterns.empty() ? fs::path() : fs::path(data.patterns.front()).lexically_normal();
  source.name = "video";
  if (!IsUtf8(path.string())) {
    source.error = PrintableName(path.string()) + ": its name is not UTF-8; rename it";
    return source;
  }
  source.name = UsableName(path.stem(), "video");
  source.files = {path.string()};
  std::error_code error;
  if (!fs::exists(path, error)) {
    source.error = path.string() + ": no such file";
  } else if (!fs::is_regular_file(path, error)) {
    source.error = path.string() + ": this is no file; `video:` takes one video file";
  } else {
    Result<VideoIndex> index = index_video(path);
    if (!index) {
      source.error = index.error().ToString();
    } else if (index.value().frames.empty()) {
      source.error = path.string() + ": the video has no frames";
    } else {
      source.index = std::move(index).value();
      for (const std::string& note : FrameNotes(source.index)) {
        source.warnings.push_back(path.string() + ": " + note);
      }
    }
  }
  return source;
}

// The second source called "a" becomes "a-2".
void MakeNamesUnique(std::vector<SourceItems>& sources) {
  std::set<std::string> taken;
  for (SourceItems& source : sources) {
    std::string name = source.name;
    for (int i = 2; !taken.insert(name).second; ++i) name = source.name + "-" + std::to_string(i);
    source.name = std::move(name);
  }
}

// After names are unique: a file of several videos tells them by these.
Result<void> LoadDrawn(const DataSource& data, const KeyframeLoader& load_keyframes,
                       SourceItems& source) {
  if (data.keyframes_from.empty() || !source.error.empty()) return Ok();
  PRELABEL_TRY(KeyframeFile file, load_keyframes(data.keyframes_from, source));
  for (std::string& warning : file.warnings) {
    source.warnings.push_back(data.keyframes_from.string() + ": " + std::move(warning));
  }
  file.warnings.clear();
  source.drawn = std::make_shared<const KeyframeFile>(std::move(file));
  source.drawn_in = data.keyframes_from;
  return Ok();
}

// The looks at a tiled source. What has no size that can be found out is looked at whole, and says
// itself what is wrong with it.
Result<void> TileImages(const Tiling& tiling, const PictureSizer& size_of, SourceItems& source) {
  TiledImages tiled{tiling, {}, {0}};
  for (std::uint64_t item = 0; item < source.ItemCount(); ++item) {
    const std::string location = source.Location(item);
    if (IsHttpUrl(location)) {
      return InvalidArgument(
          "an image that is looked at in tiles must be a file: its size has to be known before it "
          "is given out; download it first, or remove data[].tiling",
          ShownLocation(location));
    }
    const Result<ImageSize> size = size_of(location);
    tiled.sizes.push_back(size ? size.value() : ImageSize{});
    tiled.first_look.push_back(tiled.first_look.back() + CountTiles(tiled.sizes.back(), tiling));
  }
  source.tiled = std::move(tiled);
  return Ok();
}

}  // namespace

Result<Dataset> ScanDataset(const JobSpec& job, const VideoIndexer& index_video,
                            const KeyframeLoader& load_keyframes, const PictureSizer& size_of) {
  Dataset dataset;
  for (const DataSource& data : job.data) {
    if (data.labeled) {
      PRELABEL_TRY(SourceItems source, ScanLabeled(*data.labeled));
      dataset.sources.push_back(std::move(source));
      continue;
    }
    if (!data.manifest.empty()) {
      PRELABEL_TRY(SourceItems source, ScanManifest(data.manifest));
      dataset.sources.push_back(std::move(source));
      continue;
    }
    dataset.sources.push_back(data.kind == SourceKind::kVideo ? ScanVideo(data, index_video)
                                                              : ScanImages(data));
  }
  MakeNamesUnique(dataset.sources);
  for (std::size_t s = 0; s < dataset.sources.size(); ++s) {
    PRELABEL_TRY(LoadDrawn(job.data[s], load_keyframes, dataset.sources[s]));
    if (job.data[s].tiling) {
      PRELABEL_TRY(TileImages(*job.data[s].tiling, size_of, dataset.sources[s]));
    }
  }
  if (dataset.ItemCount() > 0) return dataset;
  std::string message = "there is nothing to label";
  for (const SourceItems& source : dataset.sources) message += "\n  " + source.error;
  return InvalidArgument(message, "data");
}

}  // namespace prelabel
