// The seam of the export formats: one pass of MergeLabels can feed several writers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/labels/interpolation.h"
#include "coordinator/merge/merge.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Files appear under their names when Finish succeeds, complete; a writer that is destroyed without
// it leaves none. Unavailable where the disk refuses. Not thread-safe.
class LabelWriter {
 public:
  virtual ~LabelWriter() = default;
  // Items come in MergeLabels' order.
  virtual Result<void> Add(const LabeledItem& item) = 0;
  virtual Result<void> Finish() = 0;
};

// What the files say about their origin. No dates: equal labels are equal bytes.
struct LabelFileInfo {
  std::string description;
  std::string version;  // of prelabel
};

// The dataset and the class map outlive the writers. Of models that say what whole pictures are
// (ClassMap::whole_pictures) CVAT files have tags, Label Studio tasks choices, Datumaro annotations
// the type "label", and JSON lines no bbox; COCO's boxes are the pictures' frames.

// COCO instances (cocodataset.org, "Data format"): ids from 1, an image's being its position in the
// dataset plus 1. Items without a size (unreadable images) are left out; frames carry `video`,
// `frame_index` (0-based) and `timestamp` (seconds); annotations `score`, `source`, where it is
// known `route`, of fused models `found_by` and `known_by` (how many models found it, of so many
// that know its class) and, in videos, `track_id`. `segmentation` is the label's mask as compressed
// run lengths, or the box as a polygon, since strict importers want one. Labels of sources that a
// person drew have their shape instead (coco_shape.h), `occluded`, and where there are any
// `attributes` (texts by name) and a skeleton's `keypoints`, whose names are the category's.
Result<std::unique_ptr<LabelWriter>> OpenCocoWriter(const std::filesystem::path& file,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info);

// COCO results (a list of image_id, category_id, bbox, score and, where there is a mask, its run
// lengths as segmentation), image ids as in coco.json.
// `raw`: everything that the model said, ids being the card's; otherwise the final labels.
enum class CocoResultsKind : std::uint8_t { kLabels, kRaw };
Result<std::unique_ptr<LabelWriter>> OpenCocoResultsWriter(const std::filesystem::path& file,
                                                           const Dataset& dataset,
                                                           const ClassMap& classes,
                                                           const ModelCard& card,
                                                           CocoResultsKind kind);

// MOTChallenge ground truth (motchallenge.net, "Data format"), a folder a video:
// <folder>/<video>/gt/gt.txt, gt/labels.txt (one class a line, where CVAT looks for it) and
// seqinfo.ini. Frames, ids and classes are 1-based; of drawn shapes, boxes are the bounds and
// visibility is 0 where they are occluded. Image sources have no tracks and are left out.
Result<std::unique_ptr<LabelWriter>> OpenMotWriter(const std::filesystem::path& folder,
                                                   const Dataset& dataset, const ClassMap& classes);

struct CvatOptions {
  // What lies between two keyframes of a track may be left to linear interpolation where that has
  // at least this IoU with the label, 0 to 1. 1: where it is the label to the last digit.
  float min_iou = 0.9F;
  // What filled the frames between keyframes that a person drew.
  InterpolationMethod interpolation = InterpolationMethod::kLinear;
};

// CVAT 1.1 (docs.cvat.ai, "XML annotation format"). Of a video CVAT for video, a file each:
// <folder>/<video>.xml. Frames and track ids are 0-based, an id being the track's less 1; `score`
// is declared as a mutable attribute and is that of its keyframe. A track is closed by an `outside`
// keyframe in the frame after each stretch of it that ends before the video, and opens again after
// a gap. What a person drew is written as it was read, every kind of shape, with attributes as
// declared and no score (cvat_keyframes.h). Memory: the tracks of one video.
//
// For an image source CVAT for images 1.1, as <folder>/<source>.xml: an image each with its name
// below the source's root, as tasks that are made of that folder have it; boxes, or masks where
// labels have them, with `score`. Unreadable images are left out.
Result<std::unique_ptr<LabelWriter>> OpenCvatWriter(const std::filesystem::path& folder,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info,
                                                    const CvatOptions& options);

