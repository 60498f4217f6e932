// Lists the items of a job: the files of image sources, the frames of videos.
#pragma once

#include <filesystem>
#include <functional>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// BuildVideoIndex of common/media/video_index.h, or a fake.
using VideoIndexer = std::function<Result<VideoIndex>(const std::filesystem::path&)>;

// ReadKeyframes of coordinator/formats/keyframe_reader.h, or a fake: what a person drew in a video,
// of which name, index and size are known.
using KeyframeLoader =
    std::function<Result<KeyframeFile>(const std::filesystem::path&, const SourceItems& video)>;

// As ReadPictureSize of common/media/picture_size.h.
using PictureSizer = std::function<Result<ImageSize>(const std::filesystem::path&)>;

// One SourceItems for each of job.data, in its order. Images: what file_pattern.h matches, sorted
// bytewise by the path below `root` (the common parent of the patterns' literal parts), each once
// (of a tar or zip archive its pictures, as "shard.tar/member.jpg"); or what a manifest lists
// (manifest_file.h) or a dataset in another tool's layout (labeled_dataset.h), by name.
// A source that cannot be read, or a pattern list that matches nothing, leaves `error` and the
// others go on. A pattern without a match next to others that have one leaves a warning, and so
// does a video whose frames other tools may count otherwise (frame_notes.h).
// InvalidArgument: no source has any item; a line for each source says why. A file of keyframes is
// the user's own work, so what `load_keyframes` returns as wrong with it is returned; so is what is
// wrong with a manifest or a labeled dataset that could be opened, and a URL in a tiled source.
// `size_of` is for tiled sources, whose images it opens all.
Result<Dataset> ScanDataset(const JobSpec& job, const VideoIndexer& index_video,
                            const KeyframeLoader& load_keyframes, const PictureSizer& size_of = {});

}  // namespace prelabel