// YOLO as Ultralytics' trainers read it (docs.ultralytics.com, "Datasets"; what that leaves open:
// ultralytics/data/utils.py): <folder>/data.yaml, train.txt (the pictures, which belong in
// images/train, or where one of their folders is called images, under their own names),
// labels/train/<picture>.txt (the picture's path, the last images being labels), and scores.jsonl
// with the scores of each file's rows, which these have no column for.
// Classes are positions in the class map. All coordinates are
// in 0 to 1: labels are cut off at the image's edges, and those that are outside of it left out.
//   kDetect: rows of a class and center and sides of the box.
//   kSegment: a class and the points of one polygon, all labels' (trainers take boxes between
//   polygons for something else): a mask's exact outline, its parts and holes joined by ways there
//   and back; a drawn shape's; a box's corners.
// Unreadable images are left out; those without labels have an empty file. InvalidArgument where
// two pictures' labels would have the same file.
enum class YoloTask : std::uint8_t { kDetect, kSegment };
Result<std::unique_ptr<LabelWriter>> OpenYoloWriter(const std::filesystem::path& folder,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info, YoloTask task);

// Pascal VOC (host.robots.ox.ac.uk/pascal/VOC, "Development Kit"), a file a picture:
// <folder>/Annotations/<picture>.xml, ImageSets/Main/train.txt and labelmap.txt, without which CVAT
// and datumaro know the classes of VOC alone. Boxes are those of the devkit: whole pixels from 1,
// the last ones included; they end at the image's edges, and labels outside of it are left out.
// `attributes` hold score, in videos track_id, and what a person set. Pictures belong in
// JPEGImages. Unreadable ones are left out. InvalidArgument where two pictures' labels would have
// the same file, or a class's name does not fit into labelmap.txt.
Result<std::unique_ptr<LabelWriter>> OpenVocWriter(const std::filesystem::path& folder,
                                                   const Dataset& dataset, const ClassMap& classes,
                                                   const LabelFileInfo& info);

// A JSON object a line, an item each, unreadable ones with their `error` included: id, file_name,
// width, height and for frames video, frame_index and timestamp as in coco.json, and `labels`, each
// with category, category_id, bbox, score, source, route, found_by, known_by, track_id,
// segmentation, occluded and attributes, where it has them, as COCO's annotations.
Result<std::unique_ptr<LabelWriter>> OpenJsonlWriter(const std::filesystem::path& file,
                                                     const Dataset& dataset,
                                                     const ClassMap& classes);

// Datumaro 1.0 (openvinotoolkit.github.io/datumaro, "Datumaro format"): <folder>/annotations/
// train.json; pictures belong in images/train. A label is one annotation: a mask, a polygon,
// polyline, points or ellipse that a person drew, or a box; what the format has no type for (turned
// boxes) is a polygon, skeletons are boxes. Its `attributes` are those of coco.json, with what a
// person set. Unreadable images are left out. InvalidArgument where two pictures differ in the
// extension alone, since the format tells them by the rest of the name.
Result<std::unique_ptr<LabelWriter>> OpenDatumaroWriter(const std::filesystem::path& folder,
                                                        const Dataset& dataset,
                                                        const ClassMap& classes);

// Label Studio tasks with predictions (labelstud.io/guide/predictions), and the labeling
// configuration that these need: <folder>/images.json and images.xml for image sources, a task an
// image with rectangles, or brushes for masks; videos.json and videos.xml, a task a video with its
// tracks' keyframes, as few as keep the boxes between them at an IoU of `min_iou`. Pictures are
// named as files below the folder that Label Studio serves from. A prediction's score is the lowest
// of its labels. Memory: the tracks of one video. Unreadable images are left out; masks that the
// format cannot hold (2^30 pixels) are rectangles.
Result<std::unique_ptr<LabelWriter>> OpenLabelStudioWriter(const std::filesystem::path& folder,
                                                           const Dataset& dataset,
                                                           const ClassMap& classes, float min_iou);

}  // namespace prelabel
